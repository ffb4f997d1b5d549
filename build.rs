//! Compiles the commit and its time into the program. A package build sets both, since it may have no git.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    for (name, git_arguments) in [
        ("REPDUEL_COMMIT", ["rev-parse", "--short=12", "HEAD"].as_slice()),
        ("REPDUEL_BUILT", ["log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ"].as_slice()),
    ] {
        println!("cargo::rerun-if-env-changed={name}");
        let value = std::env::var(name).ok().or_else(|| git(git_arguments)).unwrap_or_else(|| "unknown".into());
        println!("cargo::rustc-env={name}={value}");
    }
    if let Some(head) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={head}");
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).env("TZ", "UTC").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned()).filter(|text| !text.is_empty())
}
