//! Changing and deleting own lifts.
//!
//! An edited lift is judged as a new one would be: its moment is found anew, and what a moderator accepted is accepted no
//! longer once it claims more. A voided lift is evidence: it can be deleted, and not be made into something else.

mod api;
mod store;

pub use api::routes;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer};

use super::new_lift::Equipment;
use super::session::{age_in, board_lift};
use super::store::bests::insert_event_of_best;
use super::store::holding::find_weights;
use super::{Lift, LiftError, Moment, recount, score_value};
use crate::boards::qualify::{self, in_microseconds};
use crate::boards::{self, Doubt, Live, Plan, RankChange, Ranks};
use crate::catalogue::{Catalogue, Exercise};
use crate::platform::{Connection, DatabaseError, UserId};
use crate::progress;

/// What of a lift is to change; what is not sent stays. Null takes repetitions and sets away.
#[derive(Default, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(default)]
pub struct LiftUpdate {
    /// Kilograms, 0 to 1000.
    #[garde(inner(range(min = 0.0, max = 1000.0)))]
    #[schema(minimum = 0, maximum = 1000)]
    weight_lifted: Option<f64>,
    /// 0 to 100.
    #[serde(deserialize_with = "sent")]
    #[garde(inner(inner(range(min = 0, max = 100))))]
    #[schema(minimum = 0, maximum = 100)]
    sets: Option<Option<i32>>,
    /// 0 to 1000; null is a single.
    #[serde(deserialize_with = "sent")]
    #[garde(inner(inner(range(min = 0, max = 1000))))]
    #[schema(minimum = 0, maximum = 1000)]
    reps: Option<Option<i32>>,
    /// When it was lifted, with an offset or `Z`. Not before 1950 and not in the future.
    #[garde(skip)]
    #[schema(value_type = Option<String>, format = DateTime)]
    performed_at: Option<Timestamp>,
    /// What was worn.
    #[garde(skip)]
    equipment: Option<Equipment>,
}

fn sent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<i32>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl LiftUpdate {
    fn applied_to(&self, lift: &Lift, exercise: &Exercise) -> Lift {
        // Turns -0.0, which JSON can say and sorting minds, into 0.0.
        let weight_kg = self.weight_lifted.unwrap_or(lift.weight_kg) + 0.0;
        let reps = self.reps.unwrap_or(lift.reps);
        Lift {
            weight_kg,
            reps,
            sets: self.sets.unwrap_or(lift.sets),
            score_value: score_value(exercise, weight_kg, reps),
            performed_at: self.performed_at.map_or(lift.performed_at, in_microseconds),
            equipment: self.equipment.map_or_else(|| lift.equipment.clone(), |worn| worn.as_str().to_owned()),
            ..lift.clone()
        }
    }
}

/// A lift as it was kept, and what became of it.
struct Kept {
    lift: Lift,
    moment: Moment,
    is_voided: bool,
    is_accepted: bool,
}

/// What the moment of a lift depends on beside the lift.
struct Owner {
    time_zone: TimeZone,
    birth_year: Option<i16>,
}

/// Changes an own lift, with all that follows from it, and gives the places that it changed.
///
/// Errors: [`LiftError::NotYours`]; [`LiftError::Voided`]; [`LiftError::FromElsewhere`] for what was imported.
pub async fn edit_lift(
    db: &Connection,
    live: &Live,
    catalogue: &Catalogue,
    user: UserId,
    id: i32,
    update: &LiftUpdate,
) -> Result<(Lift, Option<Doubt>, Vec<RankChange>), LiftError> {
    let transaction = db.begin().await?;
    let edited = async {
        let (shown, old) = boards::hold(&transaction, user).await?.ok_or(LiftError::Gone)?;
        let (lift, waits) = write_edit(&transaction, catalogue, user, id, update).await?;
        let new = boards::list_standings_of(&transaction, user).await?;
        let ranks = Ranks::of(&transaction, live, catalogue, &[&Plan { user, shown, old, new }]).await?;
        Ok((lift, waits, ranks.into_iter().flat_map(|ranks| ranks.changes).collect()))
    };
    let edited = edited.await;
    transaction.end(edited).await
}

async fn write_edit(
    db: &Connection,
    catalogue: &Catalogue,
    user: UserId,
    id: i32,
    update: &LiftUpdate,
) -> Result<(Lift, Option<Doubt>), LiftError> {
    let owner = store::lock_owner(db, user).await?.ok_or(LiftError::Gone)?;
    let kept = store::find_own_lift(db, user, id).await?.ok_or(LiftError::NotYours)?;
    if kept.is_voided {
        return Err(LiftError::Voided);
    }
    if kept.lift.source != "self" {
        return Err(LiftError::FromElsewhere);
    }
    let exercise = catalogue.find(&kept.lift.exercise_id).ok_or(LiftError::UnknownExercise)?;
    let lift = update.applied_to(&kept.lift, exercise);
    let moment = find_moment(db, &owner, exercise, &kept, &lift).await?;
    let stays_accepted = claims_no_more(&kept, &lift, &moment);
    let volume_xp = progress::volume_xp(exercise, lift.weight_kg, lift.reps, lift.sets, moment.bodyweight_kg);
    store::update_lift(db, &lift, &moment, stays_accepted, volume_xp).await?;
    let is_other = (lift.weight_kg, lift.reps) != (kept.lift.weight_kg, kept.lift.reps);
    if is_other {
        store::delete_events_of_lift(db, id).await?;
    }
    recount(db, catalogue, user).await?;
    if is_other {
        insert_event_of_best(db, id).await?;
        progress::recount(db, user).await?;
    }
    Ok((lift, moment.doubt.filter(|_| !(stays_accepted && kept.is_accepted))))
}

/// What the lifter was when lifting: on the same day as heavy as was noted then.
async fn find_moment(
    db: &Connection,
    owner: &Owner,
    exercise: &Exercise,
    kept: &Kept,
    lift: &Lift,
) -> Result<Moment, DatabaseError> {
    let day = |at: Timestamp| at.to_zoned(owner.time_zone.clone()).date();
    let weights = find_weights(db, lift.user_id, day(lift.performed_at), &exercise.id, Some(lift.id)).await?;
    let is_same_day = day(lift.performed_at) == day(kept.lift.performed_at);
    let mut moment = Moment {
        bodyweight_kg: if is_same_day { kept.moment.bodyweight_kg } else { weights.kg },
        scored_as: kept.moment.scored_as,
        age_years: owner.birth_year.and_then(|born| age_in(lift.performed_at, born)),
        doubt: None,
    };
    moment.doubt = qualify::doubt(exercise, &board_lift(lift, &moment), weights.least_and_greatest);
    Ok(moment)
}

/// Whether what a moderator accepted covers the lift as it is now: nothing more is claimed, and nothing else.
fn claims_no_more(kept: &Kept, lift: &Lift, moment: &Moment) -> bool {
    lift.weight_kg <= kept.lift.weight_kg
        && lift.score_value <= kept.lift.score_value
        && lift.equipment == kept.lift.equipment
        && lift.performed_at == kept.lift.performed_at
        && (moment.bodyweight_kg, moment.doubt) == (kept.moment.bodyweight_kg, kept.moment.doubt)
}

/// Deletes an own lift, voided or not, with all that follows from it.
///
/// Errors: [`LiftError::NotYours`].
pub async fn delete_lift(db: &Connection, catalogue: &Catalogue, user: UserId, id: i32) -> Result<(), LiftError> {
    let transaction = db.begin().await?;
    let deleted = async {
        store::lock_owner(&transaction, user).await?.ok_or(LiftError::Gone)?;
        if store::delete_lift(&transaction, user, id).await? == 0 {
            return Err(LiftError::NotYours);
        }
        Ok(recount(&transaction, catalogue, user).await?)
    };
    let deleted = deleted.await;
    transaction.end(deleted).await
}

/// Deletes all own lifts. The history of energy stays, and ends with 0.
///
/// Errors: [`LiftError::NothingToDelete`].
pub async fn delete_lifts(db: &Connection, catalogue: &Catalogue, user: UserId) -> Result<(), LiftError> {
    let transaction = db.begin().await?;
    let deleted = async {
        store::lock_owner(&transaction, user).await?.ok_or(LiftError::Gone)?;
        if store::delete_lifts(&transaction, user).await? == 0 {
            return Err(LiftError::NothingToDelete);
        }
        Ok(recount(&transaction, catalogue, user).await?)
    };
    let deleted = deleted.await;
    transaction.end(deleted).await
}
