//! How many lifters have which value: the pure structure below every board.
//!
//! It answers how many stand above a value and who stands at a place, exactly, in a time that does not depend on the
//! number of lifters. Few different values lie in a sorted list with a sum for every 64 of them; many in a Fenwick tree
//! (Fenwick, Software: Practice and Experience 24(3), 1994) over all values up to the greatest.
//! Invariant: `total` is the sum of all counts, and no value is counted below zero.

mod listed;
mod tree;

use listed::Listed;
use tree::Tree;

/// Beyond so many different values a tree takes less time, and then no more room either.
const MOST_LISTED: usize = 8_192;

/// Counts of values, each a number of hundredths, repetitions or energy.
#[derive(Debug, Clone)]
pub struct Counts {
    total: u32,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Listed(Listed),
    Tree(Tree),
}

impl Default for Counts {
    fn default() -> Self {
        Self { total: 0, form: Form::Listed(Listed::default()) }
    }
}

impl Counts {
    pub fn total(&self) -> u32 {
        self.total
    }

    pub fn add(&mut self, value: u32) {
        self.total += 1;
        if let Form::Listed(listed) = &self.form
            && listed.values.len() >= MOST_LISTED
        {
            self.form = Form::Tree(Tree::of(listed));
        }
        match &mut self.form {
            Form::Listed(listed) => listed.add(value),
            Form::Tree(tree) => tree.add(value),
        }
    }

    /// Takes one away; false, and nothing changed, where there is none of this value.
    pub fn remove(&mut self, value: u32) -> bool {
        let removed = match &mut self.form {
            Form::Listed(listed) => listed.remove(value),
            Form::Tree(tree) => tree.remove(value),
        };
        self.total -= u32::from(removed);
        removed
    }

    /// How many are greater than `value`.
    pub fn above(&self, value: u32) -> u32 {
        self.total - self.up_to(value)
    }

    /// How many are `value` or less.
    pub fn up_to(&self, value: u32) -> u32 {
        match &self.form {
            Form::Listed(listed) => listed.up_to(value),
            Form::Tree(tree) => tree.up_to(value as usize + 1),
        }
    }

    /// How many are less than `value`.
    pub fn below(&self, value: u32) -> u32 {
        value.checked_sub(1).map_or(0, |less| self.up_to(less))
    }

    /// The value of whoever has `place` others before them, the greatest first; none beyond the last.
    pub fn at(&self, place: u32) -> Option<u32> {
        let from_below = self.total.checked_sub(place)?.checked_sub(1)?;
        Some(match &self.form {
            Form::Listed(listed) => listed.at(from_below),
            Form::Tree(tree) => tree.at(from_below),
        })
    }

    /// The least value that is greater than `value`.
    pub fn next_above(&self, value: u32) -> Option<u32> {
        self.at(self.above(value).checked_sub(1)?)
    }

    /// Bytes of memory.
    pub fn size(&self) -> usize {
        match &self.form {
            Form::Listed(listed) => listed.size(),
            Form::Tree(tree) => tree.size(),
        }
    }
}

/// Two counts are the same when they count the same, whatever their form.
impl PartialEq for Counts {
    fn eq(&self, other: &Self) -> bool {
        self.total == other.total && self.pairs() == other.pairs()
    }
}

impl Counts {
    /// Each value and how many there are, the least first.
    pub fn pairs(&self) -> Vec<(u32, u32)> {
        match &self.form {
            Form::Listed(listed) => listed.values.iter().copied().zip(listed.counts.iter().copied()).collect(),
            Form::Tree(tree) => {
                let count = |value: usize| tree.up_to(value + 1) - tree.up_to(value);
                let pairs = (0..tree.room()).map(|value| (value as u32, count(value)));
                pairs.filter(|(_, count)| *count > 0).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every answer, against a plain sorted list.
    fn check(counts: &Counts, plain: &mut [u32]) {
        plain.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(counts.total() as usize, plain.len());
        for (place, value) in plain.iter().enumerate() {
            assert_eq!(counts.at(place as u32), Some(*value));
            assert_eq!(counts.above(*value) as usize, plain.iter().filter(|other| *other > value).count());
            assert_eq!(counts.below(*value) as usize, plain.iter().filter(|other| *other < value).count());
            assert_eq!(counts.next_above(*value), plain.iter().filter(|other| *other > value).min().copied());
        }
        assert_eq!(counts.at(plain.len() as u32), None);
        assert_eq!(counts.above(u32::MAX), 0);
    }

    proptest! {
        #[test]
        fn every_answer_is_that_of_a_sorted_list(steps in prop::collection::vec((any::<bool>(), 0u32..200_000), 0..300)) {
            let (mut counts, mut plain) = (Counts::default(), Vec::new());
            for (adds, value) in steps {
                // Half of the removals meet somebody.
                let value = if adds || plain.is_empty() || value % 2 == 0 { value } else { plain[value as usize % plain.len()] };
                if adds {
                    counts.add(value);
                    plain.push(value);
                } else {
                    let known = plain.iter().position(|known| *known == value);
                    prop_assert_eq!(counts.remove(value), known.is_some());
                    known.map(|place| plain.swap_remove(place));
                }
            }
            check(&counts, &mut plain);
        }
    }

    #[test]
    fn a_tree_counts_as_a_list_does() {
        let (mut counts, mut random) = (Counts::default(), fastrand::Rng::with_seed(7));
        let mut plain = Vec::new();
        for step in 0..40_000u32 {
            let value = if step == 30_000 { 1_000_000 } else { random.u32(0..60_000) };
            counts.add(value);
            plain.push(value);
        }
        assert!(matches!(counts.form, Form::Tree(_)));
        for _ in 0..39_000 {
            let value = plain.swap_remove(random.usize(0..plain.len()));
            assert!(counts.remove(value));
        }
        assert!(!counts.remove(2_000_000) && !counts.remove(60_001));
        check(&counts, &mut plain);
        let mut listed = Counts::default();
        plain.iter().for_each(|value| listed.add(*value));
        assert_eq!(counts, listed);
    }
}
