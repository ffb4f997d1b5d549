//! The way to a remote database: TLS, with a certificate of the right authority and the right name, or not at all.
//!
//! A gate in front of the real PostgreSQL answers its SSLRequest, speaks TLS and passes the rest on.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, UnixStream};
use tokio_rustls::TlsAcceptor;

use crate::support::{fresh_database, program};

/// What PostgreSQL's clients send to ask for TLS: length 8, code 80877103.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
}

fn authority(name: &str) -> Authority {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let file = std::env::temp_dir().join(format!("repduel-{}-{name}.pem", std::process::id()));
    std::fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
    Authority { issuer: Issuer::new(params, key), file }
}

/// A gate with a certificate for `name`, in front of the socket in `directory`; gives its port.
async fn gate(authority: &Authority, name: &str, directory: &str) -> u16 {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &authority.issuer).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let (acceptor, socket) = (TlsAcceptor::from(Arc::new(config)), format!("{directory}/.s.PGSQL.5432"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (acceptor, socket) = (acceptor.clone(), socket.clone());
            tokio::spawn(async move {
                let mut request = [0; 8];
                client.read_exact(&mut request).await.ok()?;
                if request != SSL_REQUEST {
                    return None;
                }
                client.write_all(b"S").await.ok()?;
                let mut client = acceptor.accept(client).await.ok()?;
                let mut server = UnixStream::connect(socket).await.ok()?;
                copy_bidirectional(&mut client, &mut server).await.ok()
            });
        }
    });
    port
}

#[tokio::test]
async fn a_remote_database_is_reached_by_verified_tls_alone() {
    let database = fresh_database().await;
    let directory = database.url.split("host=").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let name = database.url.split("dbname=").nth(1).unwrap().to_owned();
    let (ours, theirs) = (authority("ours"), authority("theirs"));
    let (right, wrong_name) =
        (gate(&ours, "localhost", &directory).await, gate(&ours, "db.example.org", &directory).await);
    for (port, mode, ca, expected) in [
        (right, "sslmode=verify-full", Some(&ours), Ok(())),
        (right, "sslmode=require", Some(&ours), Ok(())),
        (right, "sslmode=verify-full", Some(&theirs), Err("certificate")),
        (right, "sslmode=verify-full", None, Err("certificate")),
        (wrong_name, "sslmode=verify-full", Some(&ours), Err("certificate")),
        // Without TLS nothing passes the gate.
        (right, "sslmode=disable", Some(&ours), Err("DATABASE_URL")),
    ] {
        let mut command = program();
        command.args(["migrate", "--status"]);
        command.env("DATABASE_URL", format!("postgresql://repduel@localhost:{port}/{name}?{mode}"));
        if let Some(authority) = ca {
            command.env("DATABASE_CA_FILE", &authority.file);
        }
        let output = command.output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        match expected {
            Ok(()) => assert!(output.status.success(), "{mode}: {said}"),
            Err(reason) => {
                assert_eq!(output.status.code(), Some(75), "{mode}");
                assert!(said.contains(reason), "{mode}: {said}");
            }
        }
    }
    for authority in [ours, theirs] {
        std::fs::remove_file(authority.file).unwrap();
    }
}
