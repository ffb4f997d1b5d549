//! The points and places of guilds: those of SQL whatever members do, and nobody's body weight.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::guilds::{found, join, strong};
use crate::support::{App, spawn_app};

/// What the board must be, from the standings alone.
const BOARD: &str = "
    SELECT rank() OVER (ORDER BY points DESC), id::text, points, is_rounded FROM (
        SELECT g.id, coalesce(sum(b.points), 0)::bigint AS points, coalesce(bool_or(b.is_rounded), false) AS is_rounded
        FROM guilds g LEFT JOIN LATERAL (
            SELECT CASE WHEN u.shows_points THEN -s.minus_value ELSE -s.minus_value / 1000 * 1000 END AS points,
                   NOT u.shows_points AS is_rounded
            FROM guild_members m JOIN users u ON u.id = m.user_id
            JOIN standings s ON s.user_id = u.id AND s.board = 254 AND s.of_all AND s.basis = 'single'
            WHERE m.guild_id = g.id AND u.is_active AND NOT (u.is_hidden OR u.is_private OR u.is_withheld)
            ORDER BY 1 DESC, u.shows_points DESC LIMIT 5) b ON true
        GROUP BY g.id) sums
    WHERE points > 0 ORDER BY points DESC, id";

async fn expect_board(app: &App, of: u64, limit: u32) {
    let db = app.database.connect().await;
    let expected: Vec<_> = db
        .query(BOARD, &[])
        .await
        .unwrap()
        .iter()
        .map(|row| (row.get::<_, i64>(0), row.get::<_, String>(1), row.get::<_, i64>(2), row.get::<_, bool>(3)))
        .collect();
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let page = app.get(&format!("/guilds/board?limit={limit}{after}")).await.expect(200);
        assert_eq!(page["of"], of);
        for item in page["items"].as_array().unwrap() {
            let points = (item["points"].as_f64().unwrap() * 100.0).round() as i64;
            let is_rounded = item["is_rounded"].as_bool().unwrap();
            assert_eq!(item["shown"].as_str().unwrap().contains('+'), is_rounded);
            seen.push((item["rank"].as_i64().unwrap(), item["id"].as_str().unwrap().to_owned(), points, is_rounded));
        }
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, expected);
    assert_eq!(seen.len() as u64, of);
}

#[tokio::test]
async fn the_board_is_that_of_sql_whatever_members_do() {
    let app = spawn_app().await;
    assert_eq!(app.get("/guilds/board").await.expect(200), json!({ "items": [], "next": null, "of": 0 }));
    let mut owners = Vec::new();
    // Two and two have equal points.
    for (number, kg) in [100.0, 140.0, 100.0, 140.0, 60.0].into_iter().enumerate() {
        let owner = strong(&app, &format!("owner{number}"), kg, number != 4).await;
        let (id, code) = found(&owner, &format!("Guild {number}")).await;
        owners.push((owner, id, code));
    }
    found(&app.lifter("weak").await, "Nobody lifts").await;
    for limit in [1, 2, 3, 50] {
        expect_board(&app, 5, limit).await;
    }
    let ranks = |page: &Value| {
        page["items"].as_array().unwrap().iter().map(|item| item["rank"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ranks(&app.get("/guilds/board").await.expect(200)), [1, 1, 3, 3, 5]);
    // Seven members, of whom five count.
    let mut members = Vec::new();
    for number in 0..6 {
        let member = strong(&app, &format!("member{number}"), 70.0 + 10.0 * f64::from(number), number % 2 == 0).await;
        join(&member, &owners[0].2).await;
        members.push(member);
    }
    expect_board(&app, 5, 2).await;
    let own = owners[0].0.get("/guilds/me").await.expect(200);
    assert_eq!(
        (&own["counted"], &own["members"], &own["rank"], &own["is_rounded"]),
        (&json!(5), &json!(7), &json!(1), &json!(true))
    );
    assert!(own["shown"].as_str().unwrap().ends_with("+ points"));
    // Lifts at once, by several of one guild.
    join_all(members.iter().map(|member| member.lift("deadlift", 205.0, 1))).await;
    expect_board(&app, 5, 2).await;
    members[0].patch("/users/me", &json!({ "shows_points": false })).await.expect(200);
    members[1].patch("/users/me", &json!({ "shows_points": true })).await.expect(200);
    expect_board(&app, 5, 50).await;
    for change in
        ["is_private = true", "is_private = false, is_withheld = true", "is_withheld = false, is_active = false"]
    {
        let sql = format!("UPDATE users SET {change} WHERE username IN ('member5', 'owner4')");
        app.database.connect().await.execute(&sql, &[]).await.unwrap();
        expect_board(&app, 4, 50).await;
    }
    members[4].delete(&format!("/guilds/{}/members/{}", owners[0].1, members[4].id)).await.expect(204);
    members[3].delete("/users/me").await.expect(204);
    expect_board(&app, 4, 50).await;
    members[2].delete(&format!("/scores/user/{}", members[2].id)).await;
    expect_board(&app, 4, 50).await;
    let mine = owners[1].0.get("/guilds/board").await.expect(200);
    assert_eq!(mine["items"].as_array().unwrap().iter().filter(|item| item["is_mine"] == true).count(), 1);
    for after in ["x", "1", "1.x", "99999999999.00000000-0000-0000-0000-000000000000"] {
        app.get(&format!("/guilds/board?after={after}")).await.problem(422);
    }
}

#[tokio::test]
async fn a_member_who_is_long_at_work_keeps_no_other_waiting() {
    let app = spawn_app().await;
    let (ada, ben) = (strong(&app, "ada", 100.0, true).await, strong(&app, "ben", 90.0, true).await);
    let (id, code) = found(&ada, "Iron").await;
    join(&ben, &code).await;
    let points = async || ada.get(&format!("/guilds/{id}")).await.expect(200)["points"].as_f64().unwrap();
    let before = points().await;
    // As of somebody who merges an exercise of thousands of sets.
    let at_work = app.database.connect().await;
    let moved = format!("BEGIN; UPDATE board_lifters SET user_id = user_id WHERE user_id = '{}'", ada.id);
    at_work.batch_execute(&moved).await.unwrap();
    ben.lift("back_squat", 120.0, 1).await;
    let meanwhile = points().await;
    at_work.batch_execute("COMMIT").await.unwrap();
    assert!(meanwhile > before && points().await == meanwhile, "{before}, {meanwhile}");
}

#[tokio::test]
async fn points_that_a_lifter_does_not_show_are_in_no_answer() {
    let app = spawn_app().await;
    let ada = strong(&app, "ada", 117.5, false).await;
    let (id, code) = found(&ada, "Iron").await;
    let ben = app.lifter("ben").await;
    join(&ben, &code).await;
    let exact = app.database.count("SELECT -minus_value::bigint FROM standings WHERE board = 254 AND of_all").await;
    assert_ne!(exact % 1000, 0);
    for path in
        ["/guilds/board".to_owned(), "/guilds/me".into(), format!("/guilds/{id}"), format!("/guilds/{id}/members")]
    {
        let text = ben.get(&path).await.expect(200).to_string();
        assert!(!text.contains(&format!("{}.{:02}", exact / 100, exact % 100)), "{text}");
    }
    let guild = ben.get("/guilds/me").await.expect(200);
    assert_eq!(guild["points"], (exact / 1000 * 10) as f64);
    assert_eq!(guild["shown"], format!("{}+ points", exact / 1000 * 10));
    // A lift within the same ten moves nothing that others see.
    ada.lift("deadlift", 118.0, 1).await;
    assert_eq!(ben.get("/guilds/me").await.expect(200)["points"], guild["points"]);
    let own = ada.get(&format!("/guilds/{id}/members")).await.expect(200);
    assert!(own[0]["points"].as_f64().unwrap() > exact as f64 / 100.0, "to oneself they are told");
}
