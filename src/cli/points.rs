use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;

use clap::Args;

use super::{Failure, Outcome, complain};
use crate::points::{Asked, By, Divisions, Format, Sheet, SheetError, output};

/// Score a meet: its results as CSV in, the same rows with points and places out.
///
/// Columns are found by their names, in any order: name, sex (M, F, Mx), bodyweight_kg, event (SBD, BD, SD, SB, S, B, D),
/// equipment (Raw, Wraps, Straps, Single-ply, Multi-ply, Unlimited), age, class_kg, squat_kg, bench_kg, deadlift_kg,
/// total_kg, place, date (YYYY-MM-DD). Needed are sex, bodyweight_kg, and one of the lifts or total_kg. Others are kept as
/// they are. Without an event a result is SBD, without an equipment Raw, without a date today's; a total that is not
/// given is the sum of the event's lifts, as far as the file has columns for them.
///
/// Each formula adds its column, two digits behind the point and empty where it does not apply, and a column
/// place_FORMULA. The lighter of two lifters with equal points comes first. Who is disqualified (place DQ or DD) or not there (NS,
/// DNS, DNF) has neither points nor place; a guest (G) has points alone; who bombed out has no total, so neither. Lifters of
/// different events are never compared, nor are women, men and Mx unless --by all is asked. age_coefficient adds no places: multiply it with points of your choice.
///
/// A row that is too short has nothing in the fields that it lacks. A row that cannot be read is told on standard error with its line and column; it stays, without points and place,
/// and the others are scored. Exit codes: 0 done, 1 a bad row under --strict, 2 the command line or the file is wrong.
///
/// Example: repduel points results.csv --formula dots,ipf_gl --by class --format table
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Points {
    /// The file; - or none reads standard input.
    file: Option<PathBuf>,
    /// Any of dots, wilks1994, wilks2020, ipf_gl, ipf_points, glossbrenner, schwartz_malone, age_coefficient; with commas
    /// between them.
    #[arg(long, value_delimiter = ',', default_value = "dots", value_parser = Asked::parse)]
    formula: Vec<Asked>,
    /// Who competes for a place; several with commas between them. Women and men are apart but for all.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "sex")]
    by: Vec<By>,
    /// How the answer is written.
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// Stop at the first row that cannot be read, and write nothing.
    #[arg(long)]
    strict: bool,
}

/// What spreadsheets put before the first column.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Points {
    pub fn run(self) -> Outcome {
        let name = match &self.file {
            Some(path) if path.as_os_str() != "-" => path.display().to_string(),
            _ => "standard input".to_owned(),
        };
        if let Some((twice, _)) =
            self.formula.iter().enumerate().find(|(place, asked)| self.formula[..*place].contains(asked))
        {
            return Err(Failure::Usage(format!("--formula: {} is there twice", self.formula[twice].name())));
        }
        let unreadable = |error: std::io::Error| Failure::Usage(format!("{name}: {error}"));
        let mut text = Vec::new();
        match &self.file {
            Some(path) if path.as_os_str() != "-" => {
                File::open(path).and_then(|mut file| file.read_to_end(&mut text)).map_err(unreadable)?
            }
            _ => std::io::stdin().lock().read_to_end(&mut text).map_err(unreadable)?,
        };
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
        let divisions = Divisions::new(self.by, jiff::Zoned::now().year());
        let mut tell = |fault: &crate::points::row::Fault| complain(&format!("{name}: {fault}"));
        let sheet =
            Sheet::read(text, &self.formula, divisions, self.strict, &mut tell).map_err(|error| match error {
                SheetError::Strict(_) => Failure::Failed(format!("{name}: {error}")),
                _ => Failure::Usage(format!("{name}: {error}")),
            })?;
        match output::write(&sheet, self.format, &mut std::io::stdout().lock()) {
            // Whoever reads had enough, as head does.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            written => written.map_err(|error| format!("standard output: {error}"))?,
        }
        let counts = sheet.counts;
        if counts.faults + counts.without_bodyweight > 0 {
            let unread = (counts.faults, "cannot be read");
            let unweighed = (counts.without_bodyweight, "have a total and no body weight");
            let without = [unread, unweighed].into_iter().filter(|(number, _)| *number > 0);
            let without: Vec<_> = without.map(|(number, why)| format!("{number} {why}")).collect();
            complain(&format!("{name}: of {} rows {}: no points", counts.rows, without.join(" and ")));
        }
        Ok(())
    }
}
