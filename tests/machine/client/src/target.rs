//! Where a URL leads. Names are not looked up: the machines have no name service.

use std::net::{IpAddr, SocketAddr};

use http::Uri;
use http::uri::{Authority, Scheme};

use crate::Failure;

#[derive(Debug, Clone)]
pub struct Target {
    pub scheme: Scheme,
    /// As the `Host` header and the certificate have it.
    pub authority: Authority,
    pub address: SocketAddr,
    /// What the URL says behind the authority; at least `/`.
    pub path: String,
}

impl Target {
    /// `resolve` is `HOST:ADDRESS`, as for curl but without a port.
    pub fn new(url: &str, resolve: Option<&str>) -> Result<Self, Failure> {
        let uri: Uri = url.parse()?;
        let scheme = uri.scheme().cloned().ok_or("the URL needs http:// or https://")?;
        let authority = uri.authority().cloned().ok_or("the URL has no host")?;
        let port = authority.port_u16().unwrap_or(if scheme == Scheme::HTTPS { 443 } else { 80 });
        let host = authority.host();
        let written = match resolve.and_then(|text| text.split_once(':')) {
            Some((name, address)) if name == host => address,
            _ => host,
        };
        let address: IpAddr = written
            .parse()
            .map_err(|_| format!("{host} is not an IP address; say where it is with --resolve {host}:ADDRESS"))?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { scheme, authority, address: SocketAddr::new(address, port), path })
    }

    pub fn is_tls(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    pub fn host(&self) -> &str {
        self.authority.host()
    }
}
