//! The settings with their types. What is in a [`Config`] has been checked: nobody needs to look again.

mod reader;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::database::dsn::Dsn;
use super::settings::{Mistake, SETTINGS, Settings};

use reader::Reader;
pub use reader::origin_of;

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

/// Who may register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    Open,
    Invite,
    Closed,
}

/// A secret key. It cannot be printed.
#[derive(Clone)]
pub struct Key(Vec<u8>);

/// The key in use, and the one before it, which still opens what it closed.
#[derive(Debug, Clone)]
pub struct Keys {
    pub current: Key,
    pub previous: Option<Key>,
}

impl Keys {
    /// The key in use first.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

impl Key {
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// By what it is told from others: enough of its hash for that, and for nothing else.
    pub fn id(&self) -> String {
        Sha256::digest(&self.0).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }

    #[cfg(test)]
    pub fn of(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
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

/// How long tokens are good.
#[derive(Debug, Clone, Copy)]
pub struct TokenLives {
    pub access: Duration,
    /// Access tokens of clients that never refresh.
    pub legacy_access: Duration,
    pub refresh: Duration,
}

/// So many requests a second, and so many at once after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub per_second: NonZeroU32,
    pub burst: NonZeroU32,
}

/// None where there is no limit.
#[derive(Debug, Clone, Copy)]
pub struct RateLimitConfig {
    pub anonymous: Option<Rate>,
    pub user: Option<Rate>,
    pub auth: Option<Rate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    None,
    StartTls,
    Tls,
}

#[derive(Clone)]
pub struct MailConfig {
    pub from: lettre::message::Mailbox,
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub username: Option<String>,
    pub password: Option<String>,
}

/// Without the password.
impl std::fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MailConfig({}:{})", self.host, self.port)
    }
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
    pub access_keys: Keys,
    pub refresh_keys: Keys,
    /// Seal what must lie in the database and not be read there.
    pub data_keys: Keys,
    /// What is no mistake, and yet hardly meant.
    pub warnings: Vec<String>,
    /// True when a key was made up because none was set.
    pub made_up_keys: bool,
    pub token_lives: TokenLives,
    pub registration: Registration,
    pub boards_are_public: bool,
    /// Whether boards compare in the traditional classes where nobody says otherwise; else in the IPF's.
    pub traditional_classes: bool,
    /// Of the calendar that boards have.
    pub time_zone: TimeZone,
    pub min_age: u8,
    /// Points that the second level takes.
    pub xp_curve_base: i64,
    pub xp_max_level: i64,
    /// Of the app for iPhones; none: links are not told to belong to it.
    pub apple_team_id: Option<String>,
    pub ios_bundle_id: String,
    pub imprint_url: Option<String>,
    pub privacy_url: Option<String>,
    pub requires_verified_email: bool,
    pub rate_limits: RateLimitConfig,
    /// None where no mail is sent.
    pub mail: Option<MailConfig>,
    /// The public address of the web app, for links in mails.
    pub app_url: String,
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
        let keys = read.keys(environment);
        let made_up_keys = keys.iter().any(Option::is_none);
        let [access_keys, refresh_keys, data_keys] =
            keys.map(|keys| keys.unwrap_or_else(|| Keys { current: Key::made_up(), previous: None }));
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
            made_up_keys,
            access_keys,
            refresh_keys,
            data_keys,
            token_lives: read.token_lives(),
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
            registration: read.registration(environment),
            boards_are_public: read.one_of("PUBLIC_BOARDS", &[("everyone", true), ("members", false)]),
            traditional_classes: read.one_of("WEIGHT_CLASSES", &[("ipf", false), ("traditional", true)]),
            time_zone: read.time_zone("TIME_ZONE"),
            min_age: read.number("MIN_AGE", 0, 99),
            xp_curve_base: read.number("XP_CURVE_BASE", 1, 1_000_000),
            xp_max_level: read.number("XP_MAX_LEVEL", 1, 10_000),
            apple_team_id: read.text("APPLE_TEAM_ID"),
            ios_bundle_id: read.text("IOS_BUNDLE_ID").unwrap_or_default(),
            imprint_url: read.optional_url("IMPRINT_URL"),
            privacy_url: read.optional_url("PRIVACY_URL"),
            requires_verified_email: read.requires_verified_email(),
            rate_limits: RateLimitConfig {
                anonymous: read.rate("RATE_LIMIT_ANONYMOUS"),
                user: read.rate("RATE_LIMIT_USER"),
                auth: read.rate("RATE_LIMIT_AUTH"),
            },
            mail: read.mail(),
            app_url: read.url("APP_URL"),
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
        let config = Self { warnings: config.warnings_of_mail(), ..config };
        if read.mistakes.is_empty() { Ok(config) } else { Err(read.mistakes) }
    }

    fn warnings_of_mail(&self) -> Vec<String> {
        let mut warnings = self.warnings.clone();
        if self.requires_verified_email && self.mail.is_none() {
            let warning =
                "REQUIRE_VERIFIED_EMAIL: is set, and MAIL_FROM is not: nobody can show that an address is theirs";
            warnings.push(warning.into());
        }
        warnings
    }
}

/// How long tokens are good, for whoever rotates the keys that sign them.
pub fn token_lives(settings: &Settings) -> Result<TokenLives, Vec<Mistake>> {
    let mut read = Reader { settings, mistakes: settings.mistakes.clone() };
    let lives = read.token_lives();
    if read.mistakes.is_empty() { Ok(lives) } else { Err(read.mistakes) }
}

/// What may be changed while the process runs: how much is logged.
pub fn verbosity(settings: &Settings) -> Result<(slog::Level, LogRequests), Vec<Mistake>> {
    let mut read = Reader { settings, mistakes: settings.mistakes.clone() };
    let verbosity = (read.log_level(), read.log_requests());
    if read.mistakes.is_empty() { Ok(verbosity) } else { Err(read.mistakes) }
}
