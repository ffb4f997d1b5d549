//! Points in time on the wire: RFC 3339 in UTC with `Z`; microseconds as six digits, left out when zero.
//! Existing clients cut more digits off and read nothing but `Z`.

use std::fmt;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::{Serialize, Serializer};

/// A point in time in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-20T18:30:00.125000Z")]
pub struct Time(pub Timestamp);

impl Time {
    pub fn now() -> Self {
        Self(Timestamp::now())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = if self.0.subsec_nanosecond() / 1_000 == 0 { 0 } else { 6 };
        let mut text = String::with_capacity(27);
        match DateTimePrinter::new().precision(Some(precision)).print_timestamp(&self.0, &mut text) {
            Ok(()) => f.write_str(&text),
            Err(_) => Err(fmt::Error),
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microseconds_have_six_digits_or_none() {
        for (nanoseconds, expected) in [
            (0, "2026-11-20T18:30:00Z"),
            (125_000_000, "2026-11-20T18:30:00.125000Z"),
            (1_999, "2026-11-20T18:30:00.000001Z"),
        ] {
            let time = Timestamp::new(1_795_199_400, nanoseconds).unwrap();
            assert_eq!(Time(time).to_string(), expected);
        }
    }
}
