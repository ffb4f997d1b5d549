//! What can go wrong on the way to the database, and what a client is told of it.

use std::error::Error;
use std::sync::Arc;

use deadpool_postgres::PoolError;
use tokio_postgres::error::{Severity, SqlState};

use crate::platform::Problem;

#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// There is no database for the moment.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// All connections are busy.
    #[error("no connection to the database became free in time")]
    Busy,
    #[error("{}", with_causes(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// What went wrong for whoever asked first, and for all that waited for the same.
    #[error(transparent)]
    Shared(#[from] Arc<DatabaseError>),
}

impl DatabaseError {
    /// The unique constraint or index that a statement ran into.
    pub fn unique_violation(&self) -> Option<&str> {
        match self {
            Self::Postgres(error) => error
                .as_db_error()
                .filter(|error| *error.code() == SqlState::UNIQUE_VIOLATION)
                .map(|error| error.constraint().unwrap_or_default()),
            _ => None,
        }
    }

    /// Whether something was to be written for a user who has been deleted meanwhile.
    fn lacks_its_user(&self) -> bool {
        let Self::Postgres(error) = self else { return false };
        error.as_db_error().is_some_and(|error| {
            *error.code() == SqlState::FOREIGN_KEY_VIOLATION
                && error
                    .constraint()
                    .is_some_and(|name| name.ends_with("_user_id_fkey") || name.ends_with("_created_by_fkey"))
        })
    }

    /// Whether a server answers that knows no such role or no such database.
    pub fn is_unknown_here(&self) -> bool {
        let Self::Postgres(error) = self else { return false };
        [&SqlState::INVALID_AUTHORIZATION_SPECIFICATION, &SqlState::INVALID_CATALOG_NAME]
            .into_iter()
            .any(|code| error.code() == Some(code))
    }

    /// Whether PostgreSQL refused a statement, and so undid all of its transaction: nothing is in doubt.
    pub fn is_of_a_statement(&self) -> bool {
        let Self::Postgres(error) = self else { return false };
        // Not what ends the connection or the server: it may have come behind a COMMIT.
        error.as_db_error().is_some_and(|error| error.parsed_severity() == Some(Severity::Error))
    }

    /// Whether it is the database's state that failed rather than the statement, so that trying again may help.
    fn is_passing(&self) -> bool {
        let error = match self {
            Self::Postgres(error) => error,
            Self::Shared(error) => return error.is_passing(),
            Self::Unavailable(_) | Self::Busy => return true,
        };
        let Some(code) = error.code() else { return error.is_closed() || is_broken_pipe(error) };
        // Connection exceptions, insufficient resources, operator intervention; then locks and serialisation.
        ["08", "53", "57"].contains(&&code.code()[..2])
            || [&SqlState::LOCK_NOT_AVAILABLE, &SqlState::T_R_DEADLOCK_DETECTED, &SqlState::T_R_SERIALIZATION_FAILURE]
                .contains(&code)
    }
}

fn is_broken_pipe(error: &tokio_postgres::Error) -> bool {
    error.source().is_some_and(|source| source.is::<std::io::Error>())
}

/// The message with all that led to it: the outermost one alone says next to nothing.
fn with_causes(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl From<PoolError> for DatabaseError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => Self::Unavailable(with_causes(&error)),
            PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => Self::Busy,
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        if error.lacks_its_user() {
            return Problem::unauthorized("This account is not there any more.");
        }
        match error.is_passing() {
            true => Problem::unavailable("The database does not answer at the moment; try again shortly.", 1)
                .caused_by(error),
            false => Problem::internal(error),
        }
    }
}
