//! IPF GL points ("Goodlift"; Kopayev, Onyshchenko, Stetsenko): points = total × 100 / (A − B·e^(−C·body weight)).
//!
//! Fitted to full power and bench press alone: no other event has GL points. Below 35 kg there are none. The IPF means
//! to fit the constants anew, so they stand here by the day from which they hold; none newer than of 2020-05-01 was
//! published. Meets before that day are given the first set, so that results of all years can stand in one list; what
//! the IPF itself used in 2019 is in [`super::ipf_points`].
//! Source: powerlifting.sport, "IPF formula" and the sheet of GL coefficients.

use super::event::{Event, Gear};
use super::units::ScoredAs;

/// A day: year, month, day of the month.
pub type Day = (i16, u8, u8);

const LIGHTEST_KG: f64 = 35.0;

/// A, B and C of each kind of result, and the day from which they hold.
struct Constants {
    from: Day,
    /// Men, then women; of each full power classic and equipped, then bench press classic and equipped.
    rows: [[[f64; 3]; 4]; 2],
}

/// The oldest first.
const VERSIONS: [Constants; 1] = [Constants {
    from: (2020, 5, 1),
    rows: [
        [
            [1199.72839, 1025.18162, 0.00921],
            [1236.25115, 1449.21864, 0.01644],
            [320.98041, 281.40258, 0.01008],
            [381.22073, 733.79378, 0.02398],
        ],
        [
            [610.32796, 1045.59282, 0.03048],
            [758.63878, 949.31382, 0.02435],
            [142.40398, 442.52671, 0.04724],
            [221.82209, 357.00377, 0.02937],
        ],
    ],
}];

/// Points for each kilogram lifted by the constants that held on a day, today's for none.
/// None for events without GL points and below 35 kg.
pub fn coefficient(bodyweight_kg: f64, scored_as: ScoredAs, event: Event, gear: Gear, on: Option<Day>) -> Option<f64> {
    let column = match (event, gear) {
        (Event::FullPower, Gear::Classic) => 0,
        (Event::FullPower, Gear::Equipped) => 1,
        (Event::Bench, Gear::Classic) => 2,
        (Event::Bench, Gear::Equipped) => 3,
        _ => return None,
    };
    let held = |version: &&Constants| on.is_none_or(|day| version.from <= day);
    let version = VERSIONS.iter().rev().find(held).unwrap_or(&VERSIONS[0]);
    let [a, b, c] = version.rows[scored_as as usize][column];
    (bodyweight_kg >= LIGHTEST_KG).then(|| 100.0 / (a - b * (-c * bodyweight_kg).exp()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ScoredAs::{Men, Women};

    #[test]
    fn the_examples_that_the_ipf_published() {
        for (kg, scored_as, event, gear, total, points) in [
            (92.04, Men, Event::FullPower, Gear::Equipped, 1035.0, 112.85),
            (70.50, Women, Event::Bench, Gear::Classic, 122.5, 96.78),
            (83.2, Women, Event::FullPower, Gear::Equipped, 885.0, 139.71),
            (100.7, Men, Event::Bench, Gear::Classic, 180.0, 82.19),
            (83.0, Men, Event::FullPower, Gear::Classic, 500.0, 69.213291),
            (63.0, Women, Event::FullPower, Gear::Classic, 500.0, 109.391583),
        ] {
            let got = coefficient(kg, scored_as, event, gear, None).unwrap() * total;
            assert!((got - points).abs() < 0.005, "{got} is not {points}");
        }
    }

    #[test]
    fn other_events_and_the_lightest_have_none() {
        let of = |kg, event| coefficient(kg, Men, event, Gear::Classic, None);
        assert_eq!((of(34.99, Event::FullPower), of(80.0, Event::BenchDeadlift)), (None, None));
        assert_eq!((of(80.0, Event::Squat), of(80.0, Event::Deadlift)), (None, None));
        assert!(of(35.0, Event::FullPower).is_some());
    }

    #[test]
    fn the_day_chooses_the_constants() {
        assert!(VERSIONS.is_sorted_by(|a, b| a.from < b.from));
        let on = |day| coefficient(80.0, Men, Event::FullPower, Gear::Classic, day);
        assert_eq!(on(Some((2020, 5, 1))), on(None));
        assert_eq!(on(Some((2012, 1, 21))), on(None));
    }
}
