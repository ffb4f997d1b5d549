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

/// Guilds with points, the most first, from behind one of so many points and this id on; and how many there are. Equals share
/// a rank: those before the page are counted for its first row, and from there on it is counted on the page.
pub async fn list_board(
    db: &Connection,
    (after_points, after_id): (i32, Uuid),
    limit: i64,
) -> Result<(Vec<Placed>, i64), DatabaseError> {
    let rows = db
        .query(
            "WITH page AS MATERIALIZED (
                 SELECT g.* FROM guilds g
                 WHERE g.points > 0 AND g.points <= $1 AND (g.points < $1 OR g.id > $2)
                 ORDER BY g.points DESC, g.id LIMIT $3),
                  head AS MATERIALIZED (SELECT points, id FROM page ORDER BY points DESC, id LIMIT 1),
                  before AS MATERIALIZED (
                 SELECT (SELECT count(*) FROM guilds g WHERE g.points > 0 AND g.points > head.points) AS above,
                        (SELECT count(*) FROM guilds g WHERE g.points > 0 AND g.points = head.points AND g.id < head.id) AS equal
                 FROM head)
             SELECT total.number, placed.*
             FROM (SELECT count(*) AS number FROM guilds WHERE points > 0) total LEFT JOIN (
                 SELECT CASE WHEN page.points = head.points THEN above + 1
                             ELSE above + equal + rank() OVER (ORDER BY page.points DESC) END AS rank,
                        page.id, name, icon_url, members, counted, page.points, is_rounded
                 FROM page, head, before) placed ON true
             ORDER BY placed.points DESC, placed.id",
            &[&after_points, &after_id, &limit],
        )
        .await?;
    let of = rows.first().map_or(0, |row| row.get(0));
    let rows = rows.iter().filter(|row| row.get::<_, Option<Uuid>>(2).is_some());
    let placed = rows.map(|row| Placed {
        rank: row.get(1),
        id: row.get(2),
        name: row.get(3),
        icon_url: row.get(4),
        members: row.get(5),
        counted: row.get(6),
        points: row.get(7),
        is_rounded: row.get(8),
    });
    Ok((placed.collect(), of))
}
