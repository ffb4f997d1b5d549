use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
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
                site: Some(site_file(&checked(domain, self.internal_tls)?, self.internal_tls)),
            },
            None => Files { caddyfile: without_import(&before.caddyfile), site: None },
        };
        show(&before, &after);
        if self.dry_run || before == after {
            return Ok(());
        }
        let refused = |reason| format!("Caddy refused, and both files are as they were: {reason}");
        after.validate().map_err(refused)?;
        if let Err(reason) = after.write().and_then(|()| reload()) {
            before.write()?;
            return Err(refused(reason).into());
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
    /// Has Caddy check copies of both, before anything is in force. As Caddy's own user: a check opens the log files,
    /// and they must not become root's.
    fn validate(&self) -> Result<(), String> {
        let user = User::from_name("caddy").ok().flatten().ok_or("there is no user caddy; apt install caddy")?;
        let (caddyfile, site) = (Path::new("/etc/caddy/.Caddyfile.check"), "/etc/caddy/.repduel.caddy.check");
        let imports_copy = self.caddyfile.replace(IMPORT, &format!("import {site}"));
        let checked = put(caddyfile, &imports_copy)
            .and_then(|()| put(Path::new(site), self.site.as_deref().unwrap_or_default()))
            .and_then(|()| {
                let mut caddy = Command::new("caddy");
                caddy.args(["validate", "--adapter", "caddyfile", "--config"]).arg(caddyfile).current_dir("/");
                caddy.uid(user.uid.as_raw()).gid(user.gid.as_raw());
                run(caddy.env("HOME", &user.dir).env_remove("XDG_DATA_HOME"))
            });
        for copy in [caddyfile, Path::new(site)] {
            // One that was never made is as good as one that is removed.
            let _ = fs::remove_file(copy);
        }
        checked
    }

    fn write(&self) -> Result<(), String> {
        // The site first: at no moment does the Caddyfile import what is not there.
        if let Some(site) = &self.site {
            put(Path::new(SITE), site)?;
        }
        put(Path::new(CADDYFILE), &self.caddyfile)?;
        match self.site {
            None if Path::new(SITE).exists() => fs::remove_file(SITE).map_err(|error| format!("{SITE}: {error}")),
            _ => Ok(()),
        }
    }
}

/// Whole or not at all, through a link to where it leads, with the owner and the permissions that the file had.
fn put(file: &Path, text: &str) -> Result<(), String> {
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let new = file.with_extension("repduel-new");
    let write = || {
        fs::write(&new, text)?;
        match fs::metadata(&file) {
            Ok(known) => {
                fs::set_permissions(&new, known.permissions())?;
                chown(&new, Some(known.uid()), Some(known.gid()))?;
            }
            // Caddy's user must read it, whatever the umask says.
            Err(_) => fs::set_permissions(&new, fs::Permissions::from_mode(0o644))?,
        }
        fs::rename(&new, &file)
    };
    write().map_err(|error: io::Error| {
        let _ = fs::remove_file(&new);
        format!("{}: {error}", file.display())
    })
}

fn checked(domain: &str, internal_tls: bool) -> Result<String, String> {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    };
    if domain.len() > 253 || !domain.split('.').all(is_label) {
        return Err(format!(
            "DOMAIN: {domain:?} is no host name; write it without https://, port or path, such as lift.example.org \
             (letters beyond ASCII in their xn-- form)"
        ));
    }
    let has_public_name = domain.contains('.') && domain.split('.').any(|label| label.parse::<u8>().is_err());
    if !has_public_name && !internal_tls {
        return Err(format!("DOMAIN: no public authority gives a certificate for {domain}; add --internal-tls"));
    }
    Ok(domain.to_ascii_lowercase())
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
