//! `repduel load-meets`: real lifters on the boards.

use std::process::{Output, Stdio};

use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::support::{App, program, spawn_app, test_file};

async fn load(app: &App, arguments: &[&str]) -> Output {
    program().arg("load-meets").args(arguments).env("DATABASE_URL", &app.database.url).output().await.unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Everything that a load could change, in one text.
async fn contents(app: &App) -> String {
    let db = app.database.connect().await;
    let mut all = String::new();
    for table in ["users", "body_weights", "lifts", "personal_bests", "energy_history", "personal_best_events"] {
        let query = format!("SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t");
        all.push_str(db.query_one(&query, &[]).await.unwrap().get(0));
    }
    all
}

#[tokio::test]
async fn results_become_lifters_and_lifts_on_the_boards() {
    let app = spawn_app().await;
    let output = load(&app, &[&test_file("meets-demo.csv")]).await;
    assert!(output.status.success(), "{output:?}");
    let said = said(&output);
    for expected in [
        "95 results count",
        "2 left out: disqualified or no-show",
        "1 left out: no lift",
        "1 left out: bad number in squat_kg",
        "1 left out: bad number in deadlift_kg",
        "1 left out: bad date",
        "60 new lifters",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let count = async |query: &str| app.database.count(query).await;
    assert_eq!(count("SELECT count(*) FROM users WHERE meet_lifter IS NOT NULL AND email IS NULL").await, 60);
    // Twice in one meet: the heavier of each lift. A negative number is a failed attempt.
    let one = "SELECT count(*) FROM lifts l JOIN users u ON u.id = l.user_id WHERE u.meet_lifter = 1 AND performed_at = '2025-03-08 12:00Z'";
    assert_eq!(count(one).await, 3);
    assert_eq!(
        count(&format!("{one} AND exercise_id = 'back_squat' AND l.weight_kg = 150 AND bodyweight_kg = 80")).await,
        1
    );
    assert_eq!(
        count(
            "SELECT count(*) FROM lifts WHERE source <> 'meet' OR scored_as IS NULL OR NOT is_tested OR event IS NULL"
        )
        .await,
        0
    );
    assert_eq!(
        count("SELECT count(*) FROM lifts WHERE bodyweight_kg IS NULL AND weight_kg = 242.5 AND event = 'D'").await,
        1
    );

    // Equipped lifts are kept, and no board of the contract shows them.
    assert_eq!(count("SELECT count(*) FROM lifts WHERE equipment = 'single_ply'").await, 3);
    let board = app.get("/scores/scenario/back_squat/leaderboard?limit=100").await.expect(200);
    let board = board.as_array().unwrap();
    assert!(board.len() > 50 && board.iter().all(|entry| entry["score_value"].as_f64().unwrap() < 320.0));
    assert!(board.windows(2).all(|pair| pair[0]["score_value"].as_f64() >= pair[1]["score_value"].as_f64()));
    let energies = app.get("/energy/leaderboard").await.expect(200);
    assert!(energies[0]["total_energy"].as_f64().unwrap() > 0.0);
    assert!(energies[0]["username"].as_str().unwrap().starts_with("lifter-"));
    let profile = app.get("/users/username/lifter-1").await.expect(200);
    assert_eq!(
        (&profile["email"], &profile["weight"], &profile["scored_as"]),
        (&json!(""), &json!(null), &json!("men"))
    );
    app.post("/auth/login", &json!({ "username": "lifter-1", "password": "correct horse" })).await.problem(401);
}

#[tokio::test]
async fn a_member_stands_among_them_and_stays_when_they_go() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.lift("back_squat", 120.0, 1).await;
    load(&app, &[&test_file("meets-demo.csv")]).await;
    let board = app.get("/scores/scenario/back_squat/leaderboard?limit=100").await.expect(200);
    let place = board.as_array().unwrap().iter().position(|entry| entry["user"]["username"] == "ada").unwrap();
    assert!(0 < place && place < board.as_array().unwrap().len() - 1);

    let removed = load(&app, &["--remove"]).await;
    assert!(said(&removed).contains("removed 60 lifters"), "{removed:?}");
    assert_eq!(app.database.count("SELECT count(*) FROM users").await, 1);
    assert_eq!(app.database.count("SELECT count(*) FROM lifts").await, 1);
}

#[tokio::test]
async fn loading_again_changes_nothing() {
    let app = spawn_app().await;
    load(&app, &[&test_file("meets-demo.csv")]).await;
    let before = contents(&app).await;
    let again = load(&app, &[&test_file("meets-demo.csv")]).await;
    assert!(said(&again).contains("0 new lifters, 0 new lifts, 0 personal bests changed"), "{again:?}");
    assert_eq!(contents(&app).await, before);
}

#[tokio::test]
async fn two_loads_at_once_are_one() {
    let app = spawn_app().await;
    let file = test_file("meets-demo.csv");
    let (first, second) = futures_util::future::join(load(&app, &[&file]), load(&app, &[&file])).await;
    assert!(first.status.success() && second.status.success(), "{first:?} {second:?}");
    assert_eq!(app.database.count("SELECT count(*) FROM users").await, 60);
}

#[tokio::test]
async fn strict_stops_at_the_first_bad_row_with_its_line() {
    let app = spawn_app().await;
    let output = load(&app, &["--strict", &test_file("meets-demo.csv")]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("line 96: disqualified or no-show"), "{output:?}");
    assert_eq!(app.database.count("SELECT count(*) FROM users").await, 0);
}

async fn load_text(app: &App, text: &[u8]) -> Output {
    let mut process = program()
        .args(["load-meets", "-"])
        .env("DATABASE_URL", &app.database.url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(text).await.unwrap();
    process.wait_with_output().await.unwrap()
}

#[tokio::test]
async fn a_total_is_of_one_entry_and_public() {
    let app = spawn_app().await;
    let meet = "meet,date,fed,lifter,sex,event,equipment,age,bodyweight_kg,class_kg,squat_kg,bench_kg,deadlift_kg,total_kg,place,tested\n\
        9,2024-03-09,DEMO,83,F,SBD,Raw,30,119.6,84+,82.5,65,95,242.5,1,Yes\n\
        9,2024-03-09,DEMO,83,F,B,Raw,30,119.3,84+,,75.5,,75.5,1,Yes\n";
    assert!(load_text(&app, meet.as_bytes()).await.status.success());
    let page = app.get("/boards/meet_total").await.expect(200);
    assert_eq!((&page["items"][0]["value"], &page["of"]), (&json!(242.5), &json!(1)));
    // Results of meets are public with everything: points and classes have names.
    for board in ["dots?source=meet", "meet_total?sex=women&class=84%2B", "barbell_bench_press?source=meet&class=84%2B"]
    {
        let page = app.get(&format!("/boards/{board}")).await.expect(200);
        assert_eq!(page["items"][0]["user"]["username"], "lifter-83", "{board}: {page}");
    }
    // Once this process has heard of it: the best of both entries.
    app.eventually(async || app.get("/boards/barbell_bench_press").await.expect(200)["items"][0]["value"] == 75.5)
        .await;
    let unnamed = app.get("/boards/dots").await.expect(200)["items"][0].clone();
    assert!(unnamed.is_object() && unnamed["user"].is_null(), "{unnamed}");
}

#[tokio::test]
async fn compressed_files_and_standard_input_are_read() {
    let app = spawn_app().await;
    let csv = std::fs::read(test_file("meets-demo.csv")).unwrap();
    let output = load_text(&app, &zstd::encode_all(csv.as_slice(), 3).unwrap()).await;
    assert!(said(&output).contains("60 new lifters"), "{output:?}");
}

#[tokio::test]
async fn files_that_are_none_are_refused_in_a_line() {
    let app = spawn_app().await;
    let missing = load(&app, &["/no/such/file.csv"]).await;
    assert_eq!(missing.status.code(), Some(1));
    assert!(said(&missing).contains("/no/such/file.csv"), "{missing:?}");
    let other = load(&app, &[&test_file("openapi.json")]).await;
    assert_eq!(other.status.code(), Some(1));
    assert!(said(&other).contains("lacks the column"), "{other:?}");
    assert_eq!(load(&app, &[]).await.status.code(), Some(2));
}

#[tokio::test]
async fn real_results_load_whole() {
    let Ok(folder) = std::env::var("REPDUEL_DATA_DIR") else {
        eprintln!("skipped: REPDUEL_DATA_DIR names no folder with real meet results");
        return;
    };
    let app = spawn_app().await;
    let file = format!("{folder}/meets-small.csv.zst");
    let output = load(&app, &[&file]).await;
    let said_first = said(&output);
    for expected in
        ["56268 results count", "1050 left out: disqualified or no-show", "19368 new lifters, 156964 new lifts"]
    {
        assert!(said_first.contains(expected), "{expected}: {said_first}");
    }
    let before = contents(&app).await;
    let again = load(&app, &[&file]).await;
    assert!(said(&again).contains("0 new lifters, 0 new lifts, 0 personal bests changed"), "{again:?}");
    assert_eq!(contents(&app).await, before);
    // The strongest squat of the file, by an independent look at it: lifter 1860 on 2019-03-04.
    let board = app.get("/scores/scenario/back_squat/leaderboard?limit=1").await.expect(200);
    assert_eq!((&board[0]["score_value"], &board[0]["user"]["username"]), (&json!(427.5), &json!("lifter-1860")));
}
