//! Workouts of many at once, from lifts that [`crate::lifts::bulk`] has just stored: what was lifted at one time is one
//! workout.

use tokio_postgres::Client;

/// The id of a workout of a lifter then; those of a lifter lie together, and so in the index.
macro_rules! id {
    () => {
        "(substr(user_id::text, 1, 19) || substr(md5(user_id::text || performed_at), 1, 4) || '-' ||
          substr(md5(user_id::text || performed_at), 5, 12))::uuid"
    };
}

/// Stores the workouts and their sets; gives the number of workouts. Ids follow from whose and of when they are.
pub async fn insert_of_new_lifts(db: &Client) -> Result<u64, tokio_postgres::Error> {
    let workouts = db
        .execute(
            concat!(
                "INSERT INTO workouts (id, user_id, title, status, minutes, completed_at, recorded_at, local_day, pays, has_lifts)
                 SELECT ",
                id!(),
                ", user_id,
                        CASE WHEN hour BETWEEN 5 AND 11 THEN 'Morning' WHEN hour BETWEEN 12 AND 16 THEN 'Afternoon'
                             WHEN hour BETWEEN 17 AND 20 THEN 'Evening' ELSE 'Night' END || ' Workout', 'completed',
                        20 + 10 * sets, performed_at, performed_at, (performed_at AT TIME ZONE 'UTC')::date, true, true
                 FROM (SELECT user_id, performed_at, sum(sets) AS sets,
                              extract(hour FROM performed_at AT TIME ZONE 'UTC') AS hour
                       FROM new_lifts GROUP BY user_id, performed_at ORDER BY user_id, performed_at) done"
            ),
            &[],
        )
        .await?;
    db.execute(
        concat!(
            "INSERT INTO workout_sets (workout_id, position, user_id, exercise_id, reps, weight_kg, total_volume, lift_id,
                                       performed_at)
             SELECT ",
            id!(),
            ", row_number() OVER (PARTITION BY user_id, performed_at ORDER BY id) - 1, user_id, exercise_id, reps,
                    weight_kg, weight_kg * reps, id, performed_at
             FROM lifts, generate_series(1, sets) WHERE user_id IN (SELECT user_id FROM new_lifts)"
        ),
        &[],
    )
    .await?;
    Ok(workouts)
}
