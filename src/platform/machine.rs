//! A machine that the package is installed on: where its files are, and as whom a command runs there.
//!
//! Secrets are readable for root alone. The service gets them from systemd; a command run by root reads them itself
//! and then becomes the service's user, so that PostgreSQL knows it and nothing else is in its reach. Whoever brings
//! `DATABASE_URL` in the environment brings all settings: then nothing here takes part.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::Command;

use nix::unistd::{User, geteuid, setgid, setgroups, setuid};

use super::settings::{Sources, read_credentials};

pub const SETTINGS: &str = "/etc/repduel/repduel.env";
pub const CREDENTIALS: &str = "/etc/repduel/credentials";
pub const ENCRYPTED_CREDENTIALS: &str = "/etc/repduel/credentials.encrypted";
pub const STATE: &str = "/var/lib/repduel";
const USER: &str = "repduel";

/// Gathers the settings of a command, and gives up being root.
pub fn sources() -> Result<Sources, String> {
    let mut sources = Sources::of_process();
    if sources.environment.contains_key("DATABASE_URL") || sources.environment.contains_key("CREDENTIALS_DIRECTORY") {
        return Ok(sources);
    }
    let user = User::from_name(USER).map_err(|error| format!("user {USER}: {error}"))?;
    let Some(user) = user.filter(|_| Path::new(SETTINGS).exists() || Path::new(CREDENTIALS).exists()) else {
        return Ok(sources);
    };
    if geteuid() == user.uid {
        return Ok(sources);
    }
    if !geteuid().is_root() {
        // A program built in somebody's folder is no installed one.
        let is_installed = std::env::current_exe().is_ok_and(|program| program.starts_with("/usr"));
        return if is_installed { Err("run it with sudo".to_owned()) } else { Ok(sources) };
    }
    let mut settings = read_settings(Path::new(SETTINGS))?;
    settings.append(&mut sources.environment);
    sources.environment = settings;
    sources.credentials = all_credentials()?;
    sources.state_directory = Some(STATE.into());
    become_user(&user).map_err(|error| format!("cannot become user {USER}: {error}"))?;
    Ok(sources)
}

/// Gives up being root for good.
fn become_user(user: &User) -> nix::Result<()> {
    setgroups(&[user.gid])?;
    setgid(user.gid)?;
    setuid(user.uid)
}

/// The plain and the encrypted secrets, by the names of their settings.
fn all_credentials() -> Result<BTreeMap<String, String>, String> {
    let mut credentials = read_credentials(Path::new(CREDENTIALS));
    for entry in std::fs::read_dir(ENCRYPTED_CREDENTIALS).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let decrypted = Command::new("systemd-creds")
            .args(["decrypt", &format!("--name=credentials_{name}")])
            .arg(entry.path())
            .arg("-")
            .output()
            .map_err(|error| format!("systemd-creds: {error}"))?;
        if !decrypted.status.success() {
            let reason = String::from_utf8_lossy(&decrypted.stderr);
            return Err(format!("{}: cannot be decrypted on this machine: {}", entry.path().display(), reason.trim()));
        }
        let text = String::from_utf8(decrypted.stdout).map_err(|_| format!("{name}: is not text"))?;
        credentials.insert(name.to_ascii_uppercase(), text);
    }
    Ok(credentials)
}

/// The settings file, read as systemd reads it: `NAME=value`, comments with # or ;, quotes around a value.
/// A missing file holds nothing.
pub fn read_settings(file: &Path) -> Result<BTreeMap<String, String>, String> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(format!("{}: {error}", file.display())),
    };
    let text = text.replace("\\\n", "");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';']));
    Ok(lines
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.trim().to_owned(), unquoted(value.trim())))
        .collect())
}

fn unquoted(value: &str) -> String {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return if quote == '"' { inner.replace("\\\"", "\"").replace("\\\\", "\\") } else { inner.to_owned() };
        }
    }
    value.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settings_file_is_read_as_systemd_reads_it() {
        let file = std::env::temp_dir().join(format!("repduel-settings-{}", std::process::id()));
        std::fs::write(&file, "# no\n; no\nA=1\n B = \"two words\" \nC='it is'\nD=a=b\nE=long\\\ner\nnonsense\nF=\n")
            .unwrap();
        let settings = read_settings(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        let expected = [("A", "1"), ("B", "two words"), ("C", "it is"), ("D", "a=b"), ("E", "longer"), ("F", "")];
        assert_eq!(settings, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }

    #[test]
    fn a_missing_settings_file_holds_nothing() {
        assert_eq!(read_settings(Path::new("/nonexistent/repduel.env")), Ok(BTreeMap::new()));
    }
}
