use std::borrow::Cow;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;

use super::row::shown;
use crate::boards::filter::{BoardFilter, Filter};
use crate::boards::memory::List;
use crate::boards::ranks::{basis_name, board_name, scale};
use crate::boards::scope::{Basis, Board, Scope};
use crate::boards::standpoint::Standpoint;
use crate::boards::store::lists;
use crate::boards::view::{Boards, View};
use crate::catalogue::Catalogue;
use crate::platform::{Config, DatabaseError, Path, Problem, Query, UserId};
use crate::sessions::{BoardReader, Visitor};
use crate::strength::ScoredAs;
use crate::strength::age_class::AgeClass;
use crate::strength::classes::Class;
use crate::strength::reference::{Measured, competitors, sentence};
use crate::strength::units::from_hundredths;

/// Where a lifter stands on a board.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Place {
    pub board: String,
    /// `single` or `estimate`; null where a board has no such distinction.
    pub basis: Option<&'static str>,
    /// `men` or `women`, where only those are compared.
    pub sex: Option<&'static str>,
    /// The weight class that is compared.
    pub class: Option<&'static str>,
    /// The age class that is compared.
    pub age: Option<&'static str>,
    /// One more than there are lifters with more; equals share it.
    pub rank: u32,
    pub of: u32,
    /// (those with less + half of the equals) / all × 100; null among fewer than 20.
    pub percentile: Option<f64>,
    /// Kilograms, points, repetitions or energy.
    pub value: f64,
    /// The same as it is to be read.
    pub shown: String,
    /// The next place up; null for whoever is first.
    pub next: Option<NextPlace>,
    /// How it compares with lifters who compete, on an empty server too: for single squats, bench presses, deadlifts and
    /// their total. Near the own body weight for oneself, among all of the sex for others.
    pub competitors: Option<Competitors>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Competitors {
    /// Percent of them that are weaker, 0 to 99.
    pub percent: u8,
    /// How many lifters that are.
    pub lifters: u32,
    /// Such as `stronger than 62 % of competing women near 63 kg (competitors, not all gym-goers)`.
    pub sentence: Cow<'static, str>,
}

impl Competitors {
    fn of(board: Board, basis: Basis, sex: ScoredAs, value: u32, bodyweight: Option<u32>) -> Option<Self> {
        let measured = match board {
            Board(1) => Measured::Squat,
            Board(2) => Measured::Bench,
            Board(3) => Measured::Deadlift,
            Board::GYM_TOTAL | Board::MEET_TOTAL => Measured::Total,
            _ => return None,
        };
        let standing = competitors(sex, measured, value, bodyweight).filter(|_| basis == Basis::Single)?;
        let sentence = sentence(&standing, sex, bodyweight.map(from_hundredths));
        Some(Self { percent: standing.percent, lifters: standing.lifters, sentence })
    }
}

/// What the next place up takes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct NextPlace {
    pub rank: u32,
    /// What whoever has it lifted.
    pub value: f64,
    /// Such as `+2.5 kg to #118`.
    pub takes: String,
}

impl Place {
    fn new(board: Board, name: &str, standpoint: &Standpoint, catalogue: &Catalogue) -> Self {
        let scale = scale(board, catalogue);
        let value = f64::from(standpoint.value) / scale;
        let next = standpoint.next.map(|(next, rank)| {
            let more = shown(board, next - standpoint.value, catalogue);
            NextPlace { rank, value: f64::from(next) / scale, takes: format!("+{more} to #{rank}") }
        });
        Self {
            board: name.to_owned(),
            basis: None,
            sex: None,
            class: None,
            age: None,
            rank: standpoint.tally.rank(),
            of: standpoint.tally.total,
            percentile: standpoint.tally.percentile(),
            value,
            shown: shown(board, standpoint.value, catalogue),
            next,
            competitors: None,
        }
    }

    /// As somebody sees it: of the next one's kilograms, only whoever is to reach them is told where they tell a body
    /// weight.
    pub fn seen(
        name: &str,
        filter: &Filter,
        standpoint: &Standpoint,
        bodyweight: Option<u32>,
        is_me: bool,
        catalogue: &Catalogue,
    ) -> Self {
        let sex = standpoint.sex.or(filter.sex);
        let compare = |sex| Competitors::of(filter.board, filter.basis, sex, standpoint.value, bodyweight);
        let place = Self {
            competitors: sex.and_then(compare),
            basis: basis_name(filter.board, filter.basis, catalogue),
            sex: filter.sex.map(|sex| sex.as_str()),
            class: filter.class.map(Class::label),
            age: filter.age.map(AgeClass::name),
            ..Self::new(filter.board, name, standpoint, catalogue)
        };
        match filter.tells_bodyweight() && !is_me {
            true => Self { next: None, ..place },
            false => place,
        }
    }

    pub fn json(&self) -> Result<Vec<u8>, Problem> {
        let mut body = Vec::with_capacity(512);
        serde_json::to_writer(&mut body, self).map_err(Problem::internal)?;
        Ok(body)
    }

    /// On a standing list.
    pub fn on(list: List, standpoint: &Standpoint, catalogue: &Catalogue) -> Self {
        let (sex, class, age) = match list.scope {
            Scope::All => (None, None, None),
            Scope::Sex(sex) => (Some(sex), None, None),
            Scope::Class(class) => (Class::from_code(class).map(Class::scored_as), Class::from_code(class), None),
            Scope::Age(sex, age) => (Some(sex), None, AgeClass::from_code(age)),
        };
        Self {
            basis: basis_name(list.board, list.basis, catalogue),
            sex: sex.map(|sex| sex.as_str()),
            class: class.map(Class::label),
            age: age.map(AgeClass::name),
            ..Self::new(list.board, board_name(list.board, catalogue), standpoint, catalogue)
        }
    }
}

/// Where a lifter stands on a board. Points and weight classes are answered to the lifter, and to others where the lifter
/// shows them.
#[utoipa::path(params(("board" = String, Path), ("user_id" = UserId, Path), BoardFilter), tag = "boards",
    responses((status = 200, body = Place), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/api/v1/boards/{board}/users/{user_id}")]
pub async fn get_place(
    _: BoardReader,
    visitor: Visitor,
    path: Path<(String, UserId)>,
    filter: Query<BoardFilter>,
    boards: Data<Boards>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let (name, user) = path.into_inner();
    let filter = Filter::parse(&name, &filter.0, visitor.0, &boards.catalogue, &config)?;
    let view = View::of(&boards, &filter).await?;
    let standpoint = view.standpoint(&boards, user.0).await?;
    let may_see =
        |standpoint: &Standpoint| standpoint.shows_points || visitor.0 == Some(user) || !filter.tells_bodyweight();
    let nobody = || Problem::not_found("This lifter does not stand on this board.");
    let standpoint = standpoint.filter(may_see).ok_or_else(nobody)?;
    // Only oneself is told of one's own body weight.
    let own = filter.list().filter(|_| visitor.0 == Some(user));
    let weight = match own {
        Some(list) => Box::pin(weight_on(&boards, list, user)).await?,
        None => None,
    };
    let place = Place::seen(&name, &filter, &standpoint, weight, visitor.0 == Some(user), &boards.catalogue);
    Ok(HttpResponse::Ok().content_type("application/json").body(place.json()?))
}

async fn weight_on(boards: &Boards, list: List, user: UserId) -> Result<Option<u32>, DatabaseError> {
    let mark = lists::find_mark(&*boards.db.reader().await?, list, user.0).await?;
    Ok(mark.and_then(|(_, weight)| weight))
}
