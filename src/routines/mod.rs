//! Routines: plans of training, one's own and everybody's ("global").
//!
//! Invariants: a routine keeps the order of its items, and an exercise may come twice; whose plan is free has at most
//! [`MOST_FREE`] of one's own, however they are made and however many requests come at once (the user's row is held while
//! they are counted); others read a routine only while it is shared. A share is a copy of its moment: it outlives the
//! routine, and can be revoked. A picture stays while any routine or share names it.

mod api;
mod exercises;
mod global;
mod hidden;
mod image;
mod items;
mod share;
mod share_api;
mod shared_page;
mod store;
mod write;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub use global::{copy as copy_global_ones, mirror};

use crate::platform::idempotency::IdempotencyError;
use crate::platform::problem::FieldError;
use crate::platform::{DatabaseError, Problem, UserId};
use crate::sessions::SignedIn;

/// So many routines of one's own come with the free plan.
pub const MOST_FREE: i64 = 3;
/// And so many with any: a list of all is one answer.
pub const MOST: i64 = 500;
/// So many shares of somebody may be live.
pub const MOST_SHARES: i64 = 200;
/// Items of a routine.
pub const MOST_ITEMS: usize = 100;

pub fn routes(config: &mut ServiceConfig) {
    // Before those with an id in their place.
    image::routes(config);
    share_api::routes(config);
    api::routes(config);
    hidden::routes(config);
}

#[derive(Debug, thiserror::Error)]
pub enum RoutineError {
    #[error("There is no routine of this id that you may read; others' can be read while they are shared.")]
    Unknown,
    #[error("This routine is not yours; make a copy of it and change that.")]
    NotYours,
    #[error("The free plan has room for {MOST_FREE} routines of your own; delete one first.")]
    FreePlanIsFull,
    #[error("You have {MOST} routines already; delete one first.")]
    TooMany,
    #[error("You have {MOST_SHARES} live shares already; revoke one first.")]
    TooManyShares,
    #[error("an exercise is unknown")]
    UnknownExercises(Vec<usize>),
    #[error(
        "must be a picture that you uploaded with POST /api/v1/routines/images, or one that a routine of yours has"
    )]
    ForeignImage,
    #[error("No routine is shared under this code, or not any more.")]
    UnknownCode,
    #[error("No share of yours has this code.")]
    NotYourCode,
    #[error("You do not share this routine.")]
    NotShared,
    #[error("no free code was found")]
    NoCode,
    #[error("the account is gone")]
    Gone,
    #[error("cannot be written as JSON: {0}")]
    Unwritable(#[from] serde_json::Error),
    #[error("{0}")]
    Random(getrandom::Error),
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<RoutineError> for Problem {
    fn from(error: RoutineError) -> Self {
        match error {
            RoutineError::Unknown | RoutineError::UnknownCode | RoutineError::NotYourCode | RoutineError::NotShared => {
                Problem::not_found(error.to_string())
            }
            RoutineError::NotYours | RoutineError::FreePlanIsFull => Problem::forbidden(error.to_string()),
            RoutineError::TooMany | RoutineError::TooManyShares => Problem::conflict(error.to_string()),
            RoutineError::UnknownExercises(places) => Problem::invalid_fields(
                places
                    .iter()
                    .map(|place| FieldError {
                        field: format!("scenarios[{place}].scenario_id"),
                        message: "is no exercise of the catalogue (GET /api/v1/scenarios) and none of your own".into(),
                    })
                    .collect(),
            ),
            RoutineError::ForeignImage => Problem::invalid("image_url", error.to_string()),
            RoutineError::Gone => SignedIn::gone(),
            RoutineError::NoCode | RoutineError::Unwritable(_) | RoutineError::Random(_) => Problem::internal(error),
            RoutineError::Idempotency(error) => error.into(),
            RoutineError::Database(error) => error.into(),
        }
    }
}

/// A stored routine.
#[derive(Debug, Clone)]
pub struct Routine {
    pub id: Uuid,
    /// None: everybody's.
    pub user_id: Option<UserId>,
    pub name: String,
    pub image_key: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub items: Vec<Item>,
}

/// One exercise in its place, as the database reads it out and as a share keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub exercise_id: String,
    /// Of an exercise that a lifter made: all that is needed to make it again for somebody else.
    pub own: Option<OwnExercise>,
    pub sets: i32,
    pub reps: i32,
    /// Items of one number are done in turn.
    pub superset: Option<i16>,
    pub weight_kg: Option<f64>,
    /// Of the estimated maximum.
    pub percent: Option<f32>,
    pub rest_seconds: Option<i32>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnExercise {
    pub name: String,
    pub is_bodyweight: bool,
}

/// A routine as it was when it was shared.
#[derive(Debug, Clone)]
pub struct Share {
    pub code: String,
    /// None once the routine is gone.
    pub routine_id: Option<Uuid>,
    pub name: String,
    pub image_key: Option<String>,
    pub created_at: Timestamp,
    pub items: Vec<Item>,
}
