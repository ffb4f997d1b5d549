//! One row of a meet's results: what of it counts for points.
//!
//! Columns are found by name, in any order; weights become hundredths of a kilogram, so that equal ones are equal.

use std::fmt;

use csv::ByteRecord;

use crate::strength::ipf_gl::Day;
use crate::strength::standards::CoreLift;
use crate::strength::units::hundredths;
use crate::strength::{Event, Gear, Performance, ScoredAs};

/// What lifters may wear, as results name it.
pub const EQUIPMENT: [&str; 6] = ["Raw", "Wraps", "Straps", "Single-ply", "Multi-ply", "Unlimited"];

/// The places of those who are disqualified, were not there or did not end.
const OUT: [&str; 5] = ["DQ", "DD", "NS", "DNS", "DNF"];

/// Heavier than any lifter and any total.
pub const HEAVIEST_LIFTER_KG: f64 = 500.0;
pub const HEAVIEST_LIFT_KG: f64 = 1000.0;
pub const HEAVIEST_TOTAL_KG: f64 = 3000.0;
pub const OLDEST: f64 = 150.0;

/// Where each column is in a file; the first two are always there.
#[derive(Debug, Default)]
pub struct Columns {
    sex: usize,
    bodyweight_kg: usize,
    event: Option<usize>,
    equipment: Option<usize>,
    age: Option<usize>,
    class_kg: Option<usize>,
    lifts_kg: [Option<usize>; 3],
    total_kg: Option<usize>,
    place: Option<usize>,
    date: Option<usize>,
}

const NAMES: [&str; 11] = [
    "sex",
    "bodyweight_kg",
    "event",
    "equipment",
    "age",
    "class_kg",
    "squat_kg",
    "bench_kg",
    "deadlift_kg",
    "total_kg",
    "place",
];

/// Why a header cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    Missing(&'static str),
    Twice(&'static str),
}

/// What a row cannot count for: where, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub line: u64,
    /// From 1; 0 for the whole row.
    pub column: usize,
    pub name: String,
    /// What stands there; nothing for the whole row.
    pub value: String,
    pub reason: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            0 => write!(f, "line {}: {}", self.line, self.reason),
            column => {
                write!(f, "line {}, column {column} ({}): {:?} {}", self.line, self.name, self.value, self.reason)
            }
        }
    }
}

/// Whether somebody takes a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Competes,
    /// Has points and no place.
    Guest,
    /// Disqualified or not there: neither points nor place.
    Out,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    M,
    F,
    Mx,
}

impl Sex {
    pub fn parse(text: &[u8]) -> Option<Self> {
        match text {
            _ if text.eq_ignore_ascii_case(b"M") => Some(Self::M),
            _ if text.eq_ignore_ascii_case(b"F") => Some(Self::F),
            _ if text.eq_ignore_ascii_case(b"Mx") => Some(Self::Mx),
            _ => None,
        }
    }

    /// Mx is scored by the men's constants, as in published results.
    pub fn scored_as(self) -> ScoredAs {
        if self == Self::F { ScoredAs::Women } else { ScoredAs::Men }
    }
}

/// What a row says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row<'a> {
    pub sex: Sex,
    pub event: Event,
    /// A place in [`EQUIPMENT`].
    pub equipment: usize,
    pub age: Option<f32>,
    /// As it is written; empty where it is not.
    pub class_kg: &'a [u8],
    /// 0 where it is not stated.
    pub bodyweight_hundredths: u32,
    /// 0 for who has none: bombed out, or out of the meet.
    pub total_hundredths: u32,
    pub standing: Standing,
    pub on: Option<Day>,
}

impl Columns {
    /// Finds the columns, or says which is missing.
    pub fn of(header: &ByteRecord) -> Result<Self, Misfit> {
        let is = |column: &[u8], name: &str| column.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
        let position = |name: &str| header.iter().position(|column| is(column, name));
        if let Some(name) = NAMES.into_iter().find(|name| header.iter().filter(|column| is(column, name)).count() > 1) {
            return Err(Misfit::Twice(name));
        }
        let columns = Self {
            sex: position("sex").ok_or(Misfit::Missing("sex"))?,
            bodyweight_kg: position("bodyweight_kg").ok_or(Misfit::Missing("bodyweight_kg"))?,
            event: position("event"),
            equipment: position("equipment"),
            age: position("age"),
            class_kg: position("class_kg"),
            lifts_kg: ["squat_kg", "bench_kg", "deadlift_kg"].map(position),
            total_kg: position("total_kg"),
            place: position("place"),
            date: position("date"),
        };
        match columns.total_kg.is_none() && columns.lifts_kg == [None; 3] {
            true => Err(Misfit::Missing("total_kg (or one of squat_kg, bench_kg, deadlift_kg)")),
            false => Ok(columns),
        }
    }

    /// Reads a row; an error is the column and the reason.
    pub fn read<'a>(&self, row: &'a ByteRecord) -> Result<Row<'a>, (usize, &'static str)> {
        let text = |column: Option<usize>| column.and_then(|index| row.get(index)).unwrap_or_default().trim_ascii();
        let place = text(self.place);
        let standing = match place {
            _ if OUT.iter().any(|out| place.eq_ignore_ascii_case(out.as_bytes())) => Standing::Out,
            _ if place.eq_ignore_ascii_case(b"G") => Standing::Guest,
            _ if place.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') => Standing::Competes,
            _ => return Err((self.place.unwrap_or_default(), "is no place: a number, G, DQ, DD, NS, DNS or DNF")),
        };
        let sex = Sex::parse(text(Some(self.sex))).ok_or((self.sex, "is none of M, F, Mx"))?;
        let event = match text(self.event) {
            b"" => Event::FullPower,
            letters => std::str::from_utf8(letters)
                .ok()
                .and_then(Event::parse)
                .ok_or((self.event.unwrap_or_default(), "is none of SBD, BD, SD, SB, S, B, D"))?,
        };
        let equipment = match text(self.equipment) {
            b"" => 0,
            name => EQUIPMENT.iter().position(|known| name.eq_ignore_ascii_case(known.as_bytes())).ok_or((
                self.equipment.unwrap_or_default(),
                "is none of Raw, Wraps, Straps, Single-ply, Multi-ply, Unlimited",
            ))?,
        };
        let number = |column: Option<usize>, most: f64| match text(column) {
            b"" => Ok(None),
            digits => match std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<f64>().ok()) {
                Some(number) if number.abs() <= most => Ok(Some(number)),
                Some(number) if number.is_finite() => Err((column.unwrap_or_default(), "is out of all bounds")),
                _ => Err((column.unwrap_or_default(), "is no number")),
            },
        };
        let bodyweight = number(Some(self.bodyweight_kg), HEAVIEST_LIFTER_KG)?;
        if bodyweight.is_some_and(|kg| kg <= 0.0) {
            return Err((self.bodyweight_kg, "is not above 0"));
        }
        let age = number(self.age, OLDEST)?;
        if age.is_some_and(|age| age < 0.0) {
            return Err((self.age.unwrap_or_default(), "is below 0"));
        }
        // Lifts are read even where a total is given: a row with a lift that is no number is not to be trusted.
        let mut lifts = [None; 3];
        for (lift, column) in lifts.iter_mut().zip(self.lifts_kg) {
            *lift = number(column, HEAVIEST_LIFT_KG)?;
        }
        let on = match text(self.date) {
            b"" => None,
            date => Some(day(date).ok_or((self.date.unwrap_or_default(), "is no day as YYYY-MM-DD"))?),
        };
        let total = number(self.total_kg, HEAVIEST_TOTAL_KG)?.map_or_else(|| self.sum(event, lifts), weight);
        Ok(Row {
            sex,
            event,
            equipment,
            // 0 stands for an age that nobody knows in some files.
            age: age.filter(|age| *age > 0.0).map(|age| age as f32),
            class_kg: text(self.class_kg),
            bodyweight_hundredths: bodyweight.map_or(0, weight),
            total_hundredths: if standing == Standing::Out { 0 } else { total },
            standing,
            on,
        })
    }

    /// The sum of an event's lifts, as far as the file has columns for them; 0 when one was not made.
    fn sum(&self, event: Event, lifts: [Option<f64>; 3]) -> u32 {
        let mut sum = 0;
        for ((lift, made), column) in CoreLift::ALL.into_iter().zip(lifts).zip(self.lifts_kg) {
            if event.has(lift) && column.is_some() {
                match made.map_or(0, weight) {
                    0 => return 0,
                    made => sum += made,
                }
            }
        }
        sum
    }
}

impl Row<'_> {
    pub fn performance(&self) -> Performance {
        Performance {
            scored_as: self.sex.scored_as(),
            bodyweight_hundredths: self.bodyweight_hundredths,
            total_hundredths: self.total_hundredths,
            event: self.event,
            gear: Gear::of_equipment(EQUIPMENT[self.equipment]).unwrap_or(Gear::Classic),
            on: self.on,
        }
    }
}

/// Hundredths of a weight; a negative one is an attempt that failed, and counts as none.
pub fn weight(kg: f64) -> u32 {
    u32::try_from(hundredths(kg)).unwrap_or(0)
}

/// A day as YYYY-MM-DD; anything else is no day.
fn day(text: &[u8]) -> Option<Day> {
    let [year, month, day] = [text.get(..4)?, text.get(5..7)?, text.get(8..)?];
    let is_date = text.len() == 10 && text[4] == b'-' && text[7] == b'-';
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<u16>().ok();
    let (year, month, day) =
        (i16::try_from(number(year)?).ok()?, i8::try_from(number(month)?).ok()?, i8::try_from(number(day)?).ok()?);
    let is_date = is_date && jiff::civil::Date::new(year, month, day).is_ok();
    is_date.then_some((year, month as u8, day as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &[&str], row: &[&str]) -> Result<(u32, Standing), (usize, &'static str)> {
        let columns = Columns::of(&ByteRecord::from(header.to_vec())).unwrap();
        let row = ByteRecord::from(row.to_vec());
        columns.read(&row).map(|row| (row.total_hundredths, row.standing))
    }

    #[test]
    fn a_missing_total_is_the_sum_of_the_events_lifts() {
        let header = ["sex", "bodyweight_kg", "event", "squat_kg", "bench_kg", "deadlift_kg", "total_kg", "place"];
        for (row, expected) in [
            (["M", "80", "", "200", "120", "230", "", "1"], (55000, Standing::Competes)),
            (["M", "80", "BD", "", "120", "230", "", "1"], (35000, Standing::Competes)),
            (["M", "80", "SBD", "-200", "120", "230", "", ""], (0, Standing::Competes)),
            (["M", "80", "SBD", "", "", "", "500.5", "g"], (50050, Standing::Guest)),
            (["M", "80", "SBD", "200", "120", "230", "550", "DQ"], (0, Standing::Out)),
            (["Mx", "", "SBD", "", "", "", "", "NS"], (0, Standing::Out)),
        ] {
            assert_eq!(read(&header, &row), Ok(expected), "{row:?}");
        }
        assert_eq!(read(&["bench_kg", "sex", "bodyweight_kg"], &["100", "f", "60"]), Ok((10000, Standing::Competes)));
    }

    #[test]
    fn a_fault_names_its_column() {
        let header = ["sex", "bodyweight_kg", "total_kg", "event", "equipment", "age"];
        for (row, column) in [
            (["W", "60", "300", "", "", ""], 0),
            (["F", "heavy", "300", "", "", ""], 1),
            (["F", "0", "300", "", "", ""], 1),
            (["F", "60", "NaN", "", "", ""], 2),
            (["F", "60", "30000", "", "", ""], 2),
            (["F", "60", "300", "BS", "", ""], 3),
            (["F", "60", "300", "", "None", ""], 4),
            (["F", "60", "300", "", "", "-3"], 5),
        ] {
            assert_eq!(read(&header, &row).unwrap_err().0, column, "{row:?}");
        }
        for (header, missing) in [(vec!["sex"], "bodyweight_kg"), (vec!["bodyweight_kg", "total_kg"], "sex")] {
            assert_eq!(Columns::of(&ByteRecord::from(header)).unwrap_err(), Misfit::Missing(missing));
        }
        for header in [vec!["sex", "bodyweight_kg"], vec!["sex", "bodyweight_kg", "bench_kg", "Sex"]] {
            assert!(Columns::of(&ByteRecord::from(header)).is_err());
        }
    }

    #[test]
    fn days_are_written_in_one_way() {
        assert_eq!(day(b"2024-08-17"), Some((2024, 8, 17)));
        for other in [&b"17.08.2024"[..], b"2024-8-17", b"", b"2024-08-177", b"2023-02-29"] {
            assert_eq!(day(other), None);
        }
    }
}
