use std::time::Duration;

use clap::{Args, Subcommand};

use super::{Failure, Outcome, begin, open_shared};
use crate::app;
use crate::jobs::{Tools, probe, queue};
use crate::platform::database::Pooled;
use crate::platform::mail::Mailer;
use crate::platform::settings::Sources;
use crate::platform::{Config, Connection, Database};

/// Look at the background jobs, and decide about those that failed.
///
/// A job that fails is tried again, later and later. When its attempts are used up it is dead: it stays for 30 days, and
/// nothing happens with it until it is retried or dropped here.
#[derive(Debug, Args)]
pub struct Jobs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the jobs in the order in which they come, the dead ones last. What they hold is not shown.
    List {
        /// Only those whose attempts are used up.
        #[arg(long)]
        dead: bool,
        /// How many at most.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Let a job, or all dead jobs, begin anew at once.
    Retry {
        /// The job's id, as `repduel jobs list` shows it.
        #[arg(required_unless_present = "all_dead", conflicts_with = "all_dead")]
        id: Option<i64>,
        /// All jobs whose attempts are used up.
        #[arg(long)]
        all_dead: bool,
    },
    /// Take a job off the queue for good.
    Drop {
        /// The job's id, as `repduel jobs list` shows it.
        id: i64,
    },
    /// Run a task here and now that runs by the clock otherwise: forget, sweep_pictures.
    Run {
        /// The task's name.
        task: String,
    },
    /// Put a job through the queue, and tell how long it took. Fails when no worker takes it.
    Probe {
        /// Seconds to wait for it.
        #[arg(long, default_value_t = 10)]
        patience: u64,
    },
}

impl Jobs {
    pub async fn run(self, sources: Sources) -> Outcome {
        let (config, _log) = begin(sources)?;
        let shared = open_shared(&config).await?;
        let db = Database::of_worker(shared.clone()).connection().await?;
        match self.command {
            Command::List { dead, limit } => list(&db, dead, limit).await,
            Command::Retry { id: Some(id), .. } => {
                queue::retry(&db, id).await?;
                println!("job {id} begins anew");
                Ok(())
            }
            Command::Retry { id: None, .. } => {
                println!("{} dead jobs begin anew", queue::retry_all_dead(&db).await?);
                Ok(())
            }
            Command::Drop { id } => {
                queue::drop(&db, id).await?;
                println!("dropped job {id}");
                Ok(())
            }
            Command::Run { task } => {
                let pooled = Pooled::open(&shared).ok_or("the database went away")?;
                run_now(&task, config, pooled).await
            }
            Command::Probe { patience } => match probe(&db, Duration::from_secs(patience)).await? {
                Some(time) => {
                    println!("a worker took the job: done after {} ms", time.as_millis());
                    Ok(())
                }
                None => {
                    Err(format!("no worker took the job within {patience} s; see: systemctl status 'repduel-worker@*'")
                        .into())
                }
            },
        }
    }
}

async fn list(db: &Connection, only_dead: bool, limit: u32) -> Outcome {
    let jobs = queue::list(db, only_dead, i64::from(limit)).await?;
    if jobs.is_empty() {
        println!("{}", if only_dead { "no job is dead" } else { "the queue is empty" });
        return Ok(());
    }
    println!("{:>8}  {:<20} {:<9} {:>5}  {:<20}  LAST ERROR", "ID", "TASK", "STATE", "TRIES", "NEXT RUN");
    for job in jobs {
        let tries = format!("{}/{}", job.attempts, job.max_attempts);
        let next = match job.state.as_str() {
            "dead" => "never".to_owned(),
            _ => job.run_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        };
        let error = job.last_error.unwrap_or_default();
        println!("{:>8}  {:<20} {:<9} {tries:>5}  {next:<20}  {error}", job.id, job.task, job.state);
    }
    Ok(())
}

async fn run_now(name: &str, config: Config, database: Pooled) -> Outcome {
    let tasks = app::tasks();
    let Some(task) = tasks.iter().find(|task| task.name == name) else {
        let names: Vec<_> = tasks.iter().map(|task| task.name).collect();
        return Err(Failure::Failed(format!("no task is called {name}; there are {}", names.join(", "))));
    };
    let mailer = config.mail.as_ref().map(Mailer::new).transpose()?;
    task.run_by_hand(&Tools { database, config, mailer }).await?;
    println!("{name}: done");
    Ok(())
}
