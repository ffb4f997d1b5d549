//! Tests through the real surface: the program itself, its HTTP, its command line, on a real PostgreSQL.
//!
//! The files are laid out like the routes. `tools/test.sh` provides the database.

mod accounts;
mod catalogue;
mod commands;
mod energy;
mod hostile;
mod jobs;
mod links;
mod logs;
mod meets;
mod migrations;
mod outage;
mod plumbing;
mod races;
mod ranks;
mod retention;
mod scores;
mod sessions;
mod settings;
mod standards;
mod support;
mod tls;
