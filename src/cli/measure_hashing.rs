use std::time::{Duration, Instant};

use clap::Args;

use super::{Outcome, config};
use crate::accounts::{Hasher, Password};
use crate::platform::settings::Sources;

/// Measure how many passwords this machine verifies in a second with the current Argon2 settings.
///
/// It is the most logins a second that the service can answer here.
#[derive(Debug, Args)]
pub struct MeasureHashing {
    /// How long to measure.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
}

impl MeasureHashing {
    pub async fn run(self, sources: Sources) -> Outcome {
        let mut password = config(sources)?.password;
        password.queue = password.queue.max(password.hashers);
        let (hasher, _threads) = Hasher::start(&password)?;
        let typed = Password::typed("correct horse battery staple".into());
        let stored = hasher.hash(typed.clone()).await?;
        let began = Instant::now();
        let limit = Duration::from_secs(self.seconds);
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..password.hashers {
            let (hasher, typed, stored) = (hasher.clone(), typed.clone(), stored.clone());
            tasks.spawn(async move {
                let mut verified = 0u32;
                while began.elapsed() < limit
                    && matches!(hasher.verify(typed.clone(), Some(stored.clone())).await, Ok(true))
                {
                    verified += 1;
                }
                verified
            });
        }
        let verified: u32 = tasks.join_all().await.into_iter().sum();
        let rate = f64::from(verified) / began.elapsed().as_secs_f64();
        println!("{rate:.1} passwords a second on {} threads", password.hashers);
        Ok(())
    }
}
