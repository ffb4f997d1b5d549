//! The id that ties a request to its lines in the log and to the proxy's.
//!
//! It is taken from the proxy, which sits on the loopback; anybody else's is replaced.

use std::net::{IpAddr, SocketAddr};
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HeaderMap, HeaderName};
use uuid::Builder;

pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 64;

/// The id of the request in hand.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl RequestId {
    /// The id that the loopback proxy sent, or a new one.
    pub fn of(request: &ServiceRequest) -> Self {
        let sent = request.headers().get(X_REQUEST_ID).filter(|_| from_proxy(request.peer_addr()));
        match sent.and_then(|value| value.to_str().ok()).filter(|id| is_clean(id)) {
            Some(id) => Self(id.to_owned()),
            None => Self(new_id()),
        }
    }
}

/// A UUIDv7. Its random part is quick rather than secret: nothing is opened by knowing a request's id.
fn new_id() -> String {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut random = [0; 10];
    fastrand::fill(&mut random);
    Builder::from_unix_timestamp_millis(since_epoch.as_millis() as u64, &random).into_uuid().to_string()
}

fn is_clean(id: &str) -> bool {
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Whether the peer is the proxy of this host. Nobody else's headers are believed.
pub fn from_proxy(peer: Option<SocketAddr>) -> bool {
    peer.is_some_and(|peer| peer.ip().is_loopback())
}

/// The address of the client: what the loopback proxy added last to `X-Forwarded-For`, or the peer itself.
pub fn client_address(peer: Option<SocketAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    // Of several such lines the last is the nearest proxy's.
    let header = headers.get_all("x-forwarded-for").last().and_then(|value| value.to_str().ok());
    forwarded_address(peer, header)
}

fn forwarded_address(peer: Option<SocketAddr>, forwarded_for: Option<&str>) -> Option<IpAddr> {
    let forwarded = forwarded_for.filter(|_| from_proxy(peer)).and_then(|list| list.rsplit(',').next());
    forwarded.and_then(|address| address.trim().parse().ok()).or(peer.map(|peer| peer.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forwarded_address_counts_only_from_loopback() {
        let proxy = Some("127.0.0.1:5000".parse().unwrap());
        let stranger = Some("203.0.113.9:5000".parse().unwrap());
        let address = |peer, header| forwarded_address(peer, header).unwrap().to_string();
        assert_eq!(address(proxy, Some("1.2.3.4, 198.51.100.7")), "198.51.100.7");
        assert_eq!(address(proxy, Some("2001:db8::1")), "2001:db8::1");
        assert_eq!(address(proxy, Some("not an address")), "127.0.0.1");
        assert_eq!(address(proxy, None), "127.0.0.1");
        assert_eq!(address(stranger, Some("1.2.3.4")), "203.0.113.9");
    }
}
