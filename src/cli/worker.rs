use std::path::PathBuf;

use clap::Args;

use super::service::{as_service, follow_settings};
use super::{Outcome, begin};
use crate::app;
use crate::platform::machine;
use crate::platform::settings::Sources;

/// Run background jobs until SIGTERM or SIGINT: mails, and what is forgotten after its time.
///
/// Any number of workers may run; each job is done by one of them. What runs at a stop is finished, or given back after
/// 25 seconds. SIGHUP reads LOG_LEVEL anew. Exits with 78 when the settings are wrong.
#[derive(Debug, Args)]
pub struct Worker {
    /// What SIGHUP reads anew.
    #[arg(long, value_name = "FILE", default_value = machine::SETTINGS)]
    settings_file: PathBuf,
}

impl Worker {
    pub async fn run(self, sources: Sources) -> Outcome {
        as_service(self.start(sources).await).await
    }

    async fn start(self, sources: Sources) -> Outcome {
        let (config, log) = begin(sources)?;
        tokio::spawn(follow_settings(self.settings_file, log.verbosity.clone()));
        Ok(app::work(config).await?)
    }
}
