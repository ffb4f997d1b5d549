use actix_web::get;
use actix_web::web::{Data, Json};
use serde::Serialize;

use crate::boards::curve::Curve;
use crate::boards::filter::{BoardFilter, Filter};
use crate::boards::ranks::scale;
use crate::boards::scope::Board;
use crate::boards::view::{Boards, View};
use crate::platform::{Config, Path, Problem, Query};
use crate::sessions::{BoardReader, Visitor};

/// How the values of a board are spread.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BoardCurve {
    /// How many stand on it.
    of: u32,
    /// From 0 to 100; empty among fewer than 20, and on boards whose rows without a name have no value: those of weight
    /// classes.
    points: Vec<CurvePoint>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CurvePoint {
    percentile: u8,
    /// So many percent have this or less: kilograms, points (rounded down to ten), repetitions or energy.
    value: f64,
}

/// The percentile curve of a board: the value at which each whole percentile stands.
#[utoipa::path(params(("board" = String, Path), BoardFilter), tag = "boards",
    responses((status = 200, body = BoardCurve), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/boards/{board}/curve")]
pub async fn get_curve(
    _: BoardReader,
    visitor: Visitor,
    board: Path<String>,
    filter: Query<BoardFilter>,
    boards: Data<Boards>,
    config: Data<Config>,
) -> Result<Json<BoardCurve>, Problem> {
    let filter = Filter::parse(&board, &filter.0, visitor.0, &boards.catalogue, &config)?;
    let curve = Curve::of(&View::of(&boards, &filter).await?, &boards).await?;
    // No more than rows without a name tell (BoardRow::new), whoever shows more.
    let step = match (filter.tells_bodyweight(), filter.board) {
        (false, _) => Some(1),
        (true, Board::DOTS) => Some(1_000),
        (true, _) => None,
    };
    let scale = scale(filter.board, &boards.catalogue);
    let rounded = |value: u32, step: u32| f64::from(value / step * step) / scale;
    let points = step.map(|step| {
        let points = (0..).zip(&curve.values);
        points.map(|(percentile, value)| CurvePoint { percentile, value: rounded(*value, step) }).collect()
    });
    Ok(Json(BoardCurve { of: curve.of, points: points.unwrap_or_default() }))
}
