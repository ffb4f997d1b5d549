//! The contract's pages: by offset.

use serde::Deserialize;

/// A page of a board.
#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Page {
    /// 1 to 100.
    #[garde(range(min = 1, max = 100))]
    pub limit: i64,
    /// How many to leave out; 0 to 1,000,000,000.
    #[garde(range(min = 0, max = 1_000_000_000))]
    pub offset: i64,
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: 50, offset: 0 }
    }
}
