//! `/points`, `/one-rep-max` and `/ladder`: what a result is worth.

use serde_json::{Value, json};

use crate::support::spawn_app;

#[tokio::test]
async fn a_lifter_has_points_by_every_formula() {
    let app = spawn_app().await;
    // The first is as published: 818.06, 793.01, 693.75 and 139.71.
    let woman = json!({ "sex": "F", "bodyweight_kg": 83.2, "equipment": "Multi-ply", "total_kg": 885 });
    let answer = app.post("/points", &woman).await.expect(200);
    let points = &answer["points"];
    for (formula, expected) in [("dots", 818.06), ("wilks1994", 793.01), ("glossbrenner", 693.75), ("ipf_gl", 139.71)] {
        assert_eq!(points[formula], expected, "{formula}");
    }
    assert_eq!(answer["class"], json!({ "ipf": "84", "traditional": "90" }));
    assert_eq!((&answer["age_coefficient"], &answer["age_class"]), (&Value::Null, &json!("open")));
    assert_eq!(answer["competitors"]["total"], Value::Null, "the table is of raw lifting");

    let raw =
        json!({ "sex": "F", "bodyweight_kg": 63, "age": 45, "squat_kg": 110, "bench_kg": 62.5, "deadlift_kg": 130 });
    let answer = app.post("/points", &raw).await.expect(200);
    assert_eq!((&answer["total_kg"], &answer["age_coefficient"]), (&json!(302.5), &json!(1.055)));
    assert_eq!((&answer["age_class"], &answer["class"]["ipf"]), (&json!("m1"), &json!("63")));
    let bench = &answer["competitors"]["bench"];
    assert_eq!((&bench["bodyweight_from_kg"], &bench["bodyweight_to_kg"]), (&json!(60.0), &json!(65.0)));
    let percent = bench["percent"].as_u64().unwrap();
    let sentence = format!("stronger than {percent} % of competing women near 63 kg (competitors, not all gym-goers)");
    assert!((40..80).contains(&percent) && bench["sentence"] == json!(sentence), "{bench}");
    assert!(answer["competitors"]["total"]["lifters"].as_u64().unwrap() > 1000);
}

#[tokio::test]
async fn the_day_and_the_age_choose_the_class() {
    let app = spawn_app().await;
    for (date, age, kg, expected) in [
        ("2020-12-31", 30.0, 70.0, "72"),
        ("2021-01-01", 30.0, 70.0, "76"),
        ("2021-01-01", 23.0, 43.0, "43"),
        ("2021-01-01", 23.5, 43.0, "47"),
    ] {
        let body = json!({ "sex": "F", "bodyweight_kg": kg, "age": age, "date": date, "bench_kg": 60, "event": "B" });
        let answer = app.post("/points", &body).await.expect(200);
        assert_eq!(answer["class"]["ipf"], expected, "{date} {age}");
        assert!(answer["competitors"]["total"].is_null() && answer["points"]["ipf_gl"].is_f64());
    }
    let push_pull = json!({ "sex": "Mx", "bodyweight_kg": 90, "event": "BD", "bench_kg": 100, "deadlift_kg": 200 });
    let answer = app.post("/points", &push_pull).await.expect(200);
    assert_eq!((&answer["total_kg"], &answer["points"]["ipf_gl"]), (&json!(300.0), &Value::Null));
    assert!(answer["points"]["dots"].is_f64());
}

#[tokio::test]
async fn what_is_no_result_is_refused_by_field() {
    let app = spawn_app().await;
    for (change, field) in [
        (json!({ "sex": "W" }), "sex"),
        (json!({ "bodyweight_kg": 0 }), "bodyweight_kg"),
        (json!({ "bodyweight_kg": 501 }), "bodyweight_kg"),
        (json!({ "total_kg": -5 }), "total_kg"),
        (json!({ "total_kg": null }), "total_kg"),
        (json!({ "squat_kg": 5000 }), "squat_kg"),
        (json!({ "event": "DBS" }), "event"),
        (json!({ "equipment": "None" }), "equipment"),
        (json!({ "age": 0 }), "age"),
        (json!({ "date": "yesterday" }), "date"),
        (json!({ "bodyweight_kg": "heavy" }), "bodyweight_kg"),
    ] {
        let mut body = json!({ "sex": "M", "bodyweight_kg": 80, "total_kg": 500 });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let detail = app.post("/points", &body).await.problem(422);
        assert!(detail.contains(field), "{detail}");
    }
}

#[tokio::test]
async fn a_set_is_estimated_by_seven_formulas() {
    let app = spawn_app().await;
    let ten = app.get("/one-rep-max?weight=100&reps=10").await.expect(200);
    let estimates = json!({ "epley": 133.33, "brzycki": 133.33, "lombardi": 125.89, "mayhew": 130.93, "oconner": 125.0,
        "wathan": 134.75, "lander": 134.07 });
    assert_eq!(ten["estimates"], estimates);
    assert_eq!([&ten["lowest_kg"], &ten["highest_kg"], &ten["spread_kg"]], [125.0, 134.75, 9.75]);
    assert_eq!(ten["warning"], Value::Null);
    let eleven = app.get("/one-rep-max?weight=100&reps=11").await.expect(200);
    assert!(eleven["warning"].as_str().unwrap().contains("10 repetitions"));

    let one = app.get("/one-rep-max?weight=97.5&reps=1").await.expect(200);
    assert!(one["estimates"].as_object().unwrap().values().all(|estimate| *estimate == 97.5), "{one}");
    assert_eq!(one["spread_kg"], 0.0);

    app.get("/one-rep-max?weight=100&reps=36").await.expect(200);
    for (query, field) in [
        ("weight=100&reps=0", "reps"),
        ("weight=100&reps=37", "reps"),
        ("weight=100&reps=2.5", "reps"),
        ("weight=100&reps=-1", "reps"),
        ("weight=0&reps=5", "weight"),
        ("weight=NaN&reps=5", "weight"),
        ("weight=1001&reps=5", "weight"),
        ("reps=5", "weight"),
    ] {
        let detail = app.get(&format!("/one-rep-max?{query}")).await.problem(422);
        assert!(detail.contains(field), "{detail}");
    }
}

#[tokio::test]
async fn a_lift_has_a_ladder_of_its_own_and_the_standards_stay() {
    let app = spawn_app().await;
    let ladder = async |exercise: &str, scored_as: &str, kg: f64| {
        let query = format!("/ladder?exercise={exercise}&bodyweight={kg}&scored_as={scored_as}");
        app.get(&query).await.expect(200)
    };
    for (exercise, men, women) in
        [("back_squat", 0.35, 0.356), ("barbell_bench_press", 0.238, 0.204), ("deadlift", 0.412, 0.44)]
    {
        for (scored_as, kg, share) in [("men", 83.0, men), ("women", 63.0, women)] {
            let answer = ladder(exercise, scored_as, kg).await;
            assert_eq!(answer["share"], share);
            let rows = answer["rows"].as_array().unwrap();
            let percents: Vec<u64> = rows.iter().map(|row| row["percent_below"].as_u64().unwrap()).collect();
            assert!(rows.len() == 12 && rows[0]["rank"] == "Iron" && rows[11]["rank"] == "Celestial");
            assert!(percents.is_sorted() && percents[0] <= 5 && percents[11] >= 90, "{percents:?}");
        }
    }
    // 500 points of a woman of 60 kg are a total of 451.04 kg.
    let bench = ladder("barbell_bench_press", "women", 60.0).await;
    assert_eq!(bench["rows"][11]["threshold_kg"], 92.01);
    let standards = app.get("/standards/60?gender=female").await.expect(200);
    assert_eq!(standards["Celestial"]["lifts"]["bench"], 115);
    for (query, field) in [
        ("exercise=push_up&bodyweight=80&scored_as=men", "exercise"),
        ("exercise=deadlift&bodyweight=0&scored_as=men", "bodyweight"),
        ("exercise=deadlift&bodyweight=80&scored_as=male", "scored_as"),
        ("exercise=deadlift&scored_as=men", "bodyweight"),
    ] {
        let detail = app.get(&format!("/ladder?{query}")).await.problem(422);
        assert!(detail.contains(field), "{detail}");
    }
}
