//! Connecting: TLS to a remote database, and what every session is set to.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::DatabaseError;
use super::dsn::Dsn;

/// No just-in-time compiler and no plan of its own for each call: both cost more than they gain on short statements.
/// Nothing runs or waits for ever, and no query of one lifter takes the cores of all others.
const SESSION_OPTIONS: &str = "-c jit=off -c statement_timeout=15s -c lock_timeout=5s \
     -c idle_in_transaction_session_timeout=60s -c TimeZone=UTC -c plan_cache_mode=force_generic_plan \
     -c max_parallel_workers_per_gather=0";

/// The same address with our session's settings added.
pub fn with_session_settings(config: &Config) -> Config {
    let mut config = config.clone();
    let options = match config.get_options() {
        Some(options) => format!("{options} {SESSION_OPTIONS}"),
        None => SESSION_OPTIONS.to_owned(),
    };
    config.options(options).application_name("repduel").keepalives_idle(Duration::from_secs(60));
    config
}

/// What checks the server's certificate and name; none where the way stays on the machine.
pub fn connector(dsn: &Dsn, ca_file: Option<&Path>) -> Result<Option<MakeRustlsConnect>, DatabaseError> {
    if !dsn.verified_tls {
        return Ok(None);
    }
    let mut roots = RootCertStore::empty();
    match ca_file {
        Some(file) => {
            let unreadable =
                |error| DatabaseError::Unavailable(format!("DATABASE_CA_FILE {}: {error}", file.display()));
            for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(error.to_string()))? {
                let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
                roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| DatabaseError::Unavailable(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Some(MakeRustlsConnect::new(config)))
}

/// Opens one connection outside the pool, for migrations and commands. It lives as long as the client.
pub async fn connect(dsn: &Dsn, ca_file: Option<&Path>) -> Result<Client, DatabaseError> {
    // A command may take its time: only the pool's sessions have time-outs.
    let mut config = dsn.config.clone();
    config.application_name("repduel").options("-c jit=off -c TimeZone=UTC");
    let client = match connector(dsn, ca_file)? {
        Some(tls) => drive(config.connect(tls).await),
        None => drive(config.connect(NoTls).await),
    };
    client.map_err(DatabaseError::from)
}

fn drive<S, T>(
    connected: Result<(Client, tokio_postgres::Connection<S, T>), tokio_postgres::Error>,
) -> Result<Client, tokio_postgres::Error>
where
    tokio_postgres::Connection<S, T>: Future<Output = Result<(), tokio_postgres::Error>> + Send + 'static,
{
    let (client, connection) = connected?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            slog_scope::warn!("a connection to the database ended"; "error" => error.to_string());
        }
    });
    Ok(client)
}
