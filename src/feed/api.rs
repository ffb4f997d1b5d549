use actix_web::get;
use actix_web::web::{Data, Json};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::cursor::{Bounds, ItemId, Mark};
use super::store::{self, Item, Thing};
use crate::catalogue::Catalogue;
use crate::platform::paging::{Cursor, Listed};
use crate::platform::{Config, Database, Problem, Query, Time, UserId};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(get_feed);
}

#[derive(Default, Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
#[serde(default)]
pub struct FeedFilter {
    /// Of this lifter alone, followed or not.
    user_id: Option<UserId>,
}

/// Who did something.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FeedUser {
    id: UserId,
    username: String,
    display_name: Option<String>,
    avatar_url: Option<String>,
}

/// Something that was done.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FeedItem {
    /// Of one kind each id is given once.
    id: String,
    at: Time,
    user: FeedUser,
    #[serde(flatten)]
    what: FeedThing,
}

#[derive(Serialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FeedThing {
    Workout(FeedWorkout),
    PersonalBest(FeedBest),
    RankRise(FeedRise),
}

/// A workout; `at` is when it was completed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FeedWorkout {
    title: String,
    minutes: f64,
    sets: i64,
    volume_kg: f64,
    /// In the order of the workout, each once; the lifter's own exercises are not told.
    exercises: Vec<FeedExercise>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct FeedExercise {
    id: String,
    name: String,
}

/// A personal best.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FeedBest {
    exercise: FeedExercise,
    is_bodyweight: bool,
    score_value: f64,
    weight_kg: f64,
    reps: Option<i32>,
}

/// A rise on a board. On those of points and classes only of lifters who show theirs, and of oneself.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FeedRise {
    /// `overall`, `class`, `energy`, `following` (among those whom the lifter follows) or `guild` (in the lifter's guild).
    board: String,
    from: Option<i32>,
    to: i32,
    of: i32,
    /// At most three who were passed, by username. Told to whoever passed them; to others it is empty.
    passed: Vec<String>,
    passed_count: i32,
}

/// What those whom one follows have done, and oneself: workouts, personal bests, rises on boards. The newest first.
#[utoipa::path(params(FeedFilter, Cursor), security(("bearer" = [])), tag = "social",
    responses((status = 200, body = Listed<FeedItem>), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/feed")]
async fn get_feed(
    me: SignedIn,
    filter: Query<FeedFilter>,
    page: Query<Cursor>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    config: Data<Config>,
) -> Result<Json<Listed<FeedItem>>, Problem> {
    let Cursor { limit, after } = page.0;
    let bounds = match after.as_deref() {
        None => Bounds::START,
        Some(text) => {
            Mark::parse(text).ok_or_else(|| Problem::invalid("after", "is not the `next` of a page"))?.bounds()
        }
    };
    let items = store::list_feed(&db.connection().await?, me.id, filter.0.user_id, &bounds, limit + 1).await?;
    let Listed { items, next } = Listed::page(items, limit, |item: &Item| item.mark.to_text());
    let items = items.into_iter().map(|item| FeedItem::new(item, &catalogue, &config)).collect();
    Ok(Json(Listed { items, next }))
}

impl FeedItem {
    fn new(Item { mark, person, thing }: Item, catalogue: &Catalogue, config: &Config) -> Self {
        let id = match mark.id {
            ItemId::Workout(id) => id.to_string(),
            ItemId::Best(id) => id.to_string(),
            ItemId::Rise(id) => id.to_string(),
        };
        let user = FeedUser {
            id: UserId(person.id),
            username: person.username,
            display_name: person.display_name,
            avatar_url: person.avatar_key.map(|key| format!("{}/static/{key}", config.base_url)),
        };
        Self { id, at: Time(mark.at), user, what: FeedThing::new(thing, catalogue) }
    }
}

impl FeedThing {
    fn new(thing: Thing, catalogue: &Catalogue) -> Self {
        match thing {
            Thing::Workout { title, minutes, sets, volume_kg, exercises: ids } => {
                let mut exercises: Vec<FeedExercise> = Vec::new();
                for exercise in ids.iter().filter_map(|id| catalogue.find(id)) {
                    if exercises.iter().all(|known| known.id != exercise.id) {
                        exercises.push(FeedExercise { id: exercise.id.clone(), name: exercise.name.clone() });
                    }
                }
                Self::Workout(FeedWorkout { title, minutes, sets, volume_kg, exercises })
            }
            Thing::Best { exercise_id, score_value, weight_kg, reps } => {
                let exercise = catalogue.find(&exercise_id);
                let name = exercise.map_or_else(|| exercise_id.clone(), |exercise| exercise.name.clone());
                let is_bodyweight = exercise.is_some_and(|exercise| exercise.is_bodyweight);
                let exercise = FeedExercise { id: exercise_id, name };
                Self::PersonalBest(FeedBest { exercise, is_bodyweight, score_value, weight_kg, reps })
            }
            Thing::Rise { board, from, to, of, passed, passed_count } => {
                Self::RankRise(FeedRise { board, from, to, of, passed, passed_count })
            }
        }
    }
}
