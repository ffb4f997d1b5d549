use jiff::Timestamp;
use uuid::Uuid;

use super::NewInvite;
use crate::platform::{Connection, DatabaseError, UserId};

/// Whether an invite would let somebody in.
pub async fn is_good(db: &Connection, code_hash: &[u8]) -> Result<bool, DatabaseError> {
    let sql = "SELECT EXISTS (SELECT FROM invites WHERE code_hash = $1 AND uses_left > 0 AND expires_at > now())";
    Ok(db.query_one(sql, &[&code_hash]).await?.get(0))
}

/// Takes one of the uses that an invite has left; false when there is none.
pub async fn use_invite(db: &Connection, code_hash: &[u8]) -> Result<bool, DatabaseError> {
    let used = db
        .execute(
            "UPDATE invites SET uses_left = uses_left - 1
             WHERE code_hash = $1 AND uses_left > 0 AND expires_at > now()",
            &[&code_hash],
        )
        .await?;
    Ok(used > 0)
}

/// Gives the time until which it is good.
pub async fn insert_invite(
    db: &Connection,
    id: Uuid,
    code_hash: &[u8],
    member: UserId,
    new: &NewInvite,
) -> Result<Timestamp, DatabaseError> {
    let row = db
        .query_one(
            "INSERT INTO invites (id, code_hash, created_by, note, uses_left, expires_at)
             VALUES ($1, $2, $3, $4, $5, now() + make_interval(days => $6)) RETURNING expires_at",
            &[&id, &code_hash, &member.0, &new.note, &new.uses, &new.days],
        )
        .await?;
    Ok(row.get(0))
}

/// An invite that still lets somebody in.
pub struct Invite {
    pub id: Uuid,
    pub note: Option<String>,
    pub uses_left: i32,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// The invites of a member that still let somebody in, the newest first.
pub async fn list_invites(db: &Connection, member: UserId) -> Result<Vec<Invite>, DatabaseError> {
    let rows = db
        .query(
            "SELECT id, note, uses_left, created_at, expires_at FROM invites
             WHERE created_by = $1 AND uses_left > 0 AND expires_at > now() ORDER BY id DESC LIMIT 100",
            &[&member.0],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| Invite {
            id: row.get(0),
            note: row.get(1),
            uses_left: row.get(2),
            created_at: row.get(3),
            expires_at: row.get(4),
        })
        .collect())
}

pub async fn delete_invite(db: &Connection, member: UserId, id: Uuid) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM invites WHERE id = $1 AND created_by = $2", &[&id, &member.0]).await
}
