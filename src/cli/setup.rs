use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;
use nix::unistd::{User, geteuid};
use tokio_postgres::config::Host;

use super::{Failure, Outcome};
use crate::platform::database::dsn::Dsn;
use crate::platform::machine;
use crate::platform::settings::{SETTINGS, Settings, Shown, Sources};

/// Make what an installed machine lacks: keys, and the first time the database and its role.
///
/// Nothing that is there is changed. The database is made as the user postgres, by peer authentication, where
/// DATABASE_URL names a Unix socket and this host has never met a database before. Runs as root at every install,
/// upgrade and boot. Exits with 75 when no PostgreSQL answers.
#[derive(Debug, Args)]
pub struct Setup {}

/// The keys that every installation needs.
const KEYS: [&str; 3] = ["jwt_secret_key", "refresh_jwt_secret_key", "data_key"];

/// Makes the role and the database that are missing. psql quotes what it puts in for the variables.
const MAKE_DATABASE: &str = r"
SELECT format('CREATE ROLE %I LOGIN', :'role')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8''', :'database', :'role')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
";

impl Setup {
    pub fn run(self) -> Outcome {
        if !geteuid().is_root() {
            return Err("run it with sudo".into());
        }
        let mut sources = Sources::of_process();
        let mut environment = machine::read_settings(Path::new(machine::SETTINGS))?;
        environment.append(&mut sources.environment);
        for name in KEYS {
            make_key(name, &|name| environment.contains_key(name))?;
        }
        let settings = Settings::from_sources(Sources { environment, ..Sources::default() });
        make_database(&settings)
    }
}

/// Makes a key, unless it is set somewhere.
fn make_key(name: &str, is_in_settings: &dyn Fn(&str) -> bool) -> Result<(), String> {
    let setting = SETTINGS.iter().find(|setting| setting.name().eq_ignore_ascii_case(name));
    let setting = setting.filter(|setting| setting.shown == Shown::Secret).ok_or(format!("{name}: no such key"))?;
    let plain = Path::new(machine::CREDENTIALS);
    let names = std::iter::once(setting.name()).chain(setting.aliases.iter().map(ToString::to_string));
    for known in names {
        let file = known.to_ascii_lowercase();
        let is_file =
            [plain, Path::new(machine::ENCRYPTED_CREDENTIALS)].iter().any(|folder| folder.join(&file).exists());
        if is_file || is_in_settings(&known) {
            return Ok(());
        }
    }
    let text = machine::new_key()?;
    let (path, new) = (plain.join(name), plain.join(format!(".{name}.new")));
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        writeln!(file, "{text}")?;
        file.sync_all()?;
        // Refuses where somebody else has just made it.
        std::fs::hard_link(&new, &path)?;
        std::fs::remove_file(&new)
    };
    write().map_err(|error: std::io::Error| format!("{}: {error}", path.display()))?;
    println!("made {}", path.display());
    Ok(())
}

fn make_database(settings: &Settings) -> Outcome {
    let folders = [machine::CREDENTIALS, machine::ENCRYPTED_CREDENTIALS].map(Path::new);
    let is_secret = ["database_url", "database_url_internal", "database_url_local", "database_url_remote"]
        .iter()
        .any(|name| folders.iter().any(|folder| folder.join(name).exists()));
    if is_secret {
        println!("the database's address is a secret: its role and database are made by whoever has it");
        return Ok(());
    }
    let address = settings.raw.database_url_local.as_deref().or(settings.raw.database_url.as_deref());
    let dsn =
        Dsn::parse("DATABASE_URL", address.unwrap_or_default()).map_err(|problem| format!("DATABASE_URL {problem}"))?;
    let Some(Host::Unix(socket)) = dsn.config.get_hosts().first() else {
        println!("the database is on another host: its role and database are made there");
        return Ok(());
    };
    let known = Path::new(machine::STATE).join("installation-id");
    if known.exists() {
        return Ok(());
    }
    let again = "then run: systemctl start repduel-setup repduel-migrate";
    let Ok(Some(postgres)) = User::from_name("postgres") else {
        return Err(Failure::Unreachable(format!("there is no PostgreSQL here; apt install postgresql, {again}")));
    };
    let mut psql = Command::new("psql")
        .args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-h"])
        .arg(socket)
        .args(["-p", &dsn.config.get_ports().first().copied().unwrap_or(5432).to_string()])
        .args(["-v", &format!("role={}", dsn.config.get_user().unwrap_or("repduel"))])
        .args(["-v", &format!("database={}", dsn.config.get_dbname().unwrap_or("repduel"))])
        .uid(postgres.uid.as_raw())
        .gid(postgres.gid.as_raw())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::Unreachable(format!("psql: {error}; apt install postgresql, {again}")))?;
    if let Some(mut stdin) = psql.stdin.take() {
        // Where psql has ended already, its own message says why.
        let _ = stdin.write_all(MAKE_DATABASE.as_bytes());
    }
    let output = psql.wait_with_output().map_err(|error| format!("psql: {error}"))?;
    let reason = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) => Ok(()),
        // psql's own code for a server that does not answer.
        Some(2) => Err(Failure::Unreachable(format!("{}; start PostgreSQL, {again}", reason.trim()))),
        _ => Err(format!("the database could not be made: {}", reason.trim()).into()),
    }
}
