use jiff::Timestamp;
use uuid::Uuid;

use crate::follows::{SocialUser, social_columns};
use crate::platform::visibility::visible;
use crate::platform::{Connection, DatabaseError, UserId};

/// What came of joining.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entered {
    Done,
    InAGuild,
    Full,
}

/// Adds a member unless the guild, which is held, has `most`, or the lifter is in one.
pub async fn insert_member(
    db: &Connection,
    guild: Uuid,
    user: UserId,
    is_owner: bool,
    most: i64,
) -> Result<Entered, DatabaseError> {
    let row = db
        .query_one(
            "WITH there AS (SELECT count(*) AS number FROM guild_members WHERE guild_id = $1),
                  made AS (INSERT INTO guild_members (guild_id, user_id, is_owner)
                           SELECT $1, $2, $3 FROM there WHERE number < $4 ON CONFLICT (user_id) DO NOTHING RETURNING 1)
             SELECT EXISTS (SELECT FROM made),
                    (SELECT number >= $4 FROM there) AND NOT EXISTS (SELECT FROM guild_members WHERE user_id = $2)",
            &[&guild, &user.0, &is_owner, &most],
        )
        .await?;
    Ok(match (row.get(0), row.get(1)) {
        (true, _) => Entered::Done,
        (false, true) => Entered::Full,
        (false, false) => Entered::InAGuild,
    })
}

/// The guild is held.
pub async fn set_owner(db: &Connection, guild: Uuid, user: UserId, is_owner: bool) -> Result<u64, DatabaseError> {
    let sql = "UPDATE guild_members SET is_owner = $3 WHERE guild_id = $1 AND user_id = $2";
    db.execute(sql, &[&guild, &user.0, &is_owner]).await
}

/// The guild is held.
pub async fn delete_member(db: &Connection, guild: Uuid, user: UserId) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM guild_members WHERE guild_id = $1 AND user_id = $2", &[&guild, &user.0]).await
}

/// A member as somebody else sees one.
pub struct Member {
    pub user: SocialUser,
    pub is_owner: bool,
    pub joined_at: Timestamp,
    /// In hundredths, of those who show theirs and of oneself.
    pub points: Option<i32>,
}

/// The longest first; whoever is hidden is left out.
pub async fn list_members(
    db: &Connection,
    me: UserId,
    guild: Uuid,
    base_url: &str,
) -> Result<Vec<Member>, DatabaseError> {
    let sql = concat!(
        "SELECT m.is_owner, m.joined_at, -s.minus_value, ",
        social_columns!(),
        " FROM guild_members m JOIN users u ON u.id = m.user_id AND ",
        visible!("$1"),
        " LEFT JOIN standings s ON s.user_id = u.id AND s.board = 254 AND s.basis = 'single' AND s.of_all AND s.is_listed
                                   AND (u.shows_points OR u.id = $1)
         WHERE m.guild_id = $2 ORDER BY m.joined_at, m.user_id"
    );
    let rows = db.query(sql, &[&me.0, &guild]).await?;
    let members = rows.iter().map(|row| Member {
        is_owner: row.get(0),
        joined_at: row.get(1),
        points: row.get(2),
        user: SocialUser::from_row(row, 3, base_url),
    });
    Ok(members.collect())
}
