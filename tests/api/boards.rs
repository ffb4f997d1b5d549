//! Boards: who stands where, and what of it is seen by whom.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{App, Lifter, spawn_app};

/// A lifter who is scored as men at 80 kg.
async fn man<'a>(app: &'a App, name: &str) -> Lifter<'a> {
    scored(app, name, "men", 80.0).await
}

async fn scored<'a>(app: &'a App, name: &str, scored_as: &str, weight: f64) -> Lifter<'a> {
    let lifter = app.lifter(name).await;
    lifter.patch("/users/me", &json!({ "scored_as": scored_as, "weight": weight })).await.expect(200);
    lifter
}

async fn total(lifter: &Lifter<'_>, squat: f64, bench: f64, deadlift: f64) {
    for (exercise, kg) in [("back_squat", squat), ("barbell_bench_press", bench), ("deadlift", deadlift)] {
        lifter.lift(exercise, kg, 1).await;
    }
}

/// The ranks and names of a page.
fn named(page: &Value) -> Vec<(i64, String)> {
    let name = |row: &Value| row["user"]["username"].as_str().unwrap_or("-").to_owned();
    page["items"].as_array().unwrap().iter().map(|row| (row["rank"].as_i64().unwrap(), name(row))).collect()
}

fn rows<const N: usize>(rows: [(i64, &str); N]) -> Vec<(i64, String)> {
    rows.map(|(rank, name)| (rank, name.to_owned())).to_vec()
}

#[tokio::test]
async fn a_lift_moves_everybody_at_once_and_says_who_was_passed() {
    let app = spawn_app().await;
    let (ada, ben, cyd) = (man(&app, "ada").await, man(&app, "ben").await, man(&app, "cyd").await);
    ada.lift("back_squat", 100.0, 1).await;
    ben.lift("back_squat", 110.0, 1).await;
    let first = cyd.lift("back_squat", 90.0, 1).await;
    let of = |answer: &Value, class: Value| {
        let ranks = answer["ranks"].as_array().unwrap().clone();
        ranks.into_iter().find(|rank| rank["board"] == "back_squat" && rank["class"] == class).unwrap()
    };
    assert_eq!(
        of(&first, Value::Null),
        json!({ "board": "back_squat", "basis": "single", "class": null, "rank": 3, "previous_rank": null, "of": 3,
                "passed": [], "passed_count": 0 })
    );
    let second = cyd.lift("back_squat", 120.0, 1).await;
    assert_eq!(
        of(&second, Value::Null),
        json!({ "board": "back_squat", "basis": "single", "class": null, "rank": 1, "previous_rank": 3, "of": 3,
                "passed": ["ben", "ada"], "passed_count": 2 })
    );
    // In the class the same, without names: nobody shows theirs.
    let in_class = of(&second, json!("83"));
    assert_eq!((&in_class["rank"], &in_class["passed"], &in_class["passed_count"]), (&json!(1), &json!([]), &json!(2)));
    let energy = second["ranks"].as_array().unwrap().iter().any(|rank| rank["board"] == "energy");
    assert!(energy, "{second}");

    // An edit says it too.
    let edited = ada.get(&format!("/scores/user/{}/scenario/back_squat", ada.id)).await.expect(200)[0]["id"].clone();
    let edited = ada.patch(&format!("/scores/{edited}"), &json!({ "weight_lifted": 115.0 })).await.expect(200);
    let rank = of(&edited, Value::Null);
    assert_eq!((&rank["rank"], &rank["previous_rank"], &rank["passed"]), (&json!(2), &json!(3), &json!(["ben"])));
    let edited = ada.patch(&format!("/scores/{}", edited["id"]), &json!({ "weight_lifted": 100.0 })).await.expect(200);
    let rank = of(&edited, Value::Null);
    assert_eq!((&rank["rank"], &rank["previous_rank"], &rank["passed_count"]), (&json!(3), &json!(2), &json!(0)));

    let page = app.get("/boards/back_squat").await.expect(200);
    assert_eq!(named(&page), rows([(1, "cyd"), (2, "ben"), (3, "ada")]));
    assert_eq!((&page["of"], &page["next"]), (&json!(3), &Value::Null));
    let ada_now = app.get(&format!("/boards/back_squat/users/{}", ada.id)).await.expect(200);
    assert_eq!((&ada_now["rank"], &ada_now["of"], &ada_now["percentile"]), (&json!(3), &json!(3), &Value::Null));
    assert_eq!(ada_now["next"], json!({ "rank": 2, "value": 110.0, "takes": "+10 kg to #2" }));
}

#[tokio::test]
async fn equals_share_a_rank_and_the_lighter_is_listed_first() {
    let app = spawn_app().await;
    for (name, weight, kg) in
        [("late", 77.0, 100.0), ("heavy", 90.0, 100.0), ("light", 70.0, 100.0), ("best", 80.0, 105.0)]
    {
        scored(&app, name, "men", weight).await.lift("deadlift", kg, 1).await;
    }
    let twin = scored(&app, "twin", "men", 79.0).await;
    twin.lift("deadlift", 100.0, 1).await;
    let unknown = app.lifter("unknown").await;
    unknown.lift("deadlift", 100.0, 1).await;
    let page = app.get("/boards/deadlift").await.expect(200);
    let expected = rows([(1, "best"), (2, "light"), (2, "late"), (2, "twin"), (2, "heavy"), (2, "unknown")]);
    assert_eq!(named(&page), expected);
    // Without a body weight there is no class, without sex no sex's board.
    let of = async |filter: &str| app.get(&format!("/boards/deadlift?{filter}")).await.expect(200)["of"].clone();
    assert_eq!((of("sex=men").await, of("class=93").await, of("class=83").await), (json!(5), json!(1), json!(3)));

    // By pages of two, and around somebody, everybody comes once and in order.
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = app.get(&format!("/boards/deadlift?limit=2{after}")).await.expect(200);
        seen.extend(named(&page));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, expected);
    // What a page begins behind is told to nobody, nor can it be made up.
    let next = app.get("/boards/deadlift?limit=2").await.expect(200)["next"].as_str().unwrap().to_owned();
    let told = BASE64_URL_SAFE_NO_PAD.decode(&next).unwrap();
    let light: Uuid = page["items"][1]["user"]["id"].as_str().unwrap().parse().unwrap();
    assert!(!told.windows(16).any(|part| part == light.as_bytes()), "{next}");
    assert!(!told.windows(4).any(|part| part == 7_000_i32.to_be_bytes()), "{next}");
    app.get(&format!("/boards/back_squat?after={next}")).await.problem(422);
    app.get("/boards/deadlift?after=10000_7000_0_0_00000000000000000000000000000000").await.problem(422);
    let around = twin.get("/boards/deadlift?limit=3&around=me").await.expect(200);
    assert_eq!(named(&around), rows([(2, "late"), (2, "twin"), (2, "heavy")]));
    assert_eq!(around["items"][1]["is_me"], true);
    let around = app.get("/boards/deadlift?limit=2&around=6").await.expect(200);
    assert_eq!(named(&around), rows([(2, "heavy"), (2, "unknown")]));
}

#[tokio::test]
async fn an_estimate_never_stands_above_a_single() {
    let app = spawn_app().await;
    let (ada, ben) = (man(&app, "ada").await, man(&app, "ben").await);
    ada.lift("barbell_bench_press", 100.0, 5).await;
    ben.lift("barbell_bench_press", 60.0, 1).await;
    ben.lift("barbell_bench_press", 200.0, 6).await;
    let single = app.get("/boards/barbell_bench_press").await.expect(200);
    assert_eq!(named(&single), rows([(1, "ben")]));
    assert_eq!((&single["items"][0]["shown"], &single["items"][0]["basis"]), (&json!("60 kg"), &json!("single")));
    let estimate = app.get("/boards/barbell_bench_press?basis=estimate").await.expect(200);
    assert_eq!(named(&estimate), rows([(1, "ada")]));
    assert_eq!(estimate["items"][0]["shown"], "≈ 116.7 kg (100 × 5)");
    // Repetitions have no basis.
    ada.post("/scores/scenario/pull_up/", &json!({ "weight_lifted": 0, "reps": 12 })).await.expect(200);
    let pull_ups = app.get("/boards/pull_up").await.expect(200);
    assert_eq!((&pull_ups["items"][0]["shown"], &pull_ups["items"][0]["basis"]), (&json!("12 reps"), &Value::Null));
    app.get("/boards/pull_up?basis=estimate").await.problem(422);
}

#[tokio::test]
async fn a_change_of_the_profile_moves_no_lift() {
    let app = spawn_app().await;
    let ada = scored(&app, "ada", "men", 80.0).await;
    ada.lift("back_squat", 150.0, 1).await;
    ada.patch("/users/me", &json!({ "scored_as": "women", "weight": 60.0, "birth_year": 1950 })).await.expect(200);
    let of = async |filter: &str| app.get(&format!("/boards/back_squat?{filter}")).await.expect(200)["of"].clone();
    assert_eq!((of("sex=men").await, of("sex=women").await, of("class=83").await), (json!(1), json!(0), json!(1)));
    // Age unknown at the lift: open.
    assert_eq!((of("sex=men&age=open").await, of("sex=men&age=m4").await), (json!(1), json!(0)));
    ada.lift("back_squat", 100.0, 1).await;
    assert_eq!((of("sex=women&age=m4").await, of("sex=men&age=open").await), (json!(1), json!(1)));
    // Everybody's board has the lifter once, with the better lift.
    let all = app.get("/boards/back_squat").await.expect(200);
    assert_eq!((&all["of"], &all["items"][0]["value"]), (&json!(1), &json!(150.0)));
    let lists: Vec<Value> = ada.get(&format!("/users/{}/standing", ada.id)).await.expect(200)["places"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|place| place["board"] == "back_squat")
        .map(|place| json!([place["sex"], place["class"], place["age"], place["value"]]))
        .collect();
    for expected in [
        json!([null, null, null, 150.0]),
        json!(["men", null, null, 150.0]),
        json!(["men", "83", null, 150.0]),
        json!(["men", null, "open", 150.0]),
        json!(["women", null, null, 100.0]),
        json!(["women", null, "m4", 100.0]),
    ] {
        assert!(lists.contains(&expected), "{expected} is not in {lists:?}");
    }
}

#[tokio::test]
async fn totals_are_the_best_three_singles_each_at_its_own_body_weight() {
    let app = spawn_app().await;
    let ada = scored(&app, "ada", "men", 100.0).await;
    ada.patch("/users/me", &json!({ "shows_points": true })).await.expect(200);
    ada.lift("back_squat", 200.0, 1).await;
    ada.lift("barbell_bench_press", 150.0, 1).await;
    assert_eq!(app.get("/boards/gym_total").await.expect(200)["of"], 0);
    ada.patch("/users/me", &json!({ "weight": 95.0 })).await.expect(200);
    ada.lift("deadlift", 250.0, 1).await;
    ada.lift("deadlift", 300.0, 3).await;
    let total = app.get("/boards/gym_total").await.expect(200);
    assert_eq!((&total["items"][0]["value"], &total["items"][0]["shown"]), (&json!(600.0), &json!("600 kg")));
    // 350 kg at 100 kg and 250 kg at 95 kg: 0.615515764 and 0.629889... a kilogram.
    let dots = app.get("/boards/dots").await.expect(200);
    let points = dots["items"][0]["value"].as_f64().unwrap();
    assert!((points - (350.0 * 0.615515764 + 250.0 * 0.6298899)).abs() < 0.02, "{points}");
    assert_eq!(dots["items"][0]["user"]["username"], "ada");
}

#[tokio::test]
async fn what_tells_a_body_weight_has_no_name_unless_the_lifter_shows_it() {
    let app = spawn_app().await;
    let (ada, ben) = (man(&app, "ada").await, man(&app, "ben").await);
    total(&ada, 150.0, 100.0, 200.0).await;
    total(&ben, 140.0, 100.0, 200.0).await;
    ben.patch("/users/me", &json!({ "shows_points": true })).await.expect(200);
    for board in ["dots", "back_squat?class=83", "gym_total?class=83", "energy?class=83"] {
        let page = app.get(&format!("/boards/{board}")).await.expect(200);
        let unnamed = page["items"].as_array().unwrap().iter().find(|row| row["user"].is_null()).expect("ada's row");
        for field in ["shown", "performed_at", "evidence_url", "source"] {
            assert!(unnamed[field].is_null() || board == "dots" && field == "shown", "{board} {field}: {unnamed}");
        }
        let tens = (board == "dots").then_some(310.0);
        assert_eq!(unnamed["value"].as_f64(), tens, "{unnamed}");
        assert!(named(&page).iter().any(|(_, name)| name == "ben"), "{board}: {page}");
        // To oneself one's own row has everything.
        let own = ada.get(&format!("/boards/{board}")).await.expect(200);
        assert!(
            own["items"].as_array().unwrap().iter().any(|row| row["is_me"] == true && row["user"]["username"] == "ada")
        );
        let (path, filter) = board.split_once('?').unwrap_or((board, ""));
        app.get(&format!("/boards/{path}/users/{}?{filter}", ada.id)).await.problem(404);
        ada.get(&format!("/boards/{path}/users/{}?{filter}", ada.id)).await.expect(200);
        app.get(&format!("/boards/{path}/users/{}?{filter}", ben.id)).await.expect(200);
    }
    let others = ben.get(&format!("/users/{}/standing", ada.id)).await.expect(200);
    let told: Vec<_> = others["places"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|place| place["board"] == "dots" || !place["class"].is_null())
        .collect();
    assert!(told.is_empty(), "{told:?}");
    // Of whoever shows it, not what the next one has, who may not.
    let shown = ada.get(&format!("/users/{}/standing", ben.id)).await.expect(200);
    for place in shown["places"].as_array().unwrap() {
        let is_private = place["board"] == "dots" || !place["class"].is_null();
        assert_eq!(place["next"].is_null(), is_private || place["rank"] == 1, "{place}");
    }
    // Taken back, it is taken back.
    ben.patch("/users/me", &json!({ "shows_points": false })).await.expect(200);
    app.eventually(async || {
        let page = app.get("/boards/dots").await.expect(200);
        page["items"].as_array().unwrap().iter().all(|row| row["user"].is_null())
    })
    .await;
}

#[tokio::test]
async fn whoever_is_hidden_stands_nowhere_and_comes_back() {
    let app = spawn_app().await;
    let (ada, ben) = (man(&app, "ada").await, man(&app, "ben").await);
    total(&ada, 150.0, 100.0, 200.0).await;
    total(&ben, 140.0, 90.0, 190.0).await;
    ada.patch("/users/me", &json!({ "is_private": true })).await.expect(200);
    let ranks = async || {
        let place = app.get(&format!("/boards/gym_total/users/{}", ben.id)).await.expect(200);
        (place["rank"].as_i64(), place["of"].as_i64())
    };
    app.eventually(async || ranks().await == (Some(1), Some(1))).await;
    assert_eq!(named(&app.get("/boards/back_squat").await.expect(200)), rows([(1, "ben")]));
    app.get(&format!("/users/{}/standing", ada.id)).await.problem(404);
    assert_eq!(ada.get(&format!("/users/{}/standing", ada.id)).await.expect(200)["is_listed"], false);
    // A lift while hidden is in no answer's ranks, and counts once the lifter is back.
    assert_eq!(ada.lift("back_squat", 160.0, 1).await["ranks"], json!([]));
    ada.patch("/users/me", &json!({ "is_private": false })).await.expect(200);
    app.eventually(async || ranks().await == (Some(2), Some(2))).await;
    assert_eq!(app.get("/boards/back_squat").await.expect(200)["items"][0]["value"], 160.0);
    ada.delete("/users/me").await.expect(204);
    app.eventually(async || ranks().await == (Some(1), Some(1))).await;
}

#[tokio::test]
async fn percentiles_count_those_below_and_half_of_the_equals() {
    let app = spawn_app().await;
    let mut ids = Vec::new();
    for number in 0..20 {
        let lifter = app.lifter(&format!("lifter{number}")).await;
        // The first two are equal.
        lifter.lift("overhead_press", 40.0 + f64::from(i32::max(number, 1)), 1).await;
        ids.push(lifter.id);
    }
    for (number, expected) in [(0, 5.0), (1, 5.0), (2, 12.5), (19, 97.5)] {
        let place = app.get(&format!("/boards/overhead_press/users/{}", ids[number])).await.expect(200);
        assert_eq!(place["percentile"], expected, "{place}");
    }
}

#[tokio::test]
async fn other_filters_are_lists_of_the_lifts_that_match() {
    let app = spawn_app().await;
    let (ada, ben) = (man(&app, "ada").await, man(&app, "ben").await);
    let lift = async |lifter: &Lifter<'_>, kg: f64, more: Value| {
        let mut body = json!({ "weight_lifted": kg, "reps": 1 });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        lifter.post("/scores/scenario/back_squat/", &body).await.expect(200);
    };
    let now = jiff::Timestamp::now();
    let days_ago = |days: i64| (now - jiff::SignedDuration::from_hours(24 * days)).to_string();
    lift(&ada, 150.0, json!({})).await;
    lift(&ada, 250.0, json!({ "equipment": "single_ply" })).await;
    // Arrived late: it counts for all time, and for no period.
    lift(&ben, 180.0, json!({ "performed_at": days_ago(3) })).await;
    ben.patch("/users/me", &json!({ "country": "DE" })).await.expect(200);
    let page = async |filter: &str| app.get(&format!("/boards/back_squat?{filter}")).await.expect(200);
    assert_eq!(named(&page("equipment=single_ply").await), rows([(1, "ada")]));
    assert_eq!(named(&page("country=de").await), rows([(1, "ben")]));
    assert_eq!(named(&page("period=year").await), rows([(1, "ada")]));
    assert_eq!(named(&page("source=self").await), rows([(1, "ben"), (2, "ada")]));
    assert_eq!(named(&page("source=meet").await), rows([]));
    // Of those that tell a body weight only who shows it: a filter may leave a single lifter.
    let of = async |filter: &str| page(filter).await["of"].as_i64().unwrap();
    assert_eq!(of("classes=traditional&class=82.5&sex=men").await, 0);
    for lifter in [&ada, &ben] {
        lifter.patch("/users/me", &json!({ "shows_points": true })).await.expect(200);
    }
    app.eventually(async || of("classes=traditional&class=82.5&sex=men").await == 2).await;
    assert_eq!(of("sex=men&class=83&age=open").await, 2);
    let place = app.get(&format!("/boards/back_squat/users/{}?source=self", ada.id)).await.expect(200);
    assert_eq!((&place["rank"], &place["next"]["takes"]), (&json!(2), &json!("+30 kg to #1")));
    for (filter, field) in [
        ("sex=x", "sex"),
        ("class=60&classes=traditional", "sex"),
        ("class=999", "class"),
        ("age=old", "age"),
        ("equipment=belt", "equipment"),
        ("source=gym", "source"),
        ("period=day", "period"),
        ("basis=points", "basis"),
        ("around=0", "around"),
        ("after=x", "after"),
        ("country=deu", "country"),
    ] {
        let problem = app.get(&format!("/boards/back_squat?{filter}")).await.problem(422);
        assert!(problem.contains(field), "{filter}: {problem}");
    }
    app.get("/boards/no_such_board").await.problem(404);
    app.get("/boards/leg_press").await.problem(404);
    app.get("/boards/energy?period=week").await.problem(422);
}

#[tokio::test]
async fn the_boards_are_listed_with_their_counts() {
    let app = spawn_app().await;
    man(&app, "ada").await.lift("deadlift", 150.0, 3).await;
    let boards = app.get("/boards").await.expect(200);
    let find = |name: &str| boards.as_array().unwrap().iter().find(|board| board["board"] == name).unwrap().clone();
    assert_eq!(find("deadlift")["bases"], json!([{ "basis": "single", "of": 0 }, { "basis": "estimate", "of": 1 }]));
    assert_eq!(find("energy")["of"], 1);
    assert_eq!((&find("meet_total")["source"], &find("meet_total")["of"]), (&json!("meet"), &Value::Null));
    assert_eq!((&find("pull_up")["unit"], &find("pull_up")["bases"]), (&json!("reps"), &json!([])));
}
