//! The mails that carry links, and the job that sends one.
//!
//! The API adds a job and looks nobody up, so its answer tells nothing and takes the same time for everybody. The link
//! gets its id there, so that a job that runs twice makes one link, and its mail the same Message-ID.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{LIFE, Purpose, store};
use crate::jobs::{JobError, Running, Task, Tools};
use crate::links::token::LinkToken;
use crate::platform::mail::{Letter, MailError};

/// So many a user gets for one purpose while the first of them works: anybody can ask for them, and nobody may be left
/// without one by that.
const MOST: i64 = 5;

/// Whom a link is for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// Whoever has this address, if anybody has.
    Address(String),
    /// This user, at the address that is theirs when the mail is sent.
    User(Uuid),
}

/// Makes a link and mails it.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendLink {
    pub link: Uuid,
    pub purpose: Purpose,
    pub recipient: Recipient,
}

impl Task for SendLink {
    const NAME: &'static str = "send_link";

    async fn run(self, tools: &Tools, job: &Running) -> Result<(), JobError> {
        let Some(mailer) = &tools.mailer else {
            return Err(JobError::Failed("MAIL_FROM is not set, so no mail can be sent".into()));
        };
        let db = tools.database.connection().await?;
        let found = match &self.recipient {
            Recipient::Address(email) => store::find_by_email(&db, email).await?,
            Recipient::User(user) => store::find_unverified(&db, *user).await?,
        };
        let Some(user) = found else {
            slog_scope::info!("nobody to send a link to"; "purpose" => self.purpose.as_str(),
                "request_id" => &job.request_id);
            return Ok(());
        };
        let new = LinkToken::of(self.link, &tools.config.data_keys.current);
        let link = store::NewLink { id: self.link, user: user.id, purpose: self.purpose, email: Some(&user.email) };
        let transaction = db.begin().await?;
        // One after the other: of many that are asked for at once only so many are made.
        store::hold_user(&transaction, user.id).await?;
        if store::count_recent_links(&transaction, &link).await? >= MOST {
            transaction.roll_back().await?;
            slog_scope::warn!("no further link is sent within this half hour"; "purpose" => self.purpose.as_str(),
                "user_id" => user.id.to_string(), "request_id" => &job.request_id);
            return Ok(());
        }
        // Half an hour from this sending on, however long the mail server was away.
        let stored = store::keep_link(&transaction, &link, &new.hash(), LIFE).await?;
        transaction.commit().await?;
        // Where it has been used, it arrived: an earlier run was cut off behind the sending.
        let Some(stored) = stored else { return Ok(()) };
        let token = LinkToken::again(self.link, &tools.config.data_keys, &stored)
            .ok_or_else(|| JobError::Failed("the link was made with a data key that is not known any more".into()))?;
        drop(db);
        let id = self.link.to_string();
        let letter = self.purpose.letter(&id, &user, &tools.config.app_url, token.text());
        match mailer.send(letter).await {
            Ok(()) => {
                slog_scope::info!("sent a link"; "purpose" => self.purpose.as_str(), "user_id" => user.id.to_string(),
                    "link" => id, "request_id" => &job.request_id);
                Ok(())
            }
            // Trying again would change nothing.
            Err(MailError::UnknownRecipient | MailError::Unwritable(_)) => {
                slog_scope::warn!("a link cannot be sent: the mail server does not know the recipient, or no mail can be written to them";
                    "user_id" => user.id.to_string(), "link" => id, "request_id" => &job.request_id);
                Ok(())
            }
            Err(error) => Err(JobError::Failed(error.to_string())),
        }
    }
}

/// Who gets a link.
pub struct Addressee {
    pub id: Uuid,
    pub username: String,
    pub email: String,
}

impl Purpose {
    /// Where the link leads. What is behind the # is never sent to a server, so no log along the way holds it.
    pub fn url(self, app_url: &str, token: &str) -> String {
        let page = match self {
            Self::VerifyEmail => "verify-email",
            Self::ResetPassword => "reset-password",
        };
        format!("{}/{page}#token={token}", app_url.trim_end_matches('/'))
    }

    fn letter<'a>(self, id: &'a str, to: &'a Addressee, app_url: &str, token: &str) -> Letter<'a> {
        let (subject, wish) = match self {
            Self::VerifyEmail => ("Confirm your e-mail address", "To show that this e-mail address is yours"),
            Self::ResetPassword => ("Set a new password", "To set a new password"),
        };
        let text = format!(
            "Hello {},\r\n\r\n{wish}, open this link within {} minutes:\r\n\r\n{}\r\n\r\n\
             It works once. If you did not ask for it, you need not do anything.\r\n",
            to.username,
            LIFE.as_secs() / 60,
            self.url(app_url, token)
        );
        Letter { id, to: &to.email, subject, text }
    }
}
