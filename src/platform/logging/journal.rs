//! The way into the journal: each record with its priority and its fields, and with those fields in the message too,
//! since that is what `journalctl` shows.

use std::fmt::{self, Write};
use std::io::Stderr;

use rustix::fs::fstat;
use slog::{BorrowedKV, Drain, Key, Never, OwnedKVList, Record, RecordStatic, Serializer};
use slog_journald::JournaldDrain;

/// Whether standard error ends in the journal. systemd names the stream by its device and inode.
pub fn is_stderr() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    fstat(std::io::stderr()).is_ok_and(|stderr| stream == format!("{}:{}", stderr.st_dev, stderr.st_ino))
}

/// Writes to the journal; when it does not take a record, as a line on standard error, which it may take later.
pub struct Journal {
    journal: JournaldDrain,
    otherwise: slog_json::Json<Stderr>,
}

impl Journal {
    pub fn new() -> Self {
        let journal = JournaldDrain::default().emit_code_fields(false);
        Self { journal, otherwise: slog_json::Json::default(std::io::stderr()) }
    }
}

impl Drain for Journal {
    type Ok = ();
    type Err = Never;

    fn log(&self, record: &Record, values: &OwnedKVList) -> Result<(), Never> {
        let mut fields = Fields(String::new());
        // Fields that cannot be shown are still in the record.
        let _ = slog::KV::serialize(&record.kv(), record, &mut fields);
        let described = RecordStatic { location: record.location(), tag: record.tag(), level: record.level() };
        let message = format!("{}{}", record.msg(), fields.0);
        if self
            .journal
            .log(&Record::new(&described, &format_args!("{message}"), BorrowedKV(&record.kv())), values)
            .is_err()
        {
            // Nobody is left to tell when this fails too.
            let _ = self.otherwise.log(record, values);
        }
        Ok(())
    }
}

/// ` name=value` for each field that has a value.
struct Fields(String);

impl Serializer for Fields {
    fn emit_arguments(&mut self, key: Key, value: &fmt::Arguments) -> slog::Result {
        write!(self.0, " {key}={value}").map_err(slog::Error::from)
    }

    fn emit_none(&mut self, _: Key) -> slog::Result {
        Ok(())
    }
}
