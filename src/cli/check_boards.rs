use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, Outcome, begin, connect_to_current_database};
use crate::boards::check;
use crate::catalogue::Catalogue;
use crate::platform::settings::Sources;

/// Compare the boards with what lifts and energies give, and print what differs.
///
/// Lifters may go on posting meanwhile. Exits with 1 where something differed, repaired or not; the worker does the same
/// every hour with --repair.
#[derive(Debug, Args)]
pub struct CheckBoards {
    /// Make the standings that differ anew.
    #[arg(long)]
    repair: bool,
}

/// More than anybody reads.
const MOST_PRINTED: usize = 100;

impl CheckBoards {
    pub async fn run(self, sources: Sources) -> Outcome {
        let (config, _log) = begin(sources)?;
        let client = connect_to_current_database(&config).await?;
        let catalogue = Catalogue::load()?;
        let number: i64 = client.query_one("SELECT count(*) FROM users", &[]).await?.get(0);
        let bar = ProgressBar::new(number.unsigned_abs())
            .with_style(ProgressStyle::with_template("comparing {bar:40} {pos} of {len} lifters, {eta} left")?);
        let findings = check::check(&client, &catalogue, |done| bar.set_position(done)).await?;
        bar.finish_and_clear();
        check::note(&client, &findings).await?;
        for (user, why) in findings.differences.iter().take(MOST_PRINTED) {
            println!("{user} {why}");
        }
        for why in findings.lists.iter().take(MOST_PRINTED) {
            println!("{why}");
        }
        println!(
            "{} lifters compared, {} differ; {} lists differ",
            findings.lifters,
            findings.differences.len(),
            findings.lists.len()
        );
        if findings.number() == 0 {
            return Ok(());
        }
        if self.repair {
            println!("{} lifters stand anew", check::repair(&client, &catalogue, &findings).await?);
        } else {
            println!("to make their standings anew: repduel check-boards --repair");
        }
        Err(Failure::Reported(1))
    }
}
