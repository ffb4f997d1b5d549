//! A scored sheet as CSV, JSON or a table.

use std::io::{self, Write};

use super::sheet::{Answer, Sheet, reader};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// the file's rows as they were, with columns added
    Csv,
    /// an array of objects, one a line: what was read as text, points and places as numbers
    Json,
    /// columns in line, to be read
    Table,
}

/// Writes the sheet. Errors are those of `output`.
pub fn write(sheet: &Sheet, format: Format, output: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Csv => csv(sheet, output),
        Format::Json => json(sheet, output),
        Format::Table => table(sheet, output),
    }
}

/// So much is gathered before it is written.
const CHUNK: usize = 1 << 16;

fn csv(sheet: &Sheet, output: &mut dyn Write) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(2 * CHUNK);
    buffer.extend_from_slice(sheet.text(&sheet.header));
    for name in sheet.added() {
        buffer.push(b',');
        buffer.extend_from_slice(name.as_bytes());
    }
    buffer.push(b'\n');
    for (row, (range, lacking)) in sheet.rows.iter().enumerate() {
        let text = sheet.text(range);
        buffer.extend_from_slice(text);
        // A quotation mark that the file opens and never closes would take our columns in.
        if row + 1 == sheet.rows.len() && text.iter().filter(|byte| **byte == b'"').count() % 2 == 1 {
            buffer.push(b'"');
        }
        buffer.extend(std::iter::repeat_n(b',', *lacking));
        for answer in &sheet.answers {
            answer.each(row, |value| {
                buffer.push(b',');
                value.write(&mut buffer);
            });
        }
        buffer.push(b'\n');
        if buffer.len() >= CHUNK {
            output.write_all(&buffer)?;
            buffer.clear();
        }
    }
    output.write_all(&buffer)?;
    output.flush()
}

fn json(sheet: &Sheet, output: &mut dyn Write) -> io::Result<()> {
    let mut input = reader(sheet.whole());
    let mut record = csv::ByteRecord::new();
    input.read_byte_record(&mut record)?;
    let quoted = |text: &[u8]| serde_json::to_vec(&String::from_utf8_lossy(text)).map_err(io::Error::from);
    let header = record.iter().map(quoted).collect::<io::Result<Vec<_>>>()?;
    let added = sheet.added();
    let mut buffer = b"[".to_vec();
    let mut row = 0;
    while input.read_byte_record(&mut record)? {
        buffer.extend_from_slice(if row == 0 { b"\n{" } else { b",\n{" });
        for (column, name) in header.iter().enumerate() {
            buffer.extend_from_slice(name);
            buffer.push(b':');
            buffer.extend_from_slice(&quoted(record.get(column).unwrap_or_default())?);
            buffer.push(b',');
        }
        let mut names = added.iter();
        for answer in &sheet.answers {
            answer.each(row, |value| {
                let name = names.next().map(String::as_str).unwrap_or_default();
                buffer.extend_from_slice(format!("\"{name}\":").as_bytes());
                match value.is_none() {
                    true => buffer.extend_from_slice(b"null"),
                    false => value.write(&mut buffer),
                }
                buffer.push(b',');
            });
        }
        buffer.pop();
        buffer.push(b'}');
        row += 1;
        if buffer.len() >= CHUNK {
            output.write_all(&buffer)?;
            buffer.clear();
        }
    }
    buffer.extend_from_slice(b"\n]\n");
    output.write_all(&buffer)?;
    output.flush()
}

/// The text of each cell, ends of lines within it taken out: what was read to the left, what was added to the right.
fn table(sheet: &Sheet, output: &mut dyn Write) -> io::Result<()> {
    let mut input = reader(sheet.whole());
    let mut record = csv::ByteRecord::new();
    let mut lines: Vec<Vec<String>> = Vec::with_capacity(sheet.rows.len() + 1);
    while input.read_byte_record(&mut record)? {
        let cell = |column| {
            let text = String::from_utf8_lossy(record.get(column).unwrap_or_default());
            text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>()
        };
        let mut line: Vec<String> = (0..sheet.width).map(cell).collect();
        match lines.len().checked_sub(1) {
            None => line.extend(sheet.added()),
            Some(row) => sheet.answers.iter().for_each(|answer| {
                answer.each(row, |value| {
                    let mut text = Vec::new();
                    value.write(&mut text);
                    line.push(String::from_utf8_lossy(&text).into_owned());
                })
            }),
        }
        lines.push(line);
    }
    let columns = lines.first().map_or(0, Vec::len);
    let length = |line: &Vec<String>, column: usize| line[column].chars().count();
    let widths: Vec<usize> =
        (0..columns).map(|column| lines.iter().map(|line| length(line, column)).max().unwrap_or(0)).collect();
    let mut output = io::BufWriter::new(output);
    for line in &lines {
        let cells = line.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column < sheet.width {
            true => format!("{cell:<width$}"),
            false => format!("{cell:>width$}"),
        });
        writeln!(output, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    output.flush()
}

/// One cell that was added.
enum Value {
    None,
    /// A number and how many of its digits are behind the point.
    Number(u32, u32),
}

impl Answer {
    /// Calls with each cell that this answer adds to a row.
    fn each(&self, row: usize, mut with: impl FnMut(Value)) {
        match self {
            Self::Points { points, places, .. } => {
                with(points[row].map_or(Value::None, |points| Value::Number(points, 2)));
                with(if places[row] == 0 { Value::None } else { Value::Number(places[row], 0) });
            }
            Self::AgeCoefficient(ages) => {
                with(ages[row].map_or(Value::None, |thousandths| Value::Number(u32::from(thousandths), 3)));
            }
        }
    }
}

impl Value {
    fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Writes the digits; without `format!`, which would be half of a long run's time.
    fn write(&self, buffer: &mut Vec<u8>) {
        let Self::Number(mut rest, decimals) = *self else { return };
        let mut digits = [0; 12];
        let (mut at, mut written) = (digits.len(), 0);
        while rest > 0 || written <= decimals {
            if written == decimals && decimals > 0 {
                at -= 1;
                digits[at] = b'.';
            }
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            written += 1;
        }
        buffer.extend_from_slice(&digits[at..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_decimals() {
        for (number, decimals, expected) in [
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (31871, 2, "318.71"),
            (1055, 3, "1.055"),
            (0, 0, "0"),
            (120, 0, "120"),
            (u32::MAX, 2, "42949672.95"),
        ] {
            let mut buffer = Vec::new();
            Value::Number(number, decimals).write(&mut buffer);
            assert_eq!(String::from_utf8(buffer).unwrap(), expected);
        }
    }
}
