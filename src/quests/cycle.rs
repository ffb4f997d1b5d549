//! From when until when a quest runs: days and weeks (from Monday) as its lifter's calendar has them, so that a day on
//! which clocks change is 23 or 25 hours long.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

use super::templates::{Cadence, Template};

#[derive(Debug, Clone, Copy)]
pub struct Cycle<'a> {
    pub template: &'a Template,
    pub start: Timestamp,
    /// The first moment after it; none where it never ends.
    pub end: Option<Timestamp>,
}

impl<'a> Cycle<'a> {
    /// The cycle that holds a moment; none where the quest was not there then.
    pub fn of(template: &'a Template, at: Timestamp, zone: &TimeZone) -> Option<Self> {
        let is_late = template.expires_at.is_some_and(|end| at >= end);
        if template.available_from.is_some_and(|start| at < start) || is_late {
            return None;
        }
        let day = at.to_zoned(zone.clone()).date();
        let (first, length): (_, Span) = match template.cadence {
            Cadence::Limited => {
                return Some(Self { template, start: template.available_from?, end: template.expires_at });
            }
            Cadence::Daily => (day, 1.day()),
            Cadence::Weekly => {
                (day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).ok()?, 7.days())
            }
        };
        let midnight = |day: jiff::civil::Date| day.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
        Some(Self { template, start: midnight(first)?, end: Some(midnight(first.checked_add(length).ok()?)?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quests::Templates;

    fn bounds(code: &str, at: &str, zone: &str) -> (String, Option<String>) {
        let templates = Templates::load().unwrap();
        let template = templates.iter().find(|template| template.code == code).unwrap();
        let cycle = Cycle::of(template, at.parse().unwrap(), &TimeZone::get(zone).unwrap()).unwrap();
        (cycle.start.to_string(), cycle.end.map(|end| end.to_string()))
    }

    #[test]
    fn a_day_is_the_lifters_own_and_as_long_as_the_clocks_make_it() {
        let day = |at, zone| bounds("daily_30_min_workout", at, zone);
        let of = |from: &str, to: &str| (from.to_owned(), Some(to.to_owned()));
        assert_eq!(day("2026-11-21T23:59:59Z", "UTC"), of("2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"));
        assert_eq!(day("2026-11-22T00:00:00Z", "UTC"), of("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"));
        assert_eq!(day("2026-11-21T11:30:00Z", "Pacific/Auckland"), of("2026-11-21T11:00:00Z", "2026-11-22T11:00:00Z"));
        // 25 and 23 hours.
        assert_eq!(day("2026-10-25T12:00:00Z", "Europe/Berlin"), of("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"));
        assert_eq!(day("2026-03-29T12:00:00Z", "Europe/Berlin"), of("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"));
        // Where clocks change at midnight the day begins at one.
        assert_eq!(day("2026-04-24T12:00:00Z", "Africa/Cairo").0, "2026-04-23T22:00:00Z");
    }

    #[test]
    fn a_week_begins_on_monday_and_what_is_limited_begins_once() {
        let (from, to) = bounds("weekly_two_workouts", "2026-11-22T23:30:00Z", "UTC");
        assert_eq!((from.as_str(), to.as_deref()), ("2026-11-16T00:00:00Z", Some("2026-11-23T00:00:00Z")));
        let (from, _) = bounds("weekly_two_workouts", "2026-11-22T23:30:00Z", "Europe/Berlin");
        assert_eq!(from, "2026-11-22T23:00:00Z", "it is Monday there");
        let (from, to) = bounds("first_hundred", "2026-11-22T23:30:00Z", "Europe/Berlin");
        assert_eq!((from.as_str(), to), ("2026-01-01T00:00:00Z", None));
    }
}
