//! Age coefficients: Foster for 14 to 22 years, McCulloch from 41 on; between them age counts nothing.
//!
//! Points of body weight × coefficient make lifters of different ages comparable. An approximate age ("23.5": the
//! birthday of that year may be still to come) takes the less generous of its neighbours. Below 14 and above 90 nothing
//! official exists, and nothing is made up: there is no coefficient. Values of 81–90 are those of the USAPL's sheet.
//! Limits: results of the USAPL of 2012–2016 show little fall before 50 (Ball & Weidman, J Strength Cond Res 32(7),
//! 2018), those of the IPF a peak at 27.7–31.5 years (Hernández Ugalde, MHSalud 19(1), 2022).
//! Source: USAPL, formulas and coefficients; the values for masters in the WPC's sheet, which corrects older copies.

const YOUNGEST: usize = 14;

/// In thousandths, from 14 to 22 years.
const FOSTER: [u16; 9] = [1230, 1180, 1130, 1080, 1060, 1040, 1030, 1020, 1010];

/// In thousandths, from 41 to 90 years.
const MCCULLOCH: [u16; 50] = [
    1010, 1020, 1031, 1043, 1055, 1068, 1082, 1097, 1113, 1130, // 50
    1147, 1165, 1184, 1204, 1225, 1246, 1268, 1291, 1315, 1340, // 60
    1366, 1393, 1421, 1450, 1480, 1511, 1543, 1576, 1610, 1645, // 70
    1681, 1718, 1756, 1795, 1835, 1876, 1918, 1961, 2005, 2050, // 80
    2096, 2143, 2190, 2238, 2287, 2337, 2388, 2440, 2494, 2549, // 90
];

/// The coefficient of an age in years, in thousandths. None below 14, above 90, and for what is no number.
pub fn thousandths(age: f32) -> Option<u16> {
    if !(YOUNGEST as f32..=90.0).contains(&age) {
        return None;
    }
    let of = |years: f32| match years as usize {
        years @ YOUNGEST..=22 => FOSTER[years - YOUNGEST],
        years @ 41..=90 => MCCULLOCH[years - 41],
        _ => 1000,
    };
    Some(of(age.floor()).min(of(age.ceil())))
}

/// As [`thousandths`], to multiply with.
pub fn coefficient(age: f32) -> Option<f64> {
    thousandths(age).map(|thousandths| f64::from(thousandths) / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strength::{ScoredAs, dots};

    #[test]
    fn published_coefficients() {
        for (age, expected) in [
            (14.0, 1230),
            (18.0, 1060),
            (22.0, 1010),
            (23.0, 1000),
            (30.0, 1000),
            (40.0, 1000),
            (41.0, 1010),
            (45.0, 1055),
            (50.0, 1130),
            (60.0, 1340),
            (70.0, 1645),
            (80.0, 2050),
            (81.0, 2096),
            (90.0, 2549),
        ] {
            assert_eq!(thousandths(age), Some(expected), "{age}");
        }
        let points = 600.0 * dots::coefficient(100.0, ScoredAs::Men) * coefficient(45.0).unwrap();
        assert!((points - 389.62).abs() < 0.005, "{points}");
    }

    #[test]
    fn an_approximate_age_takes_the_less_generous_neighbour() {
        for (age, expected) in [(17.5, 1060), (22.5, 1000), (23.5, 1000), (40.5, 1000), (50.5, 1130), (89.5, 2494)] {
            assert_eq!(thousandths(age), Some(expected), "{age}");
        }
    }

    #[test]
    fn nothing_is_made_up_beyond_the_tables() {
        for age in [0.0, 13.0, 13.5, 90.5, 91.0, f32::NAN, f32::INFINITY, -20.0] {
            assert_eq!(coefficient(age), None, "{age}");
        }
    }
}
