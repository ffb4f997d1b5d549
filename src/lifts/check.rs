//! Whether what follows from lifts is what they give: the points of their volume, and the personal bests.

use uuid::Uuid;

use super::store::counting;
use crate::catalogue::Catalogue;
use crate::platform::{Connection, DatabaseError, UserId};
use crate::progress::volume_xp;

/// What differs, in words, of each of these lifters.
pub async fn check(
    db: &Connection,
    catalogue: &Catalogue,
    users: &[Uuid],
) -> Result<Vec<(Uuid, String)>, DatabaseError> {
    let mut found = Vec::new();
    for (user, id, kept, right) in list_volumes(db, catalogue, users).await? {
        if kept != right {
            found.push((user, format!("lift {id} is worth {kept} points, should be {right}")));
        }
    }
    found.extend(list_wrong_bests(db, users).await?);
    Ok(found)
}

/// Makes the points of a lifter's volume anew.
pub async fn refresh_volumes(db: &Connection, catalogue: &Catalogue, user: UserId) -> Result<(), DatabaseError> {
    let volumes = list_volumes(db, catalogue, &[user.0]).await?;
    let wrong = volumes.into_iter().filter(|(_, _, kept, right)| kept != right);
    let (ids, points): (Vec<i32>, Vec<i32>) = wrong.map(|(_, id, _, right)| (id, right)).unzip();
    let sql = "UPDATE lifts l SET volume_xp = n.points FROM unnest($1::integer[], $2::integer[]) AS n (id, points)
               WHERE l.id = n.id";
    db.execute(sql, &[&ids, &points]).await?;
    Ok(())
}

/// One whose body weight was taken back keeps what it earned.
///
/// Of each own lift whose it is, its number, its points as they are kept, and as they should be.
async fn list_volumes(
    db: &Connection,
    catalogue: &Catalogue,
    users: &[Uuid],
) -> Result<Vec<(Uuid, i32, i32, i32)>, DatabaseError> {
    let sql =
        "SELECT user_id, id, volume_xp, exercise_id, weight_kg::float8, reps::integer, sets::integer, bodyweight_kg
               FROM lifts
               WHERE user_id = ANY ($1::uuid[]) AND source = 'self' AND bodyweight_kg IS NOT NULL";
    let rows = db.query(sql, &[&users]).await?;
    let right = |row: &tokio_postgres::Row| {
        let exercise = catalogue.find(row.get(3));
        exercise.map_or(0, |exercise| volume_xp(exercise, row.get(4), row.get(5), row.get(6), row.get(7)))
    };
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), right(row))).collect())
}

async fn list_wrong_bests(db: &Connection, users: &[Uuid]) -> Result<Vec<(Uuid, String)>, DatabaseError> {
    let sql = concat!(
        "WITH best AS (
             SELECT DISTINCT ON (l.user_id, l.exercise_id) l.user_id, l.exercise_id, l.id, l.score_value
             FROM lifts l WHERE l.user_id = ANY ($1::uuid[]) AND ",
        counting!(),
        " ORDER BY l.user_id, l.exercise_id, l.score_value DESC, l.performed_at DESC, l.id DESC)
         SELECT coalesce(n.user_id, b.user_id), 'the best ' || coalesce(n.exercise_id, b.exercise_id) || ' is lift '
                || coalesce(b.lift_id::text, 'none') || ', should be ' || coalesce(n.id::text, 'none')
         FROM best n FULL JOIN (SELECT * FROM personal_bests WHERE user_id = ANY ($1::uuid[])) b
              ON b.user_id = n.user_id AND b.exercise_id = n.exercise_id
         WHERE (n.id, n.score_value) IS DISTINCT FROM (b.lift_id, b.score_value)
         UNION ALL
         SELECT e.user_id, 'the event ' || e.id || ' of a best names no lift that counts' FROM personal_best_events e
         WHERE e.user_id = ANY ($1::uuid[]) AND NOT EXISTS (SELECT FROM lifts l WHERE l.id = e.lift_id AND ",
        counting!(),
        ")"
    );
    Ok(db.query(sql, &[&users]).await?.iter().map(|row| (row.get(0), row.get(1))).collect())
}
