use clap::Args;

use super::{Failure, Outcome, complain};
use crate::platform::Config;
use crate::platform::database::dsn::Dsn;
use crate::platform::settings::{SETTINGS, Settings, Shown, Source, Sources, env_example};

/// Show every setting with its source, secrets hidden, and say what is wrong with them.
///
/// Exits with 2 and a line for each mistake.
#[derive(Debug, Args)]
pub struct CheckConfig {
    /// Print an example file with every setting, its meaning and its default instead.
    #[arg(long)]
    example: bool,
}

impl CheckConfig {
    pub fn run(self, sources: Sources) -> Outcome {
        if self.example {
            print!("{}", env_example());
            return Ok(());
        }
        let settings = Settings::from_sources(sources);
        for setting in SETTINGS {
            let name = setting.name();
            let value = settings.raw.value(setting);
            let shown = match (value, setting.shown) {
                (None, _) => "(unset)".to_owned(),
                (Some(value), Shown::Plain) if value.contains("://") && value.contains('@') => {
                    "(hidden: holds an @)".into()
                }
                (Some(value), Shown::Plain) => value.to_owned(),
                (Some(value), Shown::Secret) => format!("(hidden, {} bytes)", value.len()),
                (Some(value), Shown::Dsn) => match Dsn::parse("", value) {
                    Ok(dsn) => dsn.to_string(),
                    Err(_) => "(hidden, not readable)".to_owned(),
                },
            };
            let source = match settings.source(&name.to_ascii_lowercase()) {
                Source::Default => "default",
                Source::Environment => "environment",
                Source::Credential => "credential",
            };
            println!("{name}={shown}  ({source})");
        }
        for warning in &settings.warnings {
            complain(&format!("warning: {warning}"));
        }
        Config::from_settings(&settings).map(|_| ()).map_err(Failure::Settings)
    }
}
