//! Where a lift stands among those who compete: percentiles of real results.
//!
//! The table holds percentiles 1 to 99 in kilograms of each lifter's best raw squat, bench press, deadlift and
//! full-power total, by sex and by 5 kg of body weight; cells of at least 50 lifters, nobody below 14. A band holds
//! from its lower bound up to, not including, its upper; the first holds everybody below it and the last everybody
//! above. These are competitors, not all who train: [`sentence`] says so, and so must whoever shows a figure.
//! Source: our own aggregate of 315,223 public meet results (`reference.csv` beside this file).

use std::borrow::Cow;
use std::sync::LazyLock;

use super::standards::CoreLift;
use super::units::{ScoredAs, hundredths};

const FILE: &str = include_str!("reference.csv");

/// What the table knows percentiles of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    Squat,
    Bench,
    Deadlift,
    /// Of full power: all three lifts.
    Total,
}

impl Measured {
    pub const ALL: [Measured; 4] = [Self::Squat, Self::Bench, Self::Deadlift, Self::Total];

    pub fn name(self) -> &'static str {
        match self {
            Self::Squat => "squat",
            Self::Bench => "bench",
            Self::Deadlift => "deadlift",
            Self::Total => "total",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measured| measured.name() == name)
    }
}

impl From<CoreLift> for Measured {
    fn from(lift: CoreLift) -> Self {
        match lift {
            CoreLift::Squat => Self::Squat,
            CoreLift::Bench => Self::Bench,
            CoreLift::Deadlift => Self::Deadlift,
        }
    }
}

/// A range of body weights in kilograms, the upper bound not included; none where it has no end.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Band {
    pub from_kg: Option<f64>,
    pub to_kg: Option<f64>,
}

/// Where a lift stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// How many of the percentiles 1 to 99 lie below it; one that is equal does not. 0 to 99.
    pub percent: u8,
    /// How many lifters it was compared with.
    pub lifters: u32,
    /// Of which body weight they are; none for all.
    pub band: Option<Band>,
}

struct Cell {
    scored_as: ScoredAs,
    measured: Measured,
    band: Option<Band>,
    lifters: u32,
    /// Hundredths of a kilogram, never falling.
    percentiles: Vec<i64>,
}

static CELLS: LazyLock<Vec<Cell>> = LazyLock::new(|| FILE.lines().skip(1).filter_map(cell).collect());

fn cell(line: &str) -> Option<Cell> {
    let mut fields = line.split(',');
    let scored_as = match fields.next()? {
        "M" => ScoredAs::Men,
        "F" => ScoredAs::Women,
        _ => return None,
    };
    let measured = Measured::parse(fields.next()?)?;
    let (from, to) = (fields.next()?.parse().ok(), fields.next()?.parse().ok());
    let lifters = fields.next()?.parse().ok()?;
    let percentiles: Vec<i64> = fields.map_while(|kg| kg.parse().ok().map(hundredths)).collect();
    let band = (from, to) != (None, None);
    let band = band.then_some(Band { from_kg: from, to_kg: to });
    (percentiles.len() == 99).then_some(Cell { scored_as, measured, band, lifters, percentiles })
}

/// The cell of a body weight: the heaviest band that begins at or below it, or else the first; that of all for none.
fn find(
    scored_as: ScoredAs,
    measured: Measured,
    bodyweight_hundredths: Option<u32>,
) -> Option<(&'static Cell, Option<Band>)> {
    let mut cells = CELLS.iter().filter(|cell| cell.scored_as == scored_as && cell.measured == measured);
    let Some(bodyweight) = bodyweight_hundredths else {
        return cells.find(|cell| cell.band.is_none()).map(|cell| (cell, None));
    };
    let mut bands = cells.filter_map(|cell| cell.band.map(|band| (cell, band)));
    let (mut found, mut band) = bands.next()?;
    band.from_kg = None;
    let begins = |band: &Band| band.from_kg.map_or(0, hundredths);
    for (cell, next) in bands.take_while(|(_, band)| begins(band) <= i64::from(bodyweight)) {
        (found, band) = (cell, next);
    }
    Some((found, Some(band)))
}

/// Where a lift in hundredths of a kilogram stands among competitors; among those near a body weight where it is given.
/// None for no weight at all.
pub fn competitors(
    scored_as: ScoredAs,
    measured: Measured,
    kg_hundredths: u32,
    bodyweight_hundredths: Option<u32>,
) -> Option<Standing> {
    if kg_hundredths == 0 {
        return None;
    }
    let (cell, band) = find(scored_as, measured, bodyweight_hundredths)?;
    let below = cell.percentiles.partition_point(|percentile| *percentile < i64::from(kg_hundredths));
    Some(Standing { percent: u8::try_from(below).ok()?, lifters: cell.lifters, band })
}

/// "stronger than 62 % of competing women near 63 kg (competitors, not all gym-goers)"
pub fn sentence(standing: &Standing, scored_as: ScoredAs, bodyweight_kg: Option<f64>) -> Cow<'static, str> {
    match bodyweight_kg {
        Some(kg) => Cow::Owned(worded(standing.percent, scored_as, &format!(" near {kg:.0} kg"))),
        // There are two hundred of them, and they are asked for all the time.
        None => {
            Cow::Borrowed(&SENTENCES[usize::from(scored_as == ScoredAs::Women)][usize::from(standing.percent.min(99))])
        }
    }
}

static SENTENCES: LazyLock<[Vec<String>; 2]> = LazyLock::new(|| {
    [ScoredAs::Men, ScoredAs::Women].map(|sex| (0..=99).map(|percent| worded(percent, sex, "")).collect())
});

fn worded(percent: u8, scored_as: ScoredAs, near: &str) -> String {
    let part = match percent {
        0 => "less than 1 %".to_owned(),
        percent => format!("{percent} %"),
    };
    format!("stronger than {part} of competing {}{near} (competitors, not all gym-goers)", scored_as.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ScoredAs::{Men, Women};

    #[test]
    fn the_whole_table_is_read_and_rises() {
        assert_eq!(CELLS.len(), FILE.lines().count() - 1);
        for cell in CELLS.iter() {
            assert!(cell.lifters >= 50 && cell.percentiles.is_sorted());
        }
        for scored_as in [Men, Women] {
            for measured in Measured::ALL {
                let bands: Vec<Band> = CELLS
                    .iter()
                    .filter(|cell| cell.scored_as == scored_as && cell.measured == measured)
                    .filter_map(|cell| cell.band)
                    .collect();
                assert!(bands.windows(2).all(|pair| pair[0].to_kg == pair[1].from_kg), "bands without a gap");
                assert_eq!(bands.last().and_then(|band| band.to_kg), None);
            }
        }
    }

    #[test]
    fn a_lift_is_stronger_than_the_percentiles_below_it() {
        // Women's bench press at 55 to 60 kg: forty percentiles are below 55 kg, and p41 to p47 are 55.
        let standing = |kg| competitors(Women, Measured::Bench, kg, Some(5999)).unwrap();
        assert_eq!((standing(5500).percent, standing(5501).percent), (40, 47));
        assert_eq!((standing(1).percent, standing(30000).percent), (0, 99));
        assert_eq!(standing(5500).lifters, 2350);
        assert_eq!(standing(5500).band, Some(Band { from_kg: Some(55.0), to_kg: Some(60.0) }));
        assert_eq!(competitors(Women, Measured::Bench, 0, None), None);
    }

    #[test]
    fn the_first_and_the_last_band_have_no_end() {
        let band = |bodyweight| competitors(Women, Measured::Bench, 5000, Some(bodyweight)).unwrap().band.unwrap();
        assert_eq!(band(3000), Band { from_kg: None, to_kg: Some(50.0) });
        assert_eq!(band(4999), band(3000));
        assert_eq!(band(5000), Band { from_kg: Some(50.0), to_kg: Some(55.0) });
        assert_eq!(band(30000), Band { from_kg: Some(110.0), to_kg: None });
        let all = competitors(Women, Measured::Bench, 5000, None).unwrap();
        assert_eq!((all.band, all.lifters), (None, 15752));
    }

    #[test]
    fn the_sentence_says_who_was_compared() {
        let standing = |percent| Standing { percent, lifters: 100, band: None };
        assert_eq!(
            sentence(&standing(62), Women, Some(63.0)),
            "stronger than 62 % of competing women near 63 kg (competitors, not all gym-goers)"
        );
        assert_eq!(
            sentence(&standing(0), Men, None),
            "stronger than less than 1 % of competing men (competitors, not all gym-goers)"
        );
    }
}
