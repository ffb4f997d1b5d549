//! A lifter as others meet one, and lists of them, in the form that existing clients read.

use serde::{Deserialize, Serialize};
use tokio_postgres::Row;

use crate::platform::UserId;

/// The columns of `users` (as `u`) that make a [`SocialUser`], as the visitor whose id is `$1` sees one.
macro_rules! social_columns {
    () => {
        "u.id, u.username, u.display_name, u.avatar_key, \
         EXISTS (SELECT FROM follows x WHERE x.follower_id = $1 AND x.followee_id = u.id), \
         EXISTS (SELECT FROM follows x WHERE x.follower_id = u.id AND x.followee_id = $1), u.id = $1"
    };
}
pub(crate) use social_columns;

/// A lifter, and what the caller and they are to each other.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SocialUser {
    pub id: UserId,
    pub username: String,
    pub display_name: Option<String>,
    pub avatar_url: Option<String>,
    /// Whether the caller follows them.
    pub is_following: bool,
    /// Whether they follow the caller.
    pub is_followed_by: bool,
    /// Both.
    pub is_friend: bool,
    pub is_self: bool,
}

impl SocialUser {
    /// Reads `social_columns!()` from the column `first` on.
    pub fn from_row(row: &Row, first: usize, base_url: &str) -> Self {
        let (is_following, is_followed_by) = (row.get(first + 4), row.get(first + 5));
        Self {
            id: UserId(row.get(first)),
            username: row.get(first + 1),
            display_name: row.get(first + 2),
            avatar_url: row.get::<_, Option<&str>>(first + 3).map(|key| format!("{base_url}/static/{key}")),
            is_following,
            is_followed_by,
            is_friend: is_following && is_followed_by,
            is_self: row.get(first + 6),
        }
    }
}

/// What a lifter and the caller are to each other.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Relationship {
    #[serde(flatten)]
    pub user: SocialUser,
    /// Whether the caller has blocked them. Nobody is told who has blocked oneself.
    pub is_blocked: bool,
}

/// A page of lifters.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SocialList {
    items: Vec<SocialUser>,
    /// How many are on this page.
    count: i64,
    /// How many there are.
    total: i64,
    offset: i64,
    /// The `offset` of the next page; null on the last one.
    next_offset: Option<i64>,
}

impl SocialList {
    pub fn new(Found { items, total }: Found, offset: i64) -> Self {
        let count = items.len() as i64;
        let next_offset = (count > 0 && offset + count < total).then_some(offset + count);
        Self { items, count, total, offset, next_offset }
    }
}

/// A page as the database gives it.
#[derive(Debug, Default)]
pub struct Found {
    pub items: Vec<SocialUser>,
    pub total: i64,
}

/// Which page.
#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct SocialPage {
    /// How many to leave out; 0 to 1,000,000,000.
    #[garde(range(min = 0, max = 1_000_000_000))]
    #[param(minimum = 0, maximum = 1_000_000_000, default = 0)]
    pub offset: i64,
    /// 1 to 100.
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: i64,
}

impl Default for SocialPage {
    fn default() -> Self {
        Self { offset: 0, limit: 20 }
    }
}
