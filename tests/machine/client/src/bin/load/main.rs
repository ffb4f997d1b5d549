//! A load that hides nothing: what a client would have seen fail is counted as failed, and never tried again.

mod connection;
mod ledger;
mod lifters;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Parser;
use machine_client::target::Target;
use machine_client::{Failure, trust};
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsConnector;

use crate::connection::Dialer;
use crate::ledger::Ledger;
use crate::worker::Load;

/// Asks a repduel many things at once and prints one line of JSON about it. Exit code 1 when a request failed.
#[derive(Parser)]
struct Options {
    /// http://127.0.0.1:9999 or https://NAME
    url: String,
    /// Where NAME is: NAME:ADDRESS
    #[arg(long)]
    resolve: Option<String>,
    /// The authority that signed the certificate; without it any certificate is taken
    #[arg(long)]
    ca: Option<PathBuf>,
    /// HTTP/2 instead of HTTP/1.1
    #[arg(long)]
    http2: bool,
    /// How long; without it until SIGTERM
    #[arg(long)]
    seconds: Option<f64>,
    /// Requests a second in the mean; 0: as many as can be
    #[arg(long, default_value_t = 1200.0)]
    rate: f64,
    /// Part of that rate that this load is to make, where another one makes the rest
    #[arg(long, default_value_t = 1.0)]
    share: f64,
    /// Clients at once
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// Accounts that lift
    #[arg(long, default_value_t = 16)]
    lifters: usize,
    /// Share of requests that record a lift
    #[arg(long, default_value_t = 0.3)]
    posts: f64,
    /// Share of requests on a new connection
    #[arg(long, default_value_t = 0.4)]
    fresh: f64,
    /// Seconds after which a request has failed
    #[arg(long, default_value_t = 10.0)]
    timeout: f64,
    /// Gets a line USER,WEIGHT,REPS,LIFT for each acknowledged lift
    #[arg(long)]
    acknowledged: PathBuf,
    /// Gets a line USER,WEIGHT,REPS for each lift whose fate is unknown
    #[arg(long)]
    unknown: PathBuf,
    /// Made when the accounts are there and the load begins
    #[arg(long)]
    ready: Option<PathBuf>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(Failure::from).and_then(|runtime| runtime.block_on(run(options))) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::from(2)
        }
    }
}

/// The number of failed requests.
async fn run(options: Options) -> Result<u64, Failure> {
    let target = Target::new(&options.url, options.resolve.as_deref())?;
    let protocol: &[u8] = if options.http2 { b"h2" } else { b"http/1.1" };
    let tls = match target.is_tls() {
        true => Some(TlsConnector::from(Arc::new(trust::tls(options.ca.as_deref(), &[protocol])?))),
        false => None,
    };
    let dialer = Dialer { target, tls, http2: options.http2 };
    let lifters = lifters::make(&dialer, options.lifters).await?;
    let load = Arc::new(Load {
        dialer,
        lifters,
        ledger: Mutex::new(Ledger::new(&options.acknowledged, &options.unknown)?),
        rate: options.rate * options.share,
        posts: options.posts,
        fresh: options.fresh,
        timeout: Duration::from_secs_f64(options.timeout),
        began: Instant::now(),
        asked: AtomicU64::new(0),
        stopping: AtomicBool::new(false),
    });
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    if let Some(file) = options.ready {
        std::fs::write(file, "")?;
    }
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..options.clients {
        let load = load.clone();
        clients.spawn(async move { load.run().await });
    }
    let end = Duration::from_secs_f64(options.seconds.unwrap_or(1e6));
    tokio::select! {
        () = tokio::time::sleep(end) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    load.stopping.store(true, Ordering::Relaxed);
    // What is under way is waited for: its outcome counts.
    while let Some(client) = clients.join_next().await {
        client??;
    }
    let load = Arc::into_inner(load).ok_or("a client is still at work")?;
    let report = load.ledger.into_inner()?.close()?;
    println!("{report}");
    Ok(report["failed"].as_u64().unwrap_or(1))
}
