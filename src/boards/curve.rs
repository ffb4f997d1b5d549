//! The percentile curve of a list: the value at which each whole percentile stands.

use super::memory::List;
use super::ranks::FEWEST_FOR_PERCENTILES;
use super::store::lists;
use super::view::{Boards, View};
use crate::platform::DatabaseError;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Curve {
    /// How many stand on the list.
    pub of: u32,
    /// From the 0th percentile, the least value, to the 100th, the greatest; none among too few.
    pub values: Vec<u32>,
}

impl Curve {
    pub async fn of(view: &View, boards: &Boards) -> Result<Self, DatabaseError> {
        match view {
            View::Held(list) => match Self::held(*list, boards) {
                Some(curve) => Ok(curve),
                None => Ok(Self::counted(&lists::count_values(&boards.db.connection().await?, *list).await?)),
            },
            View::Made(rows) => Ok(Self::new(rows.len() as u32, |place| rows.get(place as usize).map(|row| row.value))),
        }
    }

    /// From memory; none while that is being built.
    fn held(list: List, boards: &Boards) -> Option<Self> {
        let look = boards.live.look();
        let counted = look.memory()?.counted(list);
        Some(
            counted
                .map(|counted| Self::new(counted.counts.total(), |place| counted.counts.at(place)))
                .unwrap_or_default(),
        )
    }

    /// Of values with how many have them, the greatest first.
    fn counted(values: &[(u32, u32)]) -> Self {
        let up_to: Vec<u32> = values
            .iter()
            .scan(0, |sum, (_, count)| {
                *sum += count;
                Some(*sum)
            })
            .collect();
        let at = |place| values.get(up_to.partition_point(|sum| *sum <= place)).map(|(value, _)| *value);
        Self::new(up_to.last().copied().unwrap_or(0), at)
    }

    /// By the nearest rank: of `of` lifters the least value that so many percent do not exceed. `at` gives the value of whoever
    /// has so many others before them.
    fn new(of: u32, at: impl Fn(u32) -> Option<u32>) -> Self {
        if of < FEWEST_FOR_PERCENTILES {
            return Self { of, values: Vec::new() };
        }
        let place = |percent: u64| {
            let from_below = (u64::from(of) * percent).div_ceil(100).max(1);
            of - from_below as u32
        };
        Self { of, values: (0..=100).filter_map(|percent| at(place(percent))).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_least_value_that_so_many_do_not_exceed() {
        for of in [20_u32, 99, 100, 101, 1_000, 12_345] {
            // The values are 1 to `of`.
            let curve = Curve::new(of, |place| of.checked_sub(place));
            assert_eq!((curve.values.len(), curve.values[0], curve.values[100]), (101, 1, of));
            for (percent, value) in curve.values.iter().enumerate().skip(1) {
                let (percent, value) = (percent as u32, *value);
                assert!(value * 100 >= percent * of && (value - 1) * 100 < percent * of, "{percent} of {of}: {value}");
            }
        }
    }

    #[test]
    fn counted_values_give_the_same_curve_as_single_ones() {
        let values: Vec<(u32, u32)> =
            (0..50).rev().map(|value| (value * 3, value % 7)).filter(|(_, count)| *count > 0).collect();
        let single: Vec<u32> =
            values.iter().flat_map(|(value, count)| std::iter::repeat_n(*value, *count as usize)).collect();
        let expected = Curve::new(single.len() as u32, |place| single.get(place as usize).copied());
        assert_eq!(Curve::counted(&values), expected);
        assert_eq!(Curve::counted(&[(5, 19)]), Curve { of: 19, values: Vec::new() });
        assert_eq!(Curve::counted(&[]), Curve::default());
    }
}
