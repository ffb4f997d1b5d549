//! Where a database is and whether the way to it is encrypted.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use tokio_postgres::config::{Host, SslMode};

/// The address of a database, ready to connect.
#[derive(Debug, Clone)]
pub struct Dsn {
    /// The setting that it came from.
    pub setting: &'static str,
    pub config: tokio_postgres::Config,
    /// Whether the way must be encrypted and the server's certificate and name checked.
    pub verified_tls: bool,
}

impl Dsn {
    /// Reads a URL or key=value pairs. The error never repeats the text, which may hold a password.
    pub fn parse(setting: &'static str, text: &str) -> Result<Self, &'static str> {
        let text = text.replacen("postgresql+asyncpg://", "postgresql://", 1);
        let (text, mode) = take_ssl_mode(&text);
        let mut config = tokio_postgres::Config::from_str(&text)
            .map_err(|_| "is neither a postgresql:// URL nor key=value pairs that PostgreSQL knows")?;
        // What a raw @ in a password makes of it; it must not be taken for a host and shown.
        if config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(name) if name.contains('@'))) {
            return Err("has an @ in its host: write an @ of a password as %40");
        }
        if config.get_hosts().is_empty() {
            config.host_path("/run/postgresql");
        }
        if config.get_user().is_none() {
            config.user("repduel");
        }
        if config.get_dbname().is_none() {
            config.dbname("repduel");
        }
        let verified_tls = match mode.as_deref() {
            None => !config.get_hosts().iter().all(is_near),
            Some("disable") => false,
            Some("require" | "verify-ca" | "verify-full") => true,
            Some(_) => return Err("has an sslmode other than disable, require or verify-full"),
        };
        config.ssl_mode(if verified_tls { SslMode::Require } else { SslMode::Disable });
        Ok(Self { setting, config, verified_tls })
    }
}

/// A Unix socket or a loopback address: nobody listens on the way there.
fn is_near(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
    }
}

/// Takes `sslmode` (or asyncpg's `ssl`) out of the text: the modes that check certificates are ours to carry out.
fn take_ssl_mode(text: &str) -> (String, Option<String>) {
    let mode_of = |part: &str| {
        part.split_once('=').filter(|(key, _)| ["sslmode", "ssl"].contains(key)).map(|(_, mode)| mode.to_owned())
    };
    let (head, pairs, separator) = match text.split_once("://") {
        Some(_) => match text.split_once('?') {
            Some((head, query)) => (head, query, "&"),
            None => return (text.to_owned(), None),
        },
        None => ("", text, " "),
    };
    let mode = pairs.split(separator).find_map(mode_of);
    let rest: Vec<_> = pairs.split(separator).filter(|part| mode_of(part).is_none()).collect();
    let rest = rest.join(separator);
    match head {
        "" => (rest, mode),
        head if rest.is_empty() => (head.to_owned(), mode),
        head => (format!("{head}?{rest}"), mode),
    }
}

/// Without the password.
impl fmt::Display for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        });
        write!(f, "host={}", hosts.collect::<Vec<_>>().join(","))?;
        if let Some(port) = self.config.get_ports().first() {
            write!(f, " port={port}")?;
        }
        write!(
            f,
            " dbname={} user={} sslmode={}",
            self.config.get_dbname().unwrap_or_default(),
            self.config.get_user().unwrap_or_default(),
            if self.verified_tls { "verify-full" } else { "disable" },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_verified_unless_it_stays_on_the_machine() {
        for (text, verified) in [
            ("host=/run/postgresql dbname=repduel", false),
            ("postgresql://repduel@localhost/repduel", false),
            ("postgresql://repduel@[::1]/repduel", false),
            ("postgresql+asyncpg://u:p@db.example.org/repduel", true),
            ("postgresql://u:p@db.example.org/repduel?sslmode=disable", false),
            ("postgresql://u:p@127.0.0.1/repduel?sslmode=verify-full&connect_timeout=3", true),
            ("postgresql://u:p@db.example.org/repduel?ssl=require", true),
            ("host=10.0.0.5 user=u sslmode=require", true),
            ("host=localhost,db.example.org", true),
        ] {
            assert_eq!(Dsn::parse("DATABASE_URL", text).unwrap().verified_tls, verified, "{text}");
        }
        assert!(Dsn::parse("DATABASE_URL", "host=a sslmode=prefer").unwrap_err().contains("sslmode"));
    }

    #[test]
    fn a_password_is_never_shown() {
        let dsn = Dsn::parse("DATABASE_URL", "postgresql://ada:hunter2@db.example.org:6543/lifts").unwrap();
        assert_eq!(dsn.to_string(), "host=db.example.org port=6543 dbname=lifts user=ada sslmode=verify-full");
        let bad = Dsn::parse("DATABASE_URL", "postgresql://ada:hunter2@h/x?no_such_option=1").unwrap_err();
        assert!(!bad.contains("hunter2"));
    }
}
