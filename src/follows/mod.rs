//! Follows: directed edges between lifters, blocks, and how lifters find each other.
//!
//! Invariants: at most one edge a pair, none to oneself, none between two of whom one has blocked the other. The primary
//! keys and checks of the tables keep the first two; the third is kept by holding the pair while an edge or a block is
//! made.

mod api;
mod blocks;
pub mod bulk;
mod lookup;
mod person;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use lookup::routes as first_routes;
pub use person::SocialUser;
pub(crate) use person::social_columns;

use crate::platform::{Connection, DatabaseError, Problem, UserId};
use store::edges::{self, Charged};

/// To be mounted behind the routes of accounts: `/users/username/…` is theirs. [`first_routes`] go before them.
pub fn routes(config: &mut ServiceConfig) {
    api::routes(config);
    blocks::routes(config);
}

/// So many times may somebody follow or unfollow within an hour.
pub const MOST_CALLS: i32 = 60;
/// Everybody whom one follows is asked for the feed.
pub const MOST_FOLLOWED: i64 = 2_000;

#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    #[error("You cannot follow yourself.")]
    Oneself,
    #[error("You cannot block yourself.")]
    BlocksOneself,
    #[error("No lifter has this id.")]
    Unknown,
    #[error("You follow {MOST_FOLLOWED} lifters already; unfollow one first.")]
    TooMany,
    #[error("You have followed and unfollowed {MOST_CALLS} times within an hour; wait a while.")]
    TooOften { wait_seconds: u32 },
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<FollowError> for Problem {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::Oneself | FollowError::BlocksOneself | FollowError::TooMany => {
                Problem::conflict(error.to_string())
            }
            FollowError::Unknown => Problem::not_found(error.to_string()),
            FollowError::TooOften { wait_seconds } => {
                Problem::too_many_requests(error.to_string(), wait_seconds, MOST_CALLS as u32)
            }
            FollowError::Database(error) => error.into(),
        }
    }
}

/// Makes `me` follow `user`; twice is the same as once, and each time is charged.
///
/// Errors: [`FollowError::Oneself`]; [`FollowError::Unknown`] where `user` is not there for `me`, or one of them has
/// blocked the other; [`FollowError::TooOften`]; [`FollowError::TooMany`].
pub async fn follow(db: &Connection, me: UserId, user: UserId) -> Result<(), FollowError> {
    if me == user {
        return Err(FollowError::Oneself);
    }
    let transaction = hold_pair(db, me, user).await?;
    let charged = edges::insert_follow(&transaction, me, user, MOST_CALLS, MOST_FOLLOWED).await;
    let followed = match charged {
        Ok(Charged::Done) => Ok(()),
        Ok(Charged::Unknown) => Err(FollowError::Unknown),
        Ok(Charged::TooMany) => Err(FollowError::TooMany),
        Ok(Charged::TooOften) => Err(too_often(&transaction, me).await),
        Err(error) => Err(error.into()),
    };
    transaction.end(followed).await
}

/// Makes `me` follow `user` no longer; whoever did not is charged as well.
///
/// Errors: [`FollowError::Unknown`]; [`FollowError::TooOften`].
pub async fn unfollow(db: &Connection, me: UserId, user: UserId) -> Result<(), FollowError> {
    match edges::delete_follow(db, me, user, MOST_CALLS).await? {
        Charged::Unknown => Err(FollowError::Unknown),
        Charged::TooOften => Err(too_often(db, me).await),
        Charged::Done | Charged::TooMany => Ok(()),
    }
}

async fn too_often(db: &Connection, me: UserId) -> FollowError {
    match edges::find_wait(db, me).await {
        Ok(wait_seconds) => FollowError::TooOften { wait_seconds },
        Err(error) => error.into(),
    }
}

/// Blocks `user`: neither follows the other from now on, nor finds the other.
///
/// Errors: [`FollowError::BlocksOneself`]; [`FollowError::Unknown`].
pub async fn block(db: &Connection, me: UserId, user: UserId) -> Result<(), FollowError> {
    if me == user {
        return Err(FollowError::BlocksOneself);
    }
    let transaction = hold_pair(db, me, user).await?;
    let blocked = match store::blocks::insert_block(&transaction, me, user).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(FollowError::Unknown),
        Err(error) => Err(error.into()),
    };
    transaction.end(blocked).await
}

/// Opens a transaction that holds a pair: of a follow and a block at once the second sees the first.
async fn hold_pair<'a>(
    db: &'a Connection,
    one: UserId,
    other: UserId,
) -> Result<crate::platform::Transaction<'a>, DatabaseError> {
    db.prepare(&[edges::HOLD_PAIR]).await?;
    Ok(db.begin_with(edges::hold_pair(db, one, other)).await?.0)
}
