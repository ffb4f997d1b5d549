//! Rises of lifters: found among those around them, and kept.

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::platform::{Connection, DatabaseError, UserId};

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

/// An energy that rises, or begins.
pub struct EnergyRise {
    pub user: UserId,
    pub from: Option<u32>,
    pub to: u32,
}

/// The statement of [`list_circle_rises`].
pub const CIRCLE_RISES: &str = "SELECT asked.user_id, risen.* FROM unnest($1::uuid[], $2::integer[], $3::integer[]) AS asked (user_id, old, new),
         LATERAL (
             SELECT c.circle, count(*) FILTER (WHERE s.minus_value < asked.old), count(*) FILTER (WHERE s.minus_value < asked.new),
                    count(*), count(*) FILTER (WHERE s.minus_value > asked.new AND s.minus_value < asked.old),
                    (array_agg(s.user_id ORDER BY s.minus_value, s.tie, s.at, s.lift_id, s.user_id)
                         FILTER (WHERE s.minus_value > asked.new AND s.minus_value < asked.old))[1:3]
             FROM circles c
             JOIN standings s ON s.user_id = c.member_id AND s.board = 255 AND s.basis = 'single' AND s.of_all AND s.is_listed
             WHERE c.user_id = asked.user_id GROUP BY c.circle) risen";

/// What energies rise among those whom their lifters follow, and among those of their guilds: the places before and after, the
/// lifter counted among them. By energy, which everybody may see of everybody: among a few, a place by points would tell whose
/// they are.
pub async fn list_circle_rises(db: &Connection, rises: &[EnergyRise]) -> Result<Vec<(UserId, Rise)>, DatabaseError> {
    if rises.is_empty() {
        return Ok(Vec::new());
    }
    let users: Vec<_> = rises.iter().map(|rise| rise.user.0).collect();
    let old: Vec<_> = rises.iter().map(|rise| rise.from.map(|from| -(from as i32))).collect();
    let new: Vec<_> = rises.iter().map(|rise| -(rise.to as i32)).collect();
    let rows = db.query(CIRCLE_RISES, &[&users, &old, &new]).await?;
    let place = |row: &Row, index: usize| row.get::<_, i64>(index) as u32 + 1;
    let rise = |row: &Row| {
        let user = UserId(row.get(0));
        let was_there = rises.iter().any(|rise| rise.user == user && rise.from.is_some());
        let rise = Rise {
            board: if row.get::<_, &str>(1) == "guild" { "guild" } else { "following" },
            from: was_there.then(|| place(row, 2)),
            to: place(row, 3),
            of: place(row, 4),
            passed_count: row.get::<_, i64>(5) as u32,
            passed: row.get::<_, Option<_>>(6).unwrap_or_default(),
        };
        (user, rise)
    };
    let risen = |(_, rise): &(UserId, Rise)| rise.from.is_none_or(|from| rise.to < from);
    Ok(rows.iter().map(rise).filter(risen).collect())
}

/// The statement of [`keep_rises`].
pub const KEEP_RISES: &str =
    "INSERT INTO rank_rises (user_id, board, from_rank, to_rank, of_lifters, passed, passed_count)
     SELECT user_id, board, from_rank, to_rank, of_lifters, passed::uuid[], passed_count
     FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::integer[], $6::text[], $7::integer[])
          AS risen (user_id, board, from_rank, to_rank, of_lifters, passed, passed_count)";

/// Keeps rises of lifters.
pub async fn keep_rises(db: &Connection, rises: &[(UserId, Rise)]) -> Result<u64, DatabaseError> {
    if rises.is_empty() {
        return Ok(0);
    }
    fn column<T>(rises: &[(UserId, Rise)], of: impl Fn(&Rise) -> T) -> Vec<T> {
        rises.iter().map(|(_, rise)| of(rise)).collect()
    }
    // An array of arrays of different lengths is none.
    let passed = |rise: &Rise| format!("{{{}}}", rise.passed.iter().map(Uuid::to_string).collect::<Vec<_>>().join(","));
    let users: Vec<_> = rises.iter().map(|(user, _)| user.0).collect();
    db.execute(
        KEEP_RISES,
        &[
            &users,
            &column(rises, |rise| rise.board),
            &column(rises, |rise| rise.from.map(|from| from as i32)),
            &column(rises, |rise| rise.to as i32),
            &column(rises, |rise| rise.of as i32),
            &column(rises, passed),
            &column(rises, |rise| rise.passed_count as i32),
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
