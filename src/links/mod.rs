//! Links for one use: to set a new password, and to show that an e-mail address is one's own.
//!
//! Invariant: a link works once, for its purpose, within [`LIFE`]; one statement decides. Its secret is in the mail
//! alone ([`token`]). Without mail an operator prints a link: `repduel reset-link`.

mod api;
mod mail;
mod store;
mod token;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::accounts::{self, Email, Hasher, Password};
use crate::audit::{self, Action, Entry};
use crate::jobs::{self, Registered};
use crate::platform::config::Key;
use crate::platform::secret;
use crate::platform::{Client, Connection, Database, DatabaseError, Problem, Time, UserId};
use crate::sessions::{self, Tokens};

pub use api::routes;
use mail::{Recipient, SendLink};
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
    #[error("password: {0}")]
    Password(&'static str),
    #[error("nobody here is called {0}")]
    UnknownUser(String),
    #[error("{0}")]
    Hashing(Problem),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<LinkError> for Problem {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Useless => Problem::bad_request(error.to_string()).of_kind("/problems/useless-link"),
            LinkError::NoMail => Problem::conflict(error.to_string()).of_kind("/problems/no-mail"),
            LinkError::Password(problem) => Problem::invalid("password", problem),
            LinkError::UnknownUser(_) => Problem::not_found(error.to_string()),
            LinkError::Hashing(problem) => problem,
            LinkError::Database(error) => error.into(),
        }
    }
}

pub fn tasks() -> [Registered; 1] {
    [Registered::of::<SendLink>()]
}

/// Lets a link for a new password be mailed to whoever has this address; nothing tells whether anybody has.
pub async fn send_reset(db: &Connection, email: &Email, request_id: Option<&str>) -> Result<(), DatabaseError> {
    let recipient = Recipient::Address(email.as_str().to_owned());
    let job = SendLink { link: Uuid::now_v7(), purpose: Purpose::ResetPassword, recipient };
    jobs::add(db, &job, request_id).await
}

/// Lets a link be mailed to a user's address, in the caller's transaction; opening it shows that it is theirs.
pub async fn send_verification(
    db: &Connection,
    user: UserId,
    email: &str,
    request_id: Option<&str>,
) -> Result<(), DatabaseError> {
    let recipient = Recipient::User(user.0, email.to_owned());
    let job = SendLink { link: Uuid::now_v7(), purpose: Purpose::VerifyEmail, recipient };
    jobs::add(db, &job, request_id).await
}

/// Uses a link up and sets the password. All sessions end; where the link came by mail, the address is shown as well.
///
/// Errors: [`LinkError::Useless`]; [`LinkError::Password`] when it is the user's own name.
pub async fn reset_password(
    db: &Database,
    hasher: &Hasher,
    tokens: &Tokens,
    client: &Client,
    token: &str,
    password: Password,
) -> Result<(), LinkError> {
    let hash = secret::hash(token);
    // Spares the hashing; who is right is decided below.
    let names = store::find_names(&*db.reader().await?, &hash, Purpose::ResetPassword).await?;
    let [username, email] = names.ok_or(LinkError::Useless)?;
    let password = password.unless_named(&[&username, &email]).map_err(LinkError::Password)?;
    let password_hash = hasher.hash(password).await.map_err(LinkError::Hashing)?;
    let connection = db.connection().await?;
    let transaction = connection.begin().await?;
    let Some(used) = store::use_link(&transaction, &hash, Purpose::ResetPassword).await? else {
        transaction.roll_back().await?;
        return Err(LinkError::Useless);
    };
    if !accounts::set_password(&transaction, used.user, &password_hash).await? {
        transaction.roll_back().await?;
        return Err(LinkError::Useless);
    }
    if let Some(email) = &used.email {
        accounts::verify_email(&transaction, used.user, email).await?;
    }
    store::end_links(&transaction, used.user, Purpose::ResetPassword).await?;
    sessions::end_all(&transaction, tokens, used.user, None).await?;
    audit::record(&transaction, client, Entry::own(used.user, Action::PasswordReset)).await?;
    Ok(transaction.commit().await?)
}

/// Uses a link up and notes that its address is the user's.
///
/// Errors: [`LinkError::Useless`], also when the account has another address by now.
pub async fn verify_email(db: &Database, client: &Client, token: &str) -> Result<(), LinkError> {
    let connection = db.connection().await?;
    let transaction = connection.begin().await?;
    let used = store::use_link(&transaction, &secret::hash(token), Purpose::VerifyEmail).await?;
    let is_theirs = match &used {
        Some(store::Used { user, email: Some(email) }) => accounts::verify_email(&transaction, *user, email).await?,
        _ => false,
    };
    let Some(used) = used.filter(|_| is_theirs) else {
        transaction.roll_back().await?;
        return Err(LinkError::Useless);
    };
    audit::record(&transaction, client, Entry::own(used.user, Action::EmailVerified)).await?;
    Ok(transaction.commit().await?)
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
