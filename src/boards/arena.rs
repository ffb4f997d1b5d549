//! The cells of all lifters in large pieces of memory: a box for each lifter would cost as much again, and one growing
//! piece would be copied to twice its size.

use super::cell::Cell;

const PIECE: usize = 65_536;

/// Where somebody's cells lie.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub start: u32,
    pub length: u16,
}

#[derive(Debug, Default)]
pub struct Arena {
    pieces: Vec<Vec<Cell>>,
    /// Places that were left, by their length.
    free: Vec<Vec<u32>>,
}

impl Arena {
    pub fn get(&self, place: Place) -> &[Cell] {
        let (piece, start) = (place.start as usize / PIECE, place.start as usize % PIECE);
        let cells = self.pieces.get(piece).and_then(|piece| piece.get(start..start + usize::from(place.length)));
        cells.unwrap_or_default()
    }

    /// Keeps at most 65,535 cells of one lifter, which is far beyond the number of boards.
    pub fn put(&mut self, cells: &[Cell]) -> Place {
        let cells = &cells[..cells.len().min(usize::from(u16::MAX))];
        let length = cells.len() as u16;
        if let Some(start) = self.free.get_mut(cells.len()).and_then(Vec::pop) {
            let (piece, first) = (start as usize / PIECE, start as usize % PIECE);
            self.pieces[piece][first..first + cells.len()].copy_from_slice(cells);
            return Place { start, length };
        }
        if self.pieces.last().is_none_or(|piece| piece.len() + cells.len() > PIECE) {
            self.pieces.push(Vec::with_capacity(PIECE));
        }
        let piece = self.pieces.len() - 1;
        let start = (piece * PIECE + self.pieces[piece].len()) as u32;
        self.pieces[piece].extend_from_slice(cells);
        Place { start, length }
    }

    pub fn take(&mut self, place: Place) {
        let length = usize::from(place.length);
        if self.free.len() <= length {
            self.free.resize_with(length + 1, Vec::new);
        }
        self.free[length].push(place.start);
    }

    pub fn size(&self) -> usize {
        let free: usize = self.free.iter().map(|free| free.capacity() * 4).sum();
        self.pieces.len() * PIECE * size_of::<Cell>() + free
    }
}
