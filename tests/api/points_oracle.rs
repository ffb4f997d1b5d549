//! Real results with the points that OpenPowerlifting published for them: ours are the same to the last digit.
//!
//! The file lies in the folder that REPDUEL_DATA_DIR names; it is not ours to carry.

use std::collections::BTreeMap;
use std::fs::File;

use repduel::strength::units::hundredths;
use repduel::strength::{AgeClass, Event, Formula, Gear, Performance, ScoredAs, age_coefficient, classes, wilks1994};

/// A column, how many points it holds, and how many of them are left out.
const COLUMNS: [(&str, usize, usize); 5] = [
    ("dots", 22_779, 0),
    ("wilks", 2_426, 0),
    // Four lifters below 14, for whom the published points extend the table of ages. We refuse to.
    ("mcculloch_wilks", 2_426, 4),
    // Women alone: the men's were published before the Schwartz half was read anew, and are not in the file.
    ("glossbrenner", 820, 0),
    ("ipf_points_2019", 1_926, 0),
];

#[test]
fn published_points_are_ours() {
    let Ok(folder) = std::env::var("REPDUEL_DATA_DIR") else {
        eprintln!("skipped: REPDUEL_DATA_DIR names no folder with published points");
        return;
    };
    let file = File::open(format!("{folder}/points_oracle.csv.zst")).unwrap();
    let mut input = csv::Reader::from_reader(zstd::Decoder::new(file).unwrap());
    let header = input.headers().unwrap().clone();
    let mut compared: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut rows = 0;
    for row in input.records() {
        let row = row.unwrap();
        rows += 1;
        let text = |name: &str| &row[header.iter().position(|column| column == name).unwrap()];
        let weight = |name: &str| u32::try_from(hundredths(text(name).parse().unwrap())).unwrap();
        let age: Option<f32> = text("age").parse().ok();
        let performance = Performance {
            scored_as: if text("sex") == "F" { ScoredAs::Women } else { ScoredAs::Men },
            bodyweight_hundredths: weight("bodyweight_kg"),
            total_hundredths: weight("total_kg"),
            event: Event::parse(text("event")).unwrap(),
            gear: Gear::of_equipment(text("equipment")).unwrap(),
            on: None,
        };
        let points = |formula: Formula| formula.points_hundredths(&performance).map(i64::from);
        for (column, _, _) in COLUMNS {
            if text(column).is_empty() {
                continue;
            }
            let ours = match column {
                "dots" => points(Formula::Dots),
                "wilks" => points(Formula::Wilks1994),
                "glossbrenner" => points(Formula::Glossbrenner),
                "ipf_points_2019" => points(Formula::IpfPoints),
                _ => age.map_or(Some(1.0), age_coefficient::coefficient).map(|coefficient| {
                    let bodyweight_kg = f64::from(performance.bodyweight_hundredths) / 100.0;
                    let total_kg = f64::from(performance.total_hundredths) / 100.0;
                    hundredths(total_kg * wilks1994::coefficient(bodyweight_kg, performance.scored_as) * coefficient)
                }),
            };
            let count = compared.entry(column).or_default();
            count.0 += 1;
            if column == "mcculloch_wilks" && age.is_some_and(|age| age < 14.0) {
                assert_eq!(ours, None);
                count.1 += 1;
                continue;
            }
            let published = hundredths(text(column).parse().unwrap());
            assert_eq!(ours, Some(published), "{column}: {row:?}");
        }
    }
    assert_eq!(rows, 25_205);
    for (column, points, left_out) in COLUMNS {
        assert_eq!(compared[column], (points, left_out), "{column}");
    }
}

#[test]
fn classes_are_those_that_results_name() {
    let Ok(folder) = std::env::var("REPDUEL_DATA_DIR") else {
        eprintln!("skipped: REPDUEL_DATA_DIR names no folder with real meet results");
        return;
    };
    let file = File::open(format!("{folder}/meets-small.csv.zst")).unwrap();
    let mut input = csv::Reader::from_reader(zstd::Decoder::new(file).unwrap());
    let header = input.headers().unwrap().clone();
    let mut equal = 0;
    let mut others: BTreeMap<(bool, bool, String), usize> = BTreeMap::new();
    for row in input.records() {
        let row = row.unwrap();
        let text = |name: &str| &row[header.iter().position(|column| column == name).unwrap()];
        let named = text("class_kg").trim_end_matches(".0").to_owned();
        let Ok(kg) = text("bodyweight_kg").parse() else { continue };
        if named.is_empty() {
            continue;
        }
        let hundredths = u32::try_from(hundredths(kg)).unwrap();
        let (is_ipf, is_woman) = (text("fed") == "CPU", text("sex") == "F");
        let scored_as = if is_woman { ScoredAs::Women } else { ScoredAs::Men };
        let is_junior = AgeClass::from_age(text("age").parse().ok()).is_some_and(AgeClass::is_junior);
        let ours = match is_ipf {
            true => classes::ipf_class(hundredths, scored_as, text("date")[..4].parse().unwrap(), is_junior),
            false => classes::traditional_class(hundredths, scored_as),
        };
        match ours.label() == named {
            true => equal += 1,
            false => *others.entry((is_ipf, is_woman, named)).or_default() += 1,
        }
    }
    let other = |is_ipf, is_woman, labels: &[&str]| -> usize {
        labels.iter().filter_map(|label| others.get(&(is_ipf, is_woman, (*label).to_owned()))).sum()
    };
    // Youth classes, and the juniors' lightest of lifters whose age is not in the file.
    assert_eq!(other(true, false, &["30", "35", "40", "44", "48", "53"]), 174, "{others:?}");
    assert_eq!(other(true, true, &["30", "35", "40", "43"]), 35, "{others:?}");
    // What that federation has made of our 90+.
    assert_eq!(other(false, true, &["100", "110", "110+"]), 616, "{others:?}");
    assert_eq!((equal, others.values().sum::<usize>()), (56_348, 825), "{others:?}");
}
