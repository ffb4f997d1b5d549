//! What a lift moves: the places before and after, and who was passed.

use futures_util::future::try_join;
use serde::Serialize;

use super::counting::Counts;
use super::live::Live;
use super::memory::{List, Memory};
use super::scope::{Basis, Board, Scope};
use super::standing::Standing;
use super::store::pages::Ordered;
use super::store::passing::{Passage, Passed, list_passed};
use super::store::rises::{EnergyRise, Rise, list_circle_rises};
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
#[derive(Default)]
pub struct Ranks {
    lists: Vec<(List, Option<u32>, u32)>,
    pub changes: Vec<RankChange>,
    passed: Vec<Vec<Passed>>,
    /// Among those whom the lifter follows, and in the lifter's guild.
    in_circles: Vec<Rise>,
}

impl Ranks {
    /// Nobody else is moved by looking: this may be called before anything is written. Whoever is not listed has no place.
    /// Where somebody is passed, or an energy rises, one journey to the database asks for all names.
    pub async fn of(
        db: &Connection,
        live: &Live,
        catalogue: &Catalogue,
        plans: &[&Plan],
    ) -> Result<Vec<Self>, DatabaseError> {
        let mut ranks = Vec::with_capacity(plans.len());
        for plan in plans {
            ranks.push(Self::counted(db, live, catalogue, plan).await?);
        }
        let passages: Vec<_> = ranks.iter().flat_map(Self::passages).collect();
        let energies = ranks.iter().zip(plans).filter_map(|(ranks, plan)| ranks.energy_rise(plan.user));
        let energies: Vec<_> = energies.collect();
        let found = try_join(list_passed(db, &passages), list_circle_rises(db, &energies));
        let (passed, in_circles) = found.await?;
        let mut passed = passed.into_iter();
        for (ranks, plan) in ranks.iter_mut().zip(plans) {
            for (change, named) in ranks.changes.iter_mut().zip(&mut ranks.passed) {
                if change.passed_count > 0 {
                    *named = passed.next().unwrap_or_default();
                    change.passed = named.iter().map(|passed| passed.username.clone()).collect();
                }
            }
            let own = in_circles.iter().filter(|(user, _)| *user == plan.user);
            ranks.in_circles = own.map(|(_, rise)| rise.clone()).collect();
        }
        Ok(ranks)
    }

    /// Without names.
    async fn counted(db: &Connection, live: &Live, catalogue: &Catalogue, plan: &Plan) -> Result<Self, DatabaseError> {
        let (mut lists, mut changes) = (Vec::new(), Vec::new());
        for standing in plan.new.iter().filter(|_| plan.shown.is_listed) {
            for scope in standing.scopes().filter(|scope| matches!(scope, Scope::All | Scope::Class(_))) {
                let list = List { board: standing.board, basis: standing.basis, scope };
                let (old, new) = (value_on(&plan.old, list), standing.mark.value);
                if old != Some(new) {
                    changes.push(change(db, live, catalogue, list, old, new).await?);
                    lists.push((list, old, new));
                }
            }
        }
        let passed = vec![Vec::new(); changes.len()];
        Ok(Self { lists, changes, passed, in_circles: Vec::new() })
    }

    /// Where somebody was passed, in the order of the changes.
    fn passages(&self) -> impl Iterator<Item = Passage> {
        let passing = self.lists.iter().zip(&self.changes).filter(|(_, change)| change.passed_count > 0);
        passing.map(|((list, old, new), _)| Passage { list: *list, from: old.unwrap_or_default(), to: *new })
    }

    fn energy_rise(&self, user: UserId) -> Option<EnergyRise> {
        let energy = List { board: Board::ENERGY, basis: Basis::Single, scope: Scope::All };
        let (_, from, to) = self.lists.iter().find(|(list, ..)| *list == energy)?;
        from.is_none_or(|from| from < *to).then_some(EnergyRise { user, from: *from, to: *to })
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
