//! What any service needs and no lifter ever sees: settings, database, listeners, logs, errors. Knows no feature.

pub mod app_links;
pub mod bulk;
pub mod cached;
pub mod client;
pub mod config;
pub mod cuts;
pub mod database;
pub mod envelope;
pub mod extract;
pub mod health;
pub mod idempotency;
pub mod indexes;
pub mod installation;
pub mod kept;
pub mod lifecycle;
pub mod listener;
pub mod logging;
pub mod machine;
pub mod mail;
pub mod metrics;
pub mod migrations;
pub mod openapi;
pub mod paging;
pub mod problem;
pub mod rate_limit;
pub mod refusal;
pub mod request_id;
pub mod routing;
pub mod seal;
pub mod secret;
pub mod set_aside;
pub mod settings;
pub mod slashes;
pub mod time;
pub mod uploads;
pub mod version;
pub mod visibility;
pub mod watchdog;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use client::Client;
pub use config::Config;
pub use database::{Connection, Database, DatabaseError, Transaction};
pub use extract::{Body, Path, Query};
pub use paging::Page;
pub use problem::Problem;
pub use time::Time;

/// The id of a user, a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct UserId(pub Uuid);

impl UserId {
    /// A new id; they sort by the time of their making.
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl Default for UserId {
    fn default() -> Self {
        Self::new()
    }
}
