//! Making an account.

use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::changes::{Errors, parse_display_name};
use super::tools::Tools;
use super::{AccountError, Email, Password, UserRead, Username, store};
use crate::audit::{self, Action, Entry};
use crate::platform::rate_limit::Kind;
use crate::platform::{Body, Client, Config, Connection, Problem};
use crate::{admission, links};

/// The route, under the name that existing clients use and the one that new clients use.
pub fn routes(config: &mut ServiceConfig) {
    config.service(create_user).service(register);
}

/// A new account. Other fields are ignored.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
pub struct UserCreate {
    /// 3 to 32 letters, digits, `_`, `.` or `-`.
    #[schema(min_length = 3, max_length = 32, pattern = "^[A-Za-z0-9_.-]+$")]
    username: String,
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// 8 to 256 characters; none of the most common passwords, not the username, not the e-mail.
    #[schema(min_length = 8, max_length = 256)]
    password: String,
    /// 1 to 50 characters; the username where it is not given.
    #[schema(max_length = 50)]
    display_name: Option<String>,
    /// The code of an invitation, where registration wants one.
    invite: Option<String>,
}

impl TryFrom<UserCreate> for NewUser {
    type Error = Problem;

    fn try_from(body: UserCreate) -> Result<Self, Problem> {
        let mut errors = Errors::default();
        let email = errors.required("email", Some(Some(&body.email)), |text| Email::parse(text));
        let username = errors.required("username", Some(Some(&body.username)), |text| Username::parse(text));
        let names = [body.username.as_str(), body.email.as_str()];
        let password = errors.required("password", Some(Some(body.password)), |text| Password::parse_for(text, &names));
        // Existing clients may send an empty one.
        let shown = body.display_name.filter(|name| !name.trim().is_empty());
        let display_name = shown.and_then(|name| errors.required("display_name", Some(Some(name)), parse_display_name));
        match (email, username, password) {
            (Some(email), Some(username), Some(password)) => {
                errors.into_result(NewUser { email, username, display_name, password, invite: body.invite })
            }
            _ => errors.into_result(()).and(Err(Problem::internal("a field was refused without a reason"))),
        }
    }
}

/// Make an account.
#[utoipa::path(request_body = UserCreate, tag = "accounts",
    responses((status = 201, body = UserRead), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
#[post("/users")]
async fn create_user(body: Body<UserCreate>, tools: Tools) -> Result<HttpResponse, Problem> {
    let user = make_account(&tools, body.0.try_into()?).await?;
    Ok(HttpResponse::Created().json(user))
}

/// Make an account.
#[utoipa::path(request_body = UserCreate, tag = "accounts",
    responses((status = 201, body = UserRead), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
#[post("/auth/register")]
async fn register(body: Body<UserCreate>, tools: Tools) -> Result<HttpResponse, Problem> {
    let user = make_account(&tools, body.0.try_into()?).await?;
    Ok(HttpResponse::Created().json(user))
}

/// What a new account is made of.
pub struct NewUser {
    pub email: Email,
    pub username: Username,
    pub display_name: Option<String>,
    pub password: Password,
    /// The code of an invitation.
    pub invite: Option<String>,
}

/// Makes an account.
///
/// Errors: [`AccountError::EmailTaken`] before [`AccountError::UsernameTaken`]; [`AccountError::Admission`] where
/// registration wants an invitation.
pub async fn make_account(tools: &Tools, new: NewUser) -> Result<UserRead, AccountError> {
    tools.limits.account(Kind::Registration, new.email.as_str()).map_err(AccountError::Other)?;
    let connection = tools.db.connection().await?;
    // First: whoever may not come in must not learn who is here.
    admission::check(&connection, tools.config.registration, new.invite.as_deref()).await?;
    match store::find_taken(&connection, &new.email, &new.username).await? {
        Some(store::Taken::Email) => return Err(AccountError::EmailTaken),
        Some(store::Taken::Username) => return Err(AccountError::UsernameTaken),
        None => {}
    }
    // The connection is given back meanwhile: hashing takes its time.
    drop(connection);
    let hash = tools.hasher.hash(new.password.clone()).await.map_err(AccountError::Hashing)?;
    let connection = tools.db.connection().await?;
    let transaction = connection.begin().await?;
    let made = write_account(&transaction, &tools.config, &tools.client, &new, &hash).await;
    transaction.end(made).await
}

async fn write_account(
    db: &Connection,
    config: &Config,
    client: &Client,
    new: &NewUser,
    hash: &str,
) -> Result<UserRead, AccountError> {
    admission::admit(db, config.registration, new.invite.as_deref()).await?;
    let user = store::insert_user(db, new, hash, &config.base_url).await?;
    audit::record(db, client, Entry::own(user.id, Action::Registered)).await?;
    if config.mail.is_some() {
        links::send_verification(db, user.id, client.request_id.as_deref()).await?;
    }
    Ok(user)
}

/// Nobody's password has this hash.
const NO_PASSWORD: &str = "!";

/// Makes an account for an operator: its owner sets the password by a link.
pub async fn make_account_without_password(
    db: &Connection,
    config: &Config,
    username: Username,
    email: Email,
) -> Result<UserRead, AccountError> {
    let password = Password::typed(String::new());
    let new = NewUser { email, username, display_name: None, password, invite: None };
    let transaction = db.begin().await?;
    let made = async {
        let user = store::insert_user(&transaction, &new, NO_PASSWORD, &config.base_url).await?;
        // The operator vouches for the address.
        store::verify_email(&transaction, user.id, new.email.as_str()).await?;
        audit::record(&transaction, &Client::default(), Entry::by_operator(user.id, Action::Registered)).await?;
        Ok(user)
    };
    let made = made.await;
    transaction.end(made).await
}
