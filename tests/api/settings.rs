//! Settings: `repduel check-config`, credentials, and what production refuses.

use std::process::Output;

use crate::support::program;

const GOOD: &str = "Tq8ZrVw2Lk5Xn9Bc4Hd7Jf3Mp6Sy1Ug0";
const OTHER: &str = "Wd3Ks8Fv1Qz6Rb9Nx2Tm5Hc7Lp4Jg0Ya";
const THIRD: &str = "Bn4Yt7Gk2Vs9Xc5Lq8Pw3Zd6Rf1Mh0Je";

async fn check(settings: &[(&str, &str)]) -> Output {
    program().arg("check-config").envs(settings.iter().copied()).output().await.unwrap()
}

fn mistakes(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stderr).lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn good_settings_are_shown_with_their_sources_and_no_secret() {
    let output = check(&[
        ("ENVIRONMENT", "production"),
        ("JWT_SECRET_KEY", GOOD),
        ("JWT_REFRESH_SECRET_KEY", OTHER),
        ("DATA_KEY", THIRD),
        ("DATABASE_URL", "postgresql+asyncpg://ada:hunter2@db.example.org/lifts"),
        ("CORS_ORIGINS", "https://lift.example.org"),
    ])
    .await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let shown = String::from_utf8(output.stdout).unwrap();
    for expected in [
        "ENVIRONMENT=production  (environment)",
        "JWT_SECRET_KEY=(hidden, 32 bytes)  (environment)",
        "DATABASE_URL=host=db.example.org port=5432 dbname=lifts user=ada sslmode=verify-full  (environment)",
        "FRONTEND_ORIGINS=https://lift.example.org  (environment)",
        "API_PORT=9999  (default)",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    for secret in [GOOD, OTHER, THIRD, "hunter2"] {
        assert!(!shown.contains(secret));
    }
}

#[tokio::test]
async fn every_mistake_has_a_line_with_name_problem_and_example() {
    let output = check(&[
        ("ENVIRONMENT", "prod"),
        ("API_PORT", "70000"),
        ("APP_URL", "example.org"),
        ("FRONTEND_ORIGINS", "[broken"),
        ("LOG_LEVEL", "loud"),
        ("ARGON2_MEMORY_KIB", "1024"),
        ("DATABASE_URL", "postgresql://ada:hunter2@h/x?sslmode=prefer"),
        ("REPDUEL_STRICT_DB_BOOTSTRAP", "maybe"),
        ("JWT_SECRET_KEY", "short-secret"),
    ])
    .await;
    assert_eq!(output.status.code(), Some(2));
    let lines = mistakes(&output);
    for name in [
        "ENVIRONMENT",
        "API_PORT",
        "APP_URL",
        "FRONTEND_ORIGINS",
        "LOG_LEVEL",
        "ARGON2_MEMORY_KIB",
        "DATABASE_URL",
        "REPDUEL_STRICT_DB_BOOTSTRAP",
    ] {
        let line = lines.iter().find(|line| line.starts_with(&format!("repduel: {name}: ")));
        assert!(line.is_some_and(|line| line.contains("for example: ")), "{name}: {lines:?}");
    }
    assert!(!lines.join("").contains("hunter2") && !lines.join("").contains("short-secret"));
}

#[tokio::test]
async fn production_refuses_keys_that_are_missing_short_guessable_or_repeated() {
    for (settings, expected) in [
        (
            vec![("DATA_KEY", "")],
            vec!["JWT_SECRET_KEY: is missing", "REFRESH_JWT_SECRET_KEY: is missing", "DATA_KEY: is missing"],
        ),
        (
            vec![("JWT_SECRET_KEY", GOOD), ("REFRESH_JWT_SECRET_KEY", OTHER), ("DATA_KEY", OTHER)],
            vec!["DATA_KEY: is the same as REFRESH_JWT_SECRET_KEY"],
        ),
        (
            vec![("JWT_SECRET_KEY", "0123456789"), ("REFRESH_JWT_SECRET_KEY", OTHER)],
            vec!["JWT_SECRET_KEY: has 10 bytes"],
        ),
        (vec![("SECRET_KEY", GOOD), ("REFRESH_JWT_SECRET_KEY", GOOD)], vec!["REFRESH_JWT_SECRET_KEY: is the same"]),
        (
            vec![("JWT_SECRET_KEY", "change-me-change-me-change-me-change-me"), ("REFRESH_JWT_SECRET_KEY", OTHER)],
            vec!["JWT_SECRET_KEY: is a placeholder"],
        ),
        (
            vec![("JWT_SECRET_KEY", GOOD), ("REFRESH_JWT_SECRET_KEY", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")],
            vec!["REFRESH_JWT_SECRET_KEY: is a placeholder"],
        ),
    ] {
        for (command, code) in [("check-config", 2), ("serve", 78)] {
            let mut run = program();
            run.arg(command).env("ENVIRONMENT", "production").env("DATA_KEY", THIRD).envs(settings.iter().copied());
            let output = run.output().await.unwrap();
            assert_eq!(output.status.code(), Some(code), "{output:?}");
            let lines = mistakes(&output);
            assert_eq!(lines.len(), expected.len(), "{lines:?}");
            for (line, expected) in lines.iter().zip(&expected) {
                assert!(line.contains(expected), "{expected}: {line}");
            }
        }
    }
}

#[tokio::test]
async fn credentials_are_files_named_like_settings() {
    let folder = std::env::temp_dir().join(format!("repduel-credentials-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("jwt_secret_key", &format!("{GOOD}\n"));
    write("credentials_refresh_jwt_secret_key", OTHER);
    write("credentials_data_key", THIRD);
    write("something_else", "ignored");
    let path = folder.to_str().unwrap().to_owned();
    let output = check(&[("ENVIRONMENT", "production"), ("CREDENTIALS_DIRECTORY", &path)]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("JWT_SECRET_KEY=(hidden, 32 bytes)  (credential)"), "{shown}");
    assert!(shown.contains("REFRESH_JWT_SECRET_KEY=(hidden, 32 bytes)  (credential)"), "{shown}");

    let both = [("ENVIRONMENT", "production"), ("CREDENTIALS_DIRECTORY", &path), ("SECRET_KEY", GOOD)];
    let output = check(&both).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(mistakes(&output)[0].contains("both in the environment and as a credential"), "{output:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn the_example_file_is_current() {
    let output = program().args(["check-config", "--example"]).output().await.unwrap();
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(".env.example");
    let made = String::from_utf8(output.stdout).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(known == made, ".env.example is not current: repduel check-config --example > .env.example");
}

#[tokio::test]
async fn development_makes_up_keys_and_says_so() {
    let app = crate::support::spawn_app().await;
    app.log_line("made up").await;
}
