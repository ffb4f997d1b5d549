//! Schwartz (men) and Malone (women): points for each kilogram, read from printed tables.
//!
//! Schwartz: a polynomial up to 126 kg, then four straight lines; body weight clamped to 40–166 kg. The slope of the last line
//! is that of the printed table: the printed 0.0090 contradicts it. Malone: a power fitted to the table, not an official
//! closed form; body weight at least 29.24 kg.
//! Source: Powerlifting USA 6/2 (August 1982), p. 61; OpenPowerlifting, `schwartzmalone.rs`.

use super::units::{ScoredAs, polynomial};

/// Of the powers 6 to 0.
const SCHWARTZ: [f64; 7] = [-0.728875e-13, -0.540132e-9, 0.267626e-6, -0.519738e-4, 0.511550e-2, -0.262349, 6.31926];

/// Points for each kilogram lifted at `bodyweight_kg`.
pub fn coefficient(bodyweight_kg: f64, scored_as: ScoredAs) -> f64 {
    match scored_as {
        ScoredAs::Men => schwartz(bodyweight_kg.clamp(40.0, 166.0)),
        ScoredAs::Women => 106.011586323613 * bodyweight_kg.max(29.24).powf(-1.293027130579051) + 0.322935585328304,
    }
}

fn schwartz(kg: f64) -> f64 {
    match kg {
        _ if kg <= 126.0 => polynomial(&SCHWARTZ, kg),
        _ if kg <= 136.0 => 0.5210 - 0.0012 * (kg - 125.0),
        _ if kg <= 146.0 => 0.5090 - 0.0011 * (kg - 135.0),
        _ if kg <= 156.0 => 0.4980 - 0.0010 * (kg - 145.0),
        _ => 0.4879 - 0.00088185 * (kg - 155.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strength::units::KG_PER_LB;
    use ScoredAs::{Men, Women};

    #[test]
    fn the_printed_table_and_published_points() {
        assert!((coefficient(220.0 * KG_PER_LB, Men) - 0.5545).abs() < 5e-5);
        assert!((coefficient(162.0 * KG_PER_LB, Men) - 0.6753).abs() < 5e-5);
        for (kg, scored_as, points) in
            [(93.0, Men, 287.15), (100.0, Men, 276.976250), (74.0, Women, 364.40), (84.0, Women, 333.725243)]
        {
            assert!((500.0 * coefficient(kg, scored_as) - points).abs() < 0.005, "{kg} {scored_as:?}");
        }
    }

    #[test]
    fn the_lines_go_on_from_the_polynomial_and_end_at_166_kg() {
        for kg in [126.0, 136.0, 146.0, 156.0] {
            assert!((coefficient(kg, Men) - coefficient(kg + 0.01, Men)).abs() < 0.002, "{kg}");
        }
        assert_eq!(coefficient(300.0, Men), coefficient(166.0, Men));
        assert_eq!(coefficient(20.0, Women), coefficient(29.24, Women));
    }
}
