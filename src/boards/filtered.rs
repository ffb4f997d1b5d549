//! Lists of any other filter than the standing ones: made of the lifts that match, and kept for a moment.
//!
//! Such a list is exact when it is made. It is kept for two seconds, and where making it took long for ten times as long as
//! that: so none takes more than a tenth of a processor. Every standing list is exact at each
//! instant. Requests for one that is being made wait for it, and no more than [`AT_ONCE`] are made at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::Data;
use futures_util::TryStreamExt;
use moka::future::Cache;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::filter::Filter;
use super::qualify::candidates;
use super::scope::{Basis, Board, Scope};
use super::standing::{Candidate, Mark, stand};
use super::store::filtered::{self, Lifter, Matching};
use super::store::pages::Ordered;
use crate::catalogue::Catalogue;
use crate::platform::kept::{ByEffort, Made};
use crate::platform::{Connection, Database, DatabaseError};
use crate::strength::age_class::AgeClass;
use crate::strength::classes::traditional_class;
use crate::strength::dots;
use crate::strength::units::hundredths;

/// How long a list is kept.
const FRESH: ByEffort = ByEffort { least: Duration::from_secs(2), most: Duration::from_secs(300) };
/// Rows of all kept lists together: 56 bytes each.
const MOST_ROWS: u64 = 1_500_000;
const AT_ONCE: usize = 2;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

type Rows = Arc<Vec<Ordered>>;

/// The lists that were asked for lately.
pub struct Filtered {
    kept: Cache<Filter, Made<Rows>>,
    places: Arc<Semaphore>,
}

impl Default for Filtered {
    fn default() -> Self {
        let weigh = |_: &Filter, rows: &Made<Rows>| rows.made.len() as u32 + 16;
        let kept = Cache::builder().max_capacity(MOST_ROWS).weigher(weigh).expire_after(FRESH).build();
        Self { kept, places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Filtered {
    /// The list of a filter, the first first. Where rows tell a body weight, only of those who show theirs: a filter can leave
    /// so few that an unnamed row has a name.
    pub async fn rows(
        &self,
        db: &Data<Database>,
        catalogue: &Data<Catalogue>,
        filter: &Filter,
    ) -> Result<Rows, DatabaseError> {
        if filter.among.is_some() {
            // Of a few lifters, and nobody else's: made each time, so that whom one has just followed is on it.
            return Ok(make_in_order(db, catalogue, filter).await?.made);
        }
        let made = async {
            let place = tokio::time::timeout(PATIENCE, self.places.clone().acquire_owned()).await;
            let Ok(Ok(place)) = place else { return Err(DatabaseError::Busy) };
            let (db, catalogue, filter) = (db.clone(), catalogue.clone(), filter.clone());
            // A task of its own: whoever asked may go away, and the query would go on in a place that counts as free.
            let making = actix_web::rt::spawn(async move {
                let _place = place;
                make_in_order(&db, &catalogue, &filter).await
            });
            making.await.map_err(|error| DatabaseError::Unavailable(error.to_string()))?
        };
        Ok(self.kept.try_get_with_by_ref(filter, made).await?.made)
    }
}

async fn make_in_order(db: &Database, catalogue: &Catalogue, filter: &Filter) -> Result<Made<Rows>, DatabaseError> {
    let began = Instant::now();
    let mut rows = make(&db.connection().await?, catalogue, filter).await?;
    let is_own = |row: &Ordered| filter.among.is_some_and(|user| user.0 == row.user);
    rows.retain(|row| row.shows_points || !filter.tells_bodyweight() || is_own(row));
    if rows.len() > 10_000 {
        // A million take a tenth of a second, and other requests are waiting on this thread.
        let in_order = tokio::task::spawn_blocking(|| sorted(rows)).await;
        rows = in_order.map_err(|error| DatabaseError::Unavailable(error.to_string()))?;
    } else {
        rows = sorted(rows);
    }
    Ok(Made { made: Arc::new(rows), took: began.elapsed() })
}

fn sorted(mut rows: Vec<Ordered>) -> Vec<Ordered> {
    rows.sort_unstable_by_key(|row| (std::cmp::Reverse(row.value), row.tie, row.at, row.lift_id, row.user));
    rows
}

async fn make(db: &Connection, catalogue: &Catalogue, filter: &Filter) -> Result<Vec<Ordered>, DatabaseError> {
    let of_lifts = filter.equipment != "raw" || filter.source.is_some() || filter.tested || filter.period.is_some();
    if let (Some(scope), false) = (filter.scope(), of_lifts)
        && filter.board != Board::MEET_TOTAL
    {
        let list = super::List { board: filter.board, basis: filter.basis, scope };
        match (filter.among, &filter.country) {
            (Some(user), country) => return filtered::list_of_followed(db, list, user, country.as_deref()).await,
            (None, Some(country)) => return filtered::list_of_country(db, list, country).await,
            (None, None) => {}
        }
    }
    let core = Board::CORE.map(|board| catalogue.of_board(board.0).map_or("", |exercise| &exercise.id));
    let own = catalogue.of_board(filter.board.0).map(|exercise| [exercise.id.as_str()]);
    let exercises: &[&str] = own.as_ref().map_or(&core, |own| own);
    let of_one_day = filter.board == Board::MEET_TOTAL
        || filter.board == Board::DOTS && filter.source == Some(super::filter::Source::Meet);
    let mut lifters = std::pin::pin!(filtered::list_matching(db, filter, exercises, of_one_day).await?);
    let mut rows = Vec::new();
    while let Some(Lifter { user, shows_points, mut lifts }) = lifters.try_next().await? {
        lifts.retain(|matching| is_of(filter, matching));
        let best = if of_one_day { best_day(filter, &lifts, &core) } else { best(filter, catalogue, &lifts) };
        rows.extend(best.map(|mark| ordered(user, shows_points, &mark)));
    }
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
