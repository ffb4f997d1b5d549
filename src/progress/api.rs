use actix_web::get;
use actix_web::web::{Data, Json};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{Curve, store};
use crate::platform::{Config, Connection, Database, DatabaseError, Path, Problem, UserId};
use crate::sessions::{SignedIn, Visitor};

pub fn routes(config: &mut ServiceConfig) {
    config.service(get_own_level).service(get_level);
}

/// How far somebody has come.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LevelProgress {
    /// From 1 on.
    level: i64,
    xp: i64,
    /// What is missing for the next level; 0 on the last.
    xp_to_next: i64,
    /// 0 to 1.
    progress_pct: f64,
    /// Of the last seven times 24 hours.
    xp_gained_this_week: i64,
}

impl LevelProgress {
    pub fn xp(&self) -> i64 {
        self.xp
    }

    fn new(curve: Curve, xp: i64, this_week: i64) -> Self {
        let level = curve.level(xp);
        Self {
            level: level.level,
            xp,
            xp_to_next: level.to_next,
            progress_pct: level.progress,
            xp_gained_this_week: this_week,
        }
    }
}

/// One's own progress; none of somebody who is gone.
pub async fn find_own_progress(
    db: &Connection,
    curve: Curve,
    me: UserId,
) -> Result<Option<LevelProgress>, DatabaseError> {
    let found = store::find_xp(db, me, Some(me)).await?;
    Ok(found.map(|(xp, this_week)| LevelProgress::new(curve, xp, this_week)))
}

/// The own level.
#[utoipa::path(security(("bearer" = [])), tag = "progress",
    responses((status = 200, body = LevelProgress), (status = 401, body = Problem)))]
#[get("/levels/me")]
async fn get_own_level(me: SignedIn, db: Data<Database>, config: Data<Config>) -> Result<Json<LevelProgress>, Problem> {
    let progress = find_own_progress(&*db.reader().await?, Curve::of(&config), me.id).await?;
    progress.map(Json).ok_or_else(SignedIn::gone)
}

/// The level of a lifter.
#[utoipa::path(params(("user_id" = UserId, Path)), tag = "progress",
    responses((status = 200, body = LevelProgress), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/levels/user/{user_id}")]
async fn get_level(
    visitor: Visitor,
    user_id: Path<UserId>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<Json<LevelProgress>, Problem> {
    let found = store::find_xp(&*db.reader().await?, user_id.into_inner(), visitor.0).await?;
    let (xp, this_week) = found.ok_or_else(|| Problem::not_found("No lifter has this id."))?;
    Ok(Json(LevelProgress::new(Curve::of(&config), xp, this_week)))
}
