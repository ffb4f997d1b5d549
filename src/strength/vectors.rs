//! The reference values in `tests/data/score_vectors.csv`, computed independently of this program: six decimals of the
//! plain formulas.

use super::event::{Event, Gear};
use super::one_rep_max::Estimator;
use super::units::ScoredAs;
use super::{age_coefficient, dots, glossbrenner, ipf_gl, schwartz_malone, wilks1994, wilks2020};

#[test]
fn every_reference_value_is_ours_too() {
    let file = include_str!("../../tests/data/score_vectors.csv");
    let mut compared = 0;
    for line in file.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [formula, sex, equipment, event, bodyweight, total, age, reps, value] = fields[..] else {
            panic!("{line}");
        };
        let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
        let scored_as = if sex == "F" { ScoredAs::Women } else { ScoredAs::Men };
        let (kg, total) = (number(bodyweight), number(total));
        let got = match formula {
            "dots" => total * dots::coefficient(kg, scored_as),
            "wilks1994" => total * wilks1994::coefficient(kg, scored_as),
            "wilks2020" => total * wilks2020::coefficient(kg, scored_as),
            "glossbrenner" => total * glossbrenner::coefficient(kg, scored_as),
            "schwartz_malone" => total * schwartz_malone::coefficient(kg, scored_as),
            "ipf_gl" => {
                let (event, gear) = (Event::parse(event).unwrap(), Gear::of_equipment(equipment).unwrap());
                total * ipf_gl::coefficient(kg, scored_as, event, gear, None).unwrap_or(0.0)
            }
            "age_coefficient" => age_coefficient::coefficient(age.parse().unwrap()).unwrap(),
            estimator => Estimator::parse(estimator).unwrap().plain(total, reps.parse().unwrap()),
        };
        assert!((got - number(value)).abs() < 6e-7 * number(value).abs().max(1.0), "{line}: {got}");
        compared += 1;
    }
    assert_eq!(compared, file.lines().count() - 1);
    assert_eq!(compared, EXPECTED);
}

/// So that a file cut short is noticed.
const EXPECTED: usize = 150;
