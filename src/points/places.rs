//! Who came where: places by points within a division.
//!
//! Invariant: more points come first; of equal points the lighter lifter, and who is equal in both shares a place.
//! Lifters of different events are never in one division: a bench press is no total.

use std::collections::HashMap;

use super::row::Row;
use crate::strength::{AgeClass, classes};

/// What divisions are made by. Women and men are apart unless `all` is among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum By {
    /// class_kg as the file has it, or else the IPF's class of the body weight
    Class,
    /// women and men
    Sex,
    /// sub-juniors, juniors, open, masters 1 to 4
    Age,
    /// Raw, Wraps, Single-ply and so on
    Equipment,
    /// everybody in one list
    All,
}

/// Numbers for divisions, given in the order in which they appear.
pub struct Divisions {
    by: Vec<By>,
    classes: HashMap<Vec<u8>, u64>,
    this_year: i16,
}

impl Divisions {
    /// `this_year`: which year's classes a lifter without a date is put into.
    pub fn new(by: Vec<By>, this_year: i16) -> Self {
        Self { by, classes: HashMap::new(), this_year }
    }

    /// The division of a lifter.
    pub fn of(&mut self, row: &Row) -> u64 {
        let age_class = AgeClass::from_age(row.age);
        let mut division = row.event as u64;
        division = division * 4 + if self.by.contains(&By::All) { 0 } else { row.sex as u64 + 1 };
        division = division * 8 + if self.by.contains(&By::Equipment) { row.equipment as u64 } else { 0 };
        division *= 8;
        if self.by.contains(&By::Age) {
            division += age_class.map_or(0, |class| u64::from(class.code()));
        }
        division <<= 32;
        if self.by.contains(&By::Class) {
            division += self.class(row, age_class);
        }
        division
    }

    fn class(&mut self, row: &Row, age_class: Option<AgeClass>) -> u64 {
        let year = row.on.map_or(self.this_year, |(year, _, _)| year);
        let label = match row.class_kg {
            b"" => {
                let is_junior = age_class.is_some_and(AgeClass::is_junior);
                let class = classes::ipf_class(row.bodyweight_hundredths, row.sex.scored_as(), year, is_junior);
                class.label().as_bytes()
            }
            label => plain(label),
        };
        let next = self.classes.len() as u64;
        match self.classes.get(label) {
            Some(number) => *number,
            None => *self.classes.entry(label.to_vec()).or_insert(next),
        }
    }
}

/// A class as it is compared: 83 is also written -83, 83.0, 83kg and 83 kg.
fn plain(label: &[u8]) -> &[u8] {
    let unit = label.len().saturating_sub(2);
    let label = if label[unit..].eq_ignore_ascii_case(b"kg") { label[..unit].trim_ascii() } else { label };
    let label = label.strip_prefix(b"-").unwrap_or(label);
    label.strip_suffix(b".0").unwrap_or(label)
}

/// Who takes part in places.
#[derive(Debug, Clone, Copy)]
pub struct Entrant {
    pub row: u32,
    pub division: u64,
    pub bodyweight_hundredths: u32,
}

/// The places from 1, by row; 0 for rows without points or without a part. `points` are by row too.
pub fn places(entrants: &[Entrant], points: &[Option<u32>]) -> Vec<u32> {
    let mut order: Vec<(u64, u64, u32)> = entrants
        .iter()
        .filter_map(|entrant| {
            let points = points[entrant.row as usize]?;
            let key = u64::from(u32::MAX - points) << 32 | u64::from(entrant.bodyweight_hundredths);
            Some((entrant.division, key, entrant.row))
        })
        .collect();
    order.sort_unstable();
    let mut places = vec![0; points.len()];
    let (mut before, mut position, mut place) = (None, 0, 0);
    for (division, key, row) in order {
        if before.is_none_or(|(last, _)| last != division) {
            position = 0;
        }
        position += 1;
        if before != Some((division, key)) {
            place = position;
        }
        places[row as usize] = place;
        before = Some((division, key));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_points_the_lighter_comes_first_and_equals_share_a_place() {
        let lifter = |row, division, bodyweight_hundredths| Entrant { row, division, bodyweight_hundredths };
        let entrants = [
            lifter(0, 1, 8000),
            lifter(1, 1, 7000),
            lifter(2, 1, 8000),
            lifter(3, 1, 9000),
            lifter(4, 2, 5000),
            lifter(5, 1, 6000),
        ];
        let points = [Some(300), Some(300), Some(300), Some(400), Some(1), None, Some(999)];
        assert_eq!(places(&entrants, &points), [3, 2, 3, 1, 1, 0, 0]);
    }
}
