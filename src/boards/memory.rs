//! Every listed lifter's standings in memory, and for each board and scope how many have which value.
//!
//! Invariant: the counts are those of the cells. Whoever is not listed is not in it at all.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use hashbrown::HashTable;
use uuid::Uuid;

use super::arena::{Arena, Place};
use super::cell::Cell;
use super::counting::Counts;
use super::scope::{Basis, Board, Scope};

/// A list: of a board, by singles or estimates, in a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct List {
    pub board: Board,
    pub basis: Basis,
    pub scope: Scope,
}

impl List {
    fn key(self) -> u32 {
        u32::from(self.board.0) << 9 | u32::from(self.basis == Basis::Estimate) << 8 | u32::from(self.scope.number())
    }
}

/// Keys are small and ours: spreading their bits is enough.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }
}

/// How many have which value on a list, and how often that changed.
#[derive(Debug, Clone)]
pub struct Counted {
    pub list: List,
    pub counts: Counts,
    pub version: u64,
}

#[derive(Debug, Clone, Copy)]
struct Lifter {
    id: Uuid,
    start: u32,
    length: u16,
    shows_points: bool,
}

impl Lifter {
    fn cells(&self) -> Place {
        Place { start: self.start, length: self.length }
    }
}

/// What a lifter is to others.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub cells: &'a [Cell],
    /// Whether others may read points and class.
    pub shows_points: bool,
}

impl Seen<'_> {
    /// With what the lifter stands on a list.
    pub fn cell(&self, list: List) -> Option<Cell> {
        let matches = |cell: &&Cell| cell.board() == list.board && cell.basis() == list.basis && cell.is_of(list.scope);
        self.cells.iter().find(matches).copied()
    }
}

#[derive(Default)]
pub struct Memory {
    places: HashTable<u32>,
    lifters: Vec<Lifter>,
    free: Vec<u32>,
    arena: Arena,
    counted: HashMap<u32, Counted, BuildHasherDefault<Spread>>,
    changes: u64,
}

/// Ids are random in their last half.
fn hash(id: &Uuid) -> u64 {
    id.as_u64_pair().1.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Memory {
    pub fn with_room_for(lifters: usize) -> Self {
        Self { places: HashTable::with_capacity(lifters), lifters: Vec::with_capacity(lifters), ..Self::default() }
    }

    pub fn lifters(&self) -> usize {
        self.places.len()
    }

    /// Bytes of memory, without what the allocator adds.
    pub fn size(&self) -> usize {
        self.places.capacity() * 5
            + self.lifters.capacity() * size_of::<Lifter>()
            + self.arena.size()
            + self.counted.values().map(|counted| counted.counts.size() + size_of::<Counted>()).sum::<usize>()
    }

    pub fn find(&self, id: Uuid) -> Option<Seen<'_>> {
        let place = *self.places.find(hash(&id), |place| self.lifters[*place as usize].id == id)?;
        let lifter = &self.lifters[place as usize];
        Some(Seen { cells: self.arena.get(lifter.cells()), shows_points: lifter.shows_points })
    }

    pub fn counted(&self, list: List) -> Option<&Counted> {
        self.counted.get(&list.key()).filter(|counted| counted.counts.total() > 0)
    }

    /// All lists on which somebody stands.
    pub fn lists(&self) -> impl Iterator<Item = &Counted> {
        self.counted.values().filter(|counted| counted.counts.total() > 0)
    }

    /// Makes a lifter's standings these; without any the lifter is gone.
    pub fn set(&mut self, id: Uuid, cells: &[Cell], shows_points: bool) {
        self.changes += 1;
        self.remove(id);
        if cells.is_empty() {
            return;
        }
        let Place { start, length } = self.arena.put(cells);
        let lifter = Lifter { id, start, length, shows_points };
        let place = match self.free.pop() {
            Some(place) => {
                self.lifters[place as usize] = lifter;
                place
            }
            None => {
                self.lifters.push(lifter);
                self.lifters.len() as u32 - 1
            }
        };
        self.places.insert_unique(hash(&id), place, |place| hash(&self.lifters[*place as usize].id));
        for cell in cells {
            self.count(*cell, Counts::add);
        }
    }

    fn remove(&mut self, id: Uuid) {
        let Ok(entry) = self.places.find_entry(hash(&id), |place| self.lifters[*place as usize].id == id) else {
            return;
        };
        let (place, _) = entry.remove();
        self.free.push(place);
        let cells = self.lifters[place as usize].cells();
        for index in 0..usize::from(cells.length) {
            let cell = self.arena.get(cells)[index];
            self.count(cell, |counts, value| {
                counts.remove(value);
            });
        }
        self.arena.take(cells);
    }

    fn count(&mut self, cell: Cell, change: impl Fn(&mut Counts, u32)) {
        for scope in cell.scopes() {
            let list = List { board: cell.board(), basis: cell.basis(), scope };
            let new = || Counted { list, counts: Counts::default(), version: 0 };
            let counted = self.counted.entry(list.key()).or_insert_with(new);
            change(&mut counted.counts, cell.value());
            counted.version = self.changes;
        }
    }

    pub fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.places.iter().map(|place| self.lifters[*place as usize].id)
    }

    /// How many lists count otherwise than the cells do: none, unless the invariant is broken.
    pub fn miscounted(&self) -> usize {
        let mut counts: HashMap<u32, Counts, BuildHasherDefault<Spread>> = HashMap::default();
        for place in self.places.iter() {
            for cell in self.arena.get(self.lifters[*place as usize].cells()) {
                for scope in cell.scopes() {
                    let list = List { board: cell.board(), basis: cell.basis(), scope };
                    counts.entry(list.key()).or_default().add(cell.value());
                }
            }
        }
        let none = Counts::default();
        let held = self.lists().filter(|counted| counts.get(&counted.list.key()).unwrap_or(&none) != &counted.counts);
        held.count() + counts.keys().filter(|key| !self.counted.contains_key(key)).count()
    }
}
