//! Lifters by a piece of their name.

use super::lists::found;
use crate::follows::person::{Found, social_columns};
use crate::platform::visibility::unblocked;
use crate::platform::{Connection, DatabaseError, UserId};

/// At most so many are found: whoever sees that many types on. It keeps a search for one letter as short as any.
macro_rules! most {
    () => {
        "1000"
    };
}

/// Whose username begins with `$2` first, then whoever has it anywhere in one of the names, each by username. The second
/// are not looked for where the first are enough.
macro_rules! look_up {
    ($anywhere:expr) => {
        concat!(
            "WITH beginning AS MATERIALIZED (
                 SELECT n.user_id, n.username FROM lookup_names n
                 WHERE n.username >= lower($2) AND n.username < lower($2) || chr(127) AND n.user_id <> $1 AND ",
            not_blocked!(),
            " ORDER BY n.username LIMIT ",
            most!(),
            "),
                  elsewhere AS MATERIALIZED (
                 SELECT n.user_id, n.username FROM lookup_names n
                 WHERE (SELECT count(*) FROM beginning) < ",
            most!(),
            " AND ",
            $anywhere,
            " AND NOT starts_with(n.username, lower($2)) AND n.user_id <> $1 AND ",
            not_blocked!(),
            " ORDER BY n.username LIMIT ",
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
        )
    };
}

/// [`unblocked!`] for a row of `lookup_names` (as `n`).
macro_rules! not_blocked {
    () => {
        concat!("EXISTS (SELECT FROM (SELECT n.user_id AS id) u WHERE ", unblocked!("$1"), ")")
    };
}

const LONG: &str = look_up!(
    "n.searched LIKE '%' || replace(replace(replace(lower($2), '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%'"
);
/// Trigrams say nothing of one or two characters. Where names are read in order `strpos` decides, which costs less than their
/// pieces.
const SHORT: &str =
    look_up!("strpos(n.searched, lower($2)) > 0 AND short_pieces(n.searched) @> ARRAY[lower($2) COLLATE \"C\"]");

/// A page of those who are found. `text` is not empty.
pub async fn look_up(
    db: &Connection,
    me: UserId,
    text: &str,
    (offset, limit): (i64, i64),
    base_url: &str,
) -> Result<Found, DatabaseError> {
    let sql = if text.chars().count() <= 2 { SHORT } else { LONG };
    // Planned for each text anew: in the order of names for a frequent piece, by its trigrams for a rare one.
    let planning = async { Ok(db.client()?.batch_execute("SET LOCAL plan_cache_mode = force_custom_plan").await?) };
    let (transaction, ()) = db.begin_with(planning).await?;
    let rows = transaction.query(sql, &[&me.0, &text, &limit, &offset]).await?;
    transaction.commit().await?;
    Ok(found(&rows, 2, base_url).unwrap_or_default())
}
