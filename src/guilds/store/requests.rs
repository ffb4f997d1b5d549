use jiff::Timestamp;
use uuid::Uuid;

use crate::follows::{SocialUser, social_columns};
use crate::platform::visibility::{unblocked, visible};
use crate::platform::{Connection, DatabaseError, UserId};

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Done,
    Unknown,
    InAGuild,
    TooMany,
}

/// Asks a guild to be let in, unless it was asked already. A guild is not there for those whom its owner has blocked.
pub async fn insert_request(db: &Connection, guild: Uuid, me: UserId, most: i64) -> Result<Asked, DatabaseError> {
    let sql = concat!(
        "WITH target AS (SELECT g.id FROM guilds g JOIN guild_members o ON o.guild_id = g.id AND o.is_owner
                                              JOIN users u ON u.id = o.user_id AND ",
        unblocked!("$2"),
        "               WHERE g.id = $1 FOR KEY SHARE OF g),
              is_member AS (SELECT FROM guild_members WHERE user_id = $2),
              has_room AS (SELECT WHERE (SELECT count(*) FROM guild_requests WHERE user_id = $2 AND guild_id <> $1) < $3),
              made AS (INSERT INTO guild_requests (user_id, guild_id)
                       SELECT $2, target.id FROM target, has_room WHERE NOT EXISTS (SELECT FROM is_member)
                       ON CONFLICT DO NOTHING)
         SELECT EXISTS (SELECT FROM target), EXISTS (SELECT FROM is_member), EXISTS (SELECT FROM has_room)"
    );
    let row = db.query_one(sql, &[&guild, &me.0, &most]).await?;
    Ok(match (row.get(0), row.get(1), row.get(2)) {
        (false, _, _) => Asked::Unknown,
        (true, true, _) => Asked::InAGuild,
        (true, false, false) => Asked::TooMany,
        (true, false, true) => Asked::Done,
    })
}

pub async fn delete_request(db: &Connection, guild: Uuid, user: UserId) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM guild_requests WHERE guild_id = $1 AND user_id = $2", &[&guild, &user.0]).await
}

/// Somebody who asks.
pub struct Request {
    pub user: SocialUser,
    pub created_at: Timestamp,
}

/// The oldest first, from behind a request of that time by that lifter on; whoever is hidden is left out.
pub async fn list_requests(
    db: &Connection,
    me: UserId,
    guild: Uuid,
    (after, after_user): (Timestamp, Uuid),
    limit: i64,
    base_url: &str,
) -> Result<Vec<Request>, DatabaseError> {
    let sql = concat!(
        "SELECT r.created_at, ",
        social_columns!(),
        " FROM guild_requests r JOIN users u ON u.id = r.user_id AND ",
        visible!("$1"),
        " WHERE r.guild_id = $2 AND (r.created_at, r.user_id) > ($3, $4)
         ORDER BY r.created_at, r.user_id LIMIT $5"
    );
    let rows = db.query(sql, &[&me.0, &guild, &after, &after_user, &limit]).await?;
    let request = |row| Request { user: SocialUser::from_row(row, 1, base_url), created_at: row.get(0) };
    Ok(rows.iter().map(request).collect())
}
