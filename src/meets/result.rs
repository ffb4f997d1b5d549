//! One row of a file of meet results.

use std::fmt;

use csv::StringRecord;
use jiff::civil::Date;

use super::MeetError;
use crate::lifts::Equipment;
use crate::strength::ScoredAs;

/// The columns, by name; they may come in any order and others are ignored.
pub const COLUMNS: [&str; 16] = [
    "meet",
    "date",
    "fed",
    "lifter",
    "sex",
    "event",
    "equipment",
    "age",
    "bodyweight_kg",
    "class_kg",
    "squat_kg",
    "bench_kg",
    "deadlift_kg",
    "total_kg",
    "place",
    "tested",
];
const REQUIRED: [&str; 8] =
    ["date", "lifter", "sex", "equipment", "bodyweight_kg", "squat_kg", "bench_kg", "deadlift_kg"];

/// Why a row cannot count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Disqualified,
    NoLift,
    BadNumber(&'static str),
    BadDate,
    UnknownSex,
    UnknownEquipment,
    BadText,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disqualified => f.write_str("disqualified or no-show"),
            Self::NoLift => f.write_str("no lift"),
            Self::BadNumber(column) => write!(f, "bad number in {column}"),
            Self::BadDate => f.write_str("bad date (not YYYY-MM-DD from 1950 to today)"),
            Self::UnknownSex => f.write_str("sex is none of M, F, Mx"),
            Self::UnknownEquipment => f.write_str("unknown equipment"),
            Self::BadText => f.write_str("not UTF-8 text"),
        }
    }
}

/// A result that counts.
#[derive(Debug, Clone)]
pub struct MeetResult {
    pub meet: Option<i32>,
    pub date: Date,
    pub lifter: i32,
    pub scored_as: ScoredAs,
    pub event: Option<String>,
    pub equipment: Equipment,
    pub age_years: Option<f32>,
    pub bodyweight_kg: Option<f64>,
    /// Squat, bench press and deadlift; at least one is there.
    pub lifts_kg: [Option<f64>; 3],
    pub is_tested: Option<bool>,
}

/// Where each column is in this file.
pub struct Columns([Option<usize>; COLUMNS.len()]);

impl Columns {
    pub fn of(header: &StringRecord) -> Result<Self, MeetError> {
        let position = |name: &str| header.iter().position(|column| column.trim().eq_ignore_ascii_case(name));
        match REQUIRED.into_iter().find(|name| position(name).is_none()) {
            Some(name) => Err(MeetError::MissingColumn(name)),
            None => Ok(Self(COLUMNS.map(position))),
        }
    }

    fn text<'a>(&self, row: &'a StringRecord, name: &str) -> &'a str {
        let column = COLUMNS.iter().position(|column| *column == name).and_then(|index| self.0[index]);
        column.and_then(|index| row.get(index)).unwrap_or_default().trim()
    }

    /// A number within bounds, or none where the field is empty.
    fn number(&self, row: &StringRecord, name: &'static str, most: f64) -> Result<Option<f64>, Reason> {
        match self.text(row, name) {
            "" => Ok(None),
            text => match text.parse::<f64>() {
                Ok(number) if number.is_finite() && number.abs() <= most => Ok(Some(number)),
                _ => Err(Reason::BadNumber(name)),
            },
        }
    }

    /// A day on which a meet can have been.
    fn date(&self, row: &StringRecord) -> Result<Date, Reason> {
        let date: Date = self.text(row, "date").parse().map_err(|_| Reason::BadDate)?;
        let (first, last) = (Date::constant(1950, 1, 1), jiff::Zoned::now().date());
        if (first..=last).contains(&date) { Ok(date) } else { Err(Reason::BadDate) }
    }

    /// Reads a row, or says why it cannot count.
    pub fn read(&self, row: &StringRecord) -> Result<MeetResult, Reason> {
        if ["DQ", "DD", "NS"].contains(&self.text(row, "place")) {
            return Err(Reason::Disqualified);
        }
        let lifter = self.text(row, "lifter").parse().ok().filter(|number: &i32| *number >= 0);
        let scored_as = match self.text(row, "sex") {
            "M" | "Mx" => ScoredAs::Men,
            "F" => ScoredAs::Women,
            _ => return Err(Reason::UnknownSex),
        };
        let mut lifts_kg = [None; 3];
        for (lift, column) in lifts_kg.iter_mut().zip(["squat_kg", "bench_kg", "deadlift_kg"]) {
            // A negative number is a failed attempt.
            *lift = self.number(row, column, 1000.0)?.filter(|kg| *kg > 0.0);
        }
        let bodyweight_kg = self.number(row, "bodyweight_kg", 500.0)?;
        if bodyweight_kg.is_some_and(|kg| kg <= 0.0) {
            return Err(Reason::BadNumber("bodyweight_kg"));
        }
        let result = MeetResult {
            meet: self.text(row, "meet").parse().ok(),
            date: self.date(row)?,
            lifter: lifter.ok_or(Reason::BadNumber("lifter"))?,
            scored_as,
            event: Some(self.text(row, "event"))
                .filter(|event| ["SBD", "BD", "SD", "SB", "S", "B", "D"].contains(event))
                .map(str::to_owned),
            equipment: equipment(self.text(row, "equipment")).ok_or(Reason::UnknownEquipment)?,
            age_years: self.number(row, "age", 150.0)?.filter(|age| *age > 0.0).map(|age| age as f32),
            bodyweight_kg,
            lifts_kg,
            is_tested: match self.text(row, "tested").to_ascii_lowercase().as_str() {
                "yes" | "true" | "1" => Some(true),
                "no" | "false" | "0" => Some(false),
                _ => None,
            },
        };
        if result.lifts_kg == [None; 3] { Err(Reason::NoLift) } else { Ok(result) }
    }
}

fn equipment(name: &str) -> Option<Equipment> {
    match name {
        "" | "Raw" => Some(Equipment::Raw),
        "Wraps" => Some(Equipment::Wraps),
        "Straps" => Some(Equipment::Straps),
        "Single-ply" => Some(Equipment::SinglePly),
        "Multi-ply" => Some(Equipment::MultiPly),
        "Unlimited" => Some(Equipment::Unlimited),
        _ => None,
    }
}
