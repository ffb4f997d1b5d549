//! Nobody's body weight can be computed from what others may see: kilograms and points of one lifter, from one answer or
//! several, would give it back.

use std::collections::{BTreeMap, BTreeSet};

use repduel::strength::event::{Event, Gear};
use repduel::strength::ipf_gl;
use repduel::strength::{ScoredAs, dots, wilks1994, wilks2020};
use serde_json::{Value, json};

use crate::follows::follow;
use crate::support::{App, Lifter, spawn_app};

struct Target {
    name: &'static str,
    id: String,
    scored_as: ScoredAs,
    weight_kg: f64,
    lifts_kg: [f64; 3],
}

/// Numbers that are no points by what they are called.
const NO_POINTS: [&str; 14] = [
    "rank",
    "of",
    "percentile",
    "percent",
    "lifters",
    "energy",
    "total_energy",
    "id",
    "sets",
    "reps",
    "weight_multiplier",
    "xp",
    "next",
    "passed_count",
];

/// Every number that an answer says of somebody: it stands in an object that names them, or below one.
fn join(value: &Value, owner: Option<&str>, told: &mut BTreeMap<String, Vec<f64>>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| join(item, owner, told)),
        Value::Object(fields) => {
            let named = ["user_id", "id"].into_iter().find_map(|field| fields.get(field)?.as_str());
            let named = named.or_else(|| fields.get("user").and_then(|user| user["id"].as_str()));
            let owner = named.or(owner);
            for (field, value) in fields {
                if let (Some(number), Some(owner), false) = (value.as_f64(), owner, NO_POINTS.contains(&field.as_str()))
                {
                    told.entry(owner.to_owned()).or_default().push(number);
                } else if field != "next" {
                    join(value, owner, told);
                }
            }
        }
        _ => {}
    }
}

/// The body weights at which some of the numbers are the points of some of the kilograms.
fn invert(numbers: &[f64], kilograms: &[f64], scored_as: ScoredAs) -> Vec<f64> {
    let gl = |event| move |kg: f64, sex| ipf_gl::coefficient(kg, sex, event, Gear::Classic, None).unwrap_or(0.0);
    let (full, bench) = (gl(Event::FullPower), gl(Event::Bench));
    let formulas: [&dyn Fn(f64, ScoredAs) -> f64; 5] =
        [&dots::coefficient, &wilks1994::coefficient, &wilks2020::coefficient, &full, &bench];
    let mut weights = Vec::new();
    for formula in formulas {
        for kg in kilograms {
            for points in numbers.iter().filter(|number| !kilograms.contains(number)) {
                // All coefficients fall from 45 to 140 kg.
                let (mut low, mut high) = (45.0, 140.0);
                let off = |weight: f64| kg * formula(weight, scored_as) - points;
                if off(low) < 0.0 || off(high) > 0.0 {
                    continue;
                }
                for _ in 0..60 {
                    let middle = (low + high) / 2.0;
                    if off(middle) > 0.0 { low = middle } else { high = middle }
                }
                weights.push(low);
            }
        }
    }
    weights
}

/// Everything that anybody may ask of boards and lifters; or, as somebody who follows all of them, what else there is to ask.
async fn everything(
    app: &App,
    spy: Option<&Lifter<'_>>,
    targets: &[Target],
) -> (BTreeMap<String, Vec<f64>>, BTreeSet<String>) {
    let (mut told, mut paths) = (BTreeMap::new(), Vec::new());
    let boards = app.get("/boards").await.expect(200);
    let classes = |sex: &str| match sex {
        "men" => ["59", "66", "74", "83", "93", "105", "120", "120+"].as_slice(),
        _ => ["47", "52", "57", "63", "69", "76", "84", "84+"].as_slice(),
    };
    let mut filters = vec![String::new(), "source=self".into(), "period=year".into(), "country=DE".into()];
    for sex in ["men", "women"] {
        filters.push(format!("sex={sex}"));
        filters.extend(["open", "junior", "m1"].map(|age| format!("sex={sex}&age={age}")));
        filters.extend(classes(sex).iter().map(|class| format!("sex={sex}&class={}", class.replace('+', "%2B"))));
        filters
            .extend(["67.5", "75", "82.5", "90"].map(|class| format!("sex={sex}&class={class}&classes=traditional")));
    }
    let names = boards.as_array().unwrap().iter().map(|board| board["board"].as_str().unwrap().to_owned());
    for board in names.filter(|name| {
        ["energy", "dots", "gym_total", "meet_total", "back_squat", "barbell_bench_press", "deadlift"]
            .contains(&name.as_str())
    }) {
        for filter in &filters {
            paths.push(format!("/boards/{board}?limit=100&{filter}"));
            paths.push(format!("/boards/{board}?limit=100&basis=estimate&{filter}"));
            paths.push(format!("/boards/{board}/curve?{filter}"));
            for target in targets {
                paths.push(format!("/boards/{board}/users/{}?{filter}", target.id));
            }
        }
    }
    for target in targets {
        let id = &target.id;
        paths.push(format!("/users/{id}"));
        paths.push(format!("/users/{id}/standing"));
        paths.push(format!("/energy/latest/{id}"));
        paths.push(format!("/energy/daily/{id}"));
        for exercise in ["back_squat", "barbell_bench_press", "deadlift"] {
            paths.push(format!("/scores/user/{id}/scenario/{exercise}"));
            paths.push(format!("/scores/user/{id}/scenario/{exercise}/highscore"));
        }
    }
    paths.extend(
        ["back_squat", "barbell_bench_press", "deadlift"]
            .map(|id| format!("/scores/scenario/{id}/leaderboard?limit=100")),
    );
    paths.push("/energy/leaderboard?limit=100".into());
    if spy.is_some() {
        paths.retain(|path| path.starts_with("/boards/"));
        paths.iter_mut().for_each(|path| path.push_str("&following=true"));
        paths.push("/feed?limit=100".into());
        for Target { id, .. } in targets {
            paths.push(format!("/feed?limit=100&user_id={id}"));
            paths.push(format!("/users/{id}/relationship"));
            paths.push(format!("/users/{id}/followers"));
        }
        paths.push("/users/lookup?q=a".into());
        paths.push("/users/me/rank-rises?limit=100".into());
    }
    let mut named_in_class = BTreeSet::new();
    for path in paths {
        let answer = match spy {
            Some(spy) => spy.get(&path).await,
            None => app.get(&path).await,
        };
        let Ok(value) = serde_json::from_str::<Value>(&answer.text) else { continue };
        let owner = targets.iter().find(|target| path.contains(&target.id)).map(|target| target.id.as_str());
        if answer.status == 200 {
            join(&value, owner, &mut told);
            let says = |target: &&Target| {
                answer.text.contains(&target.id) || answer.text.contains(target.name) || path.contains(&target.id)
            };
            if path.contains("class=") {
                named_in_class.extend(targets.iter().filter(says).map(|target| target.id.clone()));
            }
        }
    }
    (told, named_in_class)
}

#[tokio::test]
async fn from_all_public_answers_together_nobodys_body_weight_follows() {
    let app = spawn_app().await;
    let mut targets = Vec::new();
    for (name, sex, weight_kg, lifts_kg) in [
        ("anna", "women", 61.37, [92.5, 57.5, 122.5]),
        ("berta", "women", 73.19, [107.5, 62.5, 137.5]),
        ("carl", "men", 81.73, [152.5, 107.5, 197.5]),
        ("dirk", "men", 92.41, [172.5, 117.5, 217.5]),
        ("erik", "men", 103.57, [187.5, 132.5, 232.5]),
        ("shower", "men", 88.11, [162.5, 112.5, 207.5]),
    ] {
        let lifter = app.lifter(name).await;
        let profile = json!({ "scored_as": sex, "weight": weight_kg, "country": "DE", "birth_year": 1996,
                              "shows_points": name == "shower" });
        lifter.patch("/users/me", &profile).await.expect(200);
        for (exercise, kg) in ["back_squat", "barbell_bench_press", "deadlift"].into_iter().zip(lifts_kg) {
            lifter.lift(exercise, kg, 1).await;
            lifter.lift(exercise, kg - 20.0, 4).await;
        }
        let scored_as = ScoredAs::parse(sex).unwrap();
        targets.push(Target { name, id: lifter.id.clone(), scored_as, weight_kg, lifts_kg });
    }
    let spy = app.lifter("spy").await;
    spy.patch("/users/me", &json!({ "weight": 80, "gender": "Male" })).await.expect(200);
    for target in &targets {
        follow(&spy, &Lifter::new(&app, &target.id, "")).await;
    }
    // Among those whom the spy follows every place is found out, one after the other.
    for kg in [60.0, 100.0, 120.0, 160.0, 180.0, 200.0] {
        for exercise in ["back_squat", "barbell_bench_press", "deadlift"] {
            spy.lift(exercise, kg, 1).await;
        }
    }
    let (mut told, mut named_in_class) = everything(&app, None, &targets).await;
    let (as_spy, named_as_spy) = everything(&app, Some(&spy), &targets).await;
    for (id, numbers) in as_spy {
        told.entry(id).or_default().extend(numbers);
    }
    named_in_class.extend(named_as_spy);
    for target in &targets {
        let [squat, bench, deadlift] = target.lifts_kg;
        let kilograms = [squat, bench, deadlift, squat + bench + deadlift];
        let numbers = told.get(&target.id).map_or(&[][..], Vec::as_slice);
        let found = invert(numbers, &kilograms, target.scored_as);
        let is_found = found.iter().any(|weight| (weight - target.weight_kg).abs() < 0.1);
        // Whoever shows points is found, so the attack works.
        assert_eq!(is_found, target.name == "shower", "{}: {found:?} of {numbers:?}", target.name);
        assert_eq!(named_in_class.contains(&target.id), target.name == "shower", "{}", target.name);
    }
}
