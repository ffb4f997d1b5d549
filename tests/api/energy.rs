//! `/energy`: one number for a lifter, and its board.

use serde_json::json;

use crate::support::spawn_app;

#[tokio::test]
async fn energy_follows_every_input() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.patch("/users/me", &json!({ "weight": 80, "gender": "Male" })).await.expect(200);
    // The contract's golden lifts: 400, 600 and 675; a missing one counts nothing.
    for (exercise, kg, energy, rank) in [
        ("back_squat", 100.0, 133.0, "Iron"),
        ("barbell_bench_press", 100.0, 333.0, "Silver"),
        ("deadlift", 180.0, 558.0, "Platinum"),
    ] {
        ada.lift(exercise, kg, 1).await;
        let user = ada.profile().await;
        assert_eq!((&user["energy"], &user["rank"]), (&json!(energy), &json!(rank)), "{exercise}");
    }
    let of =
        async |change: serde_json::Value| ada.patch("/users/me", &change).await.expect(200)["energy"].as_f64().unwrap();
    assert!(of(json!({ "weight": 120 })).await < 558.0);
    assert_eq!(of(json!({ "weight": 80 })).await, 558.0);
    assert!(of(json!({ "gender": "Female" })).await > 558.0);
    assert_eq!(of(json!({ "gender": "Non-binary" })).await, 558.0);
    assert!(of(json!({ "scored_as": "women" })).await > 558.0);
    assert_eq!(of(json!({ "scored_as": null })).await, 558.0);
    let in_pounds = of(json!({ "preferred_unit": "lbs" })).await;
    assert!((in_pounds - 558.0).abs() < 20.0, "pounds are converted, not taken for kilograms: {in_pounds}");
    assert_eq!(of(json!({ "preferred_unit": "kg" })).await, 558.0);
    ada.lift("pull_up", 0.0, 30).await;
    assert_eq!(ada.profile().await["energy"], 558.0);
}

#[tokio::test]
async fn without_a_body_weight_the_contracts_default_counts() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    ben.patch("/users/me", &json!({ "weight": 90.7 })).await.expect(200);
    for lifter in [&ada, &ben] {
        lifter.lift("deadlift", 200.0, 1).await;
    }
    assert_eq!(ada.profile().await["energy"], ben.profile().await["energy"]);
}

#[tokio::test]
async fn a_submission_is_answered_and_not_believed() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    ada.patch("/users/me", &json!({ "weight": 80 })).await.expect(200);
    ada.lift("back_squat", 100.0, 1).await;
    let lie = json!({ "user_id": ada.id, "energy": 99999.0, "rank": "Celestial" });
    assert!(ada.post("/energy/submit", &lie).await.expect(200)["message"].is_string());
    let user = ada.profile().await;
    assert_eq!((&user["energy"], &user["rank"]), (&json!(133.0), &json!("Iron")));
    ben.post("/energy/submit", &lie).await.problem(403);
    app.post("/energy/submit", &lie).await.problem(401);
    ada.post("/energy/submit/", &json!({ "user_id": "x" })).await.problem(422);
}

#[tokio::test]
async fn the_board_latest_and_daily_agree() {
    let app = spawn_app().await;
    let (ada, ben, _eve) = (app.lifter("ada").await, app.lifter("ben").await, app.lifter("eve").await);
    ada.lift("deadlift", 200.0, 1).await;
    ben.lift("deadlift", 250.0, 1).await;
    let board = app.get("/energy/leaderboard").await.expect(200);
    let names: Vec<_> = board.as_array().unwrap().iter().map(|entry| entry["username"].clone()).collect();
    assert_eq!(names, ["ben", "ada", "eve"]);
    for (place, entry) in board.as_array().unwrap().iter().enumerate() {
        assert_eq!(entry["rank"], place + 1);
        let id = entry["user_id"].as_str().unwrap();
        let latest = app.get(&format!("/energy/latest/{id}")).await.expect(200);
        assert!(latest.is_i64());
        assert_eq!(latest.as_f64(), entry["total_energy"].as_f64());
    }
    assert_eq!(board[2]["user_rank"], "Unranked");
    let page = app.get("/energy/leaderboard/?limit=1&offset=1").await.expect(200);
    assert_eq!((&page[0]["username"], &page[0]["rank"]), (&json!("ada"), &json!(2)));
    app.get("/energy/leaderboard?limit=101").await.problem(422);

    ada.lift("deadlift", 220.0, 1).await;
    let db = app.database.connect().await;
    db.execute("UPDATE energy_history SET created_at = created_at - interval '1 day' WHERE energy = (SELECT min(energy) FROM energy_history)", &[]).await.unwrap();
    let days = app.get(&format!("/energy/daily/{}", ada.id)).await.expect(200);
    let days = days.as_array().unwrap();
    assert_eq!(days.len(), 2);
    assert!(days[0]["date"].as_str() < days[1]["date"].as_str() && days[0]["date"].as_str().unwrap().len() == 10);
    assert_eq!(days[1]["total_energy"], ada.profile().await["energy"]);
    let nobody = "00000000-0000-0000-0000-000000000000";
    assert_eq!(app.get(&format!("/energy/latest/{nobody}")).await.expect(200), json!(0));
    assert_eq!(app.get(&format!("/energy/daily/{nobody}")).await.expect(200), json!([]));
}
