pub mod blocks;
pub mod edges;
pub mod lists;
pub mod lookup;
