//! Sending mail over SMTP. An address or a text never reaches the log: of what a mail server answers only the code is
//! told, since its words often repeat the address.

use std::time::Duration;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncTransport, Tokio1Executor};

use super::config::{MailConfig, SmtpTls};

/// For each step of the conversation.
const PATIENCE: Duration = Duration::from_secs(20);
/// The mailbox is not there, not here, or not written as one: trying again would change nothing.
const NO_SUCH_MAILBOX: [u16; 3] = [550, 551, 553];

#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("the mail server does not know the recipient")]
    UnknownRecipient,
    #[error("the mail server answered {0}")]
    Refused(u16),
    #[error("the mail server cannot be reached: {0}")]
    Unreachable(String),
    #[error("the mail cannot be written: {0}")]
    Unwritable(&'static str),
}

/// A mail of plain text.
pub struct Letter<'a> {
    /// The same for each sending of one mail: a mailbox that gets it twice can show it once.
    pub id: &'a str,
    pub to: &'a str,
    pub subject: &'a str,
    pub text: String,
}

/// Sends mails by the server of the settings.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    pub fn new(config: &MailConfig) -> Result<Self, String> {
        let parameters = || TlsParameters::new(config.host.clone()).map_err(|error| format!("SMTP_TLS: {error}"));
        let tls = match config.tls {
            SmtpTls::None => Tls::None,
            SmtpTls::StartTls => Tls::Required(parameters()?),
            SmtpTls::Tls => Tls::Wrapper(parameters()?),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .tls(tls)
            .timeout(Some(PATIENCE))
            .hello_name(ClientId::Domain(config.from.email.domain().to_owned()));
        if let (Some(name), Some(password)) = (&config.username, &config.password) {
            transport = transport.credentials(Credentials::new(name.clone(), password.clone()));
        }
        Ok(Self { transport: transport.build(), from: config.from.clone() })
    }

    pub async fn send(&self, letter: Letter<'_>) -> Result<(), MailError> {
        let to = letter.to.parse().map_err(|_| MailError::Unwritable("the recipient is no address"))?;
        let message = Message::builder()
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())))
            .date_now()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .header(ContentType::TEXT_PLAIN)
            // Nobody's holiday note shall answer it.
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()))
            .body(letter.text)
            .map_err(|_| MailError::Unwritable("its parts do not fit together"))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(read(&error)),
        }
    }
}

fn read(error: &lettre::transport::smtp::Error) -> MailError {
    match error.status().map(u16::from) {
        Some(code) if NO_SUCH_MAILBOX.contains(&code) => MailError::UnknownRecipient,
        Some(code) => MailError::Refused(code),
        None => {
            let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
            let causes: Vec<_> = causes.map(ToString::to_string).collect();
            MailError::Unreachable(if causes.is_empty() { error.to_string() } else { causes.join(": ") })
        }
    }
}
