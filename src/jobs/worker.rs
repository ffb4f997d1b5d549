//! The worker: runs jobs until a signal says to stop.
//!
//! Stopping: no new job is begun, what runs is finished; what takes longer than [`GRACE`] is given back and run again
//! by another. A worker that is killed is missed after [`SILENCE_OF_THE_DEAD`], and its jobs are run again at once. The
//! database gone: the library ends with an error, and is started again, later and later, until it comes.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use graphile_worker::{
    Database, FailureReason, JobInterrupted, WorkerOptions, WorkerRecoveryConfig, WorkerShutdownConfig,
};
use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::counts::Counts;
use super::driver::{Driver, NewJobs};
use super::handler::{Registered, Shelf};
use super::queue::SILENCE_OF_THE_DEAD;
use super::{Tools, schema};
use crate::platform::database::{Pooled, SchemaCheck, Shared, bootstrap, feed};
use crate::platform::mail::Mailer;
use crate::platform::watchdog::Watchdog;
use crate::platform::{Config, lifecycle};

/// Jobs wait for the network and the database more than for a processor.
const JOBS_AT_ONCE: usize = 4;
/// The connections are as many as if so many workers shared those of the settings.
const WORKERS: usize = 3;
/// How often a worker shows that it lives, and looks for those that do not.
const BEAT: Duration = Duration::from_secs(5);
/// How long a job may go on after the signal. systemd waits longer.
const GRACE: Duration = Duration::from_secs(25);
/// How often the queue is looked at for jobs whose time has come; of new ones the worker is told.
const LOOK: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// A task that is run at certain times: `minute hour day month weekday`, in UTC.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    pub task: &'static str,
    pub times: &'static str,
    /// How long after its time a run is made up for that nobody was there to do.
    pub made_up_for: &'static str,
}

/// Runs jobs until a signal says to stop.
pub async fn work(
    config: Config,
    tasks: Vec<Registered>,
    schedules: &'static [Schedule],
    check: SchemaCheck,
) -> io::Result<()> {
    let shared = Arc::new(Shared::default());
    bootstrap(shared.clone(), config.database.clone(), WORKERS, check).await.map_err(io::Error::other)?;
    let stop = stop_on_signal()?;
    // There is one thread here: as long as systemd is told, it turns.
    Watchdog::default().start();
    lifecycle::ready("starting");
    let Some(database) = wait_for_database(&shared, stop.clone()).await else { return Ok(()) };
    let new_jobs = Arc::new(NewJobs::default());
    feed::follow(shared.clone(), new_jobs.clone());
    let mailer = config.mail.as_ref().map(Mailer::new).transpose().map_err(io::Error::other)?;
    let shelf = Shelf { tools: Arc::new(Tools { database, config, mailer }), counts: Arc::new(Counts::default()) };
    let worker = Worker { tasks, schedules, new_jobs, shelf, stop };
    let (tools, counts) = (worker.shelf.tools.clone(), worker.shelf.counts.clone());
    tokio::select! {
        () = worker.run_until_stopped() => {}
        () = counts.keep_flushing(&tools.database) => {}
    }
    if let Err(error) = counts.flush(&tools.database).await {
        slog_scope::warn!("the last counts of jobs are lost"; "error" => error.to_string());
    }
    slog_scope::info!("stopped");
    Ok(())
}

/// True from the moment on at which a signal says to stop.
fn stop_on_signal() -> io::Result<watch::Receiver<bool>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (told, stop) = watch::channel(false);
    tokio::spawn(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        slog_scope::info!("stopping: finishing the jobs that run"; "signal" => name);
        lifecycle::notify(&[NotifyState::Stopping, NotifyState::Status("finishing the jobs that run")]);
        told.send_replace(true);
    });
    Ok(stop)
}

/// None when the signal to stop comes first.
async fn wait_for_database(shared: &Arc<Shared>, mut stop: watch::Receiver<bool>) -> Option<Pooled> {
    loop {
        if let Some(database) = Pooled::open(shared) {
            return Some(database);
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return None,
            () = tokio::time::sleep(FIRST_PAUSE) => {}
        }
    }
}

struct Worker {
    tasks: Vec<Registered>,
    schedules: &'static [Schedule],
    new_jobs: Arc<NewJobs>,
    shelf: Shelf,
    stop: watch::Receiver<bool>,
}

impl Worker {
    async fn run_until_stopped(&self) {
        let (mut pause, mut stop) = (FIRST_PAUSE, self.stop.clone());
        while !*stop.borrow() {
            let began = Instant::now();
            let ended = self.run().await;
            if *stop.borrow() {
                if let Err(reason) = ended {
                    slog_scope::warn!("stopped without the database; what ran is run again"; "error" => reason);
                }
                return;
            }
            // Whoever ran for a while has not failed over and over.
            pause = if began.elapsed() > LONGEST_PAUSE { FIRST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
            let reason = ended.err().unwrap_or_else(|| "it ended by itself".into());
            slog_scope::warn!("no jobs are run at the moment; trying again"; "error" => &reason,
                "seconds" => pause.as_secs_f64());
            lifecycle::status(&format!("waiting: {reason}"));
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Runs jobs until the signal to stop, or until the library cannot go on.
    async fn run(&self) -> Result<(), String> {
        let tools = &self.shelf.tools;
        let connection = tools.database.connection().await.map_err(|error| error.to_string())?;
        let client = connection.client().map_err(|error| error.to_string())?;
        schema::check(client).await?;
        drop(connection);
        let mut stop = self.stop.clone();
        let stopped = async move {
            let _ = stop.wait_for(|stop| *stop).await;
        };
        let options = WorkerOptions::default()
            .database(Database::new(Driver::new(&tools.database, self.new_jobs.clone())))
            .define_jobs(self.tasks.iter().map(|task| task.definition.clone()))
            .add_extension(self.shelf.clone())
            .concurrency(JOBS_AT_ONCE)
            .poll_interval(LOOK)
            .worker_recovery(
                WorkerRecoveryConfig::default()
                    .heartbeat_interval(BEAT)
                    .sweep_interval(BEAT)
                    .sweep_threshold(SILENCE_OF_THE_DEAD)
                    .recovery_delay(Duration::ZERO),
            )
            .worker_shutdown(
                WorkerShutdownConfig::default()
                    .listen_os_shutdown_signals(false)
                    .shutdown_signal(stopped)
                    .grace_period(GRACE)
                    .interrupted_job_retry_delay(Duration::ZERO),
            )
            .on(JobInterrupted, |context| async move {
                let why = match context.reason {
                    FailureReason::WorkerCrashed => "a job whose worker is gone is run again",
                    _ => "a job that was not finished in time is given back",
                };
                slog_scope::warn!("{}", why; "task" => context.job.task_identifier(), "job" => context.job.id());
            });
        let cron = self
            .schedules
            .iter()
            .map(|schedule| format!("{} {} ?fill={}", schedule.times, schedule.task, schedule.made_up_for));
        let options = options.with_cron(cron.collect::<Vec<_>>().join("\n").as_str());
        let worker = options.map_err(|error| error.to_string())?.init().await.map_err(|error| error.to_string())?;
        slog_scope::info!("running jobs"; "worker" => worker.worker_id());
        lifecycle::status("running jobs");
        worker.run().await.map_err(|error| error.to_string())
    }
}
