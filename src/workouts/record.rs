//! Recording a workout, in one transaction with all that follows from it.
//!
//! Four journeys to the database at most: one takes hold of the lifter and reads, one asks for the names of whoever is passed,
//! one writes, one keeps the answer and commits. (One more before them where a set names an exercise of one's own.)

use futures_util::future::{try_join, try_join4, try_join5};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use uuid::Uuid;

use super::counting::lifts_of;
use super::new_workout::{CheckedSet, NewWorkout};
use super::read::{WorkoutLift, WorkoutRead};
use super::store::{self, Known, Stored};
use super::title::title;
use super::{WorkoutError, legacy};
use crate::boards::qualify::in_microseconds;
use crate::boards::{Live, RankChange};
use crate::catalogue::Catalogue;
use crate::lifts::{Held, Session};
use crate::own_exercises::{self, OwnExercise};
use crate::platform::idempotency::{Repeatable, StoredAnswer};
use crate::platform::{Connection, UserId};
use crate::progress::{self, Curve, LevelProgress};
use crate::quests::{self, QuestInstance, Templates};

/// What recording needs beside the workout.
pub struct Recording<'a> {
    pub db: &'a Connection,
    pub live: &'a Live,
    pub catalogue: &'a Catalogue,
    pub templates: &'a Templates,
    pub curve: Curve,
    pub repeatable: &'a Repeatable,
}

/// Who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    New,
    /// Clients that send each lift on its own.
    Legacy,
}

/// All that came of a workout.
#[derive(Serialize, utoipa::ToSchema)]
pub struct WorkoutSummary {
    workout: WorkoutRead,
    /// The lifts that count, of sets of the same weight and repetitions one.
    lifts: Vec<WorkoutLift>,
    /// The places that they changed, among everybody and in the own weight class.
    ranks: Vec<RankChange>,
    /// The energy, where it changed, and its rank.
    energy: Option<EnergyNow>,
    /// Points that all of it gave, quests included.
    xp_gained: i64,
    progress: LevelProgress,
    /// The quests that it moved.
    quests: Vec<QuestInstance>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct EnergyNow {
    value: f64,
    rank: &'static str,
}

/// Records a workout: its sets, the lifts that count, bests, points, quests, energy and standings. One that is sent again, by
/// its key, its time or the ids of its sets, gets the answer that the first one got, and changes nothing.
pub async fn record_workout(
    recording: &Recording<'_>,
    me: UserId,
    mut new: NewWorkout,
    form: Form,
) -> Result<StoredAnswer, WorkoutError> {
    let Recording { db, live, catalogue, templates, curve, repeatable } = *recording;
    let own = resolve_exercises(db, catalogue, me, &mut new.sets).await?;
    let (done, lift_of_set) = match form {
        Form::New => lifts_of(catalogue, &new.sets, new.completed_at),
        Form::Legacy => (Vec::new(), vec![None; new.sets.len()]),
    };
    let ids: Vec<_> = new.sets.iter().filter_map(|set| set.sent.id).collect();
    Held::prepare(db).await?;
    db.prepare(&store::RECORDING).await?;
    db.prepare(&[quests::FOLLOW, progress::FIND_XP]).await?;
    db.prepare(repeatable.statements()).await?;
    let reading = try_join5(
        Held::read(db, me, &done),
        try_join(store::find_known(db, me, new.completed_at, &ids), store::count_deleted(db, me, &ids)),
        repeatable.recall(db, me),
        find_routine_name(db, me, new.routine_id),
        progress::find_own_progress(db, curve, me),
    );
    let (transaction, (held, (known, deleted), recalled, routine, before)) = db.begin_with(reading).await?;
    let content = new.content();
    let is_routine_unknown = new.routine_id.is_some() && routine.is_none();
    let arrived = Arrived { form, ids: &ids, sets: new.sets.len(), content: &content, is_routine_unknown };
    let decided = decide(repeatable, recalled, &known, deleted, &arrived);
    let (held, before) = match (held, before, decided) {
        (Some(held), Some(before), Ok(None)) => (held, before),
        (.., decided) => {
            transaction.roll_back().await?;
            return match decided? {
                Some(Before::Answered(answer)) => Ok(answer),
                Some(Before::Stored(id)) => Ok(answer_again(recording, me, id, form).await?),
                None => Err(WorkoutError::gone()),
            };
        }
    };

    // Whoever renames, merges or deletes an own exercise holds the lifter: now it stays as it is.
    if !own.is_empty() && !names_the_same(&own, &own_exercises::list_all(db, me).await?, &new.sets) {
        transaction.roll_back().await?;
        return Err(WorkoutError::Changed);
    }
    let zone = held.lifter.time_zone.clone();
    let session = Session::judge(db, live, catalogue, held, &done).await?;
    let lifts: Vec<_> = lift_of_set.iter().map(|place| place.map(|place| session.lifts[place].lift.id)).collect();
    let name = new.title.clone().or(routine).unwrap_or_else(|| title(new.completed_at, &zone).to_owned());
    let (id, now) = (Uuid::now_v7(), in_microseconds(Timestamp::now()));
    let workout = Stored {
        id,
        user: me,
        routine_id: new.routine_id,
        title: &name,
        status: &new.status,
        note: new.note.as_deref(),
        minutes: new.minutes,
        completed_at: new.completed_at,
        local_day: local_day(new.completed_at, &zone),
        has_lifts: form == Form::New,
        content: &content,
        recorded_at: now,
    };
    let cycles = templates.cycles(new.completed_at, &zone);
    let (_, change, _, (moved, after)) = try_join4(
        store::insert_workout(db, &workout),
        session.write(db),
        store::insert_sets(db, id, me, new.completed_at, &new.sets, &lifts),
        try_join(quests::follow(db, me, &cycles), progress::find_own_progress(db, curve, me)),
    )
    .await?;
    let after = after.ok_or_else(WorkoutError::gone)?;

    let body = match form {
        Form::Legacy => legacy::written(me, &new, name),
        Form::New => serde_json::to_string(&WorkoutSummary {
            workout: WorkoutRead::written((id, me), &new, name, &lifts, now, |id| name_of(id, catalogue, &own)),
            lifts: session.lifts.iter().map(WorkoutLift::from).collect(),
            ranks: session.ranks().to_vec(),
            energy: session.energy.map(|energy| EnergyNow { value: energy.value, rank: energy.rank_name() }),
            xp_gained: after.xp() - before.xp(),
            progress: after,
            quests: moved.iter().filter_map(|quest| QuestInstance::new(quest, templates, now)).collect(),
        }),
    };
    let answer = StoredAnswer { status: 201, body: body.map_err(crate::lifts::LiftError::Unwritable)? };
    let keeping = try_join(store::remember_answer(db, id, &answer.body), repeatable.remember(db, me, &answer));
    transaction.commit_with(keeping).await?;
    session.apply(live, change);
    Ok(answer)
}

/// What there was before.
enum Before {
    Answered(StoredAnswer),
    Stored(Uuid),
}

/// What is to be done with a workout that may have come before.
struct Arrived<'a> {
    form: Form,
    ids: &'a [Uuid],
    sets: usize,
    content: &'a [u8],
    is_routine_unknown: bool,
}

fn decide(
    repeatable: &Repeatable,
    recalled: Option<tokio_postgres::Row>,
    known: &[Known],
    deleted: i64,
    arrived: &Arrived<'_>,
) -> Result<Option<Before>, WorkoutError> {
    if let Some(answer) = repeatable.check(recalled)? {
        return Ok(Some(Before::Answered(answer)));
    }
    let again = |known: &Known| match &known.answer {
        // In the other form the answer would be another.
        _ if known.has_lifts != (arrived.form == Form::New) => Before::Stored(known.id),
        Some(answer) => Before::Answered(StoredAnswer { status: 201, body: answer.clone() }),
        None => Before::Stored(known.id),
    };
    let is_same = |known: &Known| known.content.as_deref() == Some(arrived.content);
    let all_have_ids = arrived.ids.len() == arrived.sets && !arrived.ids.is_empty();
    match known.first() {
        Some(first) if first.sets == arrived.ids.len() as i64 && (all_have_ids || is_same(first)) && first.sets > 0 => {
            Ok(Some(again(first)))
        }
        Some(first) if first.sets > 0 => Err(WorkoutError::OtherWorkout),
        _ if deleted > 0 => Err(WorkoutError::Deleted),
        // Existing clients send again whatever they have made of it.
        Some(first) if first.is_of_time && (arrived.form == Form::Legacy || is_same(first)) => Ok(Some(again(first))),
        Some(first) if first.is_of_time => Err(WorkoutError::SameTime),
        _ if arrived.is_routine_unknown => Err(WorkoutError::UnknownRoutine),
        _ => Ok(None),
    }
}

/// The answer for a workout whose first answer is not kept any more: what is there now.
async fn answer_again(
    recording: &Recording<'_>,
    me: UserId,
    id: Uuid,
    form: Form,
) -> Result<StoredAnswer, WorkoutError> {
    let Recording { db, catalogue, curve, .. } = *recording;
    let workout = store::find_workout(db, id, me).await?.ok_or(WorkoutError::Unknown)?;
    let sets = store::list_sets(db, &[id], me).await?;
    let progress = progress::find_own_progress(db, curve, me).await?.ok_or_else(WorkoutError::gone)?;
    let body = match form {
        Form::Legacy => serde_json::to_string(&legacy::RoutineSubmissionRead::new(workout, sets)),
        Form::New => serde_json::to_string(&WorkoutSummary {
            workout: WorkoutRead::new(workout, sets, catalogue),
            lifts: Vec::new(),
            ranks: Vec::new(),
            energy: None,
            xp_gained: 0,
            progress,
            quests: Vec::new(),
        }),
    };
    Ok(StoredAnswer { status: 201, body: body.map_err(crate::lifts::LiftError::Unwritable)? })
}

async fn find_routine_name(
    db: &Connection,
    me: UserId,
    routine: Option<Uuid>,
) -> Result<Option<String>, crate::platform::DatabaseError> {
    match routine {
        Some(routine) => store::find_routine_name(db, me, routine).await,
        None => Ok(None),
    }
}

/// Checks that each set is of an exercise that is there for its lifter; one of one's own that was merged is what it was merged
/// into. Gives the own ones, where a set names one.
pub async fn resolve_exercises(
    db: &Connection,
    catalogue: &Catalogue,
    me: UserId,
    sets: &mut [CheckedSet],
) -> Result<Vec<OwnExercise>, WorkoutError> {
    if sets.iter().all(|set| catalogue.find(&set.sent.exercise_id).is_some()) {
        return Ok(Vec::new());
    }
    let own = own_exercises::list_all(db, me).await?;
    for (place, set) in sets.iter_mut().enumerate() {
        if catalogue.find(&set.sent.exercise_id).is_some() {
            continue;
        }
        let known = own.iter().find(|own| own.id == set.sent.exercise_id);
        let known =
            known.ok_or_else(|| WorkoutError::UnknownExercise { field: format!("sets[{place}].exercise_id") })?;
        if let Some(merged_into) = &known.merged_into {
            set.sent.exercise_id = merged_into.clone();
        }
    }
    Ok(own)
}

/// Whether the own exercises that sets name are still what they were.
fn names_the_same(before: &[OwnExercise], now: &[OwnExercise], sets: &[CheckedSet]) -> bool {
    let named = before.iter().filter(|own| sets.iter().any(|set| set.sent.exercise_id == own.id));
    let mut found = named.map(|own| now.iter().find(|now| now.id == own.id).map(|now| &now.merged_into));
    found.all(|now| now == Some(&None))
}

fn name_of(id: &str, catalogue: &Catalogue, own: &[OwnExercise]) -> Option<String> {
    let of_catalogue = catalogue.find(id).map(|exercise| exercise.name.clone());
    of_catalogue.or_else(|| own.iter().find(|own| own.id == id).map(|own| own.name.clone()))
}

/// The day of a moment in somebody's time zone.
pub fn local_day(at: Timestamp, zone: &TimeZone) -> jiff::civil::Date {
    at.to_zoned(zone.clone()).date()
}
