use uuid::Uuid;

use crate::platform::{Connection, DatabaseError};

/// A guild on the board.
pub struct Placed {
    pub rank: i64,
    pub id: Uuid,
    pub name: String,
    pub icon_url: Option<String>,
    pub members: i16,
    pub counted: i16,
    /// In hundredths.
    pub points: i32,
    pub is_rounded: bool,
}

/// Behind which guild a page begins: its points, its id, its rank, and how many guilds are up to it. A page need not count
/// those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub points: i32,
    pub id: Uuid,
    pub rank: i64,
    pub passed: i64,
}

impl Mark {
    pub const START: Self = Self { points: i32::MAX, id: Uuid::nil(), rank: 0, passed: 0 };
}

/// Guilds with points, the most first, from behind a mark on. Equals share a rank.
pub async fn list_board(db: &Connection, after: Mark, limit: i64) -> Result<Vec<Placed>, DatabaseError> {
    let rows = db
        .query(
            "WITH page AS MATERIALIZED (
                 SELECT g.* FROM guilds g
                 WHERE g.points > 0 AND g.points <= $1 AND (g.points < $1 OR g.id > $2)
                 ORDER BY g.points DESC, g.id LIMIT $3)
             SELECT CASE WHEN points = $1 THEN $4::bigint ELSE $5::bigint + rank() OVER (ORDER BY points DESC) END,
                    id, name, icon_url, members, counted, points, is_rounded
             FROM page ORDER BY points DESC, id",
            &[&after.points, &after.id, &limit, &after.rank, &after.passed],
        )
        .await?;
    let placed = rows.iter().map(|row| Placed {
        rank: row.get(0),
        id: row.get(1),
        name: row.get(2),
        icon_url: row.get(3),
        members: row.get(4),
        counted: row.get(5),
        points: row.get(6),
        is_rounded: row.get(7),
    });
    Ok(placed.collect())
}

/// How many guilds have points, counted up to `most`.
pub async fn count_board(db: &Connection, most: i64) -> Result<i64, DatabaseError> {
    // In order, so that the index is read and not the guilds.
    let sql = "SELECT count(*) FROM (SELECT FROM guilds WHERE points > 0 ORDER BY points DESC, id LIMIT $1) counted";
    Ok(db.query_one(sql, &[&most]).await?.get(0))
}
