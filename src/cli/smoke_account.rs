use clap::Args;
use serde_json::json;

use super::{Outcome, begin, connect_to_current_database};
use crate::accounts::{Hasher, smoke};
use crate::platform::settings::Sources;

/// Make a hidden account for `repduel smoke`, and print what it signs in with as JSON.
///
/// The account is on no board. Afterwards take it out again with --remove.
#[derive(Debug, Args)]
pub struct SmokeAccount {
    /// Take all such accounts out again, with everything that they did.
    #[arg(long)]
    remove: bool,
}

impl SmokeAccount {
    pub async fn run(self, sources: Sources) -> Outcome {
        let (config, _log) = begin(sources)?;
        let client = connect_to_current_database(&config).await?;
        if self.remove {
            println!("removed {} hidden accounts", smoke::remove(&client).await?);
            return Ok(());
        }
        let (hasher, _threads) = Hasher::start(&config.password)?;
        let account = smoke::make(&client, &hasher).await?;
        println!("{}", json!({ "email": account.email, "password": account.password }));
        Ok(())
    }
}
