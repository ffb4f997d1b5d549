//! Few different values: a sorted list.

const BLOCK: usize = 64;

/// Values in rising order, none with a count of zero.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    pub values: Vec<u32>,
    pub counts: Vec<u32>,
    /// Of every 64 counts their sum.
    sums: Vec<u32>,
}

impl Listed {
    /// Bytes of memory.
    pub fn size(&self) -> usize {
        4 * (2 * self.values.capacity() + self.sums.capacity())
    }

    pub fn add(&mut self, value: u32) {
        match self.values.binary_search(&value) {
            Ok(place) => {
                self.counts[place] += 1;
                self.sums[place / BLOCK] += 1;
            }
            Err(place) => {
                self.values.insert(place, value);
                self.counts.insert(place, 1);
                self.sum_from(place);
            }
        }
    }

    pub fn remove(&mut self, value: u32) -> bool {
        let Ok(place) = self.values.binary_search(&value) else { return false };
        if self.counts[place] > 1 {
            self.counts[place] -= 1;
            self.sums[place / BLOCK] -= 1;
        } else {
            self.values.remove(place);
            self.counts.remove(place);
            self.sum_from(place);
        }
        true
    }

    /// Sums anew from the block of `place` on: behind it everything has moved.
    fn sum_from(&mut self, place: usize) {
        self.sums.truncate(place / BLOCK);
        let rest = &self.counts[self.sums.len() * BLOCK..];
        self.sums.extend(rest.chunks(BLOCK).map(|block| block.iter().sum::<u32>()));
    }

    pub fn up_to(&self, value: u32) -> u32 {
        let place = self.values.partition_point(|known| *known <= value);
        let blocks = place / BLOCK;
        self.sums[..blocks].iter().sum::<u32>() + self.counts[blocks * BLOCK..place].iter().sum::<u32>()
    }

    pub fn at(&self, mut from_below: u32) -> u32 {
        let mut block = 0;
        while from_below >= self.sums[block] {
            from_below -= self.sums[block];
            block += 1;
        }
        let mut place = block * BLOCK;
        while from_below >= self.counts[place] {
            from_below -= self.counts[place];
            place += 1;
        }
        self.values[place]
    }
}
