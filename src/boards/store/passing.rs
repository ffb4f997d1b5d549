//! Who was passed, and the rises that are kept.

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::lists::Condition;
use crate::boards::memory::List;
use crate::boards::scope::{Board, Scope};
use crate::platform::{Connection, DatabaseError, UserId};

pub struct Passed {
    pub id: Uuid,
    pub username: String,
}

/// At most three of those between two values, the nearest to the greater one first. Of lists that tell a body weight only
/// those who show it, among the twenty nearest.
pub async fn list_passed(db: &Connection, list: List, old: u32, new: u32) -> Result<Vec<Passed>, DatabaseError> {
    let condition = Condition::of(list);
    let (mut parameters, next) = condition.parameters();
    let is_private = list.board == Board::DOTS || matches!(list.scope, Scope::Class(_));
    let (above, below) = (-(new as i32), -(old as i32));
    let row: [&(dyn tokio_postgres::types::ToSql + Sync); 3] = [&above, &below, &is_private];
    parameters.extend(row);
    let sql = format!(
        "SELECT u.id, u.username FROM (
             SELECT s.user_id, s.minus_value FROM standings s
             WHERE {} AND s.minus_value > ${next} AND s.minus_value < ${}
             ORDER BY s.minus_value, s.tie, s.at, s.lift_id, s.user_id LIMIT 20) s
         JOIN users u ON u.id = s.user_id AND (u.shows_points OR NOT ${}) ORDER BY s.minus_value LIMIT 3",
        condition.sql,
        next + 1,
        next + 2
    );
    let rows = db.query(&sql, &parameters).await?;
    Ok(rows.iter().map(|row| Passed { id: row.get(0), username: row.get(1) }).collect())
}

/// A rise that is kept.
#[derive(Debug, Clone)]
pub struct Rise {
    /// `overall`, `class`, `energy`, `following` or `guild`.
    pub board: &'static str,
    pub from: Option<u32>,
    pub to: u32,
    pub of: u32,
    /// At most three of those who were passed.
    pub passed: Vec<Uuid>,
    pub passed_count: u32,
}

/// What an energy rises among those whom a lifter follows, and among those of the lifter's guild: the places before and
/// after, the lifter counted among them. By energy, which everybody may see of everybody: among a few, a place by points
/// would tell whose they are.
pub async fn list_circle_rises(
    db: &Connection,
    user: UserId,
    old: Option<u32>,
    new: u32,
) -> Result<Vec<Rise>, DatabaseError> {
    let rows = db
        .query(
            "SELECT c.circle, count(*) FILTER (WHERE s.minus_value < $2), count(*) FILTER (WHERE s.minus_value < $3), count(*),
                    count(*) FILTER (WHERE s.minus_value > $3 AND s.minus_value < $2),
                    (array_agg(s.user_id ORDER BY s.minus_value, s.tie, s.at, s.lift_id, s.user_id)
                         FILTER (WHERE s.minus_value > $3 AND s.minus_value < $2))[1:3]
             FROM circles c
             JOIN standings s ON s.user_id = c.member_id AND s.board = 255 AND s.basis = 'single' AND s.of_all AND s.is_listed
             WHERE c.user_id = $1 GROUP BY c.circle",
            &[&user.0, &old.map(|old| -(old as i32)), &-(new as i32)],
        )
        .await?;
    let place = |row: &Row, index: usize| row.get::<_, i64>(index) as u32 + 1;
    let rises = rows.iter().map(|row| Rise {
        board: if row.get::<_, &str>(0) == "guild" { "guild" } else { "following" },
        from: old.map(|_| place(row, 1)),
        to: place(row, 2),
        of: place(row, 3),
        passed_count: row.get::<_, i64>(4) as u32,
        passed: row.get::<_, Option<_>>(5).unwrap_or_default(),
    });
    Ok(rises.filter(|rise| rise.from.is_none_or(|from| rise.to < from)).collect())
}

pub const INSERT_RISE: &str =
    "INSERT INTO rank_rises (user_id, board, from_rank, to_rank, of_lifters, passed, passed_count)
     VALUES ($1, $2, $3, $4, $5, $6, $7)";

pub async fn insert_rise(db: &Connection, user: UserId, rise: &Rise) -> Result<u64, DatabaseError> {
    let number = |number: u32| number as i32;
    db.execute(
        INSERT_RISE,
        &[
            &user.0,
            &rise.board,
            &rise.from.map(number),
            &number(rise.to),
            &number(rise.of),
            &rise.passed,
            &number(rise.passed_count),
        ],
    )
    .await
}

/// Takes somebody out of the rises of those who passed them.
pub async fn forget_passed(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    let sql = "UPDATE rank_rises SET passed = array_remove(passed, $1::uuid) WHERE passed @> ARRAY[$1::uuid]";
    db.execute(sql, &[&user.0]).await
}

/// A rise as it was kept; whoever is gone or hidden is no longer named.
pub struct KeptRise {
    pub id: i64,
    pub board: String,
    pub from_rank: Option<i32>,
    pub to_rank: i32,
    pub of: i32,
    pub passed: Vec<String>,
    pub passed_count: i32,
    pub created_at: Timestamp,
}

/// The newest first, before the number `before`.
pub async fn list_rises(
    db: &Connection,
    user: UserId,
    before: i64,
    limit: i64,
) -> Result<Vec<KeptRise>, DatabaseError> {
    let sql = concat!(
        "SELECT r.id, r.board, r.from_rank, r.to_rank, r.of_lifters,
                ARRAY(SELECT u.username FROM unnest(r.passed) WITH ORDINALITY AS p (id, place)
                      JOIN users u ON u.id = p.id AND ",
        crate::platform::visibility::listed!(),
        " AND (u.shows_points OR r.board NOT IN ('overall', 'class')) ORDER BY p.place), r.passed_count, r.created_at
         FROM rank_rises r WHERE r.user_id = $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $3"
    );
    let rows = db.query(sql, &[&user.0, &before, &limit]).await?;
    let rises = rows.iter().map(|row| KeptRise {
        id: row.get(0),
        board: row.get(1),
        from_rank: row.get(2),
        to_rank: row.get(3),
        of: row.get(4),
        passed: row.get(5),
        passed_count: row.get(6),
        created_at: row.get(7),
    });
    Ok(rises.collect())
}
