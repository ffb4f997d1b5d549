//! What the tests stand on: a program, a database, lifters.

mod app;
mod client;
mod cluster;
mod database;
mod journeys;
mod smtp;
mod worker;

pub use app::{App, Options, program, spawn_app, spawn_app_with};
pub use client::{Answer, Lifter, place_on, send};
pub use cluster::Cluster;
pub use database::{TestDatabase, empty_database, fresh_database};
pub use journeys::Journeys;
pub use smtp::{MailServer, settings as mail_settings, token_in};
pub use worker::{Worker, spawn_worker};

/// The path of a file that belongs to the tests.
pub fn test_file(name: &str) -> String {
    format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))
}
