//! Many different values: a Fenwick tree (Fenwick, Software: Practice and Experience 24(3), 1994).

use super::listed::Listed;

/// A Fenwick tree: node `n` (from 1) holds the sum of the counts of the last `n & -n` values up to `n - 1`.
#[derive(Debug, Clone)]
pub struct Tree {
    nodes: Vec<u32>,
}

impl Tree {
    /// Bytes of memory.
    pub fn size(&self) -> usize {
        4 * self.nodes.capacity()
    }

    /// The greatest value that there is room for, and one.
    pub fn room(&self) -> usize {
        self.nodes.len() - 1
    }

    pub fn of(listed: &Listed) -> Self {
        let greatest = listed.values.last().copied().unwrap_or(0);
        let mut tree = Self { nodes: vec![0; (greatest as usize + 1).next_power_of_two() + 1] };
        for (value, count) in listed.values.iter().zip(&listed.counts) {
            tree.nodes[*value as usize + 1] = *count;
        }
        tree.build();
        tree
    }

    /// Makes sums of plain counts.
    fn build(&mut self) {
        for node in 1..self.nodes.len() {
            let parent = node + (node & node.wrapping_neg());
            if parent < self.nodes.len() {
                self.nodes[parent] += self.nodes[node];
            }
        }
    }

    /// Makes room for a greater value.
    fn grow(&mut self, value: u32) {
        let old = self.nodes.len() - 1;
        let mut counts = vec![0; (value as usize + 1).next_power_of_two() + 1];
        for (place, count) in counts.iter_mut().enumerate().skip(1).take(old) {
            *count = self.up_to(place) - self.up_to(place - 1);
        }
        self.nodes = counts;
        self.build();
    }

    pub fn add(&mut self, value: u32) {
        if value as usize + 1 >= self.nodes.len() {
            self.grow(value);
        }
        let mut node = value as usize + 1;
        while node < self.nodes.len() {
            self.nodes[node] += 1;
            node += node & node.wrapping_neg();
        }
    }

    pub fn remove(&mut self, value: u32) -> bool {
        let mut node = value as usize + 1;
        if node >= self.nodes.len() || self.up_to(node) == self.up_to(node - 1) {
            return false;
        }
        while node < self.nodes.len() {
            self.nodes[node] -= 1;
            node += node & node.wrapping_neg();
        }
        true
    }

    /// The sum of the first `number` values' counts.
    pub fn up_to(&self, number: usize) -> u32 {
        let mut node = number.min(self.nodes.len() - 1);
        let mut sum = 0;
        while node > 0 {
            sum += self.nodes[node];
            node &= node - 1;
        }
        sum
    }

    pub fn at(&self, mut from_below: u32) -> u32 {
        let mut node = 0;
        let mut step = (self.nodes.len() - 1).next_power_of_two();
        while step > 0 {
            if node + step < self.nodes.len() && self.nodes[node + step] <= from_below {
                node += step;
                from_below -= self.nodes[node];
            }
            step /= 2;
        }
        node as u32
    }
}
