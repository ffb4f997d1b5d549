//! Where a page of the feed begins.
//!
//! Items are ordered by time, of equal times by kind, of equal kinds by id: so each has one place, and a page that begins
//! behind an item misses and repeats nothing, whatever is added meanwhile.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use uuid::Uuid;

/// An item's place. Of equal times workouts come first, then bests, then rises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub at: Timestamp,
    pub id: ItemId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemId {
    Rise(i64),
    Best(i32),
    Workout(Uuid),
}

/// PostgreSQL knows no time long before; nothing here is as old.
const OLDEST: Timestamp = Timestamp::constant(-2_208_988_800, 0);

/// Behind which id each kind begins at the mark's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub at: Timestamp,
    pub workout: Uuid,
    pub best: i32,
    pub rise: i64,
}

impl Bounds {
    /// Before everything.
    pub const START: Self = Self { at: Timestamp::MAX, workout: Uuid::max(), best: i32::MAX, rise: i64::MAX };
}

impl Mark {
    /// Of a kind that comes before the mark's, all of this time have been; of one that comes behind it, none.
    pub fn bounds(self) -> Bounds {
        let at = self.at;
        match self.id {
            ItemId::Workout(workout) => Bounds { at, workout, best: i32::MAX, rise: i64::MAX },
            ItemId::Best(best) => Bounds { at, workout: Uuid::nil(), best, rise: i64::MAX },
            ItemId::Rise(rise) => Bounds { at, workout: Uuid::nil(), best: i32::MIN, rise },
        }
    }

    pub fn to_text(self) -> String {
        let id = match self.id {
            ItemId::Workout(id) => format!("w{id}"),
            ItemId::Best(id) => format!("b{id}"),
            ItemId::Rise(id) => format!("r{id}"),
        };
        BASE64_URL_SAFE_NO_PAD.encode(format!("{}{id}", self.at.as_microsecond()))
    }

    pub fn parse(text: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (at, id) = text.split_at(text.find(['w', 'b', 'r'])?);
        let number = id.get(1..)?;
        let id = match id.as_bytes()[0] {
            b'w' => ItemId::Workout(number.parse().ok()?),
            b'b' => ItemId::Best(number.parse().ok()?),
            _ => ItemId::Rise(number.parse().ok()?),
        };
        let at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
        (at >= OLDEST).then_some(Self { at, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written_and_nothing_else_is() {
        let at = Timestamp::from_microsecond(1_795_199_400_125_001).unwrap();
        for id in [ItemId::Workout(Uuid::now_v7()), ItemId::Best(7), ItemId::Rise(-3)] {
            let mark = Mark { at, id };
            assert_eq!(Mark::parse(&mark.to_text()), Some(mark));
            assert!(mark.to_text().len() < 100);
        }
        for text in ["", "x", "MTI", "MTJ3", "d3c", "OTk5OTk5OTk5OTk5OTk5OTk5OTlyMQ", "LTkwMDAwMDAwMDAwMDAwMDAwcjE"] {
            assert_eq!(Mark::parse(text), None, "{text}");
        }
    }

    #[test]
    fn of_equal_times_what_comes_behind_a_best_are_older_bests_and_all_rises() {
        let bounds = Mark { at: Timestamp::UNIX_EPOCH, id: ItemId::Best(5) }.bounds();
        assert_eq!((bounds.workout, bounds.best, bounds.rise), (Uuid::nil(), 5, i64::MAX));
    }
}
