//! `repduel migrate`, and what `serve` does with a database that is not up to date.

use std::process::Output;

use crate::support::{TestDatabase, empty_database, fresh_database, program};

async fn run(database: &TestDatabase, arguments: &[&str]) -> Output {
    let mut command = program();
    command.args(arguments).env("DATABASE_URL", &database.url).env("API_PORT", "0").env("OPS_PORT", "0");
    command.output().await.unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn an_empty_database_is_migrated_once() {
    let database = empty_database().await;
    let status = said(&run(&database, &["migrate", "--status"]).await);
    assert!(status.contains("missing  V1__accounts") && !status.contains("applied "), "{status}");
    let first = said(&run(&database, &["migrate"]).await);
    assert!(first.contains("applied V1__accounts") && first.contains("exercises are new"), "{first}");
    let second = run(&database, &["migrate"]).await;
    assert!(said(&second).contains("nothing to do"), "{second:?}");
    let status = said(&run(&database, &["migrate", "--status"]).await);
    assert!(status.contains("applied  V4__installation  on 20") && !status.contains("missing"), "{status}");
}

#[tokio::test]
async fn of_two_at_once_one_works_and_the_other_finds_nothing_to_do() {
    let database = empty_database().await;
    let outputs = futures_util::future::join_all((0..4).map(|_| run(&database, &["migrate"]))).await;
    let idle = outputs.iter().filter(|output| said(output).contains("nothing to do")).count();
    assert!(outputs.iter().all(|output| output.status.success()), "{outputs:?}");
    assert_eq!(idle, 3);
}

#[tokio::test]
async fn a_changed_migration_is_refused_by_name() {
    let database = fresh_database().await;
    let change = "UPDATE refinery_schema_history SET checksum = '1' WHERE version = 2";
    database.connect().await.execute(change, &[]).await.unwrap();
    for arguments in [&["migrate"][..], &["migrate", "--status"], &["serve"]] {
        let output = run(&database, arguments).await;
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("V2__catalogue"), "{output:?}");
    }
}

#[tokio::test]
async fn serve_refuses_an_old_schema_and_names_the_command() {
    let database = empty_database().await;
    let output = run(&database, &["serve"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("run: repduel migrate"), "{output:?}");
    let database = fresh_database().await;
    database.connect().await.execute("DELETE FROM exercises WHERE id = 'deadlift'", &[]).await.unwrap();
    let output = run(&database, &["serve"]).await;
    assert!(
        said(&output).contains("lacks 1 exercises") && said(&output).contains("run: repduel migrate"),
        "{output:?}"
    );
    assert!(said(&run(&database, &["migrate"]).await).contains("1 exercises are new or changed"));
}

#[tokio::test]
async fn identities_are_compared_by_bytes() {
    let database = fresh_database().await;
    let others = "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                  JOIN pg_collation l ON l.oid = a.attcollation
                  WHERE c.relname IN ('users', 'exercises', 'idempotency_keys') AND c.relkind = 'r'
                    AND a.attname IN ('email', 'username', 'id', 'key', 'name') AND l.collname <> 'C'";
    assert_eq!(database.count(others).await, 0);
}

#[tokio::test]
async fn a_program_that_is_too_old_for_the_schema_refuses_it() {
    let database = fresh_database().await;
    let client = database.connect().await;
    // What a later release leaves behind: first a migration that only adds, then one that takes away.
    client
        .batch_execute("INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (900, 'later', '2030-01-01T00:00:00Z', '1')")
        .await
        .unwrap();
    assert!(said(&run(&database, &["migrate"]).await).contains("nothing to do"));
    client.batch_execute("UPDATE installation SET compatible_from = 900").await.unwrap();
    for arguments in [&["migrate"][..], &["serve"]] {
        let output = run(&database, arguments).await;
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("only programs that know migration V900"), "{output:?}");
    }
}

#[tokio::test]
async fn a_host_keeps_to_the_database_that_it_was_set_up_with() {
    let folder = std::env::temp_dir().join(format!("repduel-state-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let own = empty_database().await;
    let on = async |database: &TestDatabase, arguments: &[&str]| {
        let mut command = program();
        command.args(arguments).env("DATABASE_URL", &database.url).env("STATE_DIRECTORY", &folder);
        command.envs([("API_PORT", "0"), ("OPS_PORT", "0")]).output().await.unwrap()
    };
    assert!(on(&own, &["migrate"]).await.status.success());
    let id = std::fs::read_to_string(folder.join("installation-id")).unwrap();
    assert_eq!(id.trim().len(), 36);
    assert!(on(&own, &["migrate"]).await.status.success());

    let (empty, others) = (empty_database().await, fresh_database().await);
    for (database, arguments) in [(&empty, &["migrate"][..]), (&others, &["migrate"]), (&others, &["serve"])] {
        let output = on(database, arguments).await;
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = said(&output);
        assert!(said.contains("not the database that I was set up with") && said.contains(id.trim()), "{said}");
    }
    let untouched = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(empty.count(untouched).await, 0, "nothing was made in the wrong database");
    std::fs::remove_dir_all(&folder).unwrap();
}
