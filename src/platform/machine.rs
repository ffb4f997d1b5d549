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

use super::settings::{Credentials, Sources, is_setting, read_credentials};

pub const SETTINGS: &str = "/etc/repduel/repduel.env";
pub const CREDENTIALS: &str = "/etc/repduel/credentials";
pub const ENCRYPTED_CREDENTIALS: &str = "/etc/repduel/credentials.encrypted";
/// What systemd puts before the names of files in the encrypted folder, which is part of what it encrypts.
pub const ENCRYPTED_PREFIX: &str = "encrypted_";
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
    sources.unknown = settings.keys().filter(|name| !is_setting(name)).cloned().collect();
    settings.append(&mut sources.environment);
    sources.environment = settings;
    (sources.credentials, sources.twice, sources.unreadable) = all_credentials()?;
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

/// A new key, as text.
pub fn new_key() -> Result<String, String> {
    let mut random = [0; 48];
    getrandom::fill(&mut random).map_err(|error| format!("no random bytes: {error}"))?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The plain and the encrypted secrets, as [`read_credentials`] gives them.
pub fn all_credentials() -> Result<Credentials, String> {
    let (mut credentials, mut twice, unreadable) = read_credentials(Path::new(CREDENTIALS));
    for entry in std::fs::read_dir(ENCRYPTED_CREDENTIALS).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let decrypted = Command::new("systemd-creds")
            .args(["decrypt", &format!("--name={ENCRYPTED_PREFIX}{name}")])
            .arg(entry.path())
            .arg("-")
            .output()
            .map_err(|error| format!("systemd-creds: {error}"))?;
        if !decrypted.status.success() {
            let reason = String::from_utf8_lossy(&decrypted.stderr);
            return Err(format!("{}: cannot be decrypted on this machine: {}", entry.path().display(), reason.trim()));
        }
        let text = String::from_utf8(decrypted.stdout).map_err(|_| format!("{name}: is not text"))?;
        let name = name.to_ascii_uppercase();
        match credentials.contains_key(&name) {
            true => twice.push(name),
            false => drop(credentials.insert(name, text)),
        }
    }
    Ok((credentials, twice, unreadable))
}

/// The settings file, read as systemd reads it. A missing file holds nothing; bytes that are no text are replaced.
pub fn read_settings(file: &Path) -> Result<BTreeMap<String, String>, String> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(parse_settings(&String::from_utf8_lossy(&bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(format!("{}: {error}", file.display())),
    }
}

/// `NAME=value` on a line each; comments begin with # or ; at the line's start. A value may have parts in single or
/// double quotes, which may go over several lines. A backslash takes its meaning from the next character, also a line
/// end's; not in single quotes, and in double quotes only before " \ ` $ and a line end.
fn parse_settings(text: &str) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::new();
    let mut rest = text.chars().peekable();
    while let Some(first) = rest.peek().copied() {
        if first.is_whitespace() {
            rest.next();
            continue;
        }
        let mut name = String::new();
        let mut is_setting = false;
        let is_comment = first == '#' || first == ';';
        while let Some(letter) = rest.next_if(|letter| *letter != '\n') {
            match letter {
                '\\' if is_comment => drop(rest.next()),
                '=' if !is_comment => {
                    is_setting = true;
                    break;
                }
                letter => name.push(letter),
            }
        }
        if is_setting {
            settings.insert(name.trim().to_owned(), parse_value(&mut rest));
        }
    }
    settings
}

fn parse_value(rest: &mut std::iter::Peekable<std::str::Chars>) -> String {
    let (mut value, mut kept, mut in_word) = (String::new(), 0, false);
    while let Some(letter) = rest.next_if(|letter| *letter != '\n') {
        match letter {
            '\'' | '"' if !in_word => {
                quoted(letter, rest, &mut value);
                kept = value.len();
            }
            '\\' => {
                value.extend(rest.next().filter(|escaped| *escaped != '\n'));
                (kept, in_word) = (value.len(), true);
            }
            blank if blank.is_whitespace() => {
                if in_word {
                    value.push(blank);
                }
            }
            letter => {
                value.push(letter);
                (kept, in_word) = (value.len(), true);
            }
        }
    }
    // Blanks at the end are no part of it.
    value.truncate(kept);
    value
}

fn quoted(quote: char, rest: &mut std::iter::Peekable<std::str::Chars>, value: &mut String) {
    while let Some(letter) = rest.next().filter(|letter| *letter != quote) {
        match (letter, rest.peek().copied()) {
            ('\\', Some('\n')) if quote == '"' => drop(rest.next()),
            ('\\', Some(escaped @ ('"' | '\\' | '`' | '$'))) if quote == '"' => {
                rest.next();
                value.push(escaped);
            }
            _ => value.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settings_file_is_read_as_systemd_reads_it() {
        for (text, expected) in [
            ("# no\n; no\nA=1\n", "1"),
            (" A = \"two words\" \n", "two words"),
            ("A='it is'", "it is"),
            ("A=a=b # c  \n", "a=b # c"),
            ("A=long\\\ner\n", "longer"),
            ("nonsense\nA=\n", ""),
            ("A=\"a\" \"b\"\n", "ab"),
            ("A=a\\b\n", "ab"),
            ("A=\"p\\$\\$w\"\n", "p$$w"),
            ("A=\"\\`x\\n\"\n", "`x\\n"),
            ("A='a\\\nb'\n", "a\\\nb"),
            ("A=\"multi\nline\"\n", "multi\nline"),
            ("# x \\\nB=2\nA=1\n", "1"),
            ("A=crlf\r\n", "crlf"),
        ] {
            assert_eq!(parse_settings(text), [("A".to_owned(), expected.to_owned())].into(), "{text:?}");
        }
    }

    #[test]
    fn a_missing_settings_file_holds_nothing() {
        assert_eq!(read_settings(Path::new("/nonexistent/repduel.env")), Ok(BTreeMap::new()));
    }
}
