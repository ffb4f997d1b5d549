//! Tests through the real surface: the program itself, its HTTP, its command line, on a real PostgreSQL.
//!
//! The files are laid out like the routes. `tools/test.sh` provides the database.

mod accounts;
mod catalogue;
mod commands;
mod energy;
mod hostile;
mod logs;
mod meets;
mod migrations;
mod outage;
mod passwords;
mod pictures;
mod plumbing;
mod races;
mod ranks;
mod scores;
mod second_factor;
mod sessions;
mod settings;
mod standards;
mod support;
mod tls;
