//! Logs by slog: text on a terminal, JSON lines otherwise, always on standard error.
//!
//! The records of libraries come the same way, but never below `info`: at `debug` tokio-postgres writes the
//! parameters of statements, which hold e-mails and password hashes.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use slog::{Drain, Logger, o};
use slog_async::{AsyncGuard, OverflowStrategy};

use super::config::{LogFormat, LogRequests};

/// Records that may wait for a slow reader before their writers have to.
const WAITING_RECORDS: usize = 4096;

/// Keeps the log open; what is still waiting is written when it is dropped, so it is dropped last.
pub struct LogGuard {
    _global: slog_scope::GlobalLoggerGuard,
    _writer: AsyncGuard,
}

/// Opens the log of this process.
pub fn open(level: slog::Level, format: LogFormat) -> LogGuard {
    let is_text = match format {
        LogFormat::Text => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    let (writer, guard) = if is_text {
        let decorator = slog_term::TermDecorator::new().stderr().build();
        to_async(slog_term::FullFormat::new(decorator).build().fuse(), level)
    } else {
        to_async(slog_json::Json::default(std::io::stderr()).fuse(), level)
    };
    let global = slog_scope::set_global_logger(Logger::root(writer, o!()));
    // A second call in one process finds it set already; that is no fault.
    let _ = slog_stdlog::init_with_level(match level {
        slog::Level::Critical | slog::Level::Error => log::Level::Error,
        slog::Level::Warning => log::Level::Warn,
        _ => log::Level::Info,
    });
    LogGuard { _global: global, _writer: guard }
}

fn to_async<D>(drain: D, level: slog::Level) -> (slog::Fuse<slog::LevelFilter<slog_async::Async>>, AsyncGuard)
where
    D: Drain<Err = slog::Never, Ok = ()> + Send + 'static,
{
    let (drain, guard) = slog_async::Async::new(Mutex::new(drain).fuse())
        .chan_size(WAITING_RECORDS)
        .overflow_strategy(OverflowStrategy::Block)
        .build_with_guard();
    (slog::LevelFilter::new(drain, level).fuse(), guard)
}

/// Which requests get a line.
pub struct RequestSampling {
    which: LogRequests,
    seen: AtomicU64,
}

/// A request slower than this gets a line whatever its status.
const SLOW: Duration = Duration::from_secs(1);
/// Of the quick and successful requests one in this many gets a line.
const ONE_IN: u64 = 100;

impl RequestSampling {
    pub fn new(which: LogRequests) -> Self {
        Self { which, seen: AtomicU64::new(0) }
    }

    pub fn takes(&self, status: u16, duration: Duration) -> bool {
        self.which == LogRequests::All
            || status >= 400
            || duration > SLOW
            || self.seen.fetch_add(1, Ordering::Relaxed).is_multiple_of(ONE_IN)
    }
}
