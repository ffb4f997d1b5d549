//! Figures for Prometheus, on the operators' listener.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use prometheus::proto::MetricFamily;
use prometheus::{Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};

use super::database::Shared;
use super::version;

/// From half a millisecond, as fast as one row is read, to the longest that a request may take.
const BUCKETS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

/// Figures that have to be asked for when somebody looks.
pub trait Figures {
    /// None of them when whoever knows does not answer; it must not take long.
    fn gather<'a>(&'a self) -> Pin<Box<dyn Future<Output = Vec<MetricFamily>> + 'a>>;
}

/// Those of all features.
pub struct MoreFigures(pub Vec<Box<dyn Figures>>);

pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    pool: IntGaugeVec,
    database: Arc<Shared>,
}

impl Metrics {
    pub fn new(database: Arc<Shared>) -> prometheus::Result<Self> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("repduel_http_requests_total", "Requests by method, route and status."),
            &["method", "route", "status"],
        )?;
        let durations = HistogramVec::new(
            HistogramOpts::new("repduel_http_request_seconds", "Time to answer by method and route.")
                .buckets(BUCKETS.to_vec()),
            &["method", "route"],
        )?;
        let pool = IntGaugeVec::new(
            Opts::new("repduel_database_connections", "Connections: size, idle; and requests waiting for one."),
            &["state"],
        )?;
        let build = IntGaugeVec::new(
            Opts::new("repduel_build_info", "Always 1; the labels say what is running."),
            &["version", "commit", "built"],
        )?;
        build.with_label_values(&[version::VERSION, version::COMMIT, version::BUILT]).set(1);
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(pool.clone()))?;
        registry.register(Box::new(build))?;
        Ok(Self { registry, requests, durations, pool, database })
    }

    pub fn count(&self, method: &str, route: &str, status: u16, duration: Duration) {
        let mut digits = [0; 3];
        for (place, digit) in digits.iter_mut().rev().enumerate() {
            *digit = b'0' + (status / 10u16.pow(place as u32) % 10) as u8;
        }
        let status = std::str::from_utf8(&digits).unwrap_or("000");
        self.requests.with_label_values(&[method, route, status]).inc();
        self.durations.with_label_values(&[method, route]).observe(duration.as_secs_f64());
    }

    fn render(&self, more: Vec<MetricFamily>) -> prometheus::Result<Vec<u8>> {
        let pool = self.database.pool_status();
        for (state, number) in [("size", pool.size), ("idle", pool.idle), ("waiting", pool.waiting)] {
            self.pool.with_label_values(&[state]).set(number as i64);
        }
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        TextEncoder::new().encode(&more, &mut text)?;
        Ok(text)
    }
}

/// All figures in Prometheus' text form.
#[get("/metrics")]
pub async fn get_metrics(metrics: Data<Metrics>, more: Data<MoreFigures>) -> Result<HttpResponse, super::Problem> {
    let mut families = Vec::new();
    for figures in &more.0 {
        families.extend(figures.gather().await);
    }
    let text = metrics.render(families).map_err(super::Problem::internal)?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text))
}
