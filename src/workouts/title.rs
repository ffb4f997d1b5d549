//! What a workout without a routine is called: by the hour of its lifter's clock.

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub fn title(completed_at: Timestamp, zone: &TimeZone) -> &'static str {
    match completed_at.to_zoned(zone.clone()).hour() {
        5..=11 => "Morning Workout",
        12..=16 => "Afternoon Workout",
        17..=20 => "Evening Workout",
        _ => "Night Workout",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hour_is_the_lifters_own() {
        let at = |text: &str, zone: &str| title(text.parse().unwrap(), &TimeZone::get(zone).unwrap());
        assert_eq!(at("2026-11-21T04:59:59Z", "UTC"), "Night Workout");
        assert_eq!(at("2026-11-21T05:00:00Z", "UTC"), "Morning Workout");
        assert_eq!(at("2026-11-21T12:00:00Z", "UTC"), "Afternoon Workout");
        assert_eq!(at("2026-11-21T17:00:00Z", "UTC"), "Evening Workout");
        assert_eq!(at("2026-11-21T21:00:00Z", "UTC"), "Night Workout");
        assert_eq!(at("2026-11-21T21:00:00Z", "America/Los_Angeles"), "Afternoon Workout");
        // The night of the change of clocks: 01:30 UTC is 02:30 in winter, and 03:30 in summer, there.
        assert_eq!(at("2026-03-29T03:30:00Z", "Europe/Berlin"), "Morning Workout");
        assert_eq!(at("2026-10-25T03:30:00Z", "Europe/Berlin"), "Night Workout");
    }
}
