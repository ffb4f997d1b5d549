use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::{NewInvite, store};
use crate::platform::config::Registration;
use crate::platform::extract::{OptionalBody, printable};
use crate::platform::{Client, Config, Database, Path, Problem, Time, version};
use crate::sessions::{self, InPerson};

pub fn routes(config: &mut ServiceConfig) {
    config.service(get_site).service(create_invite).service(list_invites).service(delete_invite);
}

/// What a page needs to know of this server before anybody is signed in.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Site {
    registration: Registration,
    /// False: boards are for members.
    boards_are_public: bool,
    /// The age from which one may register, in years.
    min_age: u8,
    imprint_url: Option<String>,
    privacy_url: Option<String>,
    /// Whether this server sends mail: without, a password is reset by its admin.
    sends_mail: bool,
    /// Whether nobody signs in before the e-mail address is verified.
    requires_verified_email: bool,
    version: &'static str,
}

/// What this server allows, for its pages.
#[utoipa::path(responses((status = 200, body = Site)), tag = "service")]
#[get("/site")]
async fn get_site(config: Data<Config>) -> Json<Site> {
    Json(Site {
        registration: config.registration,
        boards_are_public: config.boards_are_public,
        min_age: config.min_age,
        imprint_url: config.imprint_url.clone(),
        privacy_url: config.privacy_url.clone(),
        sends_mail: config.mail.is_some(),
        requires_verified_email: config.requires_verified_email,
        version: version::VERSION,
    })
}

/// An invitation to register.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(default)]
pub struct InviteCreate {
    /// For oneself: whom it is for. At most 100 characters.
    #[garde(length(chars, max = 100), inner(custom(printable)))]
    note: Option<String>,
    /// How many may register with it: 1 to 100.
    #[garde(range(min = 1, max = 100))]
    uses: i32,
    /// How long it is good: 1 to 90 days.
    #[garde(range(min = 1, max = 90))]
    days: i32,
}

impl Default for InviteCreate {
    fn default() -> Self {
        Self { note: None, uses: 1, days: 7 }
    }
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct InviteMade {
    id: Uuid,
    /// What registration wants as `invite`. It is told this once.
    code: String,
    /// The link to pass on.
    url: String,
    expires_at: Time,
}

/// Make a link by which somebody may register. While registration is closed only admins do.
#[utoipa::path(request_body = Option<InviteCreate>, security(("bearer" = [])), tag = "invites",
    responses((status = 201, body = InviteMade), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
#[post("/invites")]
async fn create_invite(
    me: InPerson,
    body: OptionalBody<InviteCreate>,
    client: Client,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let InviteCreate { note, uses, days } = body.0;
    let role = sessions::role_of(&db, me.id).await?;
    let new = NewInvite { note, uses, days };
    let db = db.connection().await?;
    let invite = super::invite(&db, &client, config.registration, me.id, role, &new).await?;
    Ok(HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(InviteMade {
        id: invite.id,
        // Behind the #, which no browser sends to any server.
        url: format!("{}/register#invite={}", config.app_url, invite.code),
        code: invite.code,
        expires_at: Time(invite.expires_at),
    }))
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct InviteRead {
    id: Uuid,
    note: Option<String>,
    uses_left: i32,
    created_at: Time,
    expires_at: Time,
}

/// The own invitations that still let somebody in, the newest first.
#[utoipa::path(security(("bearer" = [])), tag = "invites",
    responses((status = 200, body = Vec<InviteRead>), (status = 401, body = Problem)))]
#[get("/invites")]
async fn list_invites(me: InPerson, db: Data<Database>) -> Result<Json<Vec<InviteRead>>, Problem> {
    let invites = store::list_invites(&*db.reader().await?, me.id).await?;
    let invites = invites.into_iter().map(|invite| InviteRead {
        id: invite.id,
        note: invite.note,
        uses_left: invite.uses_left,
        created_at: Time(invite.created_at),
        expires_at: Time(invite.expires_at),
    });
    Ok(Json(invites.collect()))
}

/// Take an own invitation back.
#[utoipa::path(params(("id" = Uuid, Path)), security(("bearer" = [])), tag = "invites",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[delete("/invites/{id}")]
async fn delete_invite(
    me: InPerson,
    id: Path<Uuid>,
    client: Client,
    db: Data<Database>,
) -> Result<HttpResponse, Problem> {
    super::withdraw(&db.connection().await?, &client, me.id, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
