//! Lifters by a piece of their name.

use super::lists::found;
use crate::follows::person::{Found, social_columns};
use crate::platform::{Connection, DatabaseError, UserId};

/// At most so many are found: whoever sees that many types on. It keeps a search for one letter as short as any.
macro_rules! most {
    () => {
        "1000"
    };
}

/// Whether a row of `lookup_names` (as `n`) is neither one's own nor of somebody who has blocked `$1` or whom `$1` has: both
/// are read once, not of each of the thousands that a frequent piece has.
macro_rules! others {
    () => {
        "(n.user_id <> $1 AND n.user_id NOT IN (SELECT b.blocked_id FROM blocks b WHERE b.blocker_id = $1)
          AND n.user_id NOT IN (SELECT b.blocker_id FROM blocks b WHERE b.blocked_id = $1))"
    };
}

/// Whose username begins with `$2` first, then whoever has it anywhere in one of the names, each by username. The second are
/// not looked for where the first are enough, and in one part of all names after the other until they are, of a part in the
/// order in which they lie there, since to sort a hundred thousand takes longer than to find them: the index has all
/// pieces of up to three characters of each part; of a longer text every third and the last are asked for.
const LOOK_UP: &str = concat!(
    "WITH beginning AS MATERIALIZED (
         SELECT n.user_id, n.username FROM lookup_names n
         WHERE n.username >= lower($2) AND n.username < lower($2) || chr(127) AND ",
    others!(),
    " ORDER BY n.username LIMIT ",
    most!(),
    "),
          parts AS MATERIALIZED (
         SELECT ARRAY(SELECT (part || ' ' || substr(lower($2), greatest(least(place, length(lower($2)) - 2), 1), 3)) COLLATE \"C\"
                      FROM generate_series(1, length(lower($2)), 3) AS place) AS pieces
         FROM (SELECT generate_series(0, last_value / 100000) AS part FROM lookup_names_number) all_parts
         WHERE (SELECT count(*) FROM beginning) < ",
    most!(),
    "),
          elsewhere AS MATERIALIZED (
         SELECT found.* FROM parts, LATERAL (
             SELECT n.user_id, n.username FROM lookup_names n
             WHERE name_pieces(n.part, n.searched) @> parts.pieces AND strpos(n.searched, lower($2)) > 0
               AND NOT starts_with(n.username, lower($2)) AND ",
    others!(),
    "        LIMIT ",
    most!(),
    "    ) found
         LIMIT ",
    most!(),
    "),
          found AS MATERIALIZED (
         SELECT * FROM (SELECT 0 AS place, user_id, username FROM beginning
                        UNION ALL SELECT 1, user_id, username FROM elsewhere) all_found
         ORDER BY place, username LIMIT ",
    most!(),
    ")
     SELECT total.number, shown.*
     FROM (SELECT count(*) AS number FROM found) total LEFT JOIN (
         SELECT page.place, ",
    social_columns!(),
    "    FROM (SELECT * FROM found ORDER BY place, username LIMIT $3 OFFSET $4) page
         JOIN users u ON u.id = page.user_id) shown ON true
     ORDER BY shown.place, lower(shown.username COLLATE \"C\")"
);

/// A page of those who are found. `text` is not empty.
pub async fn look_up(
    db: &Connection,
    me: UserId,
    text: &str,
    (offset, limit): (i64, i64),
    base_url: &str,
) -> Result<Found, DatabaseError> {
    let rows = db.query(LOOK_UP, &[&me.0, &text, &limit, &offset]).await?;
    Ok(found(&rows, 2, base_url).unwrap_or_default())
}
