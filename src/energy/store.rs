use jiff::Timestamp;
use jiff::civil::Date;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::platform::visibility::{listed, visible};
use crate::platform::{Connection, DatabaseError, UserId};
use crate::strength::energy::{Energy, Lifter};
use crate::strength::standards::CoreLift;
use crate::strength::{ScoredAs, Unit};

/// What the energy of a user is computed from, and the year of birth.
pub async fn find_lifter(db: &Connection, user: UserId) -> Result<Option<(Lifter, Option<i16>)>, DatabaseError> {
    let row = db
        .query_opt(
            "SELECT u.weight_kg, u.scored_as, u.gender, u.preferred_unit,
                    (SELECT score_value FROM personal_bests WHERE user_id = u.id AND exercise_id = $2),
                    (SELECT score_value FROM personal_bests WHERE user_id = u.id AND exercise_id = $3),
                    (SELECT score_value FROM personal_bests WHERE user_id = u.id AND exercise_id = $4), u.birth_year
             FROM users u WHERE u.id = $1",
            &[
                &user.0,
                &CoreLift::Squat.exercise_id(),
                &CoreLift::Bench.exercise_id(),
                &CoreLift::Deadlift.exercise_id(),
            ],
        )
        .await?;
    Ok(row.map(|row| (lifter_from_row(&row, 0), row.get(7))))
}

/// Reads body weight, scoring, gender, unit and the three bests from the column `first` on.
pub fn lifter_from_row(row: &Row, first: usize) -> Lifter {
    let (chosen, gender): (Option<&str>, Option<&str>) = (row.get(first + 1), row.get(first + 2));
    Lifter {
        bodyweight_kg: row.get(first),
        scored_as: chosen.and_then(ScoredAs::parse).or_else(|| gender.and_then(ScoredAs::from_gender)),
        unit: Unit::parse(row.get(first + 3)).unwrap_or(Unit::Kg),
        best_kg: [row.get(first + 4), row.get(first + 5), row.get(first + 6)],
    }
}

/// The energies of some users, their ranks, and what they are computed from.
pub async fn list_energies(db: &Connection, users: &[Uuid]) -> Result<Vec<(Uuid, f64, String, Lifter)>, DatabaseError> {
    let [squat, bench, deadlift] = CoreLift::ALL.map(CoreLift::exercise_id);
    let rows = db
        .query(
            "SELECT u.id, u.energy, u.rank, u.weight_kg, u.scored_as, u.gender, u.preferred_unit,
                    max(b.score_value) FILTER (WHERE b.exercise_id = $2),
                    max(b.score_value) FILTER (WHERE b.exercise_id = $3),
                    max(b.score_value) FILTER (WHERE b.exercise_id = $4)
             FROM users u LEFT JOIN personal_bests b ON b.user_id = u.id
             WHERE u.id = ANY ($1::uuid[]) GROUP BY u.id",
            &[&users, &squat, &bench, &deadlift],
        )
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), lifter_from_row(row, 3))).collect())
}

/// The statement of [`set_energies`]. The history's time is of the clock: a transaction may have begun before another's.
pub const SET_ENERGIES: &str = "WITH made AS (
         SELECT made.*, u.energy AS before FROM unnest($1::uuid[], $2::float8[], $3::text[]) AS made (id, energy, rank)
         JOIN users u ON u.id = made.id AND (u.energy, u.rank) IS DISTINCT FROM (made.energy, made.rank)),
     changed AS (UPDATE users u SET energy = made.energy, rank = made.rank, updated_at = now()
                 FROM made WHERE u.id = made.id)
     INSERT INTO energy_history (user_id, energy, created_at)
     SELECT id, energy, clock_timestamp() FROM made WHERE before <> energy";

/// Writes energies and ranks where they differ; a changed energy enters the history. The users' rows are held.
pub async fn set_energies(db: &Connection, energies: &[(UserId, Energy)]) -> Result<u64, DatabaseError> {
    let users: Vec<_> = energies.iter().map(|(user, _)| user.0).collect();
    let values: Vec<_> = energies.iter().map(|(_, energy)| energy.value).collect();
    let ranks: Vec<_> = energies.iter().map(|(_, energy)| energy.rank_name()).collect();
    db.execute(SET_ENERGIES, &[&users, &values, &ranks]).await
}

/// One row of the board; its texts are borrowed from what the database sent.
pub struct BoardRow(Row);

impl BoardRow {
    pub fn user_id(&self) -> UserId {
        UserId(self.0.get(0))
    }

    pub fn username(&self) -> &str {
        self.0.get(1)
    }

    pub fn display_name(&self) -> Option<&str> {
        self.0.get(2)
    }

    pub fn energy(&self) -> f64 {
        self.0.get(3)
    }

    pub fn avatar_key(&self) -> Option<&str> {
        self.0.get(4)
    }
}

/// What places a lifter on the leaderboard.
#[derive(Clone, Copy)]
pub struct Mark {
    energy: f64,
    updated_at: Timestamp,
    id: Uuid,
}

/// The leaderboard without whoever has this energy or more, and without the first `skip` of the others.
pub async fn list_board(db: &Connection, below: f64, limit: i64, skip: i64) -> Result<Vec<BoardRow>, DatabaseError> {
    let sql = concat!(
        "SELECT id, username, display_name, energy, avatar_key FROM users u WHERE ",
        listed!(),
        " AND energy < $1 ORDER BY energy DESC, updated_at DESC, id LIMIT $2 OFFSET $3"
    );
    Ok(db.query(sql, &[&below, &limit, &skip]).await?.into_iter().map(BoardRow).collect())
}

/// The same behind a row: first whoever has its energy too, as the index has them, then those with less.
pub async fn list_board_behind(
    db: &Connection,
    Mark { energy, updated_at, id }: Mark,
    limit: i64,
    skip: i64,
) -> Result<Vec<BoardRow>, DatabaseError> {
    let sql = concat!(
        "SELECT id, username, display_name, energy, avatar_key FROM users u WHERE ",
        listed!(),
        " AND energy = $1 AND updated_at <= $2 AND (updated_at < $2 OR id > $3)
         ORDER BY updated_at DESC, id LIMIT $4 OFFSET $5"
    );
    let equals = db.query(sql, &[&energy, &updated_at, &id, &limit, &skip]).await?;
    let mut rows: Vec<_> = equals.into_iter().map(BoardRow).collect();
    let missing = limit - rows.len() as i64;
    if missing > 0 {
        rows.extend(list_board(db, energy, missing, 0).await?);
    }
    Ok(rows)
}

/// Every so many-th of those whose energy is this when it is rounded.
pub async fn list_cuts(db: &Connection, energy: u32, every: u32) -> Result<Vec<Mark>, DatabaseError> {
    let sql = concat!(
        "SELECT energy, updated_at, id FROM (
             SELECT energy, updated_at, id, row_number() OVER (ORDER BY energy DESC, updated_at DESC, id) AS place
             FROM users u WHERE ",
        listed!(),
        " AND energy >= $1::float8 - 0.5 AND energy < $1::float8 + 0.5) placed WHERE place % $2 = 0 ORDER BY place"
    );
    let rows = db.query(sql, &[&f64::from(energy), &i64::from(every)]).await?;
    Ok(rows.iter().map(|row| Mark { energy: row.get(0), updated_at: row.get(1), id: row.get(2) }).collect())
}

pub async fn find_energy(db: &Connection, user: UserId, visitor: Option<UserId>) -> Result<Option<f64>, DatabaseError> {
    let sql = concat!("SELECT energy FROM users u WHERE id = $1 AND ", visible!("$2"));
    let row = db.query_opt(sql, &[&user.0, &visitor.map(|visitor| visitor.0)]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// The greatest energy of each day (UTC), the earliest day first.
pub async fn list_daily(
    db: &Connection,
    user: UserId,
    visitor: Option<UserId>,
) -> Result<Vec<(Date, f64)>, DatabaseError> {
    let rows = db
        .query(
            concat!(
                "SELECT (created_at AT TIME ZONE 'UTC')::date AS day, max(energy) FROM energy_history
             WHERE user_id = $1 AND EXISTS (SELECT FROM users u WHERE id = $1 AND ",
                visible!("$2"),
                ") GROUP BY day ORDER BY day"
            ),
            &[&user.0, &visitor.map(|visitor| visitor.0)],
        )
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// The newest first; as many as anybody reads.
pub async fn list_history(
    db: &Connection,
    user: UserId,
    visitor: UserId,
) -> Result<Vec<(Uuid, f64, Timestamp)>, DatabaseError> {
    let sql = concat!(
        "SELECT id, energy, created_at FROM energy_history
         WHERE user_id = $1 AND EXISTS (SELECT FROM users u WHERE id = $1 AND ",
        visible!("$2"),
        ") ORDER BY created_at DESC, id LIMIT 10000"
    );
    let rows = db.query(sql, &[&user.0, &visitor.0]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

/// Takes hold of an active user until the transaction ends; false when there is none.
pub async fn lock_user(db: &Connection, user: UserId) -> Result<bool, DatabaseError> {
    let row = db.query_opt("SELECT FROM users WHERE id = $1 AND is_active FOR NO KEY UPDATE", &[&user.0]).await?;
    Ok(row.is_some())
}
