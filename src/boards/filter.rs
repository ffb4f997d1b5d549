//! What a request wants to see of a board, read and checked.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Deserialize;

use super::memory::List;
use super::ranks::{bases, board_of};
use super::scope::{Basis, Board, Scope};
use crate::catalogue::Catalogue;
use crate::platform::{Config, Problem, UserId};
use crate::strength::ScoredAs;
use crate::strength::age_class::AgeClass;
use crate::strength::classes::{Class, ClassSet};

/// Who is compared with whom. Everybody, raw, of all time, unless it says otherwise.
#[derive(Debug, Default, Deserialize, garde::Validate, utoipa::IntoParams)]
#[garde(allow_unvalidated)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct BoardFilter {
    /// `men` or `women`.
    sex: Option<String>,
    /// A weight class, such as `83` or `84+`.
    class: Option<String>,
    /// Whose classes: `ipf` or `traditional`; the server's choice where it is not said.
    classes: Option<String>,
    /// `open` (24 to 39 and whoever did not say), `subjunior`, `junior`, `m1`, `m2`, `m3` or `m4`.
    age: Option<String>,
    /// `raw` (default), `wraps`, `straps`, `single_ply`, `multi_ply` or `unlimited`.
    equipment: Option<String>,
    /// `self` (the gym) or `meet`; both where it is not said.
    source: Option<String>,
    /// True: lifts of drug-tested meets alone.
    tested: Option<bool>,
    /// `single` (default): one repetition. `estimate`: computed from 2 to 5. Only for exercises with a weight.
    basis: Option<String>,
    /// `all` (default), `year`, `month` or `week`: the calendar's, in the server's time zone.
    period: Option<String>,
    /// Two letters of ISO 3166-1.
    country: Option<String>,
    /// True: oneself and those whom one follows alone. For those who are signed in.
    following: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    Gym,
    Meet,
}

/// From when until when.
pub type Period = (Timestamp, Timestamp);

/// A checked filter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    pub board: Board,
    pub basis: Basis,
    pub sex: Option<ScoredAs>,
    pub class: Option<Class>,
    pub age: Option<AgeClass>,
    pub equipment: &'static str,
    pub source: Option<Source>,
    pub tested: bool,
    pub period: Option<Period>,
    pub country: Option<String>,
    /// Whoever is compared with those whom they follow.
    pub among: Option<UserId>,
}

const EQUIPMENT: [&str; 6] = ["raw", "wraps", "straps", "single_ply", "multi_ply", "unlimited"];

impl Filter {
    pub fn parse(
        name: &str,
        raw: &BoardFilter,
        visitor: Option<UserId>,
        catalogue: &Catalogue,
        config: &Config,
    ) -> Result<Self, Problem> {
        let unknown = || Problem::not_found("No board has this name; GET /api/v1/boards lists them.");
        let board = match name {
            "meet_total" => Board::MEET_TOTAL,
            name => board_of(name, catalogue).ok_or_else(unknown)?,
        };
        let sex = parsed("sex", &raw.sex, "must be men or women", ScoredAs::parse)?;
        let class = raw.class.as_deref().map(|label| parse_class(label, raw, sex, config)).transpose()?;
        let basis = parsed("basis", &raw.basis, "must be single or estimate", Basis::parse)?.unwrap_or(Basis::Single);
        if basis == Basis::Points || !bases(board, catalogue).contains(&basis) {
            return Err(Problem::invalid("basis", "has no meaning on this board; leave it out"));
        }
        let names = "must be one of open, subjunior, junior, m1, m2, m3, m4";
        let filter = Self {
            board,
            basis,
            sex: sex.or(class.map(Class::scored_as)),
            class,
            age: parsed("age", &raw.age, names, AgeClass::parse)?,
            equipment: parsed(
                "equipment",
                &raw.equipment,
                "must be one of raw, wraps, straps, single_ply, multi_ply, unlimited",
                |text| EQUIPMENT.into_iter().find(|known| *known == text),
            )?
            .unwrap_or("raw"),
            source: parsed("source", &raw.source, "must be self or meet", |text| match text {
                "self" => Some(Source::Gym),
                "meet" => Some(Source::Meet),
                _ => None,
            })?,
            tested: raw.tested.unwrap_or(false),
            period: period(raw, &config.time_zone, Timestamp::now)?,
            country: parsed("country", &raw.country, "must be two letters of ISO 3166-1", |text| {
                (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()))
                    .then(|| text.to_ascii_uppercase())
            })?,
            among: match raw.following.unwrap_or(false) {
                true => Some(visitor.ok_or_else(|| Problem::unauthorized("following=true: sign in first"))?),
                false => None,
            },
        };
        filter.check()
    }

    /// Refuses what has no meaning.
    fn check(self) -> Result<Self, Problem> {
        let of_lifts = self.equipment != "raw" || self.source.is_some() || self.tested || self.period.is_some();
        if self.board == Board::ENERGY && of_lifts {
            return Err(Problem::invalid(
                "board",
                "energy is of a lifter, not of lifts: it has no equipment, source, tested or period",
            ));
        }
        if self.board == Board::ENERGY && self.age.is_some() && (self.sex.is_none() || self.class.is_some()) {
            return Err(Problem::invalid(
                "age",
                "is compared on energy among one sex and all classes; say which sex, and no class",
            ));
        }
        if self.board == Board::ENERGY && self.class.is_some_and(|class| class.code() > 20) {
            return Err(Problem::invalid("classes", "are the IPF's on energy"));
        }
        if self.board == Board::MEET_TOTAL && self.source == Some(Source::Gym) {
            return Err(Problem::invalid("source", "of a meet's total is meet"));
        }
        Ok(self)
    }

    /// The list that is held in memory; none for every other combination.
    pub fn list(&self) -> Option<List> {
        let of_lifts = self.equipment != "raw" || self.source.is_some() || self.tested || self.period.is_some();
        if of_lifts || self.country.is_some() || self.among.is_some() || self.board == Board::MEET_TOTAL {
            return None;
        }
        self.scope().map(|scope| List { board: self.board, basis: self.basis, scope })
    }

    /// The scope without the country and whom somebody follows; none for those that are not counted.
    pub fn scope(&self) -> Option<Scope> {
        match (self.sex, self.class, self.age) {
            (None, None, None) => Some(Scope::All),
            (Some(sex), None, None) => Some(Scope::Sex(sex)),
            (_, Some(class), None) if class.code() <= 20 => Some(Scope::Class(class.code())),
            (Some(sex), None, Some(age)) => Some(Scope::Age(sex, age.code())),
            _ => None,
        }
    }

    /// Whether its rows, with a name, would tell a body weight. Results of meets are public with everything.
    pub fn tells_bodyweight(&self) -> bool {
        let of_meets = self.source == Some(Source::Meet) || self.board == Board::MEET_TOTAL;
        (self.board == Board::DOTS || self.class.is_some()) && !of_meets
    }
}

fn parsed<T>(
    field: &'static str,
    text: &Option<String>,
    problem: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    match text.as_deref() {
        None | Some("") => Ok(None),
        Some(text) => parse(text).map(Some).ok_or_else(|| Problem::invalid(field, problem)),
    }
}

fn parse_class(label: &str, raw: &BoardFilter, sex: Option<ScoredAs>, config: &Config) -> Result<Class, Problem> {
    // A form turns the plus of a class into a space.
    let label = label.trim_end_matches(' ').to_owned() + if label.ends_with(' ') { "+" } else { "" };
    let is_traditional = parsed("classes", &raw.classes, "must be ipf or traditional", |text| match text {
        "ipf" => Some(false),
        "traditional" => Some(true),
        _ => None,
    })?;
    let sets: &[ClassSet] = match is_traditional.unwrap_or(config.traditional_classes) {
        true => &[ClassSet::Traditional],
        false => &[ClassSet::Ipf, ClassSet::IpfUntil2020],
    };
    let of = |sex| sets.iter().find_map(|set| Class::from_label(*set, sex, &label));
    let unknown = || Problem::invalid("class", "is none of these classes");
    match sex {
        Some(sex) => of(sex).ok_or_else(unknown),
        None => match (of(ScoredAs::Men), of(ScoredAs::Women)) {
            (Some(_), Some(_)) => {
                Err(Problem::invalid("sex", "must be said with this class: men and women have one of this name"))
            }
            (men, women) => men.or(women).ok_or_else(unknown),
        },
    }
}

fn period(raw: &BoardFilter, zone: &TimeZone, now: impl Fn() -> Timestamp) -> Result<Option<Period>, Problem> {
    let Some(name) = raw.period.as_deref().filter(|name| !["", "all"].contains(name)) else { return Ok(None) };
    let today = now().to_zoned(zone.clone()).date();
    let days = match name {
        "year" => (today.first_of_year(), today.first_of_year().checked_add(Span::new().years(1))),
        "month" => (today.first_of_month(), today.first_of_month().checked_add(Span::new().months(1))),
        "week" => {
            let since_monday = i32::from(today.weekday().to_monday_zero_offset());
            let monday = today.saturating_sub(Span::new().days(since_monday));
            (monday, monday.checked_add(Span::new().days(7)))
        }
        _ => return Err(Problem::invalid("period", "must be all, year, month or week")),
    };
    let midnight = |day: Date| DateTime::from(day).to_zoned(zone.clone()).map(|at| at.timestamp());
    match (midnight(days.0), days.1.and_then(midnight)) {
        (Ok(from), Ok(until)) => Ok(Some((from, until))),
        _ => Err(Problem::invalid("period", "cannot be found in the calendar")),
    }
}
