//! A standing in eight bytes: what memory and `board_lifters` keep of a row of `standings`.
//!
//! From the lowest bit: value (32), board (8), best of (4), whether it is an estimate (1), sex (2: none, men, women),
//! class (6), age class (3).

use super::scope::{Basis, Board, Of, Scope};
use super::standing::Standing;
use crate::strength::ScoredAs;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cell(pub u64);

impl Cell {
    /// None for what is on no list.
    pub fn of(standing: &Standing) -> Option<Self> {
        if standing.of.0 == 0 {
            return None;
        }
        let mark = &standing.mark;
        let is_estimate = u64::from(standing.basis == Basis::Estimate);
        let sex = mark.sex.map_or(0, |sex| 1 + sex as u64);
        Some(Self(
            u64::from(mark.value)
                | u64::from(standing.board.0) << 32
                | u64::from(standing.of.0) << 40
                | is_estimate << 44
                | sex << 45
                | u64::from(mark.class.unwrap_or(0)) << 47
                | u64::from(mark.age.unwrap_or(0)) << 53,
        ))
    }

    pub fn value(self) -> u32 {
        self.0 as u32
    }

    pub fn board(self) -> Board {
        Board((self.0 >> 32) as u8)
    }

    pub fn basis(self) -> Basis {
        if self.0 >> 44 & 1 == 1 { Basis::Estimate } else { Basis::Single }
    }

    pub fn sex(self) -> Option<ScoredAs> {
        match self.0 >> 45 & 3 {
            1 => Some(ScoredAs::Men),
            2 => Some(ScoredAs::Women),
            _ => None,
        }
    }

    pub fn class(self) -> u8 {
        (self.0 >> 47 & 63) as u8
    }

    pub fn age(self) -> u8 {
        (self.0 >> 53 & 7) as u8
    }

    fn of_scopes(self) -> Of {
        Of((self.0 >> 40 & 15) as u8)
    }

    pub fn is_of(self, scope: Scope) -> bool {
        self.of_scopes().has(Of::bit(scope))
            && match scope {
                Scope::All => true,
                Scope::Sex(sex) => self.sex() == Some(sex),
                Scope::Class(class) => self.class() == class,
                Scope::Age(sex, age) => self.sex() == Some(sex) && self.age() == age,
            }
    }

    /// The scopes in which it counts.
    pub fn scopes(self) -> impl Iterator<Item = Scope> {
        let sex = self.sex();
        let of = self.of_scopes();
        let class = Some(self.class()).filter(|class| *class > 0).map(Scope::Class);
        let age = sex.filter(|_| self.age() > 0).map(|sex| Scope::Age(sex, self.age()));
        let scopes = [Some(Scope::All), sex.map(Scope::Sex), class, age];
        scopes.into_iter().flatten().filter(move |scope| of.has(Of::bit(*scope)))
    }
}

/// What a lifter's standings are in memory.
pub fn cells(standings: &[Standing]) -> Vec<Cell> {
    standings.iter().filter_map(Cell::of).collect()
}
