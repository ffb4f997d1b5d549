//! Lists of any other filter than the standing ones: made of the lifts that match, and kept for a moment.
//!
//! Such a list is exact when it is made, and at most [`FRESH`] old: every standing list is exact at each instant.
//! Requests for one that is being made wait for it, so that no filter is computed twice at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use uuid::Uuid;

use super::filter::Filter;
use super::qualify::candidates;
use super::scope::{Basis, Board, Scope};
use super::standing::{Candidate, Mark, stand};
use super::store::filtered::{self, Matching};
use super::store::pages::Ordered;
use crate::catalogue::Catalogue;
use crate::platform::{Connection, Database, DatabaseError};
use crate::strength::age_class::AgeClass;
use crate::strength::classes::traditional_class;
use crate::strength::dots;
use crate::strength::units::hundredths;

/// How old a list may be while others post.
const FRESH: Duration = Duration::from_secs(2);
/// How long one is kept that nobody asks for.
const KEPT: Duration = Duration::from_secs(60);
/// Rows of all kept lists together: 40 bytes each.
const MOST_ROWS: u64 = 500_000;

type Slot = Arc<Mutex<Option<Made>>>;

#[derive(Clone)]
struct Made {
    rows: Arc<Vec<Ordered>>,
    at: Instant,
}

/// The lists that were asked for lately.
pub struct Filtered {
    slots: moka::sync::Cache<Filter, Slot>,
    rows: moka::sync::Cache<Filter, Arc<Vec<Ordered>>>,
}

impl Default for Filtered {
    fn default() -> Self {
        let weigh = |_: &Filter, rows: &Arc<Vec<Ordered>>| rows.len() as u32 + 16;
        Self {
            slots: moka::sync::Cache::builder().max_capacity(1_000).time_to_idle(KEPT).build(),
            rows: moka::sync::Cache::builder().max_capacity(MOST_ROWS).weigher(weigh).time_to_live(FRESH).build(),
        }
    }
}

impl Filtered {
    /// The list of a filter, the first first.
    pub async fn rows(
        &self,
        db: &Database,
        catalogue: &Catalogue,
        filter: &Filter,
    ) -> Result<Arc<Vec<Ordered>>, DatabaseError> {
        if let Some(rows) = self.rows.get(filter) {
            return Ok(rows);
        }
        let slot = self.slots.get_with(filter.clone(), Slot::default);
        let mut made = slot.lock().await;
        if let Some(Made { rows, at }) = &*made
            && at.elapsed() < FRESH
        {
            return Ok(rows.clone());
        }
        let rows = Arc::new(make(&db.connection().await?, catalogue, filter).await?);
        self.rows.insert(filter.clone(), rows.clone());
        // Held while those who wait come by; the other cache bounds what is kept.
        *made = (rows.len() < 10_000).then(|| Made { rows: rows.clone(), at: Instant::now() });
        Ok(rows)
    }
}

async fn make(db: &Connection, catalogue: &Catalogue, filter: &Filter) -> Result<Vec<Ordered>, DatabaseError> {
    let of_lifts = filter.equipment != "raw" || filter.source.is_some() || filter.tested || filter.period.is_some();
    if let (Some(country), Some(scope), false) = (&filter.country, filter.scope(), of_lifts)
        && filter.board != Board::MEET_TOTAL
    {
        let list = super::List { board: filter.board, basis: filter.basis, scope };
        return filtered::list_of_country(db, list, country).await;
    }
    let core = Board::CORE.map(|board| catalogue.of_board(board.0).map_or("", |exercise| &exercise.id));
    let own = catalogue.of_board(filter.board.0).map(|exercise| [exercise.id.as_str()]);
    let exercises: &[&str] = own.as_ref().map_or(&core, |own| own);
    let of_one_day = filter.board == Board::MEET_TOTAL
        || filter.board == Board::DOTS && filter.source == Some(super::filter::Source::Meet);
    let lifters = filtered::list_matching(db, filter, exercises, of_one_day).await?;
    let mut rows: Vec<_> = lifters
        .into_iter()
        .filter_map(|(user, (shows_points, mut lifts))| {
            lifts.retain(|matching| is_of(filter, matching));
            let best = if of_one_day { best_day(filter, &lifts, &core) } else { best(filter, catalogue, &lifts) };
            best.map(|mark| ordered(user, shows_points, &mark))
        })
        .collect();
    rows.sort_unstable_by_key(|row| (std::cmp::Reverse(row.value), row.tie, row.at, row.lift_id, row.user));
    Ok(rows)
}

fn ordered(user: Uuid, shows_points: bool, mark: &Mark) -> Ordered {
    Ordered { user, value: mark.value, tie: mark.tie, at: mark.at, lift_id: mark.lift_id, shows_points }
}

/// Whether a lift is of the filter's class and age class, each as it was at the lift.
fn is_of(filter: &Filter, matching: &Matching) -> bool {
    let lift = &matching.lift;
    let of_age = filter.age.is_none_or(|age| AgeClass::from_age(lift.age_years) == Some(age));
    let of_class = filter.class.is_none_or(|class| {
        let weight = lift.bodyweight_kg.map(|weight| hundredths(weight).max(0) as u32);
        let (Some(weight), Some(sex), None) = (weight, lift.scored_as, lift.doubt) else { return false };
        let age = AgeClass::from_age(lift.age_years);
        let year = lift.at.to_zoned(jiff::tz::TimeZone::UTC).year();
        let is_junior = age.is_some_and(AgeClass::is_junior);
        class == traditional_class(weight, sex)
            || class == crate::strength::classes::ipf_class(weight, sex, year, is_junior)
    });
    of_age && of_class
}

/// The best of a lifter's lifts that match: what would be best of all if there were no others.
fn best(filter: &Filter, catalogue: &Catalogue, lifts: &[Matching]) -> Option<Mark> {
    let stands = lifts.iter().flat_map(|matching| {
        let exercise = catalogue.find(&matching.exercise_id);
        exercise.map(|exercise| candidates(exercise, &matching.lift)).into_iter().flatten()
    });
    // Apart from totals only the board's own marks matter, and only as everybody's.
    let everybody = |candidate: Candidate| Candidate {
        mark: Mark { sex: None, class: None, age: None, ..candidate.mark },
        ..candidate
    };
    let standings = stand(stands.map(everybody));
    let of_board = |standing: &&super::Standing| {
        (standing.board, standing.basis) == (filter.board, filter.basis)
            && standing.scopes().any(|scope| scope == Scope::All)
    };
    standings.iter().find(of_board).map(|standing| standing.mark)
}

/// The best total of one day of one meet, in kilograms or, on the board of points, in those.
fn best_day(filter: &Filter, lifts: &[Matching], core: &[&str; 3]) -> Option<Mark> {
    let mut days: std::collections::BTreeMap<_, [Option<&Matching>; 3]> = Default::default();
    for matching in
        lifts.iter().filter(|matching| matching.lift.reps.unwrap_or(1) <= 1 && matching.lift.doubt.is_none())
    {
        let (Some(day), Some(place)) = (matching.meet, core.iter().position(|id| *id == matching.exercise_id)) else {
            continue;
        };
        let best = &mut days.entry(day).or_default()[place];
        if best.is_none_or(|best| best.lift.weight_kg < matching.lift.weight_kg) {
            *best = Some(matching);
        }
    }
    let totals = days.into_values().filter_map(|[squat, bench, deadlift]| {
        let parts = [squat?, bench?, deadlift?];
        let total: i64 = parts.iter().map(|part| hundredths(part.lift.weight_kg)).sum();
        let last = &parts[2].lift;
        let weight = last.bodyweight_kg.map(|weight| hundredths(weight).max(0) as u32);
        let (value, tie) = match filter.board {
            Board::DOTS => (dots::points_hundredths(total.max(0) as u32, weight?, last.scored_as?), 0),
            _ => (total.max(0) as u32, weight.map_or(super::standing::UNKNOWN_WEIGHT, |weight| weight as i32)),
        };
        Some(Mark { value, tie, at: last.at, lift_id: last.id, sex: None, class: None, age: None })
    });
    debug_assert!(filter.basis == Basis::Single);
    totals.min_by_key(|mark| (std::cmp::Reverse(mark.value), mark.tie, mark.at, mark.lift_id))
}
