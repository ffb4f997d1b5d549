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

/// What was read to the left, what was added to the right. The file is read twice, first for the widths, so that a
/// table needs no more memory than the file.
fn table(sheet: &Sheet, output: &mut dyn Write) -> io::Result<()> {
    let mut widths = Vec::new();
    each_line(sheet, |cells, _| {
        widths.resize(cells.len(), 0);
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.chars().count());
        }
        Ok(())
    })?;
    let mut buffer = String::with_capacity(2 * CHUNK);
    each_line(sheet, |cells, is_last| {
        for (column, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            let padding = std::iter::repeat_n(' ', width - cell.chars().count());
            match column < sheet.width {
                true => buffer.extend(cell.chars().chain(padding)),
                false => buffer.extend(padding.chain(cell.chars())),
            }
            buffer.push_str("  ");
        }
        buffer.truncate(buffer.trim_end_matches(' ').len());
        buffer.push('\n');
        if is_last || buffer.len() >= CHUNK {
            output.write_all(buffer.as_bytes())?;
            buffer.clear();
        }
        Ok(())
    })?;
    output.flush()
}

/// Calls with the cells of the header and of each row, and whether they are the last; ends of lines within a cell are
/// taken out.
fn each_line(sheet: &Sheet, mut with: impl FnMut(&[String], bool) -> io::Result<()>) -> io::Result<()> {
    let mut input = reader(sheet.whole());
    let mut record = csv::ByteRecord::new();
    let added = sheet.added();
    let mut cells = vec![String::new(); sheet.width + added.len()];
    let mut digits = Vec::new();
    let mut line = 0;
    while input.read_byte_record(&mut record)? {
        for (column, cell) in cells.iter_mut().enumerate().take(sheet.width) {
            cell.clear();
            let text = String::from_utf8_lossy(record.get(column).unwrap_or_default());
            cell.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
        }
        let mut rest = cells.iter_mut().skip(sheet.width);
        match usize::checked_sub(line, 1) {
            None => rest.zip(&added).for_each(|(cell, name)| cell.clone_from(name)),
            Some(row) => sheet.answers.iter().for_each(|answer| {
                answer.each(row, |value| {
                    digits.clear();
                    value.write(&mut digits);
                    if let Some(cell) = rest.next() {
                        cell.clear();
                        cell.push_str(&String::from_utf8_lossy(&digits));
                    }
                })
            }),
        }
        with(&cells, line == sheet.rows.len())?;
        line += 1;
    }
    Ok(())
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
