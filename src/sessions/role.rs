//! What somebody may do here: an extractor for each role. The role is read from the database each time, so that
//! whoever lost one has lost it; routes that need one are rare.

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use serde::{Deserialize, Serialize};

use super::{InPerson, SignedIn, store};
use crate::platform::{Database, Problem, UserId};

/// Each may what those before may.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Member,
    Moderator,
    Admin,
}

impl Role {
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Member, Self::Moderator, Self::Admin].into_iter().find(|role| role.as_str() == name)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }
}

/// Somebody who looks after boards and lifters: a moderator or an admin.
pub struct Moderator(pub InPerson);

/// Somebody who looks after this server.
pub struct Admin(pub InPerson);

type Extraction<T> = std::pin::Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl FromRequest for Moderator {
    type Error = Problem;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { has_role(&request, Role::Moderator).await.map(Self) })
    }
}

impl FromRequest for Admin {
    type Error = Problem;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { has_role(&request, Role::Admin).await.map(Self) })
    }
}

async fn has_role(request: &HttpRequest, needed: Role) -> Result<InPerson, Problem> {
    let me = InPerson::extract(request).await?;
    let db = request.app_data::<Data<Database>>().ok_or_else(|| Problem::internal("the database is missing"))?;
    let role = store::find_role(&*db.reader().await?, me.id).await?.ok_or_else(SignedIn::gone)?;
    match Role::parse(&role) {
        Some(role) if role >= needed => Ok(me),
        _ => Err(Problem::forbidden(format!("This needs the role {}.", needed.as_str()))),
    }
}

/// The role of an active user.
pub async fn of(db: &Database, user: UserId) -> Result<Role, Problem> {
    let role = store::find_role(&*db.reader().await?, user).await?.ok_or_else(SignedIn::gone)?;
    Role::parse(&role).ok_or_else(|| Problem::internal("an unknown role"))
}
