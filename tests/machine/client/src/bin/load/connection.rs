//! One connection and one request at a time on it. Nothing is ever sent twice.

use bytes::Bytes;
use http::header::{CONNECTION, HOST};
use http::{Request, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use machine_client::target::Target;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How a request failed: a word to count by, and what was seen.
#[derive(Debug)]
pub struct Failed {
    pub kind: String,
    pub detail: String,
}

impl Failed {
    pub fn new(kind: impl Into<String>, detail: impl ToString) -> Self {
        Self { kind: kind.into(), detail: detail.to_string() }
    }

    /// hyper's own message leaves out what lies beneath.
    fn of(kind: &str, error: &dyn std::error::Error) -> Self {
        let mut detail = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            detail.push_str(&format!(": {error}"));
            source = error.source();
        }
        Self { kind: kind.to_owned(), detail }
    }
}

pub struct Dialer {
    pub target: Target,
    pub tls: Option<TlsConnector>,
    pub http2: bool,
}

enum Sender {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

pub struct Connection(Sender);

/// What came of handing a request to a connection.
pub enum Sent {
    Answer {
        status: StatusCode,
        body: Bytes,
        reusable: bool,
    },
    /// The connection was found closed before a byte of the request was written: whoever sees that opens another.
    Unsent,
    Failed(Failed),
}

impl Dialer {
    pub async fn connect(&self) -> Result<Connection, Failed> {
        let stream = TcpStream::connect(self.target.address).await.map_err(|error| Failed::of("connect", &error))?;
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else { return self.speak(TokioIo::new(stream)).await };
        let name = ServerName::try_from(self.target.host().to_owned()).map_err(|error| Failed::of("tls", &error))?;
        let stream = tls.connect(name, stream).await.map_err(|error| Failed::of("tls", &error))?;
        self.speak(TokioIo::new(stream)).await
    }

    async fn speak<S>(&self, stream: S) -> Result<Connection, Failed>
    where
        S: hyper::rt::Read + hyper::rt::Write + Send + Unpin + 'static,
    {
        // What breaks a connection also fails the request on it, which is where it is counted.
        if self.http2 {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), stream)
                .await
                .map_err(|error| Failed::of("handshake", &error))?;
            tokio::spawn(async move { connection.await.unwrap_or_default() });
            Ok(Connection(Sender::Two(sender)))
        } else {
            let (sender, connection) =
                http1::handshake(stream).await.map_err(|error| Failed::of("handshake", &error))?;
            tokio::spawn(async move { connection.await.unwrap_or_default() });
            Ok(Connection(Sender::One(sender)))
        }
    }

    /// Host header for HTTP/1.1, absolute form for HTTP/2.
    pub fn request(&self, method: http::Method, path: &str) -> http::request::Builder {
        let authority = self.target.authority.as_str();
        if self.http2 {
            let uri = format!("{}://{authority}{path}", self.target.scheme);
            Request::builder().method(method).uri(uri).version(Version::HTTP_2)
        } else {
            Request::builder().method(method).uri(path).header(HOST, authority)
        }
    }
}

impl Connection {
    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> Sent {
        let ready = match &mut self.0 {
            Sender::One(sender) => sender.ready().await,
            Sender::Two(sender) => sender.ready().await,
        };
        if ready.is_err() {
            return Sent::Unsent;
        }
        let answer = match &mut self.0 {
            Sender::One(sender) => sender.try_send_request(request).await,
            Sender::Two(sender) => sender.try_send_request(request).await,
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(mut error) => match error.take_message() {
                Some(_) => return Sent::Unsent,
                None => return Sent::Failed(Failed::of("no-answer", error.error())),
            },
        };
        let status = answer.status();
        let closes =
            answer.headers().get(CONNECTION).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"close"));
        match answer.into_body().collect().await {
            Ok(body) => Sent::Answer { status, body: body.to_bytes(), reusable: !closes },
            Err(error) => Sent::Failed(Failed::of("cut-off", &error)),
        }
    }
}
