use actix_web::web::{Data, Json};
use actix_web::{get, post};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::store::{self, Quest};
use super::templates::{Cadence, Template};
use super::{GRACE_DAYS, QuestError, Templates};
use crate::platform::{Connection, Database, Path, Problem, Time};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_own_quests).service(claim_quest);
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct QuestTemplateSummary {
    id: Uuid,
    code: String,
    title: String,
    description: Option<String>,
    cadence: Cadence,
    /// `workouts_completed` or `active_minutes`.
    metric: &'static str,
    target_value: i32,
    reward_xp: i32,
    /// Whether the reward is paid without being claimed.
    auto_claim: bool,
    available_from: Option<Time>,
    expires_at: Option<Time>,
}

/// A quest in one of its cycles.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct QuestInstance {
    id: Uuid,
    /// `active`, `completed` (its reward waits, for 7 days after the cycle), `claimed` or `expired`.
    status: &'static str,
    progress: i32,
    required: i32,
    /// 0 to 1.
    progress_pct: f64,
    available_from: Time,
    expires_at: Option<Time>,
    cycle_start: Time,
    cycle_end: Option<Time>,
    completed_at: Option<Time>,
    reward_claimed_at: Option<Time>,
    last_progress_at: Option<Time>,
    reward_xp: i32,
    template: QuestTemplateSummary,
}

impl QuestInstance {
    /// None for a quest whose template this program does not know.
    pub fn new(quest: &Quest, templates: &Templates, now: Timestamp) -> Option<Self> {
        let template = templates.find(quest.template_id)?;
        let grace = SignedDuration::from_hours(24 * i64::from(GRACE_DAYS));
        let is_over = |after: SignedDuration| quest.cycle_end.is_some_and(|end| now >= end + after);
        let status = match quest {
            Quest { claimed_at: Some(_), .. } => "claimed",
            Quest { completed_at: Some(_), .. } if !is_over(grace) => "completed",
            Quest { completed_at: None, .. } if !is_over(SignedDuration::ZERO) => "active",
            _ => "expired",
        };
        let progress_pct = match quest.required {
            ..1 => 1.0,
            required => (f64::from(quest.progress) / f64::from(required)).min(1.0),
        };
        Some(Self {
            id: quest.id,
            status,
            progress: quest.progress,
            required: quest.required,
            progress_pct,
            available_from: Time(quest.cycle_start),
            expires_at: quest.cycle_end.map(Time),
            cycle_start: Time(quest.cycle_start),
            cycle_end: quest.cycle_end.map(Time),
            completed_at: quest.completed_at.map(Time),
            reward_claimed_at: quest.claimed_at.map(Time),
            last_progress_at: quest.last_progress_at.map(Time),
            reward_xp: quest.reward_xp,
            template: QuestTemplateSummary::new(template),
        })
    }
}

impl QuestTemplateSummary {
    fn new(template: &Template) -> Self {
        Self {
            id: template.id,
            code: template.code.clone(),
            title: template.title.clone(),
            description: template.description.clone(),
            cadence: template.cadence,
            metric: template.counted.metric(),
            target_value: template.target,
            reward_xp: template.reward_xp,
            auto_claim: template.auto_claim,
            available_from: template.available_from.map(Time),
            expires_at: template.expires_at.map(Time),
        }
    }
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct QuestsListed {
    generated_at: Time,
    quests: Vec<QuestInstance>,
}

/// The own quests: those that run now, and those whose reward waits. Of one quest the running cycle comes first.
#[utoipa::path(security(("bearer" = [])), tag = "progress",
    responses((status = 200, body = QuestsListed), (status = 401, body = Problem)))]
#[get("/quests/me")]
async fn list_own_quests(
    me: SignedIn,
    db: Data<Database>,
    templates: Data<Templates>,
) -> Result<Json<QuestsListed>, Problem> {
    let now = Timestamp::now();
    let quests = list_quests(&*db.reader().await?, &me, &templates, now).await?;
    let quests = quests.iter().filter_map(|quest| QuestInstance::new(quest, &templates, now)).collect();
    Ok(Json(QuestsListed { generated_at: Time(now), quests }))
}

async fn list_quests(
    db: &Connection,
    me: &SignedIn,
    templates: &Templates,
    now: Timestamp,
) -> Result<Vec<Quest>, Problem> {
    let zone = store::find_time_zone(db, me.id).await?.ok_or_else(SignedIn::gone)?;
    let cycles = templates.cycles(now, &TimeZone::get(&zone).unwrap_or(TimeZone::UTC));
    Ok(store::list_quests(db, me.id, &cycles).await?)
}

/// Claim the reward of a completed quest. Claiming it again changes nothing.
#[utoipa::path(params(("quest_id" = Uuid, Path)), security(("bearer" = [])), tag = "progress",
    responses((status = 200, body = QuestInstance), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[post("/quests/me/{quest_id}/claim")]
async fn claim_quest(
    me: SignedIn,
    quest_id: Path<Uuid>,
    db: Data<Database>,
    templates: Data<Templates>,
) -> Result<Json<QuestInstance>, Problem> {
    let (db, id, now) = (db.connection().await?, quest_id.into_inner(), Timestamp::now());
    let quest = match super::claim(&db, me.id, id).await? {
        Some(quest) => quest,
        // One that nobody has begun is listed, and is nowhere else.
        None => list_quests(&db, &me, &templates, now)
            .await?
            .into_iter()
            .find(|quest| quest.id == id)
            .ok_or(QuestError::NotYours)?,
    };
    if quest.claimed_at.is_none() {
        let refusal = if quest.completed_at.is_some() { QuestError::TooLate } else { QuestError::NotCompleted };
        return Err(refusal.into());
    }
    let instance = QuestInstance::new(&quest, &templates, now);
    Ok(Json(instance.ok_or(QuestError::NotYours)?))
}
