//! Reading settings one by one, and remembering everything that is wrong with them.

use super::*;
use crate::platform::settings::Source;

/// Reads settings one by one and remembers what is wrong with them.
pub(super) struct Reader<'a> {
    pub(super) settings: &'a Settings,
    pub(super) mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let setting = SETTINGS.iter().find(|setting| setting.name() == name)?;
        self.settings.raw.value(setting).map(str::to_owned)
    }

    pub(super) fn time_zone(&mut self, name: &str) -> TimeZone {
        let text = self.text(name).unwrap_or_else(|| "UTC".into());
        TimeZone::get(&text).unwrap_or_else(|_| {
            self.mistake(name, "is no name of the IANA data base of time zones");
            TimeZone::UTC
        })
    }

    fn mistake(&mut self, name: &str, problem: impl Into<String>) {
        let example = SETTINGS.iter().find(|setting| setting.name() == name).map_or("", |setting| setting.example);
        self.mistakes.push(Mistake { name: name.into(), problem: problem.into(), example });
    }

    pub(super) fn parsed<T: std::str::FromStr>(&mut self, name: &str, problem: &str, fallback: T) -> T {
        match self.text(name).map(|text| text.parse()) {
            Some(Ok(value)) => value,
            Some(Err(_)) => {
                self.mistake(name, problem);
                fallback
            }
            None => fallback,
        }
    }

    pub(super) fn number<T: std::str::FromStr + PartialOrd + std::fmt::Display + Copy>(
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
    pub(super) fn bootstrap_timeout(&self) -> u64 {
        let seconds = self.text("REPDUEL_DB_BOOTSTRAP_TIMEOUT").and_then(|text| text.parse().ok());
        seconds.filter(|seconds| *seconds > 0).unwrap_or(10)
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.one_of(name, &[("0", false), ("1", true), ("false", false), ("true", true), ("no", false), ("yes", true)])
    }

    /// The value of a word; the first one where none is set.
    pub(super) fn one_of<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> T {
        let Some(text) = self.text(name) else { return words[0].1 };
        if let Some((_, value)) = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text)) {
            return *value;
        }
        let known = words.iter().map(|(word, _)| *word).collect::<Vec<_>>();
        self.mistake(name, format!("is none of {}", known.join(", ")));
        words[0].1
    }

    pub(super) fn log_level(&mut self) -> slog::Level {
        let problem = "is none of critical, error, warning, info, debug, trace";
        self.parsed("LOG_LEVEL", problem, slog::Level::Info)
    }

    pub(super) fn log_requests(&mut self) -> LogRequests {
        self.one_of("LOG_REQUESTS", &[("errors", LogRequests::Errors), ("all", LogRequests::All)])
    }

    pub(super) fn token_lives(&mut self) -> TokenLives {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        TokenLives {
            access: minutes(self.number("ACCESS_TOKEN_EXPIRE_MINUTES", 1, 525_600)),
            legacy_access: minutes(self.number("LEGACY_ACCESS_TOKEN_EXPIRE_MINUTES", 1, 525_600)),
            refresh: minutes(24 * 60 * self.number("REFRESH_TOKEN_EXPIRE_DAYS", 1, 3_650)),
        }
    }

    pub(super) fn registration(&mut self, environment: Environment) -> Registration {
        let words = [("invite", Registration::Invite), ("open", Registration::Open), ("closed", Registration::Closed)];
        match self.text("REGISTRATION") {
            None if environment == Environment::Development => Registration::Open,
            _ => self.one_of("REGISTRATION", &words),
        }
    }

    /// `10/s:20`, or none for `off`.
    pub(super) fn rate(&mut self, name: &str) -> Option<Rate> {
        let text = self.text(name).filter(|text| !text.eq_ignore_ascii_case("off"))?;
        let numbers = text.split_once("/s:").and_then(|(rate, burst)| Some((rate.parse().ok()?, burst.parse().ok()?)));
        match numbers {
            Some((per_second, burst)) => Some(Rate { per_second, burst }),
            None => {
                self.mistake(name, "is neither off nor a rate a second and a burst, both above 0");
                None
            }
        }
    }

    pub(super) fn mail(&mut self) -> Option<MailConfig> {
        let tls =
            self.one_of("SMTP_TLS", &[("none", SmtpTls::None), ("starttls", SmtpTls::StartTls), ("tls", SmtpTls::Tls)]);
        let port = self.number("SMTP_PORT", 1, 65_535);
        let (username, password) = (self.text("SMTP_USERNAME"), self.text("SMTP_PASSWORD"));
        if username.is_some() != password.is_some() {
            self.mistake("SMTP_USERNAME", "needs SMTP_PASSWORD, and the other way round");
        }
        if username.is_some() && tls == SmtpTls::None {
            self.mistake("SMTP_TLS", "is none, so that SMTP_PASSWORD would go out unencrypted");
        }
        let from = self.text("MAIL_FROM")?;
        let Ok(from) = from.parse() else {
            self.mistake("MAIL_FROM", "is no sender");
            return None;
        };
        Some(MailConfig { from, host: self.text("SMTP_HOST").unwrap_or_default(), port, tls, username, password })
    }

    /// Nobody could ever show an address as theirs where no mail is sent.
    pub(super) fn requires_verified_email(&mut self) -> bool {
        let required = self.flag("REQUIRE_VERIFIED_EMAIL");
        if required && self.text("MAIL_FROM").is_none() {
            self.mistake("REQUIRE_VERIFIED_EMAIL", "needs MAIL_FROM: without mail nobody could sign in");
        }
        required
    }

    pub(super) fn optional_url(&mut self, name: &str) -> Option<String> {
        self.text(name).map(|_| self.url(name))
    }

    pub(super) fn url(&mut self, name: &str) -> String {
        let url = self.text(name).unwrap_or_default().trim_end_matches('/').to_owned();
        if origin_of(&url).is_none() {
            self.mistake(name, "is not an address that begins with http:// or https://");
        }
        url
    }

    /// The origins that may call with credentials: the listed ones and the web app's own.
    pub(super) fn origins(&mut self) -> Vec<String> {
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
    pub(super) fn database_candidates(&mut self) -> Vec<Dsn> {
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
    pub(super) fn keys(&mut self, environment: Environment) -> [Option<Keys>; 3] {
        const NAMES: [(&str, &str); 3] = [
            ("JWT_SECRET_KEY", "JWT_SECRET_KEY_PREVIOUS"),
            ("REFRESH_JWT_SECRET_KEY", "REFRESH_JWT_SECRET_KEY_PREVIOUS"),
            ("DATA_KEY", "DATA_KEY_PREVIOUS"),
        ];
        let mut seen: Vec<(&str, String)> = Vec::new();
        NAMES.map(|(name, previous_name)| {
            // A rotation that broke off leaves the current key as the previous one too.
            let is_rotated = self.text(previous_name) != self.text(name);
            let current = self.key(name, environment, &mut seen);
            let previous = if is_rotated { self.key(previous_name, environment, &mut seen) } else { None };
            match (current, previous) {
                (Some(current), previous) => Some(Keys { current, previous }),
                // What is set twice is not missing.
                (None, _) if self.mistakes.iter().any(|mistake| mistake.name == name) => None,
                (None, Some(_)) => {
                    self.mistake(name, format!("is missing, while {previous_name} is set"));
                    None
                }
                (None, None) if environment == Environment::Production => {
                    self.mistake(name, "is missing; on an installed machine `repduel setup` makes it");
                    None
                }
                (None, None) => None,
            }
        })
    }

    fn key(
        &mut self,
        name: &'static str,
        environment: Environment,
        seen: &mut Vec<(&'static str, String)>,
    ) -> Option<Key> {
        let key = self.text(name)?;
        if environment == Environment::Production && key.len() < 32 {
            self.mistake(name, format!("has {} bytes; it needs at least 32", key.len()));
        } else if environment == Environment::Production && is_placeholder(&key) {
            self.mistake(name, "is a placeholder that anybody can guess");
        }
        if let Some((other, _)) = seen.iter().find(|(_, known)| *known == key) {
            self.mistake(name, format!("is the same as {other}; each key has one use"));
        }
        seen.push((name, key.clone()));
        Some(Key(key.into_bytes()))
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
pub fn origin_of(url: &str) -> Option<String> {
    let uri: actix_web::http::Uri = url.parse().ok()?;
    let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme))?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
    Some(format!("{scheme}://{authority}").to_ascii_lowercase())
}
