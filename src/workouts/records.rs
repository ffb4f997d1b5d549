//! The records of somebody, exercise by exercise: of every set and every lift that counts, however they came.

use std::collections::BTreeMap;

use actix_web::get;
use actix_web::web::{Data, Json};
use jiff::Timestamp;
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::store::records::{self as store, Best, Volume};
use crate::accounts;
use crate::catalogue::{Catalogue, Load};
use crate::platform::{Database, Path, Problem, Time, UserId};
use crate::sessions::SignedIn;
use crate::strength::one_rep_max;

/// Up to so many repetitions there is a record of its own.
const MOST_REPS: i32 = 12;

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_records);
}

/// The most that was lifted so many times.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RepRecord {
    /// 1 to 12.
    reps: i32,
    /// Kilograms; a set of more repetitions counts too.
    weight_kg: f64,
    /// Of the set that did it.
    done_reps: i32,
    performed_at: Time,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct VolumeRecord {
    /// Kilograms times repetitions.
    volume: f64,
    performed_at: Time,
}

/// What weighs most once, by Epley's formula, from sets of up to 12; not of what hangs on the body.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EstimateRecord {
    one_rep_max_kg: f64,
    weight_kg: f64,
    reps: i32,
    performed_at: Time,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ExerciseRecords {
    exercise_id: String,
    /// Null for an exercise of somebody else's own.
    exercise_name: Option<String>,
    /// Of 1 to 12 repetitions, those that there are.
    reps: Vec<RepRecord>,
    /// The most repetitions of a set.
    most_reps: i32,
    set_volume: Option<VolumeRecord>,
    /// Of all sets of a workout together.
    workout_volume: Option<VolumeRecord>,
    estimated: Option<EstimateRecord>,
}

/// The records of somebody, exercise by exercise.
#[utoipa::path(params(("user_id" = UserId, Path)), security(("bearer" = [])), tag = "workouts",
    responses((status = 200, body = Vec<ExerciseRecords>), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/users/{user_id}/records")]
async fn list_records(
    me: SignedIn,
    user_id: Path<UserId>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
) -> Result<Json<Vec<ExerciseRecords>>, Problem> {
    let (db, user) = (db.connection().await?, user_id.into_inner());
    if !accounts::is_active(&db, me.id).await? {
        return Err(SignedIn::gone());
    }
    let mut of = BTreeMap::<String, Vec<Best>>::new();
    for best in store::list_bests(&db, user, me.id).await? {
        if is_beyond_belief(&catalogue, &best) {
            continue;
        }
        of.entry(best.exercise_id.clone()).or_default().push(best);
    }
    let volumes = store::list_volumes(&db, user, me.id).await?;
    let own = crate::own_exercises::list_all(&db, me.id).await?;
    let records = of.into_iter().map(|(id, bests)| {
        let of_catalogue = catalogue.find(&id).map(|exercise| exercise.name.clone());
        let name = of_catalogue.or_else(|| own.iter().find(|own| own.id == id).map(|own| own.name.clone()));
        let load = catalogue.find(&id).map_or(Load::Total, |exercise| exercise.load);
        records((id, name, load), &bests, &volumes)
    });
    Ok(Json(records.collect()))
}

/// More than anybody has done: of a lift a moderator decides, and a set that came without one is not believed.
fn is_beyond_belief(catalogue: &Catalogue, best: &Best) -> bool {
    let Some(exercise) = catalogue.find(&best.exercise_id) else { return false };
    let score = crate::lifts::score_value(exercise, best.weight_kg, Some(best.reps));
    !best.is_lift && exercise.ceiling.is_some_and(|ceiling| score > ceiling.of(None))
}

fn records(
    (exercise_id, exercise_name, load): (String, Option<String>, Load),
    bests: &[Best],
    volumes: &[Volume],
) -> ExerciseRecords {
    // Less help is harder: of that no weight is a record, only what was done.
    let weighs = load != Load::Assistance;
    // Of equal ones the first that was done.
    let first = |a: &(f64, Timestamp), b: &(f64, Timestamp)| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1));
    let greatest = |value: &dyn Fn(&Best) -> f64, from: i32, to: i32| {
        let fitting = bests.iter().filter(|best| weighs && (from..=to).contains(&best.reps) && best.weight_kg > 0.0);
        fitting.max_by(|a, b| first(&(value(a), a.performed_at), &(value(b), b.performed_at)))
    };
    let of_reps = |reps: i32| {
        let best = greatest(&|best| best.weight_kg, reps, i32::MAX)?;
        let (weight_kg, performed_at) = (best.weight_kg, Time(best.performed_at));
        Some(RepRecord { reps, weight_kg, done_reps: best.reps, performed_at })
    };
    let volume = |best: &Best| best.weight_kg * f64::from(best.reps);
    let estimate = |best: &Best| one_rep_max::epley(best.weight_kg, Some(best.reps));
    let of_workouts = volumes.iter().find(|volume| weighs && volume.exercise_id == exercise_id);
    ExerciseRecords {
        exercise_name,
        reps: (1..=MOST_REPS).filter_map(of_reps).collect(),
        most_reps: bests.iter().map(|best| best.reps).max().unwrap_or(0),
        set_volume: greatest(&volume, 1, i32::MAX)
            .map(|best| VolumeRecord { volume: volume(best), performed_at: Time(best.performed_at) }),
        workout_volume: of_workouts
            .map(|found| VolumeRecord { volume: found.volume, performed_at: Time(found.performed_at) }),
        // What hangs on the body is a part of the load, and the body's weight is nobody else's business.
        estimated: greatest(&estimate, 1, MOST_REPS).filter(|_| load != Load::AddedToBody).map(|best| EstimateRecord {
            one_rep_max_kg: estimate(best),
            weight_kg: best.weight_kg,
            reps: best.reps,
            performed_at: Time(best.performed_at),
        }),
        exercise_id,
    }
}
