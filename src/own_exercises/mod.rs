//! Exercises that lifters made for themselves: private, in no ranking, until they are merged into one of the catalogue.

mod api;
mod store;

pub use api::routes;
pub use store::{OwnExercise, list_all};

use crate::boards::Live;
use crate::catalogue::Catalogue;
use crate::lifts::{self, LiftError};
use crate::platform::{Connection, DatabaseError, Problem, UserId};
use crate::sessions::SignedIn;
use crate::workouts::{self, WorkoutError};

/// So many may one lifter have.
const MOST: i64 = 500;
/// What their ids begin with; no exercise of the catalogue does.
pub const PREFIX: &str = "own_";

#[derive(Debug, thiserror::Error)]
pub enum OwnExerciseError {
    #[error("No exercise of your own has this id.")]
    Unknown,
    #[error("name: you have an exercise of this name already")]
    NameTaken,
    #[error("You have 500 exercises of your own; merge or delete some first.")]
    TooMany,
    #[error("Workouts or routines name this exercise: merge it into one of the catalogue, or delete those first.")]
    InUse,
    #[error("into: no exercise of the catalogue has this id")]
    UnknownTarget,
    #[error("into: one of the two is counted in repetitions with the own body weight, the other in kilograms")]
    OtherKind,
    #[error(transparent)]
    Workout(#[from] WorkoutError),
    #[error(transparent)]
    Database(DatabaseError),
}

impl From<DatabaseError> for OwnExerciseError {
    fn from(error: DatabaseError) -> Self {
        match error.unique_violation() {
            Some("own_exercises_name") => Self::NameTaken,
            _ => Self::Database(error),
        }
    }
}

impl From<OwnExerciseError> for Problem {
    fn from(error: OwnExerciseError) -> Self {
        match error {
            OwnExerciseError::Unknown => Problem::not_found(error.to_string()),
            OwnExerciseError::NameTaken | OwnExerciseError::TooMany | OwnExerciseError::InUse => {
                Problem::conflict(error.to_string())
            }
            OwnExerciseError::UnknownTarget => Problem::invalid("into", "no exercise of the catalogue has this id"),
            OwnExerciseError::OtherKind => Problem::invalid(
                "into",
                "one of the two is counted in repetitions with the own body weight, the other in kilograms",
            ),
            OwnExerciseError::Workout(error) => error.into(),
            OwnExerciseError::Database(error) => error.into(),
        }
    }
}

/// Makes an own exercise one of the catalogue with all its history; gives how many workouts that was. Done twice it is
/// done once.
///
/// Errors: [`OwnExerciseError::Unknown`], [`OwnExerciseError::UnknownTarget`], [`OwnExerciseError::OtherKind`].
pub async fn merge(
    db: &Connection,
    live: &Live,
    catalogue: &Catalogue,
    me: UserId,
    id: &str,
    into: &str,
) -> Result<usize, OwnExerciseError> {
    let target = catalogue.find(into).ok_or(OwnExerciseError::UnknownTarget)?;
    let transaction = db.begin().await?;
    let merged = async {
        if !store::lock_user(db, me).await? {
            return Err(OwnExerciseError::Workout(WorkoutError::Lift(LiftError::Gone)));
        }
        let own = store::find_own(db, me, id).await?.ok_or(OwnExerciseError::Unknown)?;
        if own.is_bodyweight != target.is_bodyweight {
            return Err(OwnExerciseError::OtherKind);
        }
        store::set_merged(db, me, id, into).await?;
        store::rename_in_routines(db, me, id, into).await?;
        let workouts = workouts::merge_history(db, live, catalogue, me, id, into).await?;
        lifts::recount(db, catalogue, me).await?;
        Ok(workouts)
    };
    let merged = merged.await;
    transaction.end(merged).await
}

/// Whoever is signed in, and there.
fn there(is_there: bool) -> Result<(), Problem> {
    if is_there { Ok(()) } else { Err(SignedIn::gone()) }
}
