//! Lists of followers, of those who are followed, and of friends.

use tokio_postgres::Row;

use crate::follows::person::{Found, Relationship, SocialUser, social_columns};
use crate::platform::visibility::{unblocked, visible};
use crate::platform::{Connection, DatabaseError, UserId};

/// Whose ends of edges are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edges {
    Followers,
    Following,
    /// Edges of one's own that are answered.
    Friends,
}

/// So many are listed and counted at most: a total of that says "at least". It keeps the lists of whom everybody follows as
/// short as any.
macro_rules! most {
    () => {
        "10000"
    };
}

/// A page of `$2`'s edges as `$1` may see them, the newest first, and how many there are. No row where `$2` is not there
/// for `$1`. Whoever is hidden, or blocked one of the two ways, is in neither.
macro_rules! list_edges {
    ($end:literal, $condition:literal) => {
        concat!(
            "WITH edges AS MATERIALIZED (
                 SELECT u.id, f.created_at FROM follows f JOIN users u ON u.id = f.",
            $end,
            " AND ",
            visible!("$1"),
            " AND ",
            unblocked!("$1"),
            " WHERE ",
            $condition,
            " ORDER BY f.created_at DESC, f.",
            $end,
            " DESC LIMIT ",
            most!(),
            "),
                  page AS (SELECT id, created_at FROM edges ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4)
             SELECT (SELECT count(*) FROM edges), shown.*
             FROM users u LEFT JOIN (SELECT page.created_at, ",
            social_columns!(),
            " FROM page JOIN users u ON u.id = page.id) shown ON true
             WHERE u.id = $2 AND ",
            visible!("$1"),
            " AND ",
            unblocked!("$1"),
            " ORDER BY shown.created_at DESC, shown.id DESC"
        )
    };
}

/// None where `user` is not there for `me`.
pub async fn list_edges(
    db: &Connection,
    me: UserId,
    user: UserId,
    edges: Edges,
    (offset, limit): (i64, i64),
    base_url: &str,
) -> Result<Option<Found>, DatabaseError> {
    let sql = match edges {
        Edges::Followers => list_edges!("follower_id", "f.followee_id = $2"),
        Edges::Following => list_edges!("followee_id", "f.follower_id = $2"),
        Edges::Friends => list_edges!(
            "followee_id",
            "f.follower_id = $2 AND EXISTS (SELECT FROM follows x WHERE x.follower_id = f.followee_id AND x.followee_id = $2)"
        ),
    };
    let rows = db.query(sql, &[&me.0, &user.0, &limit, &offset]).await?;
    Ok(found(&rows, 2, base_url))
}

/// Reads the total from the first column and people from `first` on; of an empty page there is a row without anybody.
pub fn found(rows: &[Row], first: usize, base_url: &str) -> Option<Found> {
    let total = rows.first()?.get(0);
    let is_somebody = |row: &&Row| row.get::<_, Option<uuid::Uuid>>(first).is_some();
    let items = rows.iter().filter(is_somebody).map(|row| SocialUser::from_row(row, first, base_url));
    Some(Found { items: items.collect(), total })
}

/// Somebody as `me` sees them; none where they are not there for `me`. Whoever has blocked `me` is not, unless `me` has blocked
/// them as well and so knows that they are.
pub async fn find_person(
    db: &Connection,
    me: UserId,
    user: UserId,
    base_url: &str,
) -> Result<Option<Relationship>, DatabaseError> {
    let sql = concat!(
        "SELECT own.is_blocked, ",
        social_columns!(),
        " FROM users u, LATERAL (SELECT EXISTS (SELECT FROM blocks WHERE blocker_id = $1 AND blocked_id = u.id)) own (is_blocked)
         WHERE u.id = $2 AND ",
        visible!("$1"),
        " AND (own.is_blocked OR ",
        unblocked!("$1"),
        ")"
    );
    let row = db.query_opt(sql, &[&me.0, &user.0]).await?;
    Ok(row.map(|row| Relationship { user: SocialUser::from_row(&row, 1, base_url), is_blocked: row.get(0) }))
}
