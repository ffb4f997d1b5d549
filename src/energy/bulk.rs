//! The energy of many at once: of everybody whose lifts were just stored by [`crate::lifts::bulk`].

use jiff::Timestamp;
use tokio_postgres::Client;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::store::lifter_from_row;
use crate::platform::bulk::Copy;
use crate::strength::energy;
use crate::strength::standards::CoreLift;

/// Computes and stores the energies that changed; each enters the history on the day of the newest best.
pub async fn refresh(db: &Client) -> Result<u64, tokio_postgres::Error> {
    let [squat, bench, deadlift] = CoreLift::ALL.map(CoreLift::exercise_id);
    let rows = db
        .query(
            "SELECT u.weight_kg, u.scored_as, u.gender, u.preferred_unit,
                    max(b.score_value) FILTER (WHERE b.exercise_id = $1),
                    max(b.score_value) FILTER (WHERE b.exercise_id = $2),
                    max(b.score_value) FILTER (WHERE b.exercise_id = $3),
                    u.id
             FROM users u JOIN personal_bests b ON b.user_id = u.id
             WHERE u.id IN (SELECT user_id FROM new_lifts)
             GROUP BY u.id",
            &[&squat, &bench, &deadlift],
        )
        .await?;
    db.batch_execute(
        "CREATE TEMP TABLE new_energies (user_id uuid, energy double precision, rank text) ON COMMIT DROP",
    )
    .await?;
    let mut copy = Copy::into(db, "new_energies", &[Type::UUID, Type::FLOAT8, Type::TEXT]).await?;
    for row in &rows {
        let energy = energy::energy(&lifter_from_row(row, 0));
        copy.row(&[&row.get::<_, Uuid>(7), &energy.value, &energy.rank_name()]).await?;
    }
    copy.finish().await?;
    db.execute(
        "WITH before AS (SELECT u.id, u.energy FROM users u JOIN new_energies n ON n.user_id = u.id),
              changed AS (UPDATE users u SET energy = n.energy, rank = n.rank, updated_at = now()
                          FROM new_energies n
                          WHERE u.id = n.user_id AND (u.energy, u.rank) IS DISTINCT FROM (n.energy, n.rank)
                          RETURNING u.id, u.energy)
         INSERT INTO energy_history (user_id, energy, created_at)
         SELECT changed.id, changed.energy, newest.at
         FROM changed JOIN before USING (id)
         JOIN (SELECT user_id, max(performed_at) AS at FROM personal_bests
               WHERE user_id IN (SELECT user_id FROM new_energies) GROUP BY user_id) newest ON newest.user_id = changed.id
         WHERE before.energy <> changed.energy",
        &[],
    )
    .await
}

/// Stores when new users came to their energies.
pub async fn insert_history(db: &Client, history: &[(Uuid, f64, Timestamp)]) -> Result<u64, tokio_postgres::Error> {
    let types = [Type::UUID, Type::FLOAT8, Type::TIMESTAMPTZ];
    let mut copy = Copy::into(db, "energy_history (user_id, energy, created_at)", &types).await?;
    for (user, energy, at) in history {
        copy.row(&[user, energy, at]).await?;
    }
    copy.finish().await
}
