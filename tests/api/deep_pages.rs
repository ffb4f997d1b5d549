//! Pages deep among equals are the ones that walking there gives.

use serde_json::Value;

use crate::support::{App, Options, fresh_database, program, spawn_app_with};

const LIFTERS: usize = 3_000;

/// A server with lifters of whom nearly all squat the same and a third have the same energy.
async fn crowded() -> App {
    let database = fresh_database().await;
    let run = async |arguments: &[&str]| {
        let output = program().args(arguments).env("DATABASE_URL", &database.url).output().await.unwrap();
        output.status.code()
    };
    assert_eq!(run(&["load-synthetic", "--singles", "--users", "3000", "--lifts", "12000"]).await, Some(0));
    let same = "UPDATE lifts SET weight_kg = 100 WHERE exercise_id = 'back_squat' AND id % 10 > 0;
                UPDATE users SET energy = CASE substr(md5(id::text), 1, 1) < '5' WHEN true THEN 120 ELSE 0 END
                WHERE substr(md5(id::text), 1, 1) < 'a'";
    database.connect().await.batch_execute(same).await.unwrap();
    assert_eq!(run(&["check-boards", "--repair"]).await, Some(1), "there was something to repair");
    assert_eq!(run(&["check-boards"]).await, Some(0));
    let app = spawn_app_with(Options { database: Some(database), ..Options::default() }).await;
    app.eventually(async || {
        let figures = reqwest::get(format!("{}/metrics", app.ops)).await.unwrap().text().await.unwrap();
        figures.contains("repduel_boards_live 1")
    })
    .await;
    app
}

fn ids(page: &Value, who: &str) -> Vec<String> {
    let rows = page["items"].as_array().or(page.as_array()).unwrap();
    rows.iter().map(|row| row.pointer(who).unwrap().as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_page_among_thousands_of_equals_is_the_one_that_walking_gives() {
    let app = crowded().await;
    let mut walked = Vec::new();
    let mut after = String::new();
    loop {
        let page = app.get(&format!("/boards/back_squat?limit=100{after}")).await.expect(200);
        walked.extend(ids(&page, "/user/id"));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(walked.len(), LIFTERS);
    for rank in [1, 40, 255, 257, 700, 1_024, 1_999, 2_500, 2_990] {
        let page = app.get(&format!("/boards/back_squat?limit=20&around={rank}")).await.expect(200);
        let first = (rank - 1usize).saturating_sub(10);
        assert_eq!(ids(&page, "/user/id"), walked[first..(first + 20).min(LIFTERS)], "around {rank}");
    }

    let order = "SELECT user_id::text FROM personal_bests WHERE exercise_id = 'deadlift'
                 ORDER BY score_value DESC, performed_at DESC, lift_id DESC";
    let rows = app.database.connect().await.query(order, &[]).await.unwrap();
    let walked: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    for offset in (0..LIFTERS).step_by(90) {
        let page =
            app.get(&format!("/scores/scenario/deadlift/leaderboard?limit=90&offset={offset}")).await.expect(200);
        assert_eq!(ids(&page, "/user/id"), walked[offset..(offset + 90).min(LIFTERS)], "from {offset} on");
    }

    let order = "SELECT id::text FROM users ORDER BY energy DESC, updated_at DESC, id";
    let rows = app.database.connect().await.query(order, &[]).await.unwrap();
    let walked: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    for offset in (950..LIFTERS).step_by(90) {
        let page = app.get(&format!("/energy/leaderboard?limit=90&offset={offset}")).await.expect(200);
        assert_eq!(ids(&page, "/user_id"), walked[offset..(offset + 90).min(LIFTERS)], "from {offset} on");
    }
}
