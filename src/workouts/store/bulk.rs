//! Workouts of many at once, from their lifts: what was lifted at one time is one workout. The caller holds the transaction.

use fastrand::Rng;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};
use uuid::Uuid;

use crate::lifts::made::MadeLift;
use crate::platform::bulk::Copy;
use crate::workouts::title::title;

/// The minutes of a workout without a set, and those of a set.
const MINUTES: (i32, i32) = (20, 10);

/// A workout of lifts that have their ids.
pub struct BulkWorkout<'a> {
    id: Uuid,
    user: Uuid,
    at: Timestamp,
    lifts: &'a [MadeLift],
}

/// The workouts that some lifts make, those of one user and time behind each other.
pub fn of_lifts(lifts: &[MadeLift]) -> Vec<BulkWorkout<'_>> {
    let together =
        |a: &MadeLift, b: &MadeLift| (a.lift.user_id, a.lift.performed_at) == (b.lift.user_id, b.lift.performed_at);
    let workout = |lifts: &'_ [MadeLift]| {
        let lift = &lifts.first()?.lift;
        Some((id(lift.user_id, lift.performed_at), lift.user_id, lift.performed_at))
    };
    let workouts = lifts.chunk_by(together);
    workouts.filter_map(|lifts| workout(lifts).map(|(id, user, at)| BulkWorkout { id, user, at, lifts })).collect()
}

/// The id of a workout of a lifter then; those of a lifter lie together, and so in the index.
fn id(user: Uuid, at: Timestamp) -> Uuid {
    let mut bytes = user.into_bytes();
    let seed = user.as_u64_pair().1 ^ at.as_microsecond().unsigned_abs();
    Rng::with_seed(seed).fill(&mut bytes[8..]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

pub async fn insert(db: &Client, workouts: &[BulkWorkout<'_>]) -> Result<u64, Error> {
    let mut copy = Copy::into(
        db,
        "workouts (id, user_id, title, status, minutes, completed_at, recorded_at, local_day, pays, has_lifts)",
        &[
            Type::UUID,
            Type::UUID,
            Type::TEXT,
            Type::TEXT,
            Type::FLOAT8,
            Type::TIMESTAMPTZ,
            Type::TIMESTAMPTZ,
            Type::DATE,
            Type::BOOL,
            Type::BOOL,
        ],
    )
    .await?;
    for BulkWorkout { id, user, at, lifts } in workouts {
        let sets: i32 = lifts.iter().map(|made| made.lift.sets).sum();
        let minutes = f64::from(MINUTES.0 + MINUTES.1 * sets);
        let day = at.to_zoned(TimeZone::UTC).date();
        let title = title(*at, &TimeZone::UTC);
        copy.row(&[id, user, &title, &"completed", &minutes, at, at, &day, &true, &true]).await?;
    }
    copy.finish().await?;
    insert_sets(db, workouts).await
}

async fn insert_sets(db: &Client, workouts: &[BulkWorkout<'_>]) -> Result<u64, Error> {
    let mut copy = Copy::into(
        db,
        "workout_sets (workout_id, position, user_id, exercise_id, reps, weight_kg, total_volume, lift_id, performed_at)",
        &[
            Type::UUID,
            Type::INT2,
            Type::UUID,
            Type::TEXT,
            Type::INT4,
            Type::FLOAT8,
            Type::FLOAT8,
            Type::INT4,
            Type::TIMESTAMPTZ,
        ],
    )
    .await?;
    for BulkWorkout { id, user, at, lifts } in workouts {
        let mut position = 0i16;
        for MadeLift { id: lift_id, lift } in *lifts {
            let volume = lift.weight_kg * f64::from(lift.reps);
            for _ in 0..lift.sets {
                copy.row(&[id, &position, user, &lift.exercise_id, &lift.reps, &lift.weight_kg, &volume, lift_id, at])
                    .await?;
                position += 1;
            }
        }
    }
    copy.finish().await
}
