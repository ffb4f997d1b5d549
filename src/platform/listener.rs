//! The sockets to listen on: handed over by systemd, or bound by ourselves.
//!
//! Under systemd a socket that was not handed over is an error: binding one instead would hide the mistake until
//! the next restart loses requests.

use std::io;
use std::net::{SocketAddr, TcpListener};

use listenfd::ListenFd;

use super::Config;

/// What the socket units are called.
const API: &str = "repduel-http.socket";
const OPS: &str = "repduel-ops.socket";

pub struct Listeners {
    pub api: TcpListener,
    pub ops: TcpListener,
}

/// The sockets that were handed to this process. To be taken first in `main`: it removes them from the environment.
pub struct Handed {
    sockets: ListenFd,
    names: Vec<String>,
    by_systemd: bool,
}

impl Handed {
    pub fn take() -> Self {
        let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let by_systemd = std::env::var_os("NOTIFY_SOCKET").is_some();
        Self {
            sockets: ListenFd::from_env(),
            names: names.split(':').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            by_systemd,
        }
    }

    fn socket(&mut self, name: &str) -> io::Result<Option<TcpListener>> {
        match self.names.iter().position(|handed| handed == name) {
            Some(index) => self.sockets.take_tcp_listener(index),
            None => Ok(None),
        }
    }

    /// The handed sockets, or newly bound ones where there is no systemd.
    pub fn into_listeners(mut self, config: &Config) -> io::Result<Listeners> {
        let by_systemd = self.by_systemd;
        let mut listener = |name: &str, port: u16| match self.socket(name)? {
            Some(socket) => Ok(socket),
            None if by_systemd => Err(io::Error::other(format!(
                "systemd did not hand over {name}; start it with: systemctl start {name}"
            ))),
            None => bind(SocketAddr::new(config.api_host, port)),
        };
        Ok(Listeners { api: listener(API, config.api_port)?, ops: listener(OPS, config.ops_port)? })
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")))
}
