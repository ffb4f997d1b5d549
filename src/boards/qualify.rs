//! Which lifts stand on boards, and as what.
//!
//! Raw lifts of ranked exercises: singles with the kilograms on the bar, two to five repetitions as an estimate, sets with
//! the own body weight with their repetitions. Everything is read from the lift, nothing from the profile: a later
//! change of that moves nobody.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::scope::{Basis, Board};
use super::standing::{Candidate, Mark, UNKNOWN_WEIGHT};
use crate::catalogue::Exercise;
use crate::strength::age_class::AgeClass;
use crate::strength::classes::ipf_class;
use crate::strength::units::hundredths;
use crate::strength::{ScoredAs, dots, one_rep_max};

/// The most repetitions that a single is estimated from for a rank.
pub const MOST_REPS: i32 = 5;

/// Why a lift waits for a moderator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The body weight is below 35 kg, or moved by more than a tenth in 30 days, or gives more points than anybody has had:
    /// points and class wait.
    Bodyweight,
    /// More than anybody has done: the whole lift waits.
    Ceiling,
}

impl Doubt {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bodyweight => "bodyweight",
            Self::Ceiling => "ceiling",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Bodyweight, Self::Ceiling].into_iter().find(|doubt| doubt.as_str() == text)
    }
}

/// A lift with all that a board asks of it.
#[derive(Debug, Clone, Copy)]
pub struct BoardLift {
    pub id: i32,
    pub weight_kg: f64,
    pub reps: Option<i32>,
    pub at: Timestamp,
    pub bodyweight_kg: Option<f64>,
    pub scored_as: Option<ScoredAs>,
    pub age_years: Option<f32>,
    pub is_raw: bool,
    /// What waits; none where nothing does, or where a moderator accepted it.
    pub doubt: Option<Doubt>,
}

/// Below this nobody's points are believed unseen.
const LIGHTEST_KG: f64 = 35.0;
/// DOTS of one raw lift in hundredths: more than anybody has had (some 290), so the body weight is wrong.
const MOST_POINTS: u32 = 33_000;
/// How far a body weight moves in 30 days.
const MOST_MOVED: f64 = 0.1;
/// The lighter of two is told by steps of 5 kg: by finer ones everybody could find out anybody's body weight, lifting
/// the same at one body weight after another.
const TIE_STEP: u32 = 500;
/// Suits and shirts lift this much more than anybody does raw.
const EQUIPPED: f64 = 2.0;

/// What speaks against a lift as it comes in. `weights_kg` are the least and the greatest body weight that were entered, or
/// lifted at, in the 30 days up to it.
pub fn doubt(exercise: &Exercise, lift: &BoardLift, weights_kg: Option<(f64, f64)>) -> Option<Doubt> {
    let ceiling = exercise.ceiling?.of(lift.scored_as) * if lift.is_raw { 1.0 } else { EQUIPPED };
    // Of many repetitions too: the contract's boards and energy count them.
    let reached = match exercise.is_bodyweight {
        true => one_rep_max::repetitions(lift.reps),
        false => one_rep_max::epley(lift.weight_kg, lift.reps),
    };
    if reached > ceiling {
        return Some(Doubt::Ceiling);
    }
    let weight = lift.bodyweight_kg?;
    let moved = |(least, greatest): (f64, f64)| greatest.max(weight) > (1.0 + MOST_MOVED) * least.min(weight);
    let points = mark(exercise, lift).and_then(|lifted| points(&lifted, lift));
    let too_many = points.is_some_and(|points| points.mark.value > MOST_POINTS);
    (weight < LIGHTEST_KG || too_many || weights_kg.is_some_and(moved)).then_some(Doubt::Bodyweight)
}

/// What a lift stands with: nothing, its weight, or its weight and its points.
pub fn candidates(exercise: &Exercise, lift: &BoardLift) -> impl Iterator<Item = Candidate> + use<> {
    let mark = if lift.is_raw && lift.doubt != Some(Doubt::Ceiling) { mark(exercise, lift) } else { None };
    let points = mark.and_then(|lifted| points(&lifted, lift));
    [mark, points].into_iter().flatten()
}

fn mark(exercise: &Exercise, lift: &BoardLift) -> Option<Candidate> {
    let board = Board(exercise.board?);
    let (basis, value) = match (exercise.is_bodyweight, lift.reps.unwrap_or(1)) {
        (true, _) => (Basis::Single, i64::from(lift.reps.unwrap_or(0))),
        (false, 1) => (Basis::Single, hundredths(lift.weight_kg)),
        (false, 2..=MOST_REPS) => (Basis::Estimate, hundredths(one_rep_max::epley(lift.weight_kg, lift.reps))),
        (false, _) => return None,
    };
    let value = u32::try_from(value).ok().filter(|value| *value > 0)?;
    let weight = lift.bodyweight_kg.map(hundredths).and_then(|weight| u32::try_from(weight).ok());
    let age = AgeClass::from_age(lift.age_years);
    let is_junior = age.is_some_and(AgeClass::is_junior);
    let year = lift.at.to_zoned(TimeZone::UTC).year();
    let class = match (weight, lift.scored_as, lift.doubt) {
        (Some(weight), Some(sex), None) => Some(ipf_class(weight, sex, year, is_junior).code()),
        _ => None,
    };
    let tie = match exercise.is_bodyweight {
        true => 0,
        false => weight.and_then(|weight| i32::try_from(weight / TIE_STEP * TIE_STEP).ok()).unwrap_or(UNKNOWN_WEIGHT),
    };
    let mark = Mark {
        value,
        tie,
        at: in_microseconds(lift.at),
        lift_id: lift.id,
        sex: lift.scored_as,
        class,
        age: age.map(AgeClass::code),
    };
    Some(Candidate { board, basis, mark })
}

fn points(lifted: &Candidate, lift: &BoardLift) -> Option<Candidate> {
    let scored = lifted.basis == Basis::Single && Board::CORE.contains(&lifted.board) && lift.doubt.is_none();
    let (weight, sex) = (lift.bodyweight_kg?, lift.scored_as?);
    let weight = u32::try_from(hundredths(weight)).ok().filter(|_| scored)?;
    let value = dots::points_hundredths(lifted.mark.value, weight, sex);
    let mark = Mark { value, tie: 0, ..lifted.mark };
    Some(Candidate { basis: Basis::Points, mark, ..*lifted })
}

/// As the database keeps it.
pub fn in_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// The energy of a lifter. Its sex, class and age class are those of the profile when it last changed: it is a number of
/// the profile, not of a lift.
pub fn energy(
    value: f64,
    sex: Option<ScoredAs>,
    bodyweight_kg: Option<f64>,
    birth_year: Option<i16>,
    at: Timestamp,
) -> Option<Candidate> {
    let value = Some(value.round()).filter(|value| *value >= 1.0)? as u32;
    let year = at.to_zoned(TimeZone::UTC).year();
    let age = AgeClass::from_age(birth_year.map(|born| f32::from(year - born)));
    let weight = bodyweight_kg.map(hundredths).and_then(|weight| u32::try_from(weight).ok());
    let is_junior = age.is_some_and(AgeClass::is_junior);
    let believed = weight.filter(|_| bodyweight_kg.is_some_and(|weight| weight >= LIGHTEST_KG));
    let class = believed.zip(sex).map(|(weight, sex)| ipf_class(weight, sex, year, is_junior).code());
    let age = age.map(AgeClass::code);
    let mark = Mark { value, tie: 0, at: in_microseconds(at), lift_id: 0, sex, class, age };
    Some(Candidate { board: Board::ENERGY, basis: Basis::Single, mark })
}
