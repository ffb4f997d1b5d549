//! Exercises that lifters made for themselves: private, in no ranking, until they are merged into one of the catalogue
//! ([`crate::workouts`] does that, since the history is there).

mod api;
mod store;

pub use api::{checked, routes};
pub use store::{OwnExercise, list_all};

use crate::platform::{Connection, DatabaseError, Problem, UserId};
use crate::sessions::SignedIn;

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
    #[error("into: one of the two is counted in repetitions with the own body weight, the other in kilograms")]
    OtherKind,
    /// The account went away.
    #[error("the account is gone")]
    Gone,
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
            OwnExerciseError::OtherKind => Problem::invalid(
                "into",
                "one of the two is counted in repetitions with the own body weight, the other in kilograms",
            ),
            OwnExerciseError::Gone => SignedIn::gone(),
            OwnExerciseError::Database(error) => error.into(),
        }
    }
}

/// Makes an own exercise, in name, one of the catalogue: in routines too. Its history is for whoever keeps workouts. The
/// lifter's row is held from then on.
///
/// Errors: [`OwnExerciseError::Unknown`], also where it was merged before; [`OwnExerciseError::OtherKind`].
pub async fn mark_merged(
    db: &Connection,
    me: UserId,
    id: &str,
    into: &str,
    is_bodyweight: bool,
) -> Result<(), OwnExerciseError> {
    if !store::lock_user(db, me).await? {
        return Err(OwnExerciseError::Gone);
    }
    let own = store::find_own(db, me, id).await?.ok_or(OwnExerciseError::Unknown)?;
    if own.is_bodyweight != is_bodyweight {
        return Err(OwnExerciseError::OtherKind);
    }
    store::set_merged(db, me, id, into).await?;
    store::rename_in_routines(db, me, id, into).await?;
    Ok(())
}
