//! `/scenarios`, `/exercises`: the catalogue.

use serde_json::Value;

use crate::support::spawn_app;

#[tokio::test]
async fn the_catalogue_is_complete_and_its_details_follow() {
    let app = spawn_app().await;
    let list = app.get("/scenarios/").await.expect(200);
    let list = list.as_array().unwrap();
    assert!(list.len() >= 120);
    let all = app.get("/exercises/").await.expect(200);
    assert_eq!(all.as_array().unwrap().len(), list.len());
    for (scenario, exercise) in list.iter().zip(all.as_array().unwrap()) {
        let id = scenario["id"].as_str().unwrap();
        assert!(scenario["name"].is_string() && scenario["description"].is_string());
        let details = app.get(&format!("/scenarios/{id}/details")).await.expect(200);
        assert_eq!((&details["id"], &details["name"]), (&scenario["id"], &scenario["name"]));
        assert_eq!(&details, exercise);
        assert!(!details["primary_muscles"].as_array().unwrap().is_empty(), "{id}");
        assert!(
            details["secondary_muscles"].is_array() && !details["equipment"].as_array().unwrap().is_empty(),
            "{id}"
        );
        assert!(details["multiplier"].as_f64().unwrap() > 0.0 && details["volume_multiplier"].is_f64(), "{id}");
        assert!(details["standard"].is_string() && details["load"].is_string() && details["is_ranked"].is_boolean());
        let calibration = &details["calibration"];
        match details["is_bodyweight"].as_bool().unwrap() {
            true => assert!(calibration["beginner_50"].is_u64() && calibration["intermediate_95"].is_u64(), "{id}"),
            false => assert_eq!(*calibration, Value::Null, "{id}"),
        }
    }
    app.get("/scenarios/no_such_exercise/details").await.problem(404);
}

#[tokio::test]
async fn whoever_has_an_answer_does_not_get_it_again() {
    let app = spawn_app().await;
    for path in ["/scenarios", "/exercises", "/scenarios/deadlift/details"] {
        let answer = app.get(path).await;
        assert!(answer.header("cache-control").contains("max-age="));
        let tag = answer.header("etag").to_owned();
        let again = app.request("GET", path).header("if-none-match", format!("\"other\", {tag}"));
        let again = again.send().await.unwrap();
        assert_eq!((again.status().as_u16(), again.content_length()), (304, Some(0)));
        let changed = app.request("GET", path).header("if-none-match", "\"other\"").send().await.unwrap();
        assert_eq!(changed.status(), 200);
    }
}
