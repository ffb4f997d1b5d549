//! The command line: help, exit codes, and the commands that are no room's own.

use crate::support::{fresh_database, program};

#[tokio::test]
async fn every_command_explains_itself() {
    let help = program().arg("--help").output().await.unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for command in ["serve", "migrate", "check-config", "load-meets", "load-synthetic", "measure-hashing"] {
        assert!(help.contains(command), "{help}");
        let own = program().args([command, "--help"]).output().await.unwrap();
        assert_eq!(own.status.code(), Some(0));
        assert!(String::from_utf8(own.stdout).unwrap().contains("Usage: repduel"));
    }
    assert_eq!(program().output().await.unwrap().status.code(), Some(2));
    assert_eq!(program().arg("no-such-command").output().await.unwrap().status.code(), Some(2));
}

#[tokio::test]
async fn made_up_members_have_bests_and_energy() {
    let database = fresh_database().await;
    let load = async || {
        let mut command = program();
        command.args(["load-synthetic", "--users", "200", "--lifts", "1300"]).env("DATABASE_URL", &database.url);
        command.output().await.unwrap()
    };
    let output = load().await;
    assert!(String::from_utf8_lossy(&output.stdout).contains("200 members, 1300 lifts"), "{output:?}");
    assert_eq!(database.count("SELECT count(*) FROM personal_bests").await, 600);
    assert_eq!(database.count("SELECT count(*) FROM users WHERE energy > 0").await, 200);
    assert_eq!(database.count("SELECT count(*) FROM energy_history").await, 200);
    let again = load().await;
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("--seed"), "{again:?}");
}

#[tokio::test]
async fn an_unreachable_database_is_named_without_its_password() {
    let mut command = program();
    command.arg("migrate").env("DATABASE_URL", "postgresql://ada:hunter2@127.0.0.1:1/lifts");
    let output = command.output().await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("127.0.0.1") && said.contains("refused") && !said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn hashing_is_measured() {
    let output = program().args(["measure-hashing", "--seconds", "1"]).output().await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.split(' ').next().unwrap().parse::<f64>().unwrap() > 0.0, "{said}");
}
