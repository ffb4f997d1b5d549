//! What was asked and what came of it: the files that a check compares with the database, and the figures.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use machine_client::Failure;
use serde_json::{Value, json};

use crate::connection::Failed;

/// How many failures are shown in full.
const EXAMPLES: usize = 12;

/// A lift as it was asked for.
pub struct Lift {
    pub user_id: String,
    pub weight: f64,
    pub reps: u32,
}

pub struct Ledger {
    acknowledged: BufWriter<File>,
    unknown: BufWriter<File>,
    began: Instant,
    last_answer: Instant,
    silence: Duration,
    waits_us: Vec<u32>,
    posts: u64,
    unknown_posts: u64,
    failures: BTreeMap<String, u64>,
    examples: Vec<String>,
    pub connections: u64,
    /// Kept connections that were found closed before a request went out.
    pub found_closed: u64,
}

impl Ledger {
    pub fn new(acknowledged: &Path, unknown: &Path) -> Result<Self, Failure> {
        let now = Instant::now();
        Ok(Self {
            acknowledged: BufWriter::new(File::create(acknowledged)?),
            unknown: BufWriter::new(File::create(unknown)?),
            began: now,
            last_answer: now,
            silence: Duration::ZERO,
            waits_us: Vec::with_capacity(1 << 20),
            posts: 0,
            unknown_posts: 0,
            failures: BTreeMap::new(),
            examples: Vec::new(),
            connections: 0,
            found_closed: 0,
        })
    }

    pub fn answered(&mut self, wait: Duration) {
        let now = Instant::now();
        self.silence = self.silence.max(now - self.last_answer);
        self.last_answer = now;
        self.waits_us.push(u32::try_from(wait.as_micros()).unwrap_or(u32::MAX));
    }

    pub fn acknowledged(&mut self, lift: &Lift, id: i64) -> std::io::Result<()> {
        self.posts += 1;
        writeln!(self.acknowledged, "{},{},{},{id}", lift.user_id, lift.weight, lift.reps)
    }

    /// A failed request; with the lift that it should have recorded, of which nobody knows now whether it did.
    pub fn failed(&mut self, what: &str, wait: Duration, failed: &Failed, lift: Option<&Lift>) -> std::io::Result<()> {
        let at = self.began.elapsed().as_secs_f64();
        *self.failures.entry(failed.kind.clone()).or_default() += 1;
        if self.examples.len() < EXAMPLES {
            let Failed { kind, detail } = failed;
            self.examples.push(format!("{kind} at {at:.3} s, after {} ms, {what}: {detail}", wait.as_millis()));
        }
        if let Some(lift) = lift {
            self.unknown_posts += 1;
            writeln!(self.unknown, "{},{},{}", lift.user_id, lift.weight, lift.reps)?;
        }
        Ok(())
    }

    /// Closes the files and adds everything up.
    pub fn close(mut self) -> std::io::Result<Value> {
        self.acknowledged.flush()?;
        self.unknown.flush()?;
        let seconds = self.began.elapsed().as_secs_f64();
        self.silence = self.silence.max(self.last_answer.elapsed());
        self.waits_us.sort_unstable();
        let failed: u64 = self.failures.values().sum();
        let requests = self.waits_us.len() as u64 + failed;
        let millis = |us: u32| (f64::from(us) / 10.0).round() / 100.0;
        let part = |part: f64| self.waits_us.get((self.waits_us.len() as f64 * part) as usize).copied().map(millis);
        Ok(json!({
            "requests": requests,
            "seconds": (seconds * 100.0).round() / 100.0,
            "per_second": (requests as f64 / seconds).round(),
            "posts_acknowledged": self.posts,
            "posts_unknown": self.unknown_posts,
            "new_connections": self.connections,
            "found_closed": self.found_closed,
            "failed": failed,
            "failures": self.failures,
            "examples": self.examples,
            "p50_ms": part(0.5),
            "p99_ms": part(0.99),
            "worst_ms": self.waits_us.last().copied().map(millis),
            "longest_silence_ms": self.silence.as_millis() as u64,
        }))
    }
}
