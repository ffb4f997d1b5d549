//! What Prometheus is told of the boards: how many stand there, how much memory that takes, how far behind, and whether
//! it is right.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use prometheus::core::Collector;
use prometheus::proto::MetricFamily;
use prometheus::{Gauge, IntGauge};

use super::live::Live;
use crate::platform::metrics::Figures;

pub struct BoardFigures(pub Arc<Live>);

impl Figures for BoardFigures {
    fn gather<'a>(&'a self) -> Pin<Box<dyn Future<Output = Vec<MetricFamily>> + 'a>> {
        Box::pin(async { self.families().unwrap_or_default() })
    }
}

impl BoardFigures {
    fn families(&self) -> prometheus::Result<Vec<MetricFamily>> {
        let live = &self.0;
        let (lifters, lists, bytes) =
            live.look().memory().map_or((0, 0, 0), |memory| (memory.lifters(), memory.lists().count(), memory.size()));
        let is_live = live.look().memory().is_some();
        let number = |name, help, value: u64| -> prometheus::Result<Vec<MetricFamily>> {
            let gauge = IntGauge::new(name, help)?;
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
            Ok(gauge.collect())
        };
        let lag = Gauge::new("repduel_boards_lag_seconds", "Since the boards last read all changes.")?;
        lag.set(live.lag());
        let mut families = lag.collect();
        for more in [
            number(
                "repduel_boards_live",
                "1 when ranks come from memory, 0 while the database answers.",
                u64::from(is_live),
            )?,
            number("repduel_boards_lifters", "Lifters that stand on boards.", lifters as u64)?,
            number("repduel_boards_lists", "Lists that are counted: boards by scope.", lists as u64)?,
            number("repduel_boards_bytes", "Memory of the boards.", bytes as u64)?,
            number(
                "repduel_boards_drift",
                "Lifters and lists in which memory differed from the database when they were last compared.",
                live.drift.load(Ordering::Relaxed),
            )?,
            number(
                "repduel_boards_builds_total",
                "How often the boards were read anew.",
                live.builds.load(Ordering::Relaxed),
            )?,
            number(
                "repduel_boards_build_milliseconds",
                "What that took the last time.",
                live.build_ms.load(Ordering::Relaxed),
            )?,
        ] {
            families.extend(more);
        }
        Ok(families)
    }
}
