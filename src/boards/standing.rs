//! With what a lifter stands where: from lifts to the rows of `standings`. Pure.
//!
//! Whatever is best in some scope among any lifts is best in it among those that were best before and the new ones: so
//! the rows of a lifter and one more lift give the same as all lifts of that lifter, and a new lift needs no history.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::scope::{Basis, Board, Of, Scope};
use crate::strength::ScoredAs;

/// One thing to stand with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Hundredths of kilograms or of points, repetitions, or energy.
    pub value: u32,
    /// Of equal kilograms the lighter lifter is first, by steps of 5 kg: hundredths of kilograms of body weight,
    /// [`UNKNOWN_WEIGHT`] where it is not known, and 0 for everything but kilograms.
    pub tie: i32,
    pub at: Timestamp,
    pub lift_id: i32,
    pub sex: Option<ScoredAs>,
    /// The code of an IPF class.
    pub class: Option<u8>,
    /// The code of an age class.
    pub age: Option<u8>,
}

/// Heavier than anybody.
pub const UNKNOWN_WEIGHT: i32 = i32::MAX;

impl Mark {
    /// What decides which of two is first.
    fn order(&self) -> impl Ord + use<> {
        (std::cmp::Reverse(self.value), self.tie, self.at, self.lift_id)
    }

    fn scopes(&self) -> impl Iterator<Item = Scope> + use<> {
        let sex = self.sex;
        let class = self.sex.and(self.class).map(Scope::Class);
        let age = self.age.and_then(|age| Some(Scope::Age(sex?, age)));
        [Some(Scope::All), sex.map(Scope::Sex), class, age].into_iter().flatten()
    }
}

/// A mark on a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    pub board: Board,
    pub basis: Basis,
    pub mark: Mark,
}

/// A row of `standings`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub board: Board,
    pub basis: Basis,
    pub mark: Mark,
    /// The three lifts of a total.
    pub parts: Option<[i32; 3]>,
    pub of: Of,
}

impl Standing {
    /// Itself, to be compared anew; totals are made anew from their parts.
    pub fn candidate(&self) -> Option<Candidate> {
        let is_total = [Board::GYM_TOTAL, Board::DOTS].contains(&self.board);
        (!is_total).then_some(Candidate { board: self.board, basis: self.basis, mark: self.mark })
    }

    /// The scopes that it stands in.
    pub fn scopes(&self) -> impl Iterator<Item = Scope> + use<> {
        let of = self.of;
        self.mark.scopes().filter(move |scope| of.has(Of::bit(*scope)))
    }
}

type Best = BTreeMap<(Board, Basis, Scope), Mark>;

/// Everything that a lifter stands with, in a fixed order.
pub fn stand(candidates: impl IntoIterator<Item = Candidate>) -> Vec<Standing> {
    let mut best = Best::new();
    for Candidate { board, basis, mark } in candidates {
        for scope in mark.scopes() {
            let known = best.entry((board, basis, scope)).or_insert(mark);
            if mark.order() < known.order() {
                *known = mark;
            }
        }
    }
    let mut standings: Vec<Standing> = Vec::with_capacity(8);
    for ((board, basis, scope), mark) in &best {
        let standing = Standing { board: *board, basis: *basis, mark: *mark, parts: None, of: Of::default() };
        mark_best(&mut standings, standing, *scope);
    }
    for (board, basis) in [(Board::GYM_TOTAL, Basis::Single), (Board::DOTS, Basis::Points)] {
        let scopes = best.keys().filter(|(of, by, _)| (*of, *by) == (Board::CORE[0], basis)).map(|(.., scope)| *scope);
        for scope in scopes {
            if let Some(total) = total(&best, board, basis, scope) {
                mark_best(&mut standings, total, scope);
            }
        }
    }
    standings.sort_by_key(|standing| (standing.board, standing.basis, standing.mark.order()));
    standings
}

/// Adds a scope to what is best in it.
fn mark_best(standings: &mut Vec<Standing>, best: Standing, scope: Scope) {
    let same = |known: &&mut Standing| {
        (known.board, known.basis, known.mark.lift_id, known.parts)
            == (best.board, best.basis, best.mark.lift_id, best.parts)
    };
    // Points are the best of nothing that anybody lists.
    let bit = if best.basis == Basis::Points { 0 } else { Of::bit(scope) };
    match standings.iter_mut().find(same) {
        Some(known) => {
            known.of.0 |= bit;
            known.mark.sex = known.mark.sex.or(best.mark.sex);
            known.mark.class = known.mark.class.or(best.mark.class);
            known.mark.age = known.mark.age.or(best.mark.age);
        }
        None => standings.push(Standing { of: Of(bit), ..best }),
    }
}

/// The three best of a scope together; none while one is missing. It dates from the last of them.
fn total(best: &Best, board: Board, basis: Basis, scope: Scope) -> Option<Standing> {
    let [squat, bench, deadlift] = Board::CORE.map(|core| best.get(&(core, basis, scope)));
    let parts = [squat?, bench?, deadlift?];
    let last = parts.into_iter().max_by_key(|mark| (mark.at, mark.lift_id))?;
    let (sex, class, age) = match scope {
        Scope::All => (None, None, None),
        Scope::Sex(sex) => (Some(sex), None, None),
        Scope::Class(class) => (last.sex, Some(class), None),
        Scope::Age(sex, age) => (Some(sex), None, Some(age)),
    };
    let tie = if board == Board::GYM_TOTAL { last.tie } else { 0 };
    let value = parts.iter().map(|mark| mark.value).sum();
    let mark = Mark { value, tie, sex, class, age, ..*last };
    let parts = Some(parts.map(|mark| mark.lift_id));
    Some(Standing { board, basis: Basis::Single, mark, parts, of: Of::default() })
}
