//! Whatever happens through two processes, every rank of every board is the one that SQL gives.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{App, Cluster, Lifter, Options, TestDatabase, program, spawn_app_with};

const EXERCISES: [&str; 5] = ["back_squat", "barbell_bench_press", "deadlift", "overhead_press", "pull_up"];

/// Another process on the same database, that knows the same tokens.
async fn process(database: &TestDatabase) -> App {
    let key = |letter: &str| letter.repeat(48);
    let settings = vec![("JWT_SECRET_KEY", key("a")), ("REFRESH_JWT_SECRET_KEY", key("b")), ("DATA_KEY", key("c"))];
    spawn_app_with(Options { database: Some(database.clone()), settings, ..Options::default() }).await
}

async fn migrate(database: &TestDatabase) {
    let migrated = program().arg("migrate").env("DATABASE_URL", &database.url).output().await.unwrap();
    assert!(migrated.status.success(), "{migrated:?}");
}

struct Someone {
    id: String,
    token: String,
}

/// One random thing that somebody does. Whether it succeeds is not asked: what counts is what is there in the end.
async fn act(app: &App, someone: &Someone, moderator: &Someone, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let lifter = Lifter::new(app, &someone.id, &someone.token);
    let exercise = EXERCISES[random.usize(0..EXERCISES.len())];
    let kg = if exercise == "pull_up" { 0.0 } else { 20.0 + 2.5 * f64::from(random.u32(0..24)) };
    let mut lift = json!({ "weight_lifted": kg, "reps": random.i32(1..8) });
    let days = random.i64(0..40);
    if days < 20 {
        let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
        lift["performed_at"] = json!(at.to_string());
    }
    match random.u32(0..100) {
        0..55 => drop(lifter.post(&format!("/scores/scenario/{exercise}/"), &lift).await),
        55..75 => {
            let lifts = lifter.get(&format!("/scores/user/{}/scenario/{exercise}", someone.id)).await;
            let lifts: Value = serde_json::from_str(&lifts.text).unwrap_or_default();
            let all = lifts.as_array().map_or(&[][..], Vec::as_slice);
            let Some(known) = (!all.is_empty()).then(|| &all[random.usize(0..all.len())]) else { return };
            let moderator = Lifter::new(app, &moderator.id, &moderator.token);
            let reason = json!({ "reason": "not deep enough" });
            match random.u32(0..4) {
                0 => drop(lifter.patch(&format!("/scores/{}", known["id"]), &lift).await),
                1 => drop(lifter.delete(&format!("/scores/{}", known["id"])).await),
                2 => drop(moderator.post(&format!("/moderation/lifts/{}/void", known["id"]), &reason).await),
                _ => drop(moderator.post(&format!("/moderation/lifts/{}/restore", known["id"]), &reason).await),
            }
        }
        75..95 => {
            let change = match random.u32(0..6) {
                0 => json!({ "scored_as": if random.bool() { "men" } else { "women" } }),
                1 => json!({ "weight": 75.0 + f64::from(random.u32(0..60)) / 10.0 }),
                2 => json!({ "birth_year": random.i16(1940..2012) }),
                3 => json!({ "is_private": random.bool() }),
                4 => json!({ "preferred_unit": if random.bool() { "kg" } else { "lbs" } }),
                _ => json!({ "shows_points": random.bool() }),
            };
            drop(lifter.patch("/users/me", &change).await);
        }
        95..97 => drop(lifter.patch("/users/me", &json!({ "weight_consent": random.bool() })).await),
        97 => drop(lifter.delete(&format!("/scores/user/{}", someone.id)).await),
        98 => drop(lifter.delete("/users/me").await),
        _ => drop(lifter.get("/boards/deadlift").await),
    }
}

type Ranks = BTreeMap<String, (i64, i64)>;

/// Every rank as SQL gives it: of the standings by `rank()`, and what can be said of lifts without them.
async fn ranks_in_sql(database: &TestDatabase) -> Ranks {
    let db = database.connect().await;
    let mut ranks = Ranks::new();
    let sql = "SELECT user_id::text, board, basis::text, scope, rank() OVER place, count(*) OVER board
               FROM standings s, LATERAL (VALUES ('all', of_all), ('sex ' || coalesce(sex::text, ''), of_sex),
                   ('class ' || coalesce(class, 0), of_class),
                   ('age ' || coalesce(sex::text, '') || coalesce(age, 0), of_age)) AS scopes (scope, is_in)
               WHERE is_in AND EXISTS (SELECT FROM users u WHERE u.id = s.user_id AND u.is_active
                                       AND NOT (u.is_hidden OR u.is_private OR u.is_withheld))
               WINDOW board AS (PARTITION BY board, basis, scope), place AS (board ORDER BY minus_value)";
    for row in db.query(sql, &[]).await.unwrap() {
        let (board, user): (i16, String) = (row.get(1), row.get(0));
        let (basis, scope): (String, String) = (row.get(2), row.get(3));
        ranks.insert(format!("{user} {board} {basis} {scope}"), (row.get(4), row.get(5)));
    }
    // From the lifts alone: the heaviest raw single of each lifter, and the sums of three.
    let heaviest =
        "SELECT DISTINCT ON (l.user_id, l.exercise_id, l.scored_as) l.user_id, l.exercise_id, l.scored_as, l.weight_kg
                    FROM lifts l JOIN users u ON u.id = l.user_id AND u.is_active
                         AND NOT (u.is_hidden OR u.is_private OR u.is_withheld)
                    WHERE l.equipment = 'raw' AND l.voided_at IS NULL AND coalesce(l.reps, 1) <= 1 AND l.weight_kg > 0
                      AND (l.doubt IS DISTINCT FROM 'ceiling' OR l.accepted_at IS NOT NULL)
                    ORDER BY l.user_id, l.exercise_id, l.scored_as, l.weight_kg DESC";
    let sql = format!(
        "WITH heaviest AS ({heaviest}), best AS (
             SELECT user_id, exercise_id, max(weight_kg) AS kg FROM heaviest GROUP BY 1, 2)
         SELECT user_id::text, CASE exercise_id WHEN 'back_squat' THEN 1 WHEN 'barbell_bench_press' THEN 2 ELSE 3 END,
                rank() OVER (PARTITION BY exercise_id ORDER BY kg DESC), count(*) OVER (PARTITION BY exercise_id)
         FROM best WHERE exercise_id IN ('back_squat', 'barbell_bench_press', 'deadlift')
         UNION ALL
         SELECT user_id::text, 253, rank() OVER (ORDER BY sum(kg) DESC), count(*) OVER ()
         FROM best WHERE exercise_id IN ('back_squat', 'barbell_bench_press', 'deadlift') GROUP BY user_id HAVING count(*) = 3
         UNION ALL
         SELECT id::text, 255, rank() OVER (ORDER BY energy DESC), count(*) OVER () FROM users
         WHERE energy > 0 AND is_active AND NOT (is_hidden OR is_private OR is_withheld)"
    );
    for row in db.query(&sql, &[]).await.unwrap() {
        let (user, board): (String, i32) = (row.get(0), row.get(1));
        let known = ranks.get(&format!("{user} {board} single all"));
        assert_eq!(known, Some(&(row.get(2), row.get(3))), "standings differ from lifts: {user} {board}");
    }
    ranks
}

/// Every rank as a process answers it, to each lifter of their own.
async fn ranks_of(app: &App, people: &[Someone]) -> Ranks {
    let mut ranks = Ranks::new();
    for someone in people {
        let answer =
            Lifter::new(app, &someone.id, &someone.token).get(&format!("/users/{}/standing", someone.id)).await;
        let standing: Value = serde_json::from_str(&answer.text).unwrap_or_default();
        for place in standing["places"].as_array().into_iter().flatten() {
            let text = |field: &str| place[field].as_str().map(str::to_owned);
            let board = match text("board").unwrap().as_str() {
                "energy" => 255,
                "dots" => 254,
                "gym_total" => 253,
                id => [1, 2, 3, 21, 17][EXERCISES.iter().position(|known| *known == id).unwrap()],
            };
            let scope = match (text("sex"), text("class"), text("age")) {
                (Some(sex), Some(class), _) => format!("class {}", class_code(&sex, &class)),
                (Some(sex), None, Some(age)) => format!("age {sex}{}", age_code(&age)),
                (Some(sex), None, None) => format!("sex {sex}"),
                _ => "all".to_owned(),
            };
            let basis =
                if board == 255 { "single".to_owned() } else { text("basis").unwrap_or_else(|| "single".into()) };
            let key = format!("{} {board} {basis} {scope}", someone.id);
            ranks.insert(key, (place["rank"].as_i64().unwrap(), place["of"].as_i64().unwrap()));
        }
    }
    ranks
}

fn class_code(sex: &str, label: &str) -> u8 {
    use repduel::strength::ScoredAs;
    use repduel::strength::classes::{Class, ClassSet};
    Class::from_label(ClassSet::Ipf, ScoredAs::parse(sex).unwrap(), label).unwrap().code()
}

fn age_code(name: &str) -> u8 {
    repduel::strength::age_class::AgeClass::parse(name).unwrap().code()
}

async fn expect_equal(apps: [&App; 2], database: &TestDatabase, people: &[Someone], when: &str) {
    for app in apps {
        let mut last = (Ranks::new(), Ranks::new());
        for _ in 0..100 {
            last = (ranks_in_sql(database).await, ranks_of(app, people).await);
            if last.0 == last.1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let differing: Vec<_> = last.0.iter().filter(|(key, rank)| last.1.get(*key) != Some(*rank)).take(5).collect();
        assert_eq!(last.0.len(), last.1.len(), "{when}: {differing:?}");
        assert!(differing.is_empty(), "{when}: {differing:?}");
    }
    let checked = program().arg("check-boards").env("DATABASE_URL", &database.url).output().await.unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(said.contains(" 0 differ; 0 lists differ") && checked.status.success(), "{when}: {checked:?}");
}

fn kill(app: &App) {
    let id = rustix::process::Pid::from_raw(app.process_id() as i32).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rank_is_that_of_sql_whatever_happens_through_two_processes() {
    let seed =
        std::env::var("REPDUEL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    // Shown when the test fails.
    println!("REPDUEL_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let cluster = Cluster::start("proof");
    let database = TestDatabase { url: cluster.url() };
    migrate(&database).await;
    let (one, mut other) = (process(&database).await, process(&database).await);
    let mut people = Vec::new();
    for number in 0..14 {
        let lifter = one.lifter(&format!("lifter{number}")).await;
        people.push(Someone { id: lifter.id.clone(), token: lifter.token.clone() });
    }
    database
        .connect()
        .await
        .execute("UPDATE users SET role = 'moderator' WHERE username = 'lifter0'", &[])
        .await
        .unwrap();
    for round in 0..60 {
        match round {
            15 => {
                // The feeds' connections, and everybody else's.
                let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                           WHERE application_name = 'repduel' AND pid <> pg_backend_pid()";
                assert!(database.count(sql).await > 0);
            }
            30 => {
                kill(&other);
                other = process(&database).await;
            }
            45 => {
                cluster.stop();
                cluster.start_again();
            }
            _ => {}
        }
        let actions = (0..8).map(|_| {
            let app = if random.bool() { &one } else { &other };
            // The moderator is not deleted.
            let someone = &people[random.usize(1..people.len())];
            act(app, someone, &people[0], random.u64(..))
        });
        join_all(actions.collect::<Vec<_>>()).await;
        if round % 20 == 14 {
            expect_equal([&one, &other], &database, &people, &format!("round {round}, seed {seed}")).await;
        }
    }
    expect_equal([&one, &other], &database, &people, &format!("in the end, seed {seed}")).await;
}

/// Sixty seconds as asked of it by hand (REPDUEL_CHAOS_SECONDS=60), ten in every run.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_while_processes_are_killed_is_there_and_counted() {
    let seconds = std::env::var("REPDUEL_CHAOS_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let cluster = Cluster::start("chaos");
    let database = TestDatabase { url: cluster.url() };
    migrate(&database).await;
    let (one, mut other) = (process(&database).await, process(&database).await);
    let mut people = Vec::new();
    for number in 0..8 {
        let lifter = one.lifter(&format!("lifter{number}")).await;
        lifter.patch("/users/me", &json!({ "scored_as": "men", "weight": 70.0 + f64::from(number) })).await.expect(200);
        people.push(Someone { id: lifter.id.clone(), token: lifter.token.clone() });
    }
    let acknowledged = std::sync::Mutex::new(Vec::new());
    let (mut kills, began) = (0, std::time::Instant::now());
    while began.elapsed() < Duration::from_secs(seconds) {
        let round = std::time::Instant::now();
        let posting = people.iter().enumerate().map(async |(number, someone)| {
            let mut random = fastrand::Rng::new();
            while round.elapsed() < Duration::from_millis(if seconds >= 60 { 5000 } else { 2000 }) {
                let url = if number % 2 == 0 { &one.api } else { &other.api };
                let exercise = EXERCISES[random.usize(0..4)];
                let body = json!({ "weight_lifted": 20.0 + 0.5 * f64::from(random.u32(0..300)), "reps": 1 });
                let request = reqwest::Client::new().post(format!("{url}/api/v1/scores/scenario/{exercise}"));
                // Whoever is cut off does not know whether it was taken: only answers count.
                let Ok(answer) = request.bearer_auth(&someone.token).json(&body).send().await else { continue };
                if answer.status() == 200
                    && let Ok(answer) = answer.json::<Value>().await
                {
                    acknowledged.lock().unwrap().push(answer["score"]["id"].as_i64().unwrap() as i32);
                }
            }
        });
        let killing = async {
            tokio::time::sleep(Duration::from_millis(if seconds >= 60 { 4500 } else { 1500 })).await;
            kill(&other);
        };
        tokio::join!(join_all(posting), killing);
        kills += 1;
        other = process(&database).await;
    }
    let acknowledged = acknowledged.into_inner().unwrap();
    let db = database.connect().await;
    let missing: i64 = db
        .query_one(
            "SELECT count(*) FROM unnest($1::integer[]) AS a (id) WHERE NOT EXISTS (SELECT FROM lifts l WHERE l.id = a.id)",
            &[&acknowledged],
        )
        .await
        .unwrap()
        .get(0);
    println!("{} posts acknowledged, {kills} kills, {missing} lost", acknowledged.len());
    assert!(acknowledged.len() > 20 && missing == 0);
    expect_equal([&one, &other], &database, &people, "after the kills").await;
}
