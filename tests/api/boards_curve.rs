//! `/boards/{board}/curve`: how the values of a board are spread.

use serde_json::{Value, json};

use crate::support::{App, Options, spawn_app, spawn_app_with};

async fn curve(app: &App, path: &str) -> (u64, Vec<f64>) {
    let answer = app.get(path).await.expect(200);
    let points = answer["points"].as_array().unwrap();
    for (percent, point) in points.iter().enumerate() {
        assert_eq!(point["percentile"], percent, "{answer}");
    }
    let values = points.iter().map(|point| point["value"].as_f64().unwrap());
    (answer["of"].as_u64().unwrap(), values.collect())
}

#[tokio::test]
async fn a_curve_says_what_each_percentile_lifts_and_no_more_than_rows_do() {
    let app = spawn_app().await;
    for number in 0..20 {
        let lifter = app.lifter(&format!("lifter{number}")).await;
        let profile = json!({ "scored_as": "men", "weight": 80, "country": "DE", "shows_points": number == 7 });
        lifter.patch("/users/me", &profile).await.expect(200);
        for exercise in ["back_squat", "barbell_bench_press", "deadlift"] {
            lifter.lift(exercise, 100.0 + 2.5 * f64::from(number), 1).await;
        }
        if number > 0 {
            lifter.lift("overhead_press", 50.0, 1).await;
        }
    }
    // Of twenty a place is five percent.
    let expected: Vec<f64> =
        (0..=100_i32).map(|percent| 100.0 + 2.5 * f64::from((percent + 4) / 5 - 1).max(0.0)).collect();
    for path in ["/boards/back_squat/curve", "/boards/back_squat/curve/?sex=men", "/boards/back_squat/curve?country=de"]
    {
        assert_eq!(curve(&app, path).await, (20, expected.clone()), "{path}");
    }
    let (of, energy) = curve(&app, "/boards/energy/curve").await;
    assert!(of == 20 && energy.is_sorted() && energy[100] == energy[100].trunc(), "{energy:?}");
    assert_eq!(curve(&app, "/boards/overhead_press/curve").await, (19, vec![]), "too few");
    assert_eq!(curve(&app, "/boards/pull_up/curve").await, (0, vec![]), "nobody");
    // Where kilograms tell a body weight rows without a name have none, and points are told by tens.
    for board in ["back_squat", "gym_total", "energy"] {
        let (of, values) = curve(&app, &format!("/boards/{board}/curve?sex=men&class=83")).await;
        assert_eq!((of, values), (20, vec![]), "{board}");
    }
    for filter in ["", "sex=men&class=83", "source=self"] {
        let (_, values) = curve(&app, &format!("/boards/dots/curve?{filter}")).await;
        assert!(values.iter().all(|points| points % 10.0 == 0.0), "{filter}: {values:?}");
    }
    let rows = app.get("/boards/dots").await.expect(200);
    let (_, values) = curve(&app, "/boards/dots/curve").await;
    let tens = |row: &Value| (row["value"].as_f64().unwrap() / 10.0).floor() * 10.0;
    assert_eq!((values[100], values[0]), (tens(&rows["items"][0]), tens(&rows["items"][19])));

    for (path, status) in [("/boards/no_such_board/curve", 404), ("/boards/back_squat/curve?sex=x", 422)] {
        app.get(path).await.problem(status);
    }
    app.get("/boards/back_squat/curve?following=true").await.problem(401);

    // While a process builds its memory the database answers the same.
    let mut held = app.database.connect().await;
    let lock = held.transaction().await.unwrap();
    lock.execute("LOCK TABLE board_lifters IN ACCESS EXCLUSIVE MODE", &[]).await.unwrap();
    let building = spawn_app_with(Options { database: Some(app.database.clone()), ..Options::default() }).await;
    assert_eq!(curve(&building, "/boards/back_squat/curve").await, (20, expected));
    assert_eq!(curve(&building, "/boards/overhead_press/curve").await, (19, vec![]));
    lock.rollback().await.unwrap();
}
