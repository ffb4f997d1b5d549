//! Who sends a request, as far as a request tells: for the list of sessions and for the audit.

use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::header::USER_AGENT;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::Problem;
use super::request_id::{RequestId, client_address};

/// Enough to tell a phone from a laptop.
const LONGEST_DEVICE: usize = 120;

#[derive(Debug, Clone, Default)]
pub struct Client {
    pub address: Option<IpAddr>,
    /// What the client calls itself.
    pub device: Option<String>,
    /// Of this request; none for an operator at the command line.
    pub request_id: Option<String>,
}

impl Client {
    pub fn of(request: &HttpRequest) -> Self {
        let device = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
        Self {
            address: client_address(request.peer_addr(), request.headers()),
            device: device.map(|device| device.chars().take(LONGEST_DEVICE).collect()),
            request_id: request.extensions().get::<RequestId>().map(|id| id.0.clone()),
        }
    }
}

impl FromRequest for Client {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Self::of(request)))
    }
}
