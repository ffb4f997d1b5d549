use actix_web::get;
use actix_web::web::{Data, Json};
use serde::Serialize;

use crate::boards::live::Live;
use crate::boards::memory::List;
use crate::boards::ranks::{bases, board_of, tally};
use crate::boards::scope::{Basis, Board, Scope};
use crate::catalogue::Catalogue;
use crate::platform::{Config, Database, Problem};
use crate::sessions::BoardReader;

/// A board that exists.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BoardSummary {
    /// What stands in its URL.
    pub board: String,
    pub name: String,
    /// `lift`, `total`, `points` or `energy`.
    pub kind: &'static str,
    /// `kg`, `points`, `reps` or `energy`.
    pub unit: &'static str,
    /// Which lifts count where nothing is said: `all` of the gym and of meets, or `meet`.
    pub source: &'static str,
    /// What was worn where nothing is said; null where that has no meaning.
    pub equipment: Option<&'static str>,
    /// The weight classes where nothing is said: `ipf` or `traditional`.
    pub classes: &'static str,
    /// `single` first; empty where a board has no such distinction.
    pub bases: Vec<BasisSummary>,
    /// How many lifters stand there; null for what is not counted beforehand.
    pub of: Option<u32>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BasisSummary {
    pub basis: &'static str,
    pub of: u32,
}

/// The boards, with how many stand on each.
#[utoipa::path(tag = "boards", responses((status = 200, body = Vec<BoardSummary>), (status = 401, body = Problem)))]
#[get("/boards")]
pub async fn list_boards(
    _: BoardReader,
    db: Data<Database>,
    live: Data<Live>,
    catalogue: Data<Catalogue>,
    config: Data<Config>,
) -> Result<Json<Vec<BoardSummary>>, Problem> {
    let classes = if config.traditional_classes { "traditional" } else { "ipf" };
    let of_lifters = [
        ("energy", "Energy", "energy", "energy", "all", None),
        ("dots", "DOTS", "points", "points", "all", Some("raw")),
        ("gym_total", "Gym total", "total", "kg", "all", Some("raw")),
        ("meet_total", "Meet total", "total", "kg", "meet", Some("raw")),
    ];
    let mut boards = Vec::new();
    for (board, name, kind, unit, source, equipment) in of_lifters {
        let (board, name) = (board.to_owned(), name.to_owned());
        boards.push(BoardSummary { board, name, kind, unit, source, equipment, classes, bases: Vec::new(), of: None });
    }
    boards.extend(catalogue.iter().filter(|exercise| exercise.is_ranked()).map(|exercise| BoardSummary {
        board: exercise.id.clone(),
        name: exercise.name.clone(),
        kind: "lift",
        unit: if exercise.is_bodyweight { "reps" } else { "kg" },
        source: "all",
        equipment: Some("raw"),
        classes,
        bases: Vec::new(),
        of: None,
    }));
    let connection = match live.look().memory() {
        Some(_) => None,
        None => Some(()),
    };
    let connection = match connection {
        Some(()) => Some(db.connection().await?),
        None => None,
    };
    for summary in &mut boards {
        let Some(board) = board_of(&summary.board, &catalogue) else { continue };
        let mut counts = Vec::new();
        for basis in bases(board, &catalogue) {
            let list = List { board, basis: *basis, scope: Scope::All };
            let held =
                live.look().memory().map(|memory| memory.counted(list).map_or(0, |counted| counted.counts.total()));
            let of = match (held, &connection) {
                (Some(of), _) => of,
                (None, Some(db)) => tally(db, &live, list, 0).await?.total,
                (None, None) => 0,
            };
            counts.push((*basis, of));
        }
        summary.of = counts.first().map(|(_, of)| *of);
        let has_bases = board != Board::ENERGY && summary.unit == "kg" && summary.kind == "lift";
        if has_bases {
            let basis = |(basis, of): (Basis, u32)| BasisSummary { basis: basis.as_str(), of };
            summary.bases = counts.into_iter().map(basis).collect();
        }
    }
    Ok(Json(boards))
}
