//! Many lifts at once, through COPY, and the personal bests that follow. The caller holds the transaction.

use jiff::Timestamp;
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::Equipment;
use super::store::counting;
use crate::platform::bulk::Copy;
use crate::strength::ScoredAs;

/// A lift to be stored as it is.
pub struct BulkLift {
    pub user_id: Uuid,
    pub exercise_id: &'static str,
    pub weight_kg: f64,
    pub reps: i32,
    pub sets: i32,
    pub score_value: f64,
    pub performed_at: Timestamp,
    /// When it came; none is now.
    pub recorded_at: Option<Timestamp>,
    pub volume_xp: i32,
    pub bodyweight_kg: Option<f64>,
    pub scored_as: Option<ScoredAs>,
    pub age_years: Option<f32>,
    pub equipment: Equipment,
    /// `meet` or `self`.
    pub source: &'static str,
    pub meet: Option<i32>,
    pub event: Option<String>,
    pub is_tested: Option<bool>,
}

/// Of the columns that [`write`] writes.
pub(super) const TYPES: [Type; 17] = [
    Type::UUID,
    Type::TEXT,
    Type::FLOAT8,
    Type::INT4,
    Type::FLOAT8,
    Type::TIMESTAMPTZ,
    Type::FLOAT8,
    Type::TEXT,
    Type::FLOAT4,
    Type::TEXT,
    Type::TEXT,
    Type::INT4,
    Type::TEXT,
    Type::BOOL,
    Type::INT4,
    Type::TIMESTAMPTZ,
    Type::INT4,
];

pub(super) async fn write(
    copy: &mut Copy,
    before: &[&(dyn ToSql + Sync)],
    lift: &BulkLift,
) -> Result<(), tokio_postgres::Error> {
    let (scored_as, equipment) = (lift.scored_as.map(ScoredAs::as_str), lift.equipment.as_str());
    let columns: [&(dyn ToSql + Sync); 17] = [
        &lift.user_id,
        &lift.exercise_id,
        &lift.weight_kg,
        &lift.reps,
        &lift.score_value,
        &lift.performed_at,
        &lift.bodyweight_kg,
        &scored_as,
        &lift.age_years,
        &equipment,
        &lift.source,
        &lift.meet,
        &lift.event,
        &lift.is_tested,
        &lift.sets,
        &lift.recorded_at,
        &lift.volume_xp,
    ];
    copy.row(&[before, &columns].concat()).await
}

/// Stores lifts. A meet's lift that is there already stays, unless the new one is heavier.
pub async fn insert_lifts(db: &Client, lifts: &[BulkLift]) -> Result<u64, tokio_postgres::Error> {
    db.batch_execute(
        "CREATE TEMP TABLE new_lifts (
             user_id uuid, exercise_id text, weight_kg double precision, reps integer, score_value double precision,
             performed_at timestamptz, bodyweight_kg double precision, scored_as text, age_years real, equipment text,
             source text, meet integer, event text, is_tested boolean, sets integer, recorded_at timestamptz, volume_xp integer
         ) ON COMMIT DROP",
    )
    .await?;
    let mut copy = Copy::into(db, "new_lifts", &TYPES).await?;
    for lift in lifts {
        write(&mut copy, &[], lift).await?;
    }
    copy.finish().await?;
    // What follows joins them: without figures PostgreSQL takes them for a handful, and looks at all lifts once for each.
    db.batch_execute("ANALYZE new_lifts").await?;
    db.execute(
        "INSERT INTO lifts AS l (user_id, exercise_id, weight_kg, reps, sets, score_value, performed_at, bodyweight_kg,
                                 scored_as, age_years, equipment, source, meet, event, is_tested, recorded_at, volume_xp)
         SELECT user_id, exercise_id, weight_kg, reps, sets, score_value, performed_at, bodyweight_kg,
                scored_as::scoring, age_years, equipment::worn, source::lift_source, meet, event::meet_event, is_tested,
                coalesce(recorded_at, now()), volume_xp
         FROM new_lifts
         ON CONFLICT (user_id, exercise_id, performed_at, equipment) WHERE source = 'meet'
         DO UPDATE SET weight_kg = excluded.weight_kg, score_value = excluded.score_value,
                       bodyweight_kg = excluded.bodyweight_kg, scored_as = excluded.scored_as,
                       age_years = excluded.age_years, meet = excluded.meet, event = excluded.event,
                       is_tested = excluded.is_tested
             WHERE l.weight_kg < excluded.weight_kg",
        &[],
    )
    .await
}

/// Brings the personal bests of everybody whose lifts were just stored up to date.
pub async fn refresh_personal_bests(db: &Client) -> Result<u64, tokio_postgres::Error> {
    db.execute(
        concat!(
            "INSERT INTO personal_bests AS b
                 (user_id, exercise_id, lift_id, score_value, weight_kg, reps, sets, performed_at)
             SELECT DISTINCT ON (user_id, exercise_id)
                    user_id, exercise_id, id, score_value, weight_kg, reps, sets, performed_at
             FROM lifts l WHERE user_id IN (SELECT user_id FROM new_lifts) AND ",
            counting!(),
            " ORDER BY user_id, exercise_id, score_value DESC, performed_at DESC, id DESC
             ON CONFLICT (user_id, exercise_id) DO UPDATE
                 SET lift_id = excluded.lift_id, score_value = excluded.score_value, weight_kg = excluded.weight_kg,
                     reps = excluded.reps, sets = excluded.sets, performed_at = excluded.performed_at
                 WHERE (b.lift_id, b.score_value) IS DISTINCT FROM (excluded.lift_id, excluded.score_value)"
        ),
        &[],
    )
    .await
}
