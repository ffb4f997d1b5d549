//! Links for one use: to set a new password, and to show that an e-mail address is one's own.
//!
//! Invariant: a link works once, for its purpose, within [`LIFE`]; one statement decides. Its secret is in the mail
//! alone ([`token`]). Without mail an operator prints a link: `repduel reset-link`.

mod mail;
mod store;
mod token;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audit::{self, Action, Entry};
use crate::jobs::{self, Registered};
use crate::platform::config::Key;
use crate::platform::secret;
use crate::platform::{Client, Connection, Database, DatabaseError, Problem, Time, UserId};

use mail::{Recipient, SendLink};
pub use store::Used;
use token::LinkToken;

/// How long a link works.
const LIFE: Duration = Duration::from_secs(30 * 60);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    VerifyEmail,
    ResetPassword,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("This link has been used, has expired, or is not whole; ask for a new one.")]
    Useless,
    #[error("This server sends no mail. Whoever runs it can make a link: repduel reset-link USER")]
    NoMail,
    #[error("nobody here is called {0}")]
    UnknownUser(String),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<LinkError> for Problem {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Useless => Problem::bad_request(error.to_string()).of_kind("/problems/useless-link"),
            LinkError::NoMail => Problem::conflict(error.to_string()).of_kind("/problems/no-mail"),
            LinkError::UnknownUser(_) => Problem::not_found(error.to_string()),
            LinkError::Database(error) => error.into(),
        }
    }
}

pub fn tasks() -> [Registered; 1] {
    [Registered::of::<SendLink>()]
}

/// Lets a link for a new password be mailed to whoever has this address; nothing tells whether anybody has.
pub async fn send_reset(db: &Connection, email: &str, request_id: Option<&str>) -> Result<(), DatabaseError> {
    let recipient = Recipient::Address(email.to_lowercase());
    let job = SendLink { link: Uuid::now_v7(), purpose: Purpose::ResetPassword, recipient };
    jobs::add(db, &job, request_id).await
}

/// Lets a link be mailed to a user's address, in the caller's transaction; opening it shows that it is theirs.
pub async fn send_verification(db: &Connection, user: UserId, request_id: Option<&str>) -> Result<(), DatabaseError> {
    let job = SendLink { link: Uuid::now_v7(), purpose: Purpose::VerifyEmail, recipient: Recipient::User(user.0) };
    jobs::add(db, &job, request_id).await
}

/// Takes the jobs for a user who is being deleted off the queue: they hold the id or the address.
pub async fn forget(db: &Connection, user: UserId, email: Option<&str>) -> Result<(), DatabaseError> {
    jobs::forget::<SendLink>(db, &serde_json::json!({ "recipient": Recipient::User(user.0) })).await?;
    if let Some(email) = email {
        jobs::forget::<SendLink>(db, &serde_json::json!({ "recipient": Recipient::Address(email.to_lowercase()) }))
            .await?;
    }
    Ok(())
}

/// Whose link this is, as long as it works.
pub async fn find_owner(db: &Connection, token: &str, purpose: Purpose) -> Result<Option<UserId>, DatabaseError> {
    store::find_owner(db, &secret::hash(token), purpose).await
}

/// Uses a link up, in the caller's transaction. Of two who come at once one gets it.
///
/// Errors: [`LinkError::Useless`].
pub async fn take(db: &Connection, token: &str, purpose: Purpose) -> Result<Used, LinkError> {
    store::use_link(db, &secret::hash(token), purpose).await?.ok_or(LinkError::Useless)
}

/// Uses up all other links of a user's for one purpose.
pub async fn end_others(db: &Connection, user: UserId, purpose: Purpose) -> Result<(), DatabaseError> {
    store::end_links(db, user, purpose).await.map(|_| ())
}

/// A link for a new password, for an operator who hands it on.
pub struct Printed {
    pub url: String,
    pub username: String,
    pub expires_at: Time,
}

/// Makes one for a user, by name or e-mail.
///
/// Errors: [`LinkError::UnknownUser`].
pub async fn print_reset(db: &Database, key: &Key, app_url: &str, name: &str) -> Result<Printed, LinkError> {
    let connection = db.connection().await?;
    let found = match name.contains('@') {
        true => store::find_by_email(&connection, name).await?,
        false => store::find_by_name(&connection, name).await?,
    };
    let user = found.ok_or_else(|| LinkError::UnknownUser(name.to_owned()))?;
    let (id, purpose) = (Uuid::now_v7(), Purpose::ResetPassword);
    let token = LinkToken::of(id, key);
    let transaction = connection.begin().await?;
    let link = store::NewLink { id, user: user.id, purpose, email: None };
    store::keep_link(&transaction, &link, &token.hash(), LIFE).await?;
    let entry = Entry::by_operator(UserId(user.id), Action::ResetLinkMade);
    audit::record(&transaction, &Client::default(), entry).await?;
    transaction.commit().await?;
    let expires_at = Time(jiff::Timestamp::now() + LIFE);
    Ok(Printed { url: purpose.url(app_url, token.text()), username: user.username, expires_at })
}
