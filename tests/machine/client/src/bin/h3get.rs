//! One HTTP/3 request. Debian's curl speaks no HTTP/3, so the check brings its own client.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bytes::Buf;
use clap::Parser;
use machine_client::target::Target;
use machine_client::{Failure, trust};
use quinn::crypto::rustls::QuicClientConfig;

/// Asks once over HTTP/3 and prints status, headers and body. Exit code 1 when no answer comes.
#[derive(Parser)]
struct Options {
    /// https://NAME/PATH
    url: String,
    /// Where NAME is: NAME:ADDRESS
    #[arg(long)]
    resolve: Option<String>,
    /// The authority that signed the certificate; without it any certificate is taken
    #[arg(long)]
    ca: Option<PathBuf>,
    /// Seconds to wait
    #[arg(long, default_value_t = 5.0)]
    timeout: f64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let limit = Duration::from_secs_f64(options.timeout);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.map_err(Failure::from).and_then(|runtime| {
        let asked = runtime.block_on(async { tokio::time::timeout(limit, ask(options)).await });
        asked.unwrap_or_else(|_| Err(format!("no answer in {} s", limit.as_secs_f64()).into()))
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("h3get: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn ask(options: Options) -> Result<(), Failure> {
    let target = Target::new(&options.url, options.resolve.as_deref())?;
    let tls = trust::tls(options.ca.as_deref(), &[b"h3"])?;
    let any: SocketAddr = if target.address.is_ipv4() { "0.0.0.0:0".parse()? } else { "[::]:0".parse()? };
    let mut endpoint = quinn::Endpoint::client(any)?;
    endpoint.set_default_client_config(quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls)?)));
    let connection = endpoint.connect(target.address, target.host())?.await?;
    let (mut driver, mut sender) = h3::client::new(h3_quinn::Connection::new(connection)).await?;
    let driving = tokio::spawn(async move { std::future::poll_fn(|context| driver.poll_close(context)).await });

    let uri = format!("https://{}{}", target.authority, target.path);
    let mut stream = sender.send_request(http::Request::get(uri).body(())?).await?;
    stream.finish().await?;
    let answer = stream.recv_response().await?;
    println!("HTTP/3 {}", answer.status());
    for (name, value) in answer.headers() {
        println!("{name}: {}", String::from_utf8_lossy(value.as_bytes()));
    }
    println!();
    while let Some(mut part) = stream.recv_data().await? {
        print!("{}", String::from_utf8_lossy(&part.copy_to_bytes(part.remaining())));
    }
    // Nothing more to ask: the driver ends when the last sender is gone, and the connection with it.
    drop((stream, sender));
    driving.abort();
    endpoint.close(0u32.into(), b"");
    endpoint.wait_idle().await;
    Ok(())
}
