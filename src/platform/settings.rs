//! The settings as they are written: names, defaults, and where each value came from.
//!
//! A setting is an environment variable or a file in `$CREDENTIALS_DIRECTORY` named like it in lower case (systemd
//! may put `credentials_` before the name); the same setting from both is a mistake. [`super::config`] gives them
//! their types. Everything is read as text first, because a message about a bad value must never show a secret.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// How a value may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Plain,
    /// Never; only that it is set.
    Secret,
    /// A database's address: without the password.
    Dsn,
}

/// One setting, as documented.
#[derive(Debug)]
pub struct Setting {
    field: &'static str,
    /// Other names that are read too.
    pub aliases: &'static [&'static str],
    pub about: &'static [&'static str],
    /// Empty where there is none.
    pub default: &'static str,
    pub example: &'static str,
    pub shown: Shown,
}

impl Setting {
    pub fn name(&self) -> String {
        self.field.to_ascii_uppercase()
    }
}

macro_rules! settings {
    ($( $(#[doc = $about:literal])+ $field:ident $(| $alias:literal)* = $default:literal, $example:literal, $shown:ident; )+) => {
        /// Every setting as text; none where it has neither a value nor a default.
        #[derive(Debug, Default, Deserialize)]
        pub struct Raw { $( pub $field: Option<String>, )+ }

        impl Raw {
            /// The text of one setting of the register.
            pub fn value(&self, setting: &Setting) -> Option<&str> {
                match setting.field {
                    $( stringify!($field) => self.$field.as_deref(), )+
                    _ => None,
                }
            }
        }

        /// The register of all settings, in the order in which they are shown.
        pub const SETTINGS: &[Setting] = &[ $( Setting {
            field: stringify!($field),
            aliases: &[$($alias),*],
            about: &[$($about),+],
            default: $default,
            example: $example,
            shown: Shown::$shown,
        } ),+ ];
    };
}

settings! {
    /// Where this runs: development, staging or production.
    /// Outside production missing signing keys are made up for the day, and the API document is served at /api/docs.
    environment | "NODE_ENV" = "production", "production", Plain;
    /// The public address of the web app.
    app_url = "http://127.0.0.1:9999", "https://repduel.example.org", Plain;
    /// The public address of this API.
    base_url = "http://127.0.0.1:9999", "https://repduel.example.org", Plain;
    /// Further origins of web apps that may call this API with credentials; a comma list or a JSON array.
    frontend_origins | "CORS_ORIGINS" | "CORS_ALLOWED_ORIGINS" | "CORS_ALLOW_ORIGINS" = "", "https://lift.example.org,https://gym.example.org", Plain;

    /// The database: a URL or key=value pairs. postgresql+asyncpg:// is read too.
    /// sslmode is disable, require or verify-full; unset it is disable on a Unix socket or loopback, verify-full elsewhere.
    database_url = "host=/run/postgresql dbname=repduel user=repduel", "host=/run/postgresql dbname=repduel user=repduel", Dsn;
    /// Tried before DATABASE_URL when set.
    database_url_internal = "", "postgresql://repduel@10.0.0.5/repduel", Dsn;
    /// Tried before DATABASE_URL when set and DATABASE_URL_INTERNAL is not.
    database_url_local = "", "host=/run/postgresql dbname=repduel user=repduel", Dsn;
    /// Tried last, when DATABASE_URL is not set.
    database_url_remote = "", "postgresql://repduel@db.example.org/repduel", Dsn;
    /// A PEM file with the authorities that may sign a remote database's certificate; unset: the system's.
    database_ca_file = "", "/etc/repduel/database-ca.pem", Plain;
    /// Connections to the database, over all workers; each worker has four at least.
    database_pool_size = "24", "24", Plain;
    /// Seconds that each candidate for the database gets at the start.
    repduel_db_bootstrap_timeout = "10", "10", Plain;
    /// 1: do not start without a database. 0: start, and answer 503 until it comes.
    repduel_strict_db_bootstrap = "0", "1", Plain;

    /// The address to listen on when no socket is handed over.
    api_host = "127.0.0.1", "127.0.0.1", Plain;
    /// The port of the API; 0 takes a free one and logs it.
    api_port | "REST_API_PORT" = "9999", "9999", Plain;
    /// The port of /metrics and the other operators' pages, never to be reached from outside.
    ops_port = "9998", "9998", Plain;
    /// Threads that answer requests; 0: one a core.
    workers = "0", "2", Plain;
    /// Seconds after which a slow client or a slow answer is given up.
    request_timeout_seconds = "30", "30", Plain;

    /// Signs access tokens: at least 32 random bytes, such as `openssl rand -base64 48` prints.
    jwt_secret_key | "SECRET_KEY" = "", "the output of: openssl rand -base64 48", Secret;
    /// The key before: tokens that it signed stay valid. `repduel rotate-keys` sets it.
    jwt_secret_key_previous = "", "the JWT_SECRET_KEY of before", Secret;
    /// Signs refresh tokens: as above, but another one.
    refresh_jwt_secret_key | "JWT_REFRESH_SECRET_KEY" = "", "the output of: openssl rand -base64 48", Secret;
    /// The key before.
    refresh_jwt_secret_key_previous = "", "the REFRESH_JWT_SECRET_KEY of before", Secret;
    /// Seals what must lie in the database and not be read there: as above, a third one.
    data_key = "", "the output of: openssl rand -base64 48", Secret;
    /// The key before: what it sealed is still opened.
    data_key_previous = "", "the DATA_KEY of before", Secret;
    /// Minutes that an access token lives.
    access_token_expire_minutes = "60", "60", Plain;
    /// The same for a login at /users/login without `grant`: existing clients never refresh, and lose a workout silently.
    legacy_access_token_expire_minutes = "1440", "1440", Plain;
    /// Days that a refresh token lives.
    refresh_token_expire_days = "30", "30", Plain;
    /// The refresh cookie's SameSite: none, lax or strict.
    cookie_samesite | "REFRESH_COOKIE_SAMESITE" = "none", "lax", Plain;
    /// 1: the refresh cookie is sent over HTTPS only.
    cookie_secure | "REFRESH_COOKIE_SECURE" = "1", "1", Plain;
    /// The refresh cookie's domain; unset: the API's host alone.
    cookie_domain = "", "example.org", Plain;
    /// Argon2id: memory for one password, in KiB.
    argon2_memory_kib = "19456", "19456", Plain;
    /// Argon2id: passes over that memory.
    argon2_iterations = "2", "2", Plain;
    /// Argon2id: lanes.
    argon2_parallelism = "1", "1", Plain;
    /// Passwords hashed at once; 0: one a core.
    password_hashers = "0", "2", Plain;
    /// Passwords that may wait for that; more are answered with 503.
    password_queue = "256", "256", Plain;

    /// Who may register: open (anybody), invite (whoever has a link of a member's) or closed (of an admin's).
    /// Unset: invite, in development open.
    registration = "", "invite", Plain;
    /// Who may read boards: everyone, or members.
    public_boards = "everyone", "members", Plain;
    /// The weight classes that boards compare in where a request names none: ipf or traditional.
    weight_classes = "ipf", "traditional", Plain;
    /// Where this server stands: weeks, months and years of boards begin at its midnight. A name of the IANA data base.
    time_zone = "UTC", "Europe/Berlin", Plain;
    /// The age from which one may register, in years; pages ask for it.
    min_age = "16", "16", Plain;
    /// Where it says who runs this server; pages link it.
    imprint_url = "", "https://example.org/imprint", Plain;
    /// Where it says what is done with personal data; pages link it.
    privacy_url = "", "https://example.org/privacy", Plain;
    /// 1: nobody signs in before having shown that the e-mail address is theirs.
    require_verified_email = "0", "1", Plain;

    /// Points of experience at which the second level begins; the n-th after the first begins at n² times as many.
    xp_curve_base = "100", "100", Plain;
    /// The last level.
    xp_max_level = "100", "100", Plain;
    /// The team of the app for iPhones that opens this server's links; unset: none does.
    apple_team_id = "", "ABCDE12345", Plain;
    /// The app's name in its store.
    ios_bundle_id = "io.repduel.app", "io.repduel.app", Plain;

    /// Requests of one address that nobody is signed in for: a rate and a burst, or off.
    rate_limit_anonymous = "10/s:20", "10/s:20", Plain;
    /// Requests of one user, or of one API key: a rate and a burst, or off.
    rate_limit_user = "40/s:120", "40/s:120", Plain;
    /// Logins, registrations, refreshes and resets of one account: a rate and a burst; of one address four times the
    /// burst, since a gym is one address. off also ends the pauses after five failures.
    rate_limit_auth = "1/s:5", "1/s:5", Plain;

    /// The sender of all mails. Unset: no mail is sent, and whatever needs one says so.
    mail_from = "", "repduel <repduel@example.org>", Plain;
    /// The mail server that takes our mails.
    smtp_host = "localhost", "mail.example.org", Plain;
    /// Its port.
    smtp_port = "25", "587", Plain;
    /// none, starttls (must be offered), or tls (from the first byte).
    smtp_tls = "none", "starttls", Plain;
    /// The name to sign in with at the mail server; unset: without.
    smtp_username = "", "repduel@example.org", Plain;
    /// The password for it.
    smtp_password = "", "the password of SMTP_USERNAME", Secret;

    /// Where uploaded pictures lie; they are served at /static.
    static_storage_dir = "/var/lib/repduel/static", "/var/lib/repduel/static", Plain;

    /// critical, error, warning, info, debug or trace.
    log_level = "info", "info", Plain;
    /// text, json, journal, or auto: text on a terminal, the journal with its fields under systemd, JSON lines otherwise.
    log_format = "auto", "json", Plain;
    /// Which requests get a line: all, or errors (status 400 and up, over 1 s, and one of 100 of the rest).
    log_requests = "errors", "all", Plain;
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Default,
    Environment,
    Credential,
}

/// What is wrong with one setting; it never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub name: String,
    pub problem: String,
    pub example: &'static str,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} (for example: {})", self.name, self.problem, self.example)
    }
}

/// What is read before anything is understood. It holds secrets: it has no `Debug`.
#[derive(Default)]
pub struct Sources {
    pub environment: BTreeMap<String, String>,
    /// By the name of their setting, in upper case.
    pub credentials: BTreeMap<String, String>,
    /// Credentials that lie in plain beside their encrypted form. The plain ones count: somebody has just changed them.
    pub twice: Vec<String>,
    /// Credentials that are there and no text.
    pub unreadable: Vec<String>,
    /// Names in the settings file that are no setting.
    pub unknown: Vec<String>,
    /// Where this installation keeps what is its own; none outside one.
    pub state_directory: Option<PathBuf>,
}

impl Sources {
    /// The environment of this process and the credentials that systemd gave it.
    pub fn of_process() -> Self {
        let directory = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        let (credentials, twice, unreadable) =
            directory.map(|directory| read_credentials(&directory)).unwrap_or_default();
        Self {
            environment: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            credentials,
            twice,
            unreadable,
            unknown: Vec::new(),
            state_directory: std::env::var_os("STATE_DIRECTORY").map(PathBuf::from),
        }
    }
}

/// All settings as text, with their sources.
#[derive(Debug, Default)]
pub struct Settings {
    pub raw: Raw,
    pub state_directory: Option<PathBuf>,
    /// What is no mistake, and yet hardly meant.
    pub warnings: Vec<String>,
    pub sources: BTreeMap<&'static str, Source>,
    pub mistakes: Vec<Mistake>,
}

impl Settings {
    /// Puts both sources together. An empty value is none; names that are no setting are ignored.
    pub fn from_sources(
        Sources { environment, credentials, twice, unreadable, unknown, state_directory }: Sources,
    ) -> Self {
        let mut settings = Self { state_directory, ..Self::default() };
        settings.warnings.extend(twice.into_iter().map(|name| {
            format!("{name}: lies in plain beside its encrypted form, and the plain one counts; run: repduel encrypt-credentials")
        }));
        settings.mistakes.extend(unreadable.into_iter().map(|name| Mistake {
            name,
            problem: "its file cannot be read as text".into(),
            example: "the output of: openssl rand -hex 48",
        }));
        let no_setting = |name| format!("{name}: is no setting; repduel check-config lists them");
        settings.warnings.extend(unknown.into_iter().map(no_setting));
        let mut pairs = Vec::new();
        for setting in SETTINGS {
            let find = |values: &BTreeMap<String, String>| {
                std::iter::once(setting.name())
                    .chain(setting.aliases.iter().map(ToString::to_string))
                    .find_map(|name| values.get(&name).map(|value| value.trim().to_owned()))
                    .filter(|value| !value.is_empty())
            };
            let (value, source) = match (find(&environment), find(&credentials)) {
                (Some(_), Some(_)) => {
                    settings.mistakes.push(Mistake {
                        name: setting.name(),
                        problem: "is set both in the environment and as a credential; remove one".into(),
                        example: setting.example,
                    });
                    continue;
                }
                (Some(value), None) => (value, Source::Environment),
                (None, Some(value)) => (value, Source::Credential),
                (None, None) => (setting.default.to_owned(), Source::Default),
            };
            settings.sources.insert(setting.field, source);
            if !value.is_empty() {
                pairs.push((setting.name(), value));
            }
        }
        match envy::from_iter(pairs) {
            Ok(raw) => settings.raw = raw,
            // Every field is optional text, so this cannot be; and its message must not be shown, it may hold a value.
            Err(_) => settings.mistakes.push(Mistake {
                name: "settings".into(),
                problem: "cannot be read as text".into(),
                example: "UTF-8 text",
            }),
        }
        settings
    }

    pub fn source(&self, field: &str) -> &Source {
        self.sources.get(field).unwrap_or(&Source::Default)
    }
}

/// Whether something reads this name.
pub fn is_setting(name: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.name() == name || setting.aliases.contains(&name))
}

/// What was read of credentials: their texts, and the names of those that were there twice or are no text.
pub type Credentials = (BTreeMap<String, String>, Vec<String>, Vec<String>);

/// The files of a credentials directory by the names of their settings, without one trailing line end, and the names
/// of those that are there twice, and of those that are no text. systemd puts the name of the folder that they came from before theirs.
pub fn read_credentials(directory: &Path) -> Credentials {
    let (mut credentials, mut twice, mut unreadable) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut entries: Vec<_> = std::fs::read_dir(directory).into_iter().flatten().flatten().collect();
    // Plain ones ("credentials_") before encrypted ones.
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let Ok(file) = entry.file_name().into_string() else { continue };
        let name = file.strip_prefix("credentials_").or_else(|| file.strip_prefix("encrypted_")).unwrap_or(&file);
        let name = name.to_ascii_uppercase();
        match std::fs::read_to_string(entry.path()) {
            Err(_) if is_setting(&name) => unreadable.push(name),
            Err(_) => {}
            Ok(_) if credentials.contains_key(&name) => twice.push(name),
            Ok(text) => drop(credentials.insert(name, text)),
        }
    }
    (credentials, twice, unreadable)
}

/// The text of `.env.example`: every setting with its meaning and its default, all commented out.
pub fn env_example() -> String {
    let mut text = String::from(
        "# The settings of repduel. Made by `repduel check-config --example`; a test keeps it current.\n\
         # Secrets may be files named like the setting in lower case in $CREDENTIALS_DIRECTORY instead.\n",
    );
    for setting in SETTINGS {
        text.push('\n');
        for line in setting.about {
            text.push_str(&format!("#{line}\n"));
        }
        if !setting.aliases.is_empty() {
            text.push_str(&format!("# Read too: {}\n", setting.aliases.join(", ")));
        }
        let (value, note) = match setting.default {
            "" => (setting.example, "  # an example; unset by default"),
            default => (default, ""),
        };
        if setting.shown == Shown::Secret {
            text.push_str(&format!("# {}=  # {}\n", setting.name(), setting.example));
        } else {
            text.push_str(&format!("# {}={value}{note}\n", setting.name()));
        }
    }
    text
}
