//! Logs by slog: text on a terminal, the journal under systemd, JSON lines otherwise; the latter on standard error.
//!
//! The records of libraries come the same way, but never below `info`: at `debug` tokio-postgres writes the
//! parameters of statements, which hold e-mails and password hashes. The queue's library writes what jobs hold, at any
//! level: of it only what is told elsewhere than where jobs run is taken.

mod journal;

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use slog::{Drain, Logger, Never, OwnedKVList, Record, SendSyncUnwindSafeDrain, o};
use slog_async::{AsyncGuard, OverflowStrategy};

use super::config::{LogFormat, LogRequests};

/// Records that may wait for a slow reader before their writers have to.
const WAITING_RECORDS: usize = 4096;

/// How much is logged. It may be changed while the process runs.
#[derive(Debug, Default)]
pub struct Verbosity {
    level: AtomicU8,
    every_request: AtomicBool,
    seen: AtomicU64,
}

/// A request slower than this gets a line whatever its status.
const SLOW: Duration = Duration::from_secs(1);
/// Of the quick and successful requests one in this many gets a line.
const ONE_IN: u64 = 100;

impl Verbosity {
    pub fn set(&self, level: slog::Level, requests: LogRequests) {
        self.level.store(level.as_usize() as u8, Ordering::Relaxed);
        self.every_request.store(requests == LogRequests::All, Ordering::Relaxed);
        log::set_max_level(match level {
            slog::Level::Critical | slog::Level::Error => log::LevelFilter::Error,
            slog::Level::Warning => log::LevelFilter::Warn,
            _ => log::LevelFilter::Info,
        });
    }

    /// Whether a request gets a line.
    pub fn takes(&self, status: u16, duration: Duration) -> bool {
        self.every_request.load(Ordering::Relaxed)
            || status >= 400
            || duration > SLOW
            || self.seen.fetch_add(1, Ordering::Relaxed).is_multiple_of(ONE_IN)
    }
}

/// Whether standard error ends in systemd's journal.
pub fn is_in_journal() -> bool {
    journal::is_stderr()
}

/// Keeps the log open; what is still waiting is written when it is dropped, so it is dropped last.
pub struct LogGuard {
    pub verbosity: Arc<Verbosity>,
    _global: slog_scope::GlobalLoggerGuard,
    _writer: AsyncGuard,
}

/// Opens the log of this process.
pub fn open(level: slog::Level, requests: LogRequests, format: LogFormat) -> LogGuard {
    let format = match format {
        LogFormat::Auto if std::io::stderr().is_terminal() => LogFormat::Text,
        LogFormat::Auto if journal::is_stderr() => LogFormat::Journal,
        LogFormat::Auto => LogFormat::Json,
        chosen => chosen,
    };
    let verbosity = Arc::new(Verbosity::default());
    let (logger, writer) = match format {
        LogFormat::Text => {
            let decorator = slog_term::TermDecorator::new().stderr().build();
            logger(slog_term::FullFormat::new(decorator).build().fuse(), &verbosity)
        }
        LogFormat::Journal => logger(journal::Journal::new(), &verbosity),
        _ => logger(slog_json::Json::default(std::io::stderr()).fuse(), &verbosity),
    };
    let global = slog_scope::set_global_logger(logger);
    // A second call in one process finds it set already; that is no fault.
    let _ = slog_stdlog::init_with_level(log::Level::Info);
    verbosity.set(level, requests);
    LogGuard { verbosity, _global: global, _writer: writer }
}

/// Writing happens on a thread of its own, so that no request waits for a disk.
fn logger<D>(drain: D, verbosity: &Arc<Verbosity>) -> (Logger, AsyncGuard)
where
    D: Drain<Err = Never, Ok = ()> + Send + 'static,
{
    let (drain, guard) = slog_async::Async::new(Mutex::new(drain).fuse())
        .chan_size(WAITING_RECORDS)
        .overflow_strategy(OverflowStrategy::Block)
        .build_with_guard();
    (Logger::root(Filter { drain: drain.fuse(), verbosity: verbosity.clone() }, o!()), guard)
}

/// Lets through what is as important as the [`Verbosity`] asks for.
struct Filter<D> {
    drain: D,
    verbosity: Arc<Verbosity>,
}

impl<D: SendSyncUnwindSafeDrain<Ok = (), Err = Never>> Drain for Filter<D> {
    type Ok = ();
    type Err = Never;

    fn log(&self, record: &Record, values: &OwnedKVList) -> Result<(), Never> {
        let is_wanted = record.level().as_usize() as u8 <= self.verbosity.level.load(Ordering::Relaxed);
        match is_wanted && !holds_jobs(record) {
            true => self.drain.log(record, values),
            false => Ok(()),
        }
    }
}

/// Whether a record is of the kind in which the queue's library writes out jobs; and the names of its spans, a line for
/// each statement.
fn holds_jobs(record: &Record) -> bool {
    let target = record.tag();
    let is_queue = target.starts_with("graphile_worker");
    target.starts_with("tracing::span")
        || target.starts_with("graphile_worker::runner")
        || target.starts_with("graphile_worker::batcher")
        || is_queue && !record.level().is_at_least(slog::Level::Warning)
}
