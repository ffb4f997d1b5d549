//! Tests through the real surface: the program itself, its HTTP, its command line, on a real PostgreSQL.
//!
//! The files are laid out like the routes. `tools/test.sh` provides the database.

mod accounts;
mod admin;
mod admission;
mod api_keys;
mod audit;
mod boards;
mod boards_privacy;
mod boards_proof;
mod catalogue;
mod commands;
mod deep_pages;
mod edits;
mod energy;
mod hostile;
mod jobs;
mod judged;
mod limits;
mod links;
mod logs;
mod meets;
mod migrations;
mod outage;
mod passwords;
mod pictures;
mod plumbing;
mod points;
mod points_file;
mod points_oracle;
mod privacy;
mod races;
mod ranks;
mod refresh;
mod retention;
mod revocations;
mod rises;
mod roles;
mod scores;
mod second_factor;
mod sessions;
mod settings;
mod standards;
mod support;
mod tls;
