use std::time::{Duration, Instant};

use actix_web::get;
use actix_web::web::{Data, Json};
use moka::future::Cache;
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::guilds::store::board::Mark;
use crate::guilds::store::{self, board};
use crate::platform::kept::{ByEffort, Made};
use crate::platform::paging::Cursor;
use crate::platform::{Connection, Database, DatabaseError, Problem, Query};
use crate::sessions::{BoardReader, Visitor};

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_guild_board);
}

/// Hundredths as they are to be read. A sum with rounded parts says that it is at least so much.
pub fn shown(points: i32, is_rounded: bool) -> String {
    let (whole, rest) = (points / 100, points % 100);
    match (is_rounded, rest) {
        (true, 0) => format!("{whole}+ points"),
        (true, rest) => format!("{whole}.{rest:02}+ points"),
        (false, rest) => format!("{whole}.{rest:02} points"),
    }
}

/// A guild's place.
#[derive(Serialize, utoipa::ToSchema)]
pub struct GuildPlace {
    /// One more than there are guilds with more; equals share it.
    rank: i64,
    id: Uuid,
    name: String,
    icon_url: Option<String>,
    members: i16,
    /// Of how many members points are counted: five at most.
    counted: i16,
    /// The DOTS points of the best five; of whoever does not show theirs rounded down to ten.
    points: f64,
    /// The same as it is to be read: `1843.21 points`, or `1820+ points` where some are rounded.
    shown: String,
    is_rounded: bool,
    /// Whether the caller is in it.
    is_mine: bool,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct GuildBoard {
    items: Vec<GuildPlace>,
    /// What to send as `after` for the next page; null on the last one.
    next: Option<String>,
    /// How many guilds have points.
    of: i64,
}

/// The guilds with points, the most first. A guild's points are those of its best five who are on the boards.
#[utoipa::path(params(Cursor), security((), ("bearer" = [])), tag = "guilds",
    responses((status = 200, body = GuildBoard), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/guilds/board")]
async fn list_guild_board(
    _: BoardReader,
    visitor: Visitor,
    page: Query<Cursor>,
    db: Data<Database>,
    total: Data<BoardTotal>,
) -> Result<Json<GuildBoard>, Problem> {
    let Cursor { limit, after } = page.0;
    let after = match after.as_deref() {
        None => Mark::START,
        Some(text) => parse_mark(text).ok_or_else(|| Problem::invalid("after", "is not the `next` of a page"))?,
    };
    let db = db.connection().await?;
    let mut placed = board::list_board(&db, after, limit + 1).await?;
    let of = total.find(&db).await?;
    let own = match visitor.0 {
        Some(visitor) => store::find_guild_of(&db, visitor).await?,
        None => None,
    };
    let has_more = placed.len() > limit as usize;
    placed.truncate(limit as usize);
    let passed = after.passed + placed.len() as i64;
    let next =
        placed.last().filter(|_| has_more).map(|last| format!("{}.{}.{}.{passed}", last.points, last.id, last.rank));
    let items = placed;
    let items = items.into_iter().map(|placed| GuildPlace {
        rank: placed.rank,
        is_mine: own == Some(placed.id),
        id: placed.id,
        name: placed.name,
        icon_url: placed.icon_url,
        members: placed.members,
        counted: placed.counted,
        points: f64::from(placed.points) / 100.0,
        shown: shown(placed.points, placed.is_rounded),
        is_rounded: placed.is_rounded,
    });
    Ok(Json(GuildBoard { items: items.collect(), next, of }))
}

fn parse_mark(text: &str) -> Option<Mark> {
    let parts: Vec<_> = text.split('.').collect();
    let [points, id, rank, passed] = parts[..] else { return None };
    let place = |text: &str| text.parse::<u32>().ok().map(i64::from);
    Some(Mark { points: points.parse().ok()?, id: id.parse().ok()?, rank: place(rank)?, passed: place(passed)? })
}

/// So many guilds are counted for each answer; what takes longer is kept.
const COUNTED_EACH_TIME: i64 = 1_000;
const FRESH: ByEffort = ByEffort { least: Duration::from_secs(2), most: Duration::from_secs(60) };

/// How many guilds have points. Of more than a thousand the number may be some seconds old.
pub struct BoardTotal(Cache<(), Made<i64>>);

impl Default for BoardTotal {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(1).expire_after(FRESH).build())
    }
}

impl BoardTotal {
    async fn find(&self, db: &Connection) -> Result<i64, DatabaseError> {
        let few = board::count_board(db, COUNTED_EACH_TIME + 1).await?;
        if few <= COUNTED_EACH_TIME {
            return Ok(few);
        }
        let began = Instant::now();
        let made = async {
            Ok::<_, DatabaseError>(Made { made: board::count_board(db, i64::MAX).await?, took: began.elapsed() })
        };
        Ok(self.0.try_get_with((), made).await?.made)
    }
}
