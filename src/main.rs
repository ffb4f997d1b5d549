//! The command line, nothing else.

use std::process::ExitCode;

use clap::Parser;
use repduel::cli::Cli;
use repduel::platform::listener::Handed;

fn main() -> ExitCode {
    // Before any thread and any runtime: it takes the sockets out of the environment.
    let handed = Handed::take();
    Cli::parse().run(handed)
}
