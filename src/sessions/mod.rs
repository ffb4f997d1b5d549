//! Sessions: whose a request is, and for how long.
//!
//! A login begins a session: a family of refresh tokens. Access tokens are signed and believed without the database
//! until they expire; a session that has ended, and a user who is deactivated or gone, stand in [`Revocations`],
//! which every process holds in memory. Invariant: of a family's tokens one is unspent for each client that holds
//! one; a spent one that comes again after [`GRACE`] seconds was stolen, and ends the family.

mod api;
mod cookie;
mod identity;
mod last_use;
mod revocations;
mod role;
mod store;
mod tokens;

use std::time::Duration;

use uuid::Uuid;

use crate::audit::{self, Action, Entry};
use crate::platform::{Client, Connection, Database, DatabaseError, Problem, UserId};

pub use api::{Grant, Token, routes, session_answer};
pub use identity::{
    BoardReader, Credential, InPerson, KEY_PREFIX, KnownKeys, SignedIn, Visitor, charge_stranger, identify,
    reader_of_boards,
};
pub use last_use::LastUse;
pub use revocations::Revocations;
pub use role::{Admin, Moderator, Role, of as role_of};
pub use tokens::{CookieLife, Tokens};

/// Within so many seconds a spent refresh token is that of a tab which came second.
const GRACE: f64 = 10.0;

/// No setting lets a token live longer, whatever it was when the token was made.
const LONGEST_EVER: Duration = Duration::from_secs(366 * 86_400);

/// Far longer than any process remembers the look-up of a key that is not there any more.
const AFTER_A_LOOK_UP: Duration = Duration::from_secs(3600);

#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("The refresh token is not valid or has expired; sign in again.")]
    Invalid,
    #[error("No session of yours has this id.")]
    Unknown,
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("{0}")]
    Token(Problem),
}

impl From<Problem> for SessionError {
    fn from(problem: Problem) -> Self {
        Self::Token(problem)
    }
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Invalid => Problem::unauthorized(error.to_string()),
            SessionError::Unknown => Problem::not_found(error.to_string()),
            SessionError::Database(error) => error.into(),
            SessionError::Token(problem) => problem,
        }
    }
}

/// What a client gets at a login and at each refresh.
pub struct Pair {
    pub access: String,
    pub access_life: Duration,
    pub refresh: String,
    /// The Max-Age of the cookie; none ends with the browser's session.
    pub cookie_life: Option<Duration>,
}

/// Begins a session of a user who has just shown who they are, in the caller's transaction.
pub async fn begin(
    db: &Connection,
    tokens: &Tokens,
    client: &Client,
    user: UserId,
    access_life: Duration,
    cookie: CookieLife,
) -> Result<Pair, SessionError> {
    let session = Uuid::now_v7();
    let refresh = tokens.sign_refresh(user, session, cookie)?;
    store::insert_session(db, client, user, session, &refresh, tokens.session_life(access_life)).await?;
    let access = tokens.sign_access(user, session, access_life)?;
    Ok(Pair { access, access_life, refresh: refresh.text, cookie_life: tokens.cookie_life(cookie) })
}

/// Spends a refresh token for a new pair. Of many that come at once with the same one each gets a pair of its own.
pub async fn refresh(db: &Database, tokens: &Tokens, client: &Client, token: &str) -> Result<Pair, SessionError> {
    let old = tokens.read_refresh(token).ok_or(SessionError::Invalid)?;
    let new = tokens.sign_refresh(old.user, old.session, old.cookie)?;
    let life = tokens.refresh_life();
    let connection = db.connection().await?;
    match store::spend_token(&connection, client, &old, &new, life, GRACE).await? {
        store::Spent::Renewed => {
            let access_life = tokens.access_life();
            let access = tokens.sign_access(old.user, old.session, access_life)?;
            Ok(Pair { access, access_life, refresh: new.text, cookie_life: tokens.cookie_life(old.cookie) })
        }
        store::Spent::Ended => Err(SessionError::Invalid),
        store::Spent::Reused => {
            slog_scope::warn!("a spent refresh token was used again: its session ends";
                "user_id" => old.user.0.to_string(), "session_id" => old.session.to_string(),
                "client" => client.address.map(|address| address.to_string()), "request_id" => &client.request_id);
            let transaction = connection.begin().await?;
            if store::end_sessions(&transaction, old.user, Some(old.session), None, tokens.longest_access()).await? > 0
            {
                audit::record(&transaction, client, Entry::refused(Some(old.user), Action::RefreshTokenReused)).await?;
            }
            transaction.commit().await?;
            Err(SessionError::Invalid)
        }
    }
}

/// Ends one session of a user's; false when there is none that goes on.
pub async fn end(db: &Connection, tokens: &Tokens, user: UserId, session: Uuid) -> Result<bool, DatabaseError> {
    Ok(store::end_sessions(db, user, Some(session), None, tokens.longest_access()).await? > 0)
}

/// Ends all sessions of a user's but one, in the caller's transaction.
pub async fn end_all(db: &Connection, tokens: &Tokens, user: UserId, but: Option<Uuid>) -> Result<u64, DatabaseError> {
    store::end_sessions(db, user, None, but, tokens.longest_access()).await
}

/// Shuts a user out of every process: for one who is deactivated or deleted, in the transaction that does it.
pub async fn shut_out(db: &Connection, user: UserId) -> Result<(), DatabaseError> {
    store::insert_revocation(db, user.0, LONGEST_EVER).await.map(|_| ())
}

/// Takes an API key back, in the transaction that deletes it.
pub async fn revoke_key(db: &Connection, key: Uuid) -> Result<(), DatabaseError> {
    store::insert_revocation(db, key, AFTER_A_LOOK_UP).await.map(|_| ())
}

/// Lets a user in again who was shut out. The sessions of before stay ended.
pub async fn let_in(db: &Connection, user: UserId) -> Result<(), DatabaseError> {
    store::delete_revocation(db, user.0).await.map(|_| ())
}

/// Whether a session of this user's began no longer ago than this.
pub async fn began_within(db: &Connection, user: UserId, session: Uuid, age: Duration) -> Result<bool, DatabaseError> {
    store::began_within(db, user, session, age.as_secs_f64()).await
}
