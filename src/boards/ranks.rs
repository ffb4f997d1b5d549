//! What a lift moves: the places before and after, and who was passed.

use futures_util::future::{try_join, try_join_all};
use serde::Serialize;

use super::counting::Counts;
use super::live::Live;
use super::memory::{List, Memory};
use super::scope::{Basis, Board, Scope};
use super::standing::Standing;
use super::store::pages::Ordered;
use super::store::passing::{self, Passed, Rise};
use super::{Plan, store};
use crate::catalogue::Catalogue;
use crate::platform::{Connection, DatabaseError, UserId};
use crate::strength::classes::Class;

/// A place that a lift changed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RankChange {
    /// `energy`, `dots`, `gym_total`, or an exercise's id.
    pub board: String,
    /// `single` or `estimate`; null where a board has no such distinction.
    pub basis: Option<&'static str>,
    /// The weight class that is compared; null for everybody.
    pub class: Option<&'static str>,
    /// One more than there are lifters with more.
    pub rank: u32,
    /// Null for whoever was not on this board.
    pub previous_rank: Option<u32>,
    /// How many stand there now.
    pub of: u32,
    /// At most three of those who were passed, by username; of points and classes only who shows them.
    pub passed: Vec<String>,
    pub passed_count: u32,
}

/// Among fewer nobody is told a percentile.
pub const FEWEST_FOR_PERCENTILES: u32 = 20;

/// How many stand where, seen from a value.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub above: u32,
    pub equal: u32,
    pub total: u32,
}

impl Tally {
    pub fn of(memory: &Memory, list: List, value: u32) -> Self {
        memory.counted(list).map(|counted| Self::among(&counted.counts, value)).unwrap_or_default()
    }

    /// On a list that is in order.
    pub fn of_rows(rows: &[Ordered], value: u32) -> Self {
        let above = rows.partition_point(|row| row.value > value);
        let up_to = rows.partition_point(|row| row.value >= value);
        Self { above: above as u32, equal: (up_to - above) as u32, total: rows.len() as u32 }
    }

    pub fn among(counts: &Counts, value: u32) -> Self {
        let (above, total) = (counts.above(value), counts.total());
        Self { above, equal: total - above - counts.below(value), total }
    }

    /// One more than there are with more.
    pub fn rank(self) -> u32 {
        self.above + 1
    }

    /// Those with less and half of the equals among all, in hundredths of a percent; none among fewer than 20.
    pub fn percentile(self) -> Option<f64> {
        let (below, equal, total) =
            (u64::from(self.total - self.above - self.equal), u64::from(self.equal), u64::from(self.total));
        // Half away from zero, in whole numbers: (2 below + equal) / (2 all) in ten-thousandths.
        let hundredths = (10_000 * (2 * below + equal) + total) / (2 * total).max(1);
        (total >= u64::from(FEWEST_FOR_PERCENTILES)).then_some(hundredths as f64 / 100.0)
    }
}

/// The places that a plan changes, found before it is written.
pub struct Ranks {
    lists: Vec<(List, Option<u32>, u32)>,
    pub changes: Vec<RankChange>,
    passed: Vec<Vec<Passed>>,
    /// Among those whom the lifter follows, and in the lifter's guild.
    in_circles: Vec<Rise>,
}

impl Ranks {
    /// Nobody else is moved by looking: this may be called before anything is written. Whoever is not listed has no place.
    pub async fn of(db: &Connection, live: &Live, catalogue: &Catalogue, plan: &Plan) -> Result<Self, DatabaseError> {
        let mut ranks = Self { lists: Vec::new(), changes: Vec::new(), passed: Vec::new(), in_circles: Vec::new() };
        if !plan.shown.is_listed {
            return Ok(ranks);
        }
        for standing in &plan.new {
            for scope in standing.scopes().filter(|scope| matches!(scope, Scope::All | Scope::Class(_))) {
                let list = List { board: standing.board, basis: standing.basis, scope };
                let old = value_on(&plan.old, list);
                if old != Some(standing.mark.value) {
                    ranks.lists.push((list, old, standing.mark.value));
                }
            }
        }
        for (list, old, new) in ranks.lists.clone() {
            let change = change(db, live, catalogue, list, old, new).await?;
            ranks.changes.push(change);
        }
        (ranks.passed, ranks.in_circles) =
            try_join(ranks.find_passed(db), ranks.find_in_circles(db, plan.user)).await?;
        for (change, passed) in ranks.changes.iter_mut().zip(&ranks.passed) {
            change.passed = passed.iter().map(|passed| passed.username.clone()).collect();
        }
        Ok(ranks)
    }

    async fn find_passed(&self, db: &Connection) -> Result<Vec<Vec<Passed>>, DatabaseError> {
        let looked = self.lists.iter().zip(&self.changes).map(async |((list, old, new), change)| match old {
            Some(old) if change.passed_count > 0 => passing::list_passed(db, *list, *old, *new).await,
            _ => Ok(Vec::new()),
        });
        try_join_all(looked).await
    }

    /// Asked only where the energy rises.
    async fn find_in_circles(&self, db: &Connection, user: UserId) -> Result<Vec<Rise>, DatabaseError> {
        let energy = List { board: Board::ENERGY, basis: Basis::Single, scope: Scope::All };
        match self.lists.iter().find(|(list, ..)| *list == energy) {
            Some((_, old, new)) if old.is_none_or(|old| old < *new) => {
                passing::list_circle_rises(db, user, *old, *new).await
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The rises that are kept: overall, in the lifter's class, in energy, and in that among those whom the lifter follows
    /// and in the lifter's guild.
    pub fn rises(&self) -> Vec<Rise> {
        let kept = self.lists.iter().zip(&self.changes).zip(&self.passed);
        kept.filter_map(|(((list, ..), change), passed)| {
            let board = match (list.board, list.scope) {
                (Board::DOTS, Scope::All) => "overall",
                (Board::DOTS, Scope::Class(_)) => "class",
                (Board::ENERGY, Scope::All) => "energy",
                _ => return None,
            };
            let rises = change.previous_rank.is_none_or(|before| change.rank < before);
            rises.then(|| Rise {
                board,
                from: change.previous_rank,
                to: change.rank,
                of: change.of,
                passed: passed.iter().map(|passed| passed.id).collect(),
                passed_count: change.passed_count,
            })
        })
        .chain(self.in_circles.iter().cloned())
        .collect()
    }
}

/// With what a lifter stands on a list.
pub fn value_on(standings: &[Standing], list: List) -> Option<u32> {
    let on_it = |standing: &&Standing| {
        (standing.board, standing.basis) == (list.board, list.basis)
            && standing.scopes().any(|scope| scope == list.scope)
    };
    standings.iter().find(on_it).map(|standing| standing.mark.value)
}

async fn change(
    db: &Connection,
    live: &Live,
    catalogue: &Catalogue,
    list: List,
    old: Option<u32>,
    new: u32,
) -> Result<RankChange, DatabaseError> {
    let now = tally(db, live, list, new).await?;
    let before = match old {
        Some(old) => Some(tally(db, live, list, old).await?),
        None => None,
    };
    // Whoever falls was counted among those above.
    let is_fall = old.is_some_and(|old| old > new);
    let passed_count = match before {
        Some(before) if !is_fall => before.above.saturating_sub(now.above + now.equal),
        _ => 0,
    };
    let class = match list.scope {
        Scope::Class(code) => Class::from_code(code).map(Class::label),
        _ => None,
    };
    Ok(RankChange {
        board: board_name(list.board, catalogue).to_owned(),
        basis: basis_name(list.board, list.basis, catalogue),
        class,
        rank: now.above + 1 - u32::from(is_fall && now.above > 0),
        previous_rank: before.map(|before| before.above + 1),
        of: now.total + u32::from(old.is_none()),
        passed: Vec::new(),
        passed_count,
    })
}

/// From memory; while that is being built, from the database.
pub async fn tally(db: &Connection, live: &Live, list: List, value: u32) -> Result<Tally, DatabaseError> {
    if let Some(memory) = live.look().memory() {
        return Ok(Tally::of(memory, list, value));
    }
    store::lists::tally(db, list, value).await
}

/// The name of a board in a URL.
pub fn board_name(board: Board, catalogue: &Catalogue) -> &str {
    match board {
        Board::ENERGY => "energy",
        Board::DOTS => "dots",
        Board::GYM_TOTAL => "gym_total",
        board => catalogue.of_board(board.0).map_or("", |exercise| &exercise.id),
    }
}

/// The board of a name.
pub fn board_of(name: &str, catalogue: &Catalogue) -> Option<Board> {
    match name {
        "energy" => Some(Board::ENERGY),
        "dots" => Some(Board::DOTS),
        "gym_total" => Some(Board::GYM_TOTAL),
        name => catalogue.find(name).and_then(|exercise| exercise.board).map(Board),
    }
}

/// How many decimals a value of the board has: what to divide it by.
pub fn scale(board: Board, catalogue: &Catalogue) -> f64 {
    let is_whole = board == Board::ENERGY || catalogue.of_board(board.0).is_some_and(|exercise| exercise.is_bodyweight);
    if is_whole { 1.0 } else { 100.0 }
}

/// Whether a board's values are singles or estimates, as a row says it.
pub fn basis_name(board: Board, basis: Basis, catalogue: &Catalogue) -> Option<&'static str> {
    match board {
        // The contract's number: its bests are estimates where they are no singles.
        Board::ENERGY => Some(Basis::Estimate.as_str()),
        board if catalogue.of_board(board.0).is_some_and(|exercise| exercise.is_bodyweight) => None,
        _ => Some(basis.as_str()),
    }
}

/// The bases that a board has.
pub fn bases(board: Board, catalogue: &Catalogue) -> &'static [Basis] {
    match catalogue.of_board(board.0) {
        Some(exercise) if !exercise.is_bodyweight => &[Basis::Single, Basis::Estimate],
        _ => &[Basis::Single],
    }
}
