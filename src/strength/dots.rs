//! DOTS (Tim Konertz, BVDK, 2019): points = total × 500 / P(body weight), P of degree four.
//!
//! Fitted to drug-tested raw lifters of 40–210 kg (men) and 40–150 kg (women). Outside that range the polynomial
//! turns and in the end becomes negative, so the body weight is clamped to it before anything is computed.
//! Source: scoring sheet of the Bundesverband Deutscher Kraftdreikämpfer, 2019.

use super::units::{ScoredAs, from_hundredths, hundredths, polynomial};

struct Constants {
    /// Of the powers 4, 3, 2, 1, 0.
    powers: [f64; 5],
    heaviest_kg: f64,
}

const LIGHTEST_KG: f64 = 40.0;

const MEN: Constants =
    Constants { powers: [-0.000001093, 0.0007391293, -0.1918759221, 24.0900756, -307.75076], heaviest_kg: 210.0 };

const WOMEN: Constants =
    Constants { powers: [-0.0000010706, 0.0005158568, -0.1126655495, 13.6175032, -57.96288], heaviest_kg: 150.0 };

/// Points for each kilogram lifted at `bodyweight_kg`.
pub fn coefficient(bodyweight_kg: f64, scored_as: ScoredAs) -> f64 {
    let constants = match scored_as {
        ScoredAs::Men => MEN,
        ScoredAs::Women => WOMEN,
    };
    let weight = bodyweight_kg.clamp(LIGHTEST_KG, constants.heaviest_kg);
    500.0 / polynomial(&constants.powers, weight)
}

/// Points in hundredths: total × coefficient, rounded half away from zero. Boards compare these and nothing finer.
/// Without a body weight there are none.
pub fn points_hundredths(weight_hundredths: u32, bodyweight_hundredths: u32, scored_as: ScoredAs) -> u32 {
    if bodyweight_hundredths == 0 {
        return 0;
    }
    let points = from_hundredths(weight_hundredths) * coefficient(from_hundredths(bodyweight_hundredths), scored_as);
    u32::try_from(hundredths(points)).unwrap_or(u32::MAX)
}

/// The total in kilograms that is worth `points` at `bodyweight_kg`.
pub fn total_kg(points: f64, bodyweight_kg: f64, scored_as: ScoredAs) -> f64 {
    points / coefficient(bodyweight_kg, scored_as)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_coefficients() {
        for (kg, scored_as, expected) in [
            (80.0, ScoredAs::Men, 0.6895464540877224),
            (60.0, ScoredAs::Women, 1.1085456246648009),
            (180.0 * 0.45359237, ScoredAs::Men, 0.6814212786810492),
            (90.7, ScoredAs::Men, 0.6440969044667976),
            (67.5, ScoredAs::Men, 385.373361 / 500.0),
            (140.0, ScoredAs::Men, 274.009937 / 500.0),
            (120.0, ScoredAs::Women, 401.184601 / 500.0),
        ] {
            let got = coefficient(kg, scored_as);
            assert!((got / expected - 1.0).abs() < 3e-9, "{kg} {scored_as:?}: {got} is not {expected}");
        }
    }

    #[test]
    fn points_are_whole_hundredths() {
        // Published with results: F 60.00 kg, 287.5 kg; M 95.65 kg, 652.5 kg; M 90.94 kg, 685 kg.
        for (weight, bodyweight, scored_as, points) in [
            (28750, 6000, ScoredAs::Women, 31871),
            (65250, 9565, ScoredAs::Men, 40969),
            (68500, 9094, ScoredAs::Men, 44063),
            (0, 9094, ScoredAs::Men, 0),
            (68500, 0, ScoredAs::Men, 0),
        ] {
            assert_eq!(points_hundredths(weight, bodyweight, scored_as), points);
        }
    }

    #[test]
    fn body_weights_outside_the_range_count_as_its_ends() {
        assert_eq!(coefficient(1.0, ScoredAs::Men), coefficient(40.0, ScoredAs::Men));
        assert_eq!(coefficient(400.0, ScoredAs::Women), coefficient(150.0, ScoredAs::Women));
    }
}
