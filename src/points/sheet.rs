//! A meet's results with their points: read whole, since a place depends on every row.
//!
//! Rows keep their order and their text as it was written; columns are added behind. A row with a fault stays, without
//! points. Nothing is allocated for a row: its text is a part of the file's, found by its position.

use std::ops::Range;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::places::{Divisions, Entrant, places};
use super::row::{Columns, Fault, Misfit, Row, Standing};
use crate::strength::{Formula, Performance, age_coefficient};

/// A column that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Points(Formula),
    AgeCoefficient,
}

impl Asked {
    pub fn name(self) -> &'static str {
        match self {
            Self::Points(formula) => formula.name(),
            Self::AgeCoefficient => "age_coefficient",
        }
    }

    /// All names, as help and errors list them.
    pub fn names() -> String {
        let names: Vec<_> = Formula::ALL.iter().map(|formula| formula.name()).collect();
        format!("{}, {}", names.join(", "), Self::AgeCoefficient.name())
    }

    pub fn parse(name: &str) -> Result<Self, String> {
        match Formula::parse(name) {
            Some(formula) => Ok(Self::Points(formula)),
            None if name == Self::AgeCoefficient.name() => Ok(Self::AgeCoefficient),
            None => Err(format!("no such formula; there are: {}", Self::names())),
        }
    }
}

/// A column of the answer, by row.
pub enum Answer {
    /// In hundredths, with places from 1.
    Points { formula: Formula, points: Vec<Option<u32>>, places: Vec<u32> },
    /// In thousandths.
    AgeCoefficient(Vec<Option<u16>>),
}

/// Why a file cannot be scored at all.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    #[error("there is no column {0}{1}")]
    MissingColumn(&'static str, &'static str),
    #[error("the column {0} would be there twice; take it out, or choose another formula")]
    TwiceThere(String),
    #[error("there are more than four thousand million rows")]
    TooLong,
    #[error("{0}")]
    Strict(Fault),
    #[error("{0}")]
    Csv(#[from] csv::Error),
}

/// What was found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub rows: usize,
    pub faults: usize,
    /// With a total and without a body weight: no formula applies.
    pub without_bodyweight: usize,
}

pub struct Sheet<'a> {
    text: &'a [u8],
    pub header: Range<usize>,
    /// How many columns the header has.
    pub width: usize,
    /// The text of each row and how many columns it lacks.
    pub rows: Vec<(Range<usize>, usize)>,
    pub answers: Vec<Answer>,
    pub counts: Counts,
}

/// A reader that takes rows of any length; which do not fit is ours to say.
pub fn reader(text: &[u8]) -> Reader<&[u8]> {
    ReaderBuilder::new().flexible(true).has_headers(false).buffer_capacity(1 << 16).from_reader(text)
}

impl<'a> Sheet<'a> {
    /// Reads and scores a file. `tell` hears of each fault; with `strict` the first ends everything.
    pub fn read(
        text: &'a [u8],
        asked: &[Asked],
        mut divisions: Divisions,
        strict: bool,
        tell: &mut dyn FnMut(&Fault),
    ) -> Result<Self, SheetError> {
        let mut input = reader(text);
        let mut record = ByteRecord::new();
        input.read_byte_record(&mut record)?;
        let header_record = record.clone();
        let header = part(text, 0, input.position().byte());
        let columns = Columns::of(&record).map_err(|misfit| match misfit {
            Misfit::Missing(name) => SheetError::MissingColumn(name, hint(&record)),
            Misfit::Twice(name) => SheetError::TwiceThere(name.into()),
        })?;
        let width = record.len();
        let known = |name: &String| header_record.iter().any(|column| column.eq_ignore_ascii_case(name.as_bytes()));
        if let Some(name) = added(asked).into_iter().find(known) {
            return Err(SheetError::TwiceThere(name));
        }

        let mut rows = Vec::new();
        let mut entrants = Vec::new();
        let mut counts = Counts::default();
        let mut answers: Vec<Answer> = asked.iter().map(|asked| Answer::empty(*asked)).collect();
        let mut start = input.position().byte();
        while input.read_byte_record(&mut record)? {
            let end = input.position().byte();
            let number = u32::try_from(rows.len()).map_err(|_| SheetError::TooLong)?;
            let read = match record.len() {
                length if length > width => {
                    Err((usize::MAX, "has more fields than the header; what is too much is left out"))
                }
                _ => columns.read(&record),
            };
            let mut range = part(text, start, end);
            // The reader leaves the second half of a line's end, and empty lines, to the row that follows.
            let skipped = text[start as usize..range.start].iter().filter(|byte| **byte == b'\n').count() as u64;
            if record.len() > width {
                range = range.start..range.start + fields_end(&text[range.clone()], width);
            }
            rows.push((range, width.saturating_sub(record.len())));
            start = end;
            match read {
                Ok(row) => {
                    let performance = row.performance();
                    answers.iter_mut().for_each(|answer| answer.add(Some((&row, &performance))));
                    if row.total_hundredths > 0 && row.bodyweight_hundredths == 0 {
                        counts.without_bodyweight += 1;
                    }
                    if row.standing == Standing::Competes && performance.total_hundredths > 0 {
                        let division = divisions.of(&row);
                        let bodyweight_hundredths = row.bodyweight_hundredths;
                        entrants.push(Entrant { row: number, division, bodyweight_hundredths });
                    }
                }
                Err((column, reason)) => {
                    let line = record.position().map_or(0, |position| position.line()) + skipped;
                    let fault = fault(&header_record, &record, line, column, reason);
                    if strict {
                        return Err(SheetError::Strict(fault));
                    }
                    tell(&fault);
                    counts.faults += 1;
                    answers.iter_mut().for_each(|answer| answer.add(None));
                }
            }
        }
        counts.rows = rows.len();
        for answer in &mut answers {
            if let Answer::Points { points, places: of_row, .. } = answer {
                *of_row = places(&entrants, points);
            }
        }
        Ok(Self { text, header, width, rows, answers, counts })
    }

    pub fn text(&self, range: &Range<usize>) -> &'a [u8] {
        &self.text[range.clone()]
    }

    /// All of the file, header and rows.
    pub fn whole(&self) -> &'a [u8] {
        self.text
    }

    /// The names of the columns that are added, in their order.
    pub fn added(&self) -> Vec<String> {
        let asked: Vec<_> = self.answers.iter().map(Answer::asked).collect();
        added(&asked)
    }
}

fn added(asked: &[Asked]) -> Vec<String> {
    let names = asked.iter().map(|asked| match asked {
        Asked::Points(formula) => vec![formula.name().to_owned(), format!("place_{}", formula.name())],
        Asked::AgeCoefficient => vec![asked.name().to_owned()],
    });
    names.flatten().collect()
}

impl Answer {
    fn empty(asked: Asked) -> Self {
        match asked {
            Asked::Points(formula) => Self::Points { formula, points: Vec::new(), places: Vec::new() },
            Asked::AgeCoefficient => Self::AgeCoefficient(Vec::new()),
        }
    }

    fn asked(&self) -> Asked {
        match self {
            Self::Points { formula, .. } => Asked::Points(*formula),
            Self::AgeCoefficient(_) => Asked::AgeCoefficient,
        }
    }

    /// The next row's; none for one that cannot be read.
    fn add(&mut self, read: Option<(&Row, &Performance)>) {
        match self {
            Self::Points { formula, points, .. } => {
                points.push(read.and_then(|(_, performance)| formula.points_hundredths(performance)));
            }
            Self::AgeCoefficient(ages) => {
                ages.push(read.and_then(|(row, _)| row.age).and_then(age_coefficient::thousandths));
            }
        }
    }
}

/// A column beyond the header stands for the whole row.
fn fault(header: &ByteRecord, row: &ByteRecord, line: u64, column: usize, reason: &'static str) -> Fault {
    let name = header.get(column).map(|name| String::from_utf8_lossy(name).trim().to_owned());
    let value = String::from_utf8_lossy(row.get(column).unwrap_or_default()).trim().chars().take(20).collect();
    Fault { line, column: if name.is_some() { column + 1 } else { 0 }, name: name.unwrap_or_default(), value, reason }
}

/// A record's text without the ends of lines around it.
fn part(text: &[u8], start: u64, end: u64) -> Range<usize> {
    let (mut start, mut end) = (start as usize, (end as usize).min(text.len()));
    let is_end_of_line = |byte: u8| byte == b'\n' || byte == b'\r';
    while start < end && is_end_of_line(text[start]) {
        start += 1;
    }
    while start < end && is_end_of_line(text[end - 1]) {
        end -= 1;
    }
    start..end
}

/// Where the first `width` fields of a row end.
fn fields_end(row: &[u8], width: usize) -> usize {
    let (mut quoted, mut commas) = (false, 0);
    for (index, byte) in row.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => commas += 1,
            _ => {}
        }
        if commas == width {
            return index;
        }
    }
    row.len()
}

/// What may be the matter with a header of one field.
fn hint(header: &ByteRecord) -> &'static str {
    match header.get(0) {
        Some(field) if header.len() == 1 && (field.contains(&b';') || field.contains(&b'\t')) => {
            "; columns must be separated by commas"
        }
        _ => "",
    }
}
