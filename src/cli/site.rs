use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use clap::Args;
use nix::unistd::{User, geteuid};

use super::Outcome;

/// Put repduel behind this host's Caddy under a domain, or take it out again.
///
/// Writes /etc/caddy/repduel.caddy and one line into /etc/caddy/Caddyfile, has Caddy check both and reload. When Caddy
/// refuses, both files are as they were.
#[derive(Debug, Args)]
pub struct Site {
    /// The name that lifters type, such as lift.example.org.
    #[arg(required_unless_present = "remove")]
    domain: Option<String>,
    /// Certificates from Caddy's own authority instead of a public one, for a host without a public name.
    #[arg(long)]
    internal_tls: bool,
    /// Take the site out again.
    #[arg(long, conflicts_with_all = ["domain", "internal_tls"])]
    remove: bool,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

const CADDYFILE: &str = "/etc/caddy/Caddyfile";
const SITE: &str = "/etc/caddy/repduel.caddy";
const IMPORT: &str = "import /etc/caddy/repduel.caddy";

/// What both files hold; none where one is not there.
#[derive(PartialEq)]
struct Files {
    caddyfile: String,
    site: Option<String>,
}

impl Site {
    pub fn run(self) -> Outcome {
        if !geteuid().is_root() {
            return Err("run it with sudo".into());
        }
        let before = Files {
            caddyfile: fs::read_to_string(CADDYFILE)
                .map_err(|error| format!("{CADDYFILE}: {error}; apt install caddy"))?,
            site: fs::read_to_string(SITE).ok(),
        };
        let after = match &self.domain {
            Some(domain) => Files {
                caddyfile: with_import(&before.caddyfile),
                site: Some(site_file(&checked(domain)?, self.internal_tls)),
            },
            None => Files { caddyfile: without_import(&before.caddyfile), site: None },
        };
        show(&before, &after);
        if self.dry_run || before == after {
            return Ok(());
        }
        after.write()?;
        if let Err(reason) = validate().and_then(|()| reload()) {
            before.write()?;
            return Err(format!("Caddy refused, and both files are as they were: {reason}").into());
        }
        if let Some(domain) = &self.domain {
            println!("https://{domain} is served by repduel.");
            println!(
                "If /etc/repduel/repduel.env does not say so yet, write there, then run systemctl restart repduel:"
            );
            println!("  APP_URL=https://{domain}\n  BASE_URL=https://{domain}");
        }
        Ok(())
    }
}

impl Files {
    fn write(&self) -> io::Result<()> {
        // The site first: at no moment does the Caddyfile import what is not there.
        if let Some(site) = &self.site {
            replace(Path::new(SITE), site)?;
        }
        replace(Path::new(CADDYFILE), &self.caddyfile)?;
        match self.site {
            None if Path::new(SITE).exists() => fs::remove_file(SITE),
            _ => Ok(()),
        }
    }
}

/// Whole or not at all, with the permissions that the file had.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let new = file.with_extension("repduel-new");
    fs::write(&new, text)?;
    if let Ok(known) = fs::metadata(file) {
        fs::set_permissions(&new, known.permissions())?;
    }
    fs::rename(&new, file)
}

fn checked(domain: &str) -> Result<String, String> {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    };
    match domain.len() <= 253 && domain.split('.').all(is_label) {
        true => Ok(domain.to_ascii_lowercase()),
        false => Err("DOMAIN: is no host name, such as lift.example.org".to_owned()),
    }
}

fn site_file(domain: &str, internal_tls: bool) -> String {
    let tls = if internal_tls { "tls internal" } else { "import repduel-hsts" };
    format!(
        "# Made by `repduel site`; a change is lost when that is run again.\n\
         import /usr/share/repduel/caddy/*.caddy\n\n{domain} {{\n\t{tls}\n\timport repduel-site\n}}\n"
    )
}

fn with_import(caddyfile: &str) -> String {
    let without = without_import(caddyfile);
    let line_end = if without.is_empty() || without.ends_with('\n') { "" } else { "\n" };
    format!("{without}{line_end}{IMPORT}\n")
}

fn without_import(caddyfile: &str) -> String {
    caddyfile.split_inclusive('\n').filter(|line| line.trim() != IMPORT).collect()
}

fn show(before: &Files, after: &Files) {
    if before == after {
        return println!("nothing to change");
    }
    if before.caddyfile != after.caddyfile {
        let sign = if after.site.is_some() { '+' } else { '-' };
        println!("{CADDYFILE}:\n{sign} {IMPORT}");
    }
    println!("{SITE}:");
    for (sign, text) in [('-', &before.site), ('+', &after.site)] {
        if before.site != after.site {
            text.iter().flat_map(|text| text.lines()).for_each(|line| println!("{sign} {line}"));
        }
    }
}

/// As Caddy's own user: a check opens the log files, and they must not become root's.
fn validate() -> Result<(), String> {
    let user = User::from_name("caddy").ok().flatten().ok_or("there is no user caddy; apt install caddy")?;
    let mut caddy = Command::new("caddy");
    caddy.args(["validate", "--adapter", "caddyfile", "--config", CADDYFILE]).current_dir("/");
    run(caddy.uid(user.uid.as_raw()).gid(user.gid.as_raw()).env("HOME", &user.dir).env_remove("XDG_DATA_HOME"))
}

fn reload() -> Result<(), String> {
    run(Command::new("systemctl").args(["reload-or-restart", "caddy"]))
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    // Caddy writes its log before it says what is wrong.
    let reason = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
    Err(format!("{name}: {}", reason.trim()))
}
