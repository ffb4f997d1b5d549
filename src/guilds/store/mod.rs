pub mod board;
pub mod members;
pub mod requests;

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::GuildName;
use crate::platform::visibility::{unblocked, visible};
use crate::platform::{Connection, DatabaseError, UserId};

/// A guild as existing clients read one.
pub struct Guild {
    pub id: Uuid,
    pub name: String,
    pub icon_url: Option<String>,
    /// None where the reader does not see who it is.
    pub owner: Option<UserId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Guild {
    /// Reads the columns of guilds (as `g`) and of their owner's row (as `o`).
    fn from_row(row: &Row) -> Self {
        Self {
            id: row.get(0),
            name: row.get(1),
            icon_url: row.get(2),
            owner: row.get::<_, Option<Uuid>>(3).map(UserId),
            created_at: row.get(4),
            updated_at: row.get(5),
        }
    }
}

/// Stores a guild; its owner is made a member next.
pub async fn insert_guild(
    db: &Connection,
    id: Uuid,
    owner: UserId,
    name: &GuildName,
    icon_url: Option<&str>,
    code: &str,
) -> Result<Guild, DatabaseError> {
    let row = db
        .query_one(
            "INSERT INTO guilds (id, name, name_key, icon_url, code) VALUES ($1, $2, $3, $4, $5)
             RETURNING id, name, icon_url, $6::uuid, created_at, updated_at",
            &[&id, &name.as_str(), &name.key(), &icon_url, &code, &owner.0],
        )
        .await?;
    Ok(Guild::from_row(&row))
}

/// The guilds that somebody owns: one at most.
pub async fn list_owned(db: &Connection, owner: UserId) -> Result<Vec<Guild>, DatabaseError> {
    let rows = db
        .query(
            "SELECT g.id, g.name, g.icon_url, o.user_id, g.created_at, g.updated_at
             FROM guild_members o JOIN guilds g ON g.id = o.guild_id WHERE o.user_id = $1 AND o.is_owner",
            &[&owner.0],
        )
        .await?;
    Ok(rows.iter().map(Guild::from_row).collect())
}

/// A guild with what somebody is to it, and its place.
pub struct Detail {
    pub guild: Guild,
    pub members: i16,
    pub counted: i16,
    /// In hundredths.
    pub points: i32,
    pub is_rounded: bool,
    pub above: i64,
    pub of: i64,
    pub code: Option<String>,
    pub is_member: bool,
    pub has_asked: bool,
}

pub async fn find_guild(db: &Connection, me: UserId, guild: Uuid) -> Result<Option<Detail>, DatabaseError> {
    let row = db
        .query_opt(
            concat!(
                "SELECT g.id, g.name, g.icon_url, CASE WHEN ",
                visible!("$2"),
                " AND ",
                unblocked!("$2"),
                " THEN o.user_id END, g.created_at, g.updated_at, g.members, g.counted, g.points,
                    g.is_rounded, (SELECT count(*) FROM guilds x WHERE x.points > 0 AND x.points > g.points),
                    (SELECT count(*) FROM guilds x WHERE x.points > 0), g.code,
                    EXISTS (SELECT FROM guild_members m WHERE m.user_id = $2 AND m.guild_id = g.id),
                    EXISTS (SELECT FROM guild_requests r WHERE r.user_id = $2 AND r.guild_id = g.id)
                 FROM guilds g JOIN guild_members o ON o.guild_id = g.id AND o.is_owner JOIN users u ON u.id = o.user_id
                 WHERE g.id = $1"
            ),
            &[&guild, &me.0],
        )
        .await?;
    Ok(row.map(|row| Detail {
        guild: Guild::from_row(&row),
        members: row.get(6),
        counted: row.get(7),
        points: row.get(8),
        is_rounded: row.get(9),
        above: row.get(10),
        of: row.get(11),
        code: row.get(12),
        is_member: row.get(13),
        has_asked: row.get(14),
    }))
}

/// The guild that somebody is in.
pub async fn find_guild_of(db: &Connection, user: UserId) -> Result<Option<Uuid>, DatabaseError> {
    let row = db.query_opt("SELECT guild_id FROM guild_members WHERE user_id = $1", &[&user.0]).await?;
    Ok(row.map(|row| row.get(0)))
}

pub async fn find_owner(db: &Connection, guild: Uuid) -> Result<Option<UserId>, DatabaseError> {
    let row = db.query_opt("SELECT user_id FROM guild_members WHERE guild_id = $1 AND is_owner", &[&guild]).await?;
    Ok(row.map(|row| UserId(row.get(0))))
}

/// What somebody is to a guild that is held.
pub struct Held {
    pub is_owner: bool,
}

/// Takes hold of a guild until the transaction ends; none when there is none.
pub async fn hold_guild(db: &Connection, guild: Uuid, me: UserId) -> Result<Option<Held>, DatabaseError> {
    let row = db
        .query_opt(
            "SELECT EXISTS (SELECT FROM guild_members m WHERE m.guild_id = g.id AND m.user_id = $2 AND m.is_owner)
             FROM guilds g WHERE g.id = $1 FOR NO KEY UPDATE OF g",
            &[&guild, &me.0],
        )
        .await?;
    Ok(row.map(|row| Held { is_owner: row.get(0) }))
}

/// The guild of a code, held until the transaction ends: none for those whom its owner has blocked, or who have blocked them.
pub async fn hold_guild_of_code(db: &Connection, me: UserId, code: &str) -> Result<Option<Uuid>, DatabaseError> {
    let sql = concat!(
        "SELECT g.id FROM guilds g JOIN guild_members o ON o.guild_id = g.id AND o.is_owner JOIN users u ON u.id = o.user_id
         WHERE g.code = $1 AND ",
        unblocked!("$2"),
        " FOR NO KEY UPDATE OF g"
    );
    let row = db.query_opt(sql, &[&code, &me.0]).await?;
    Ok(row.map(|row| row.get(0)))
}

pub async fn set_name(db: &Connection, guild: Uuid, name: &GuildName) -> Result<u64, DatabaseError> {
    let sql = "UPDATE guilds SET name = $2, name_key = $3, updated_at = now() WHERE id = $1";
    db.execute(sql, &[&guild, &name.as_str(), &name.key()]).await
}

pub async fn set_icon(db: &Connection, guild: Uuid, icon_url: Option<&str>) -> Result<u64, DatabaseError> {
    db.execute("UPDATE guilds SET icon_url = $2, updated_at = now() WHERE id = $1", &[&guild, &icon_url]).await
}

pub async fn set_code(db: &Connection, guild: Uuid, code: Option<&str>) -> Result<u64, DatabaseError> {
    db.execute("UPDATE guilds SET code = $2, updated_at = now() WHERE id = $1", &[&guild, &code]).await
}

/// Its members and requests go with it.
pub async fn delete_guild(db: &Connection, guild: Uuid) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM guilds WHERE id = $1", &[&guild]).await
}
