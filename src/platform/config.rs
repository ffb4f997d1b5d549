//! The settings with their types. What is in a [`Config`] has been checked: nobody needs to look again.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::database::dsn::Dsn;
use super::settings::{Mistake, SETTINGS, Settings, Source};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    Development,
    Staging,
    Production,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Auto,
    Text,
    Json,
    Journal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogRequests {
    All,
    Errors,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    None,
    Lax,
    Strict,
}

/// A secret key. It cannot be printed.
#[derive(Clone)]
pub struct Key(Vec<u8>);

impl Key {
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// A random key that lives as long as this process.
    fn made_up() -> Self {
        let halves = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
        Self(halves.iter().flat_map(|half| half.into_bytes()).collect())
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(hidden)")
    }
}

/// Where the database may be; at the start the first that answers is taken.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    pub candidates: Vec<Dsn>,
    pub ca_file: Option<PathBuf>,
    pub pool_size: usize,
    pub bootstrap_timeout: Duration,
    pub strict: bool,
    /// Where this host keeps the id of its database; none outside an installation.
    pub state_directory: Option<PathBuf>,
}

#[derive(Debug, Clone)]
pub struct CookieConfig {
    pub same_site: SameSite,
    pub secure: bool,
    pub domain: Option<String>,
}

#[derive(Debug, Clone)]
pub struct PasswordConfig {
    pub memory_kib: u32,
    pub iterations: u32,
    pub parallelism: u32,
    pub hashers: usize,
    pub queue: usize,
}

#[derive(Debug, Clone)]
pub struct Config {
    pub environment: Environment,
    pub base_url: String,
    pub origins: Vec<String>,
    pub database: DatabaseConfig,
    pub api_host: IpAddr,
    pub api_port: u16,
    pub ops_port: u16,
    pub workers: usize,
    pub request_timeout: Duration,
    pub access_key: Key,
    pub refresh_key: Key,
    /// Seals what must lie in the database and not be read there.
    pub data_key: Key,
    /// What is no mistake, and yet hardly meant.
    pub warnings: Vec<String>,
    /// True when a key was made up because none was set.
    pub made_up_keys: bool,
    pub access_token_life: Duration,
    pub refresh_token_life: Duration,
    pub cookie: CookieConfig,
    pub password: PasswordConfig,
    /// Uploaded pictures, served at `/static`.
    pub static_directory: PathBuf,
    pub log_level: slog::Level,
    pub log_format: LogFormat,
    pub log_requests: LogRequests,
}

impl Config {
    /// Gives the settings their types, or says everything that is wrong with them.
    pub fn from_settings(settings: &Settings) -> Result<Self, Vec<Mistake>> {
        let mut read = Reader { settings, mistakes: settings.mistakes.clone() };
        let environment = read.one_of(
            "ENVIRONMENT",
            &[
                ("production", Environment::Production),
                ("staging", Environment::Staging),
                ("development", Environment::Development),
            ],
        );
        let [access_key, refresh_key, data_key] = read.keys(environment);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let or_cores = |number: usize| if number == 0 { cores } else { number };
        let config = Self {
            environment,
            base_url: read.url("BASE_URL"),
            origins: read.origins(),
            database: DatabaseConfig {
                candidates: read.database_candidates(),
                ca_file: read.text("DATABASE_CA_FILE").map(PathBuf::from),
                pool_size: read.number("DATABASE_POOL_SIZE", 1, 1000),
                bootstrap_timeout: Duration::from_secs(read.bootstrap_timeout()),
                strict: read.flag("REPDUEL_STRICT_DB_BOOTSTRAP"),
                state_directory: settings.state_directory.clone(),
            },
            api_host: read.parsed("API_HOST", "is not an IP address", IpAddr::from([127, 0, 0, 1])),
            api_port: read.number("API_PORT", 0, 65_535),
            ops_port: read.number("OPS_PORT", 0, 65_535),
            workers: or_cores(read.number("WORKERS", 0, 256)),
            request_timeout: Duration::from_secs(read.number("REQUEST_TIMEOUT_SECONDS", 1, 600)),
            warnings: settings.warnings.clone(),
            made_up_keys: access_key.is_none() || refresh_key.is_none() || data_key.is_none(),
            access_key: access_key.unwrap_or_else(Key::made_up),
            refresh_key: refresh_key.unwrap_or_else(Key::made_up),
            data_key: data_key.unwrap_or_else(Key::made_up),
            access_token_life: Duration::from_secs(60 * read.number("ACCESS_TOKEN_EXPIRE_MINUTES", 1u64, 525_600)),
            refresh_token_life: Duration::from_secs(86_400 * read.number("REFRESH_TOKEN_EXPIRE_DAYS", 1u64, 3_650)),
            cookie: CookieConfig {
                same_site: read.one_of(
                    "COOKIE_SAMESITE",
                    &[("none", SameSite::None), ("lax", SameSite::Lax), ("strict", SameSite::Strict)],
                ),
                secure: read.flag("COOKIE_SECURE"),
                domain: read.text("COOKIE_DOMAIN"),
            },
            password: PasswordConfig {
                memory_kib: read.number("ARGON2_MEMORY_KIB", 19_456, 1_048_576),
                iterations: read.number("ARGON2_ITERATIONS", 2, 100),
                parallelism: read.number("ARGON2_PARALLELISM", 1, 16),
                hashers: or_cores(read.number("PASSWORD_HASHERS", 0, 256)),
                queue: read.number("PASSWORD_QUEUE", 1, 100_000),
            },
            static_directory: PathBuf::from(read.text("STATIC_STORAGE_DIR").unwrap_or_default()),
            log_level: read.log_level(),
            log_format: read.one_of(
                "LOG_FORMAT",
                &[
                    ("auto", LogFormat::Auto),
                    ("text", LogFormat::Text),
                    ("json", LogFormat::Json),
                    ("journal", LogFormat::Journal),
                ],
            ),
            log_requests: read.log_requests(),
        };
        if read.mistakes.is_empty() { Ok(config) } else { Err(read.mistakes) }
    }
}

/// What may be changed while the process runs: how much is logged.
pub fn verbosity(settings: &Settings) -> Result<(slog::Level, LogRequests), Vec<Mistake>> {
    let mut read = Reader { settings, mistakes: settings.mistakes.clone() };
    let verbosity = (read.log_level(), read.log_requests());
    if read.mistakes.is_empty() { Ok(verbosity) } else { Err(read.mistakes) }
}

/// Reads settings one by one and remembers what is wrong with them.
struct Reader<'a> {
    settings: &'a Settings,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn text(&self, name: &str) -> Option<String> {
        let setting = SETTINGS.iter().find(|setting| setting.name() == name)?;
        self.settings.raw.value(setting).map(str::to_owned)
    }

    fn mistake(&mut self, name: &str, problem: impl Into<String>) {
        let example = SETTINGS.iter().find(|setting| setting.name() == name).map_or("", |setting| setting.example);
        self.mistakes.push(Mistake { name: name.into(), problem: problem.into(), example });
    }

    fn parsed<T: std::str::FromStr>(&mut self, name: &str, problem: &str, fallback: T) -> T {
        match self.text(name).map(|text| text.parse()) {
            Some(Ok(value)) => value,
            Some(Err(_)) => {
                self.mistake(name, problem);
                fallback
            }
            None => fallback,
        }
    }

    fn number<T: std::str::FromStr + PartialOrd + std::fmt::Display + Copy>(
        &mut self,
        name: &str,
        least: T,
        most: T,
    ) -> T {
        match self.text(name).map(|text| text.parse::<T>()) {
            Some(Ok(value)) if least <= value && value <= most => value,
            Some(_) => {
                self.mistake(name, format!("is not a whole number from {least} to {most}"));
                least
            }
            None => least,
        }
    }

    /// What is not a positive number means the default here, as it does for existing installations.
    fn bootstrap_timeout(&self) -> u64 {
        let seconds = self.text("REPDUEL_DB_BOOTSTRAP_TIMEOUT").and_then(|text| text.parse().ok());
        seconds.filter(|seconds| *seconds > 0).unwrap_or(10)
    }

    fn flag(&mut self, name: &str) -> bool {
        self.one_of(name, &[("0", false), ("1", true), ("false", false), ("true", true), ("no", false), ("yes", true)])
    }

    /// The value of a word; the first one where none is set.
    fn one_of<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> T {
        let Some(text) = self.text(name) else { return words[0].1 };
        if let Some((_, value)) = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text)) {
            return *value;
        }
        let known = words.iter().map(|(word, _)| *word).collect::<Vec<_>>();
        self.mistake(name, format!("is none of {}", known.join(", ")));
        words[0].1
    }

    fn log_level(&mut self) -> slog::Level {
        let problem = "is none of critical, error, warning, info, debug, trace";
        self.parsed("LOG_LEVEL", problem, slog::Level::Info)
    }

    fn log_requests(&mut self) -> LogRequests {
        self.one_of("LOG_REQUESTS", &[("errors", LogRequests::Errors), ("all", LogRequests::All)])
    }

    fn url(&mut self, name: &str) -> String {
        let url = self.text(name).unwrap_or_default().trim_end_matches('/').to_owned();
        if origin_of(&url).is_none() {
            self.mistake(name, "is not an address that begins with http:// or https://");
        }
        url
    }

    /// The origins that may call with credentials: the listed ones and the web app's own.
    fn origins(&mut self) -> Vec<String> {
        let app_url = self.url("APP_URL");
        let mut origins = Vec::from_iter(origin_of(&app_url));
        let listed = self.text("FRONTEND_ORIGINS").unwrap_or_default();
        let listed = if listed.starts_with('[') {
            serde_json::from_str(&listed).unwrap_or_else(|_| {
                self.mistake("FRONTEND_ORIGINS", "begins like a JSON array of texts but is none");
                Vec::new()
            })
        } else {
            listed.split(',').map(|origin| origin.trim().to_owned()).filter(|origin| !origin.is_empty()).collect()
        };
        for origin in listed {
            match origin_of(&origin) {
                Some(exact) if exact == origin.trim_end_matches('/') => origins.push(exact),
                _ => self.mistake("FRONTEND_ORIGINS", "lists something other than scheme://host or scheme://host:port"),
            }
        }
        origins
    }

    /// Local candidates first, then remote ones; each once.
    fn database_candidates(&mut self) -> Vec<Dsn> {
        let general = match self.settings.source("database_url") {
            Source::Default => None,
            _ => Some("DATABASE_URL"),
        };
        let set = |name: &'static str| self.text(name).map(|_| name);
        let local = set("DATABASE_URL_INTERNAL").or(set("DATABASE_URL_LOCAL")).or(general);
        let remote = general.or(set("DATABASE_URL_REMOTE")).or(set("DATABASE_URL_INTERNAL"));
        let mut names: Vec<_> = local.into_iter().chain(remote).collect();
        names.dedup();
        if names.is_empty() {
            names.push("DATABASE_URL");
        }
        let mut candidates = Vec::new();
        for name in names {
            match Dsn::parse(name, &self.text(name).unwrap_or_default()) {
                Ok(dsn) => candidates.push(dsn),
                Err(problem) => self.mistake(name, problem),
            }
        }
        candidates
    }

    /// The keys: in production none may be missing, weak or repeated.
    fn keys(&mut self, environment: Environment) -> [Option<Key>; 3] {
        let names = ["JWT_SECRET_KEY", "REFRESH_JWT_SECRET_KEY", "DATA_KEY"];
        let keys = names.map(|name| self.text(name));
        if environment == Environment::Production {
            for (name, key) in names.into_iter().zip(&keys) {
                match key {
                    // What is set twice is not missing.
                    None if self.mistakes.iter().any(|mistake| mistake.name == name) => {}
                    None => self.mistake(name, "is missing; on an installed machine `repduel setup` makes it"),
                    Some(key) if key.len() < 32 => {
                        self.mistake(name, format!("has {} bytes; it needs at least 32", key.len()));
                    }
                    Some(key) if is_placeholder(key) => {
                        self.mistake(name, "is a placeholder that anybody can guess");
                    }
                    Some(_) => {}
                }
            }
        }
        for (later, earlier) in [(1, 0), (2, 0), (2, 1)] {
            if keys[later].is_some() && keys[later] == keys[earlier] {
                self.mistake(names[later], format!("is the same as {}; each key has one use", names[earlier]));
            }
        }
        keys.map(|key| key.map(|key| Key(key.into_bytes())))
    }
}

/// Whether a key looks like the ones that documents and examples show.
fn is_placeholder(key: &str) -> bool {
    const WORDS: [&str; 8] =
        ["change", "replace", "example", "placeholder", "your-", "your_", "supersecret", "openssl rand"];
    let lower = key.to_ascii_lowercase();
    let distinct = key.bytes().collect::<std::collections::BTreeSet<_>>().len();
    distinct < 8 || WORDS.iter().any(|word| lower.contains(word))
}

/// `scheme://host[:port]` of an http(s) address, in lower case.
fn origin_of(url: &str) -> Option<String> {
    let uri: actix_web::http::Uri = url.parse().ok()?;
    let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme))?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
    Some(format!("{scheme}://{authority}").to_ascii_lowercase())
}
