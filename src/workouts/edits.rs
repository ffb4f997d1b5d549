//! Changing and deleting own workouts. Their lifts go and come anew, judged as lifts of then; what follows from lifts is made
//! anew from all that are left.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::WorkoutError;
use super::counting::lifts_of;
use super::new_workout::{CheckedSet, WorkoutUpdate, check_ids, check_note, check_time};
use super::record::{local_day, resolve_exercises};
use super::store::{self, WorkoutRow};
use crate::boards::Live;
use crate::catalogue::Catalogue;
use crate::lifts::{self, Done, Equipment, Held, Session};
use crate::platform::{Connection, Problem, UserId};
use crate::quests::{self, Templates};

pub struct Editing<'a> {
    pub db: &'a Connection,
    pub live: &'a Live,
    pub catalogue: &'a Catalogue,
    pub templates: &'a Templates,
}

/// Changes an own workout.
///
/// Errors: [`WorkoutError::Unknown`]; [`WorkoutError::Voided`] where a lift of it was voided and the sets are to change;
/// [`WorkoutError::SameTime`].
pub async fn edit_workout(
    editing: &Editing<'_>,
    me: UserId,
    id: Uuid,
    mut update: WorkoutUpdate,
) -> Result<(), Problem> {
    let completed_at = update.completed_at.map(|at| check_time("completed_at", Some(at))).transpose()?;
    update.note = check_note(update.note)?;
    let sets = match update.sets.take() {
        Some(sets) => {
            check_ids(&sets)?;
            Some(sets.into_iter().map(CheckedSet::of).collect::<Vec<_>>())
        }
        None => None,
    };
    let transaction = editing.db.begin().await?;
    let edited = write_edit(editing, me, id, &update, completed_at, sets).await;
    transaction.end(edited).await?;
    Ok(())
}

async fn write_edit(
    Editing { db, live, catalogue, templates }: &Editing<'_>,
    me: UserId,
    id: Uuid,
    update: &WorkoutUpdate,
    completed_at: Option<Timestamp>,
    mut sets: Option<Vec<CheckedSet>>,
) -> Result<(), WorkoutError> {
    let zone = store::lock_lifter(db, me).await?.ok_or_else(WorkoutError::gone)?;
    // Held, so that an own exercise is neither merged nor deleted meanwhile.
    if let Some(sets) = &mut sets {
        resolve_exercises(db, catalogue, me, sets).await?;
    }
    let workout = find_own(db, me, id).await?;
    let at = completed_at.unwrap_or(workout.completed_at);
    let note = update.note.clone().or(workout.note).filter(|note| !note.trim().is_empty());
    let title = update.title.as_deref().unwrap_or(&workout.title);
    let minutes = update.minutes.map_or(workout.minutes, |minutes| minutes + 0.0);
    let is_moved = at != workout.completed_at;
    let is_other = sets.is_some() || is_moved || minutes != workout.minutes;
    // What is changed a day after it came is history: otherwise every day of old could be filled up with points.
    let is_late = is_other && Timestamp::now() > workout.recorded_at + SignedDuration::from_hours(24);
    let recorded_at = if is_late { Timestamp::now() } else { workout.recorded_at };
    let written =
        store::update_workout(db, id, title, note.as_deref(), minutes, (at, local_day(at, &zone)), is_late).await;
    written.map_err(|error| match error.unique_violation() {
        Some("workouts_user_id_completed_at_key") => WorkoutError::SameTime,
        _ => error.into(),
    })?;
    if sets.is_some() || is_moved {
        if store::has_voided_lift(db, id).await? {
            return Err(WorkoutError::Voided);
        }
        let sets = match sets {
            Some(sets) => sets,
            None => stored_sets(db, me, id).await?,
        };
        store::delete_sets(db, me, id, true).await?;
        lifts::recount(db, catalogue, me).await?;
        let (done, of_sets) = lifts_of(catalogue, &sets, at);
        let made =
            if workout.has_lifts { make_lifts(db, live, catalogue, me, &done, recorded_at).await? } else { Vec::new() };
        let lift_of = |place: Option<usize>| place.and_then(|place| made.get(place).copied());
        let of_sets: Vec<_> = of_sets.into_iter().map(lift_of).collect();
        let ids: Vec<_> = sets.iter().filter_map(|set| set.sent.id).collect();
        store::forget_deleted(db, me, &ids).await?;
        let written = store::insert_sets(db, id, me, at, &sets, &of_sets).await;
        written.map_err(|error| match error.unique_violation() {
            Some("workout_sets_client_id") => WorkoutError::OtherWorkout,
            _ => error.into(),
        })?;
    }
    quests::follow_at(db, me, templates, &zone, workout.completed_at).await?;
    quests::follow_at(db, me, templates, &zone, at).await?;
    Ok(())
}

/// Records lifts as of when their workout came, so that they pay what they paid; gives their numbers.
pub async fn make_lifts(
    db: &Connection,
    live: &Live,
    catalogue: &Catalogue,
    me: UserId,
    done: &[Done<'_>],
    recorded_at: Timestamp,
) -> Result<Vec<i32>, WorkoutError> {
    if done.is_empty() {
        return Ok(Vec::new());
    }
    let held = Held::read(db, me, done).await?.ok_or_else(WorkoutError::gone)?;
    let session = Session::judge(db, live, catalogue, held, done).await?.of_before(recorded_at);
    session.write(db).await?;
    Ok(session.lifts.iter().map(|judged| judged.lift.id).collect())
}

/// The sets of a workout as they could have been sent.
async fn stored_sets(db: &Connection, me: UserId, id: Uuid) -> Result<Vec<CheckedSet>, WorkoutError> {
    let worn = store::list_equipment(db, id).await?;
    let worn_for = |lift: Option<i32>| {
        let name = worn.iter().find(|(id, _)| Some(*id) == lift).map(|(_, worn)| worn.as_str());
        name.and_then(Equipment::parse).unwrap_or_default()
    };
    let sets = store::list_sets(db, &[id], me).await?;
    Ok(sets
        .into_iter()
        .map(|set| {
            let equipment = worn_for(set.lift_id);
            set.into_sent(equipment)
        })
        .collect())
}

async fn find_own(db: &Connection, me: UserId, id: Uuid) -> Result<WorkoutRow, WorkoutError> {
    let workout = store::find_workout(db, id, me).await?;
    workout.filter(|workout| workout.user_id == me).ok_or(WorkoutError::Unknown)
}

/// Deletes an own workout. The ids of its sets are remembered: a phone that sends them once more brings nothing back.
///
/// Errors: [`WorkoutError::Unknown`].
pub async fn delete_workout(editing: &Editing<'_>, me: UserId, id: Uuid) -> Result<(), WorkoutError> {
    let Editing { db, catalogue, templates, .. } = editing;
    let transaction = db.begin().await?;
    let deleted = async {
        let zone = store::lock_lifter(db, me).await?.ok_or_else(WorkoutError::gone)?;
        let workout = find_own(db, me, id).await?;
        store::delete_sets(db, me, id, true).await?;
        store::delete_workout(db, id).await?;
        lifts::recount(db, catalogue, me).await?;
        quests::follow_at(db, me, templates, &zone, workout.completed_at).await?;
        Ok(())
    };
    let deleted = deleted.await;
    transaction.end(deleted).await
}
