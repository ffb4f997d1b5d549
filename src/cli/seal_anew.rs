use clap::Args;

use super::{Outcome, begin, open_database};
use crate::platform::seal::Sealer;
use crate::platform::settings::Sources;
use crate::second_factor;

/// Seal with the current DATA_KEY what the previous one sealed. `rotate-keys data` does this first.
#[derive(Debug, Args)]
pub struct SealAnew {}

impl SealAnew {
    pub async fn run(self, sources: Sources) -> Outcome {
        let (config, _log) = begin(sources)?;
        let database = open_database(&config).await?;
        let sealer = Sealer::new(&config.data_keys);
        let number = second_factor::seal_anew(&database.connection().await?, &sealer).await?;
        println!("sealed {number} second factors anew");
        Ok(())
    }
}
