use std::sync::Arc;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, get};
use serde::{Deserialize, Serialize};

use super::mark;
use super::row::BoardRow;
use crate::boards::filter::{BoardFilter, Filter};
use crate::boards::ranks::Tally;
use crate::boards::store::pages::ListRow;
use crate::boards::view::{Boards, Start, View};
use crate::platform::{Config, Path, Problem, Query, UserId};
use crate::sessions::{BoardReader, Visitor};

/// Which page.
#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct BoardPage {
    /// 1 to 100.
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: u32,
    /// The `next` of the page before.
    #[garde(length(max = 160))]
    #[param(max_length = 160)]
    after: Option<String>,
    /// A rank, or `me`: the page with that in its middle.
    #[garde(length(max = 20))]
    #[param(max_length = 20)]
    around: Option<String>,
}

impl Default for BoardPage {
    fn default() -> Self {
        Self { limit: 50, after: None, around: None }
    }
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct BoardListed {
    items: Vec<BoardRow>,
    /// What to send as `after` for the next page; null on the last one.
    next: Option<String>,
    /// How many stand on it.
    of: u32,
}

/// Pages as they were last sent, for as long as nothing on their list changes.
pub struct PageCache(moka::sync::Cache<(Filter, u32, u32), Cached>);

#[derive(Clone)]
struct Cached {
    version: u64,
    body: Bytes,
    /// Lifters on it who are named to themselves alone.
    unnamed: Arc<[UserId]>,
}

impl Default for PageCache {
    fn default() -> Self {
        let weigh = |_: &(Filter, u32, u32), page: &Cached| page.body.len() as u32;
        Self(moka::sync::Cache::builder().max_capacity(8 * 1024 * 1024).weigher(weigh).build())
    }
}

/// The lifters of a board, the first first.
#[utoipa::path(params(("board" = String, Path), BoardFilter, BoardPage), tag = "boards",
    responses((status = 200, body = BoardListed), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/boards/{board}")]
pub async fn list_board(
    _: BoardReader,
    visitor: Visitor,
    board: Path<String>,
    filter: Query<BoardFilter>,
    page: Query<BoardPage>,
    boards: Data<Boards>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let filter = Filter::parse(&board, &filter.0, visitor.0, &boards.catalogue, &config)?;
    let view = View::of(&boards, &filter).await?;
    let start = start(&boards, &view, &page.0, visitor.0).await?;
    let limit = page.0.limit;
    let key = match start {
        Start::Place(place) => Some((filter.clone(), place, limit)),
        Start::Behind(_) => None,
    };
    let version = view.version(&boards);
    if let (Some(key), Some(version)) = (&key, version)
        && let Some(known) = boards.kept.pages.0.get(key)
        && known.version == version
        && visitor.0.is_none_or(|visitor| !known.unnamed.contains(&visitor))
    {
        return Ok(answer(known.body));
    }
    let (rows, has_more) = view.rows(&boards, start, limit as usize).await?;
    let next = match has_more {
        true => mark::seal(&boards.sealer, &view, start, rows.last(), limit)?,
        false => None,
    };
    let hides = |row: &&ListRow| filter.tells_bodyweight() && !row.shows_points;
    let unnamed: Arc<[UserId]> = rows.iter().filter(hides).map(|row| UserId(row.user)).collect();
    let mut items = Vec::with_capacity(rows.len());
    let mut last: Option<(u32, Tally)> = None;
    for row in rows {
        let tally = match last {
            Some((value, tally)) if value == row.value => tally,
            _ => view.tally(&boards, row.value).await?,
        };
        last = Some((row.value, tally));
        items.push(BoardRow::new(row, tally.rank(), &filter, visitor.0, &boards.catalogue, &config));
    }
    let is_own = items.iter().any(|item| item.is_me);
    let of = match last {
        Some((_, tally)) => tally.total,
        None => view.total(&boards).await?,
    };
    let body = Bytes::from(serde_json::to_vec(&BoardListed { items, next, of }).map_err(Problem::internal)?);
    // Whoever is on the page is marked on it, so it is nobody else's.
    if let (Some(key), Some(version), false) = (key, version, is_own) {
        boards.kept.pages.0.insert(key, Cached { version, body: body.clone(), unnamed });
    }
    Ok(answer(body))
}

fn answer(body: Bytes) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(body)
}

async fn start(boards: &Boards, view: &View, page: &BoardPage, visitor: Option<UserId>) -> Result<Start, Problem> {
    let half = page.limit / 2;
    match (page.after.as_deref(), page.around.as_deref()) {
        (Some(_), Some(_)) => Err(Problem::invalid("around", "cannot be sent together with after")),
        (Some(after), None) => mark::open(&boards.sealer, view, after)
            .ok_or_else(|| Problem::invalid("after", "is not the `next` of a page")),
        (None, Some("me")) => {
            let me = visitor.ok_or_else(|| Problem::unauthorized("around=me: sign in first"))?;
            let place = view.place_of(boards, me.0).await?;
            let place = place.ok_or_else(|| Problem::not_found("You do not stand on this board."))?;
            Ok(Start::Place(place.saturating_sub(half)))
        }
        (None, Some(rank)) => {
            let rank: u32 = rank
                .parse()
                .ok()
                .filter(|rank| *rank > 0)
                .ok_or_else(|| Problem::invalid("around", "must be a rank from 1 on, or me"))?;
            Ok(Start::Place((rank - 1).saturating_sub(half)))
        }
        (None, None) => Ok(Start::Place(0)),
    }
}
