//! Workouts as they are answered.

use serde::Serialize;
use uuid::Uuid;

use super::new_workout::NewWorkout;
use super::store::{SetRow, WorkoutRow};
use crate::boards::Doubt;
use crate::catalogue::Catalogue;
use crate::lifts::JudgedLift;
use crate::platform::{Time, UserId};

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WorkoutRead {
    pub id: Uuid,
    pub user_id: UserId,
    /// Null too when the routine was deleted.
    pub routine_id: Option<Uuid>,
    pub title: String,
    pub note: Option<String>,
    pub minutes: f64,
    pub completed_at: Time,
    pub recorded_at: Time,
    /// Kilograms times repetitions of all sets.
    pub total_volume: f64,
    pub sets: Vec<SetRead>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SetRead {
    /// The id that the client gave it.
    pub id: Option<Uuid>,
    pub exercise_id: String,
    /// Null for an exercise of somebody else's own.
    pub exercise_name: Option<String>,
    pub reps: i32,
    pub weight_kg: f64,
    /// `normal`, `warm_up`, `drop` or `failure`.
    pub kind: String,
    pub assisted: bool,
    pub rpe: Option<f32>,
    pub rest_seconds: Option<i32>,
    /// How many equal sets this stands for.
    pub times: i32,
    /// The lift that was made of it and of the others of its weight and repetitions.
    pub lift_id: Option<i32>,
}

impl WorkoutRead {
    pub fn new(workout: WorkoutRow, sets: Vec<SetRow>, catalogue: &Catalogue) -> Self {
        Self {
            id: workout.id,
            user_id: workout.user_id,
            routine_id: workout.routine_id,
            title: workout.title,
            note: workout.note,
            minutes: workout.minutes,
            completed_at: Time(workout.completed_at),
            recorded_at: Time(workout.recorded_at),
            total_volume: sets.iter().map(|set| set.total_volume).sum(),
            sets: sets.into_iter().map(|set| SetRead::new(set, catalogue)).collect(),
        }
    }
}

impl SetRead {
    fn new(set: SetRow, catalogue: &Catalogue) -> Self {
        let name = catalogue.find(&set.exercise_id).map(|exercise| exercise.name.clone()).or(set.own_name);
        Self {
            id: set.client_id,
            exercise_name: name,
            exercise_id: set.exercise_id,
            reps: set.reps,
            weight_kg: set.weight_kg,
            kind: set.kind,
            assisted: set.is_assisted,
            rpe: set.rpe,
            rest_seconds: set.rest_seconds,
            times: set.sets,
            lift_id: set.lift_id,
        }
    }
}

/// A lift that a workout made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WorkoutLift {
    id: i32,
    exercise_id: String,
    weight_kg: f64,
    reps: Option<i32>,
    sets: Option<i32>,
    /// Repetitions with the own body weight, otherwise the estimated single in kilograms.
    score_value: f64,
    is_personal_best: bool,
    /// The best of before.
    previous_best_score_value: Option<f64>,
    /// Why a moderator has to look first: `ceiling` or `bodyweight`.
    waits_for_moderator: Option<&'static str>,
}

impl From<&JudgedLift> for WorkoutLift {
    fn from(judged: &JudgedLift) -> Self {
        Self {
            id: judged.lift.id,
            exercise_id: judged.lift.exercise_id.clone(),
            weight_kg: judged.lift.weight_kg,
            reps: judged.lift.reps,
            sets: judged.lift.sets,
            score_value: judged.lift.score_value,
            is_personal_best: judged.rises,
            previous_best_score_value: judged.previous_best.as_ref().map(|best| best.score_value),
            waits_for_moderator: judged.moment.doubt.map(Doubt::as_str),
        }
    }
}

impl WorkoutRead {
    /// As it was just written.
    pub fn written(
        (id, user): (Uuid, UserId),
        new: &NewWorkout,
        title: String,
        lifts: &[Option<i32>],
        recorded_at: jiff::Timestamp,
        name_of: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let sets = new.sets.iter().zip(lifts).map(|(set, lift)| SetRead {
            id: set.sent.id,
            exercise_name: name_of(&set.sent.exercise_id),
            exercise_id: set.sent.exercise_id.clone(),
            reps: set.sent.reps,
            weight_kg: set.sent.weight_kg,
            kind: set.sent.kind.as_str().to_owned(),
            assisted: set.sent.assisted,
            rpe: set.sent.rpe,
            rest_seconds: set.sent.rest_seconds,
            times: set.times,
            lift_id: *lift,
        });
        Self {
            id,
            user_id: user,
            routine_id: new.routine_id,
            title,
            note: new.note.clone(),
            minutes: new.minutes,
            completed_at: Time(new.completed_at),
            recorded_at: Time(recorded_at),
            total_volume: new.sets.iter().map(|set| set.total_volume).sum(),
            sets: sets.collect(),
        }
    }
}
