//! Streaks: days and weeks in a row with a workout.
//!
//! One missed day in each calendar month is forgiven: it breaks nothing and counts for nothing. Neither does today break
//! anything before it is over.

use std::collections::BTreeSet;

use actix_web::get;
use actix_web::web::{Data, Json};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::store::records as store;
use crate::platform::{Database, Path, Problem, UserId};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(get_streaks);
}

#[derive(Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Streaks {
    /// Days in a row with a workout up to today, or yesterday while today has none yet.
    days: u32,
    /// Weeks in a row, from Monday, with a workout.
    weeks: u32,
    /// The most days in a row that there were.
    best_days: u32,
    best_weeks: u32,
    /// Whether a missed day of this month would still be forgiven.
    forgives: bool,
    #[schema(value_type = Option<String>, format = Date)]
    last_day: Option<Date>,
}

/// The streaks of somebody, in the days of their time zone.
#[utoipa::path(params(("user_id" = UserId, Path)), security(("bearer" = [])), tag = "progress",
    responses((status = 200, body = Streaks), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/users/{user_id}/streaks")]
async fn get_streaks(me: SignedIn, user_id: Path<UserId>, db: Data<Database>) -> Result<Json<Streaks>, Problem> {
    let found = store::list_days(&*db.reader().await?, user_id.into_inner(), me.id).await?;
    let (zone, days) = found.ok_or_else(|| Problem::not_found("No lifter has this id."))?;
    let zone = TimeZone::get(&zone).unwrap_or(TimeZone::UTC);
    Ok(Json(streaks(&days, Timestamp::now().to_zoned(zone).date())))
}

/// Of days in descending order.
fn streaks(days: &[Date], today: Date) -> Streaks {
    let days: Vec<_> = days.iter().copied().filter(|day| *day <= today).collect();
    let mut weeks: Vec<_> = days.iter().map(|day| monday(*day)).collect();
    weeks.dedup();
    let mut forgiven = BTreeSet::new();
    // Today is not over, and a missed yesterday is the newest that can be forgiven.
    let since_last = days.first().map(|last| days_between(*last, today));
    if since_last == Some(2) {
        forgiven.insert(month(before(today)));
    }
    let day_runs = runs(&days, |earlier, later| match days_between(earlier, later) {
        1 => true,
        2 => forgiven.insert(month(before(later))),
        _ => false,
    });
    let week_runs = runs(&weeks, |earlier, later| days_between(earlier, later) == 7);
    let is_this_or_last_week = weeks.first().is_some_and(|week| days_between(*week, monday(today)) <= 7);
    let current = |runs: &[u32], lives: bool| if lives { runs.first().copied().unwrap_or(0) } else { 0 };
    Streaks {
        days: current(&day_runs, since_last.is_some_and(|days| days <= 2)),
        weeks: current(&week_runs, is_this_or_last_week),
        best_days: day_runs.iter().copied().max().unwrap_or(0),
        best_weeks: week_runs.iter().copied().max().unwrap_or(0),
        forgives: !forgiven.contains(&month(today)),
        last_day: days.first().copied(),
    }
}

/// The lengths of what hangs together, the newest first.
fn runs(days: &[Date], mut hangs: impl FnMut(Date, Date) -> bool) -> Vec<u32> {
    let mut runs = Vec::from_iter(days.first().map(|_| 1));
    for pair in days.windows(2) {
        match (hangs(pair[1], pair[0]), runs.last_mut()) {
            (true, Some(length)) => *length += 1,
            _ => runs.push(1),
        }
    }
    runs
}

fn days_between(earlier: Date, later: Date) -> i32 {
    earlier.until(later).map_or(i32::MAX, |span| span.get_days())
}

fn before(day: Date) -> Date {
    day.saturating_sub(1.day())
}

fn month(day: Date) -> (i16, i8) {
    (day.year(), day.month())
}

fn monday(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(days: &[&str], today: &str) -> (u32, u32, u32, bool) {
        let mut days: Vec<Date> = days.iter().map(|day| day.parse().unwrap()).collect();
        days.sort_unstable_by(|a, b| b.cmp(a));
        let found = streaks(&days, today.parse().unwrap());
        (found.days, found.weeks, found.best_days, found.forgives)
    }

    #[test]
    fn a_streak_lives_until_the_day_is_over_and_one_day_a_month_is_forgiven() {
        assert_eq!(of(&[], "2026-11-21"), (0, 0, 0, true));
        assert_eq!(of(&["2026-11-21", "2026-11-20", "2026-11-19"], "2026-11-21"), (3, 1, 3, true));
        assert_eq!(of(&["2026-11-20", "2026-11-19"], "2026-11-21"), (2, 1, 2, true), "today is not over");
        assert_eq!(of(&["2026-11-19", "2026-11-18"], "2026-11-21"), (2, 1, 2, false), "yesterday is forgiven");
        assert_eq!(of(&["2026-11-18", "2026-11-17"], "2026-11-21"), (0, 1, 2, true), "two days are not");
        // The 10th and the 8th were missed: the newer one is forgiven.
        let november = ["2026-11-11", "2026-11-09", "2026-11-07", "2026-11-06"];
        assert_eq!(of(&november, "2026-11-11"), (2, 2, 2, false));
        // The 30th of October and the 2nd of November are of two months.
        let both = ["2026-11-03", "2026-11-01", "2026-10-31", "2026-10-29"];
        assert_eq!(of(&both, "2026-11-03"), (4, 2, 4, false));
    }

    #[test]
    fn weeks_begin_on_monday_and_hang_together_over_the_turn_of_the_year() {
        assert_eq!(of(&["2026-01-05", "2025-12-31", "2025-12-22"], "2026-01-18").1, 3, "last week still counts");
        assert_eq!(of(&["2026-01-05", "2025-12-31", "2025-12-22"], "2026-01-19").1, 0);
        assert_eq!(of(&["2026-11-16", "2026-11-08"], "2026-11-21").1, 1, "a week is missing");
    }
}
