use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use prometheus::core::Collector;
use prometheus::proto::MetricFamily;
use prometheus::{GaugeVec, IntCounterVec, IntGauge, IntGaugeVec, Opts};
use utoipa_actix_web::service_config::ServiceConfig;

use super::queue::{self, QueueHealth, SILENCE_OF_THE_DEAD};
use super::store;
use crate::platform::database::{Pooled, Shared};
use crate::platform::metrics::Figures;
use crate::platform::{Database, Problem};

/// Whoever asks how the queue is shall not wait for a database that hangs.
const PATIENCE: Duration = Duration::from_secs(1);

pub fn routes(config: &mut ServiceConfig) {
    config.service(get_queue);
}

/// The queue of background jobs: whether workers live and how far behind they are.
#[utoipa::path(responses((status = 200, body = QueueHealth), (status = 503, body = QueueHealth)), tag = "service")]
#[get("/health/queue")]
async fn get_queue(db: Data<Database>) -> HttpResponse {
    let asked = tokio::time::timeout(PATIENCE, async { queue::health(&*db.reader().await?).await });
    match asked.await {
        Ok(Ok(health)) => HttpResponse::Ok().json(health),
        _ => HttpResponse::ServiceUnavailable().json(QueueHealth::unavailable()),
    }
}

/// The queue's figures for Prometheus; none when the database does not answer.
pub struct QueueFigures {
    shared: Arc<Shared>,
    database: OnceLock<Pooled>,
}

impl QueueFigures {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared, database: OnceLock::new() }
    }

    /// None before the database has been found.
    fn database(&self) -> Option<&Pooled> {
        if self.database.get().is_none() {
            // Of two who come at once the first one's is kept.
            let _ = self.database.set(Pooled::open(&self.shared)?);
        }
        self.database.get()
    }
}

impl Figures for QueueFigures {
    fn gather<'a>(&'a self) -> Pin<Box<dyn Future<Output = Vec<MetricFamily>> + 'a>> {
        Box::pin(async {
            let Some(database) = self.database() else { return Vec::new() };
            match tokio::time::timeout(PATIENCE, gather(database)).await {
                Ok(Ok(figures)) => figures,
                _ => Vec::new(),
            }
        })
    }
}

async fn gather(db: &Pooled) -> Result<Vec<MetricFamily>, Problem> {
    let db = db.connection().await?;
    let figures = || -> prometheus::Result<_> {
        let jobs =
            IntGaugeVec::new(Opts::new("repduel_jobs", "Jobs in the queue by task and state."), &["task", "state"])?;
        let oldest = GaugeVec::new(
            Opts::new("repduel_jobs_oldest_seconds", "How long the job of a task has waited that waits longest."),
            &["task"],
        )?;
        let ended = IntCounterVec::new(
            Opts::new("repduel_jobs_total", "Jobs by task and by how they ended: done, failed (tried again), dead."),
            &["task", "outcome"],
        )?;
        Ok((jobs, oldest, ended, IntGauge::new("repduel_workers", "Workers that live.")?))
    };
    let (jobs, oldest, ended, workers) = figures().map_err(Problem::internal)?;
    for task in store::list_task_figures(&db).await? {
        let states = [
            ("waiting", task.waiting),
            ("scheduled", task.scheduled),
            ("running", task.running),
            ("retrying", task.retrying),
            ("dead", task.dead),
        ];
        for (state, number) in states {
            jobs.with_label_values(&[task.task.as_str(), state]).set(number);
        }
        oldest.with_label_values(&[task.task.as_str()]).set(task.oldest_seconds);
    }
    for (task, outcome, number) in store::list_counts(&db).await? {
        ended.with_label_values(&[task, outcome]).inc_by(u64::try_from(number).unwrap_or_default());
    }
    let living = store::list_workers(&db, SILENCE_OF_THE_DEAD).await?.len();
    workers.set(i64::try_from(living).unwrap_or(i64::MAX));
    let mut families = Vec::new();
    for figures in [jobs.collect(), oldest.collect(), ended.collect(), workers.collect()] {
        families.extend(figures.into_iter().filter(|family| !family.get_metric().is_empty()));
    }
    Ok(families)
}
