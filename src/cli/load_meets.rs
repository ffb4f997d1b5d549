use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, Outcome, begin, connect_to_current_database};
use crate::catalogue::Catalogue;
use crate::meets::{self, MeetFile};
use crate::platform::settings::Sources;

/// Load real lifters: the results of powerlifting meets, as CSV or CSV compressed with zstd.
///
/// Columns, by name: meet, date, fed, lifter, sex, event, equipment, age, bodyweight_kg, class_kg, squat_kg, bench_kg,
/// deadlift_kg, total_kg, place, tested. Each numbered lifter becomes a user without a login. Loading a file again
/// changes nothing; a file is loaded whole or not at all.
#[derive(Debug, Args)]
pub struct LoadMeets {
    /// The file; - reads standard input.
    #[arg(required_unless_present = "remove")]
    file: Option<PathBuf>,
    /// Stop at the first row that cannot count.
    #[arg(long)]
    strict: bool,
    /// Take all lifters that were loaded from meets out again.
    #[arg(long, conflicts_with_all = ["file", "strict"])]
    remove: bool,
}

/// How a file that was compressed with zstd begins.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

impl LoadMeets {
    pub async fn run(self, sources: Sources) -> Outcome {
        let (config, _log) = begin(sources)?;
        let Some(file) = self.file else {
            let client = connect_to_current_database(&config).await?;
            println!("removed {} lifters and their lifts", meets::remove(&client).await?);
            return Ok(());
        };
        // First whether there is a database to load into: reading may take long.
        let mut client = connect_to_current_database(&config).await?;
        let (input, bar) = open(&file)?;
        let read = MeetFile::read(input, self.strict)?;
        bar.finish_and_clear();

        let bar = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} storing: {msg}")?);
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        let loaded = meets::load(&mut client, &Catalogue::load()?, &read.results, |step| bar.set_message(step)).await?;
        bar.finish_and_clear();

        println!("{} results count", read.results.len());
        for (reason, number) in &read.left_out {
            println!("{number} left out: {reason}");
        }
        println!(
            "{} new lifters, {} new lifts, {} personal bests changed",
            loaded.new_lifters, loaded.new_lifts, loaded.changed_bests
        );
        Ok(())
    }
}

/// The file as plain CSV, behind a progress bar that follows the bytes read.
fn open(path: &PathBuf) -> Result<(Box<dyn Read>, ProgressBar), Failure> {
    let (raw, bar): (Box<dyn Read>, _) = if path.as_os_str() == "-" {
        (Box::new(std::io::stdin()), ProgressBar::new_spinner())
    } else {
        let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let size = file.metadata().map(|metadata| metadata.len()).unwrap_or_default();
        (Box::new(file), ProgressBar::new(size))
    };
    let bar = bar.with_style(ProgressStyle::with_template("reading {bar:40} {bytes} of {total_bytes}, {eta} left")?);
    let mut input = BufReader::with_capacity(1 << 16, bar.wrap_read(raw));
    let is_compressed =
        input.fill_buf().map_err(|error| format!("{}: {error}", path.display()))?.starts_with(&ZSTD_MAGIC);
    Ok(match is_compressed {
        true => (Box::new(zstd::Decoder::with_buffer(input)?), bar),
        false => (Box::new(input), bar),
    })
}
