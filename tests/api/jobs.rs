//! Jobs: run at least once, their effect in the database once; operators see and steer them.

use std::process::Output;
use std::time::{Duration, Instant};

use crate::support::{
    Cluster, Options, TestDatabase, empty_database, fresh_database, program, spawn_app_with, spawn_worker,
};

async fn repduel(database: &TestDatabase, arguments: &[&str]) -> Output {
    let mut command = program();
    command.args(arguments).env("DATABASE_URL", &database.url).env("API_PORT", "0").env("OPS_PORT", "0");
    command.output().await.unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn add_probes(database: &TestDatabase, number: u32, milliseconds: u32) {
    let sql = format!(
        "SELECT graphile_worker.add_job('probe', json_build_object('key', 'k' || n, 'milliseconds', {milliseconds}))
         FROM generate_series(1, {number}) n"
    );
    database.connect().await.batch_execute(&sql).await.unwrap();
}

/// Waits until so many probes have left their row.
async fn wait_for_probes(database: &TestDatabase, number: i64) {
    let began = Instant::now();
    while database.count("SELECT count(*) FROM job_probes").await < number {
        assert!(began.elapsed() < Duration::from_secs(60), "the probes do not come");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

const DONE: &str = "SELECT count(*) FROM job_probes";
const KEYS: &str = "SELECT count(DISTINCT key) FROM job_probes";
const LEFT: &str = "SELECT count(*) FROM graphile_worker.jobs";
const HELD: &str = "SELECT count(*) FROM graphile_worker.jobs WHERE locked_at IS NOT NULL";

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_takes_a_job_at_once_and_the_queue_is_seen_to_be_well() {
    let app = spawn_app_with(Options::default()).await;
    let health = app.get("/health/queue").await.expect(200);
    assert_eq!((&health["status"], health["workers"].as_array().unwrap().len()), (&"degraded".into(), 0));
    let nobody = repduel(&app.database, &["jobs", "probe", "--patience", "1"]).await;
    assert_eq!(nobody.status.code(), Some(1));
    assert!(said(&nobody).contains("no worker took the job within 1 s"), "{nobody:?}");

    let worker = spawn_worker(&app.database, &[]).await;
    let probed = repduel(&app.database, &["jobs", "probe"]).await;
    assert!(said(&probed).contains("done after"), "{probed:?}");
    let line = worker.log_line("job done").await;
    assert!(line.contains("\"task\":\"probe\"") && line.contains("\"attempt\":1"), "{line}");
    let health = app.get("/health/queue").await.expect(200);
    assert_eq!((&health["status"], &health["queue_depth"]), (&"ok".into(), &0.into()), "{health}");
    assert_eq!(health["workers"].as_array().unwrap().len(), 1);

    let (code, log) = worker.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    let figures = reqwest::get(format!("{}/metrics", app.ops)).await.unwrap().text().await.unwrap();
    assert!(figures.contains("repduel_jobs_total{outcome=\"done\",task=\"probe\"} 2"), "{figures}");
    assert!(figures.contains("repduel_workers 0"), "{figures}");
    assert_eq!(app.get("/health/queue").await.expect(200)["status"], "degraded");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_show_what_waits() {
    let app = spawn_app_with(Options::default()).await;
    add_probes(&app.database, 3, 0).await;
    let old = "UPDATE graphile_worker._private_jobs SET run_at = now() - interval '10 minutes'";
    app.database.connect().await.batch_execute(old).await.unwrap();
    let health = app.get("/health/queue").await.expect(200);
    assert_eq!((&health["status"], &health["queue_depth"]), (&"degraded".into(), &3.into()));
    assert!(health["oldest_seconds"].as_i64().unwrap() >= 600, "{health}");
    let figures = reqwest::get(format!("{}/metrics", app.ops)).await.unwrap().text().await.unwrap();
    assert!(figures.contains("repduel_jobs{state=\"waiting\",task=\"probe\"} 3"), "{figures}");
    assert!(figures.contains("repduel_jobs_oldest_seconds{task=\"probe\"} 6"), "{figures}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_worker_had_is_done_by_another_and_once() {
    let database = fresh_database().await;
    let (first, second) = (spawn_worker(&database, &[]).await, spawn_worker(&database, &[]).await);
    add_probes(&database, 40, 250).await;
    wait_for_probes(&database, 6).await;
    assert!(database.count(HELD).await > 4);
    first.kill().await;
    wait_for_probes(&database, 40).await;
    second.log_line("a job whose worker is gone is run again").await;
    // Of several that the killed one held the last may be found by the next sweep.
    for _ in 0..400 {
        if database.count(LEFT).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    second.stop().await;
    assert_eq!((database.count(DONE).await, database.count(KEYS).await, database.count(LEFT).await), (40, 40, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_finishes_what_runs_and_leaves_the_rest() {
    let database = fresh_database().await;
    let worker = spawn_worker(&database, &[]).await;
    add_probes(&database, 12, 1500).await;
    while database.count(HELD).await < 4 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (code, log) = worker.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    assert_eq!((database.count(DONE).await, database.count(HELD).await, database.count(LEFT).await), (4, 0, 8));
    let again = spawn_worker(&database, &[]).await;
    wait_for_probes(&database, 12).await;
    again.stop().await;
    assert_eq!((database.count(KEYS).await, database.count(LEFT).await), (12, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_given_to_another_leaves_nothing_behind() {
    let database = fresh_database().await;
    let worker = spawn_worker(&database, &[]).await;
    add_probes(&database, 1, 1000).await;
    while database.count(HELD).await < 1 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let other = "UPDATE graphile_worker._private_jobs SET locked_by = 'another'";
    database.connect().await.batch_execute(other).await.unwrap();
    worker.log_line("job given up").await;
    assert_eq!((database.count(DONE).await, database.count(LEFT).await), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_jobs_wait_for_an_operator() {
    let app = spawn_app_with(Options::default()).await;
    let worker = spawn_worker(&app.database, &[]).await;
    // Without MAIL_FROM no mail can be sent.
    let add = "SELECT graphile_worker.add_job('send_link', json_build_object('link', gen_random_uuid(),
        'purpose', 'reset_password', 'recipient', json_build_object('address', 'ada@example.org')), max_attempts => 1)
        FROM generate_series(1, 2)";
    app.database.connect().await.batch_execute(add).await.unwrap();
    let line = worker.log_line("job is dead").await;
    assert!(line.contains("MAIL_FROM is not set") && !line.contains("ada@example.org"), "{line}");
    let id = loop {
        let list = repduel(&app.database, &["jobs", "list", "--dead"]).await;
        if said(&list).matches("send_link").count() == 2 {
            assert!(!said(&list).contains("ada@example.org") && said(&list).contains("MAIL_FROM"), "{list:?}");
            break said(&list).lines().nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let health = app.get("/health/queue").await.expect(200);
    assert_eq!((&health["status"], &health["dead"]), (&"degraded".into(), &2.into()));

    worker.stop().await;
    let retried = repduel(&app.database, &["jobs", "retry", &id]).await;
    assert!(said(&retried).contains("begins anew"), "{retried:?}");
    assert!(said(&repduel(&app.database, &["jobs", "list"]).await).contains("waiting"));
    let retried = repduel(&app.database, &["jobs", "retry", "--all-dead"]).await;
    assert!(said(&retried).contains("1 dead jobs begin anew"), "{retried:?}");
    assert!(said(&repduel(&app.database, &["jobs", "drop", &id]).await).contains("dropped job"));
    let unknown = repduel(&app.database, &["jobs", "drop", &id]).await;
    assert_eq!(unknown.status.code(), Some(1));
    assert!(said(&unknown).contains(&format!("no job has the id {id}")), "{unknown:?}");
    assert_eq!(app.database.count(LEFT).await, 1);
    assert_eq!(repduel(&app.database, &["jobs", "retry"]).await.status.code(), Some(2));
    let no_task = repduel(&app.database, &["jobs", "run", "nothing"]).await;
    assert!(
        no_task.status.code() == Some(1) && said(&no_task).contains("there are probe, send_link, forget"),
        "{no_task:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_outlives_an_outage_of_the_database() {
    let cluster = Cluster::start("worker");
    let database = TestDatabase { url: cluster.url() };
    assert!(repduel(&database, &["migrate"]).await.status.success());
    let app = spawn_app_with(Options { database: Some(database.clone()), ..Options::default() }).await;
    let mut worker = spawn_worker(&database, &[]).await;
    cluster.stop();
    worker.log_line("no jobs are run at the moment").await;
    let health = app.get("/health/queue").await;
    assert_eq!(health.expect(503), serde_json::json!({ "status": "unavailable", "queue_depth": null, "workers": [] }));
    let began = Instant::now();
    let figures = reqwest::get(format!("{}/metrics", app.ops)).await.unwrap();
    assert!(figures.status().is_success() && began.elapsed() < Duration::from_secs(2));
    assert!(figures.text().await.unwrap().contains("repduel_build_info"));
    tokio::time::sleep(Duration::from_secs(3)).await;
    cluster.start_again();
    let probed = repduel(&database, &["jobs", "probe", "--patience", "20"]).await;
    assert!(said(&probed).contains("done after"), "{probed:?}");
    assert!(worker.runs());
    let (code, _) = worker.stop().await;
    assert_eq!(code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_alone_changes_the_queues_schema() {
    let database = fresh_database().await;
    let status = said(&repduel(&database, &["migrate", "--status"]).await);
    assert!(status.contains("applied  the queue's steps up to 22"), "{status}");
    database.connect().await.batch_execute("DROP SCHEMA graphile_worker CASCADE").await.unwrap();
    let status = said(&repduel(&database, &["migrate", "--status"]).await);
    assert!(status.contains("missing  the queue's steps 1 to 22"), "{status}");
    for command in ["serve", "worker"] {
        let refused = repduel(&database, &[command]).await;
        assert_eq!(refused.status.code(), Some(1));
        assert!(said(&refused).contains("run: repduel migrate"), "{refused:?}");
    }
    assert_eq!(database.count("SELECT count(*) FROM pg_namespace WHERE nspname = 'graphile_worker'").await, 0);
    let migrated = said(&repduel(&database, &["migrate"]).await);
    assert!(migrated.contains("applied the queue's steps 1 to 22"), "{migrated}");
    let worker = spawn_worker(&database, &[]).await;
    assert!(said(&repduel(&database, &["jobs", "probe"]).await).contains("done after"));
    worker.stop().await;
    assert!(said(&repduel(&database, &["migrate"]).await).contains("nothing to do"));
    // What the library itself would have made is the same.
    let empty = empty_database().await;
    assert!(repduel(&empty, &["migrate"]).await.status.success());
    assert_eq!(empty.count("SELECT count(*) FROM graphile_worker.migrations").await, 22);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_program_works_on_a_newer_queue_unless_a_step_breaks_it() {
    let database = fresh_database().await;
    let step = |number: i32, breaking: bool| {
        format!("INSERT INTO graphile_worker.migrations (id, breaking) VALUES ({number}, {breaking})")
    };
    database.connect().await.batch_execute(&step(23, false)).await.unwrap();
    let app = spawn_app_with(Options { database: Some(database.clone()), ..Options::default() }).await;
    app.get("/health/ready").await.expect(200);
    let worker = spawn_worker(&database, &[]).await;
    assert!(said(&repduel(&database, &["jobs", "probe"]).await).contains("done after"));
    worker.stop().await;
    // What the package of the older release runs when it is installed again.
    let migrated = repduel(&database, &["migrate"]).await;
    assert!(migrated.status.success() && said(&migrated).contains("nothing to do"), "{migrated:?}");
    let status = said(&repduel(&database, &["migrate", "--status"]).await);
    assert!(status.contains("up to 23 (of a newer release)"), "{status}");

    database.connect().await.batch_execute(&step(24, true)).await.unwrap();
    for command in ["serve", "worker", "migrate"] {
        let refused = repduel(&database, &[command]).await;
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        let said = said(&refused);
        assert!(said.contains("only programs that know its step 24 run on it, and this one knows 22"), "{said}");
    }
}
