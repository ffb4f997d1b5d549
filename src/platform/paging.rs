//! Pages: the contract's by offset, our own by cursor.

use serde::{Deserialize, Serialize};

use super::Problem;

/// A page of a board.
#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Page {
    /// 1 to 100.
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: i64,
    /// How many to leave out; 0 to 1,000,000,000.
    #[garde(range(min = 0, max = 1_000_000_000))]
    #[param(minimum = 0, maximum = 1_000_000_000, default = 0)]
    pub offset: i64,
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: 50, offset: 0 }
    }
}

/// A page of a list that grows: behind the last item of the page before.
#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Cursor {
    /// 1 to 100.
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: i64,
    /// The `next` of the page before.
    #[garde(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    pub after: Option<String>,
}

impl Default for Cursor {
    fn default() -> Self {
        Self { limit: 50, after: None }
    }
}

impl Cursor {
    /// The number behind which the page begins.
    pub fn after_number(&self, from_the_start: i64) -> Result<i64, Problem> {
        let after = self.after.as_ref().map(|text| text.parse());
        after.unwrap_or(Ok(from_the_start)).map_err(|_| Problem::invalid("after", "is not the `next` of a page"))
    }
}

/// A page and where the next one begins.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// What to send as `after` for the next page; null on the last one.
    pub next: Option<String>,
}

impl<T> Listed<T> {
    /// Of one item more than a page holds, the page; `mark` names the item behind which the next one begins.
    pub fn page(mut items: Vec<T>, limit: i64, mark: impl Fn(&T) -> String) -> Self {
        let limit = limit as usize;
        let next = (items.len() > limit).then(|| mark(&items[limit - 1]));
        items.truncate(limit);
        Self { items, next }
    }
}
