pub mod bulk;
mod read;
pub mod records;
mod write;

pub use read::*;
pub use write::*;
