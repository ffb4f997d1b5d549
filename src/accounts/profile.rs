//! What is shown of a user: everything to the user, the public part to everybody else.

use jiff::Timestamp;
use serde::Serialize;
use tokio_postgres::Row;

use crate::platform::{Time, UserId};
use crate::strength::Unit;

/// The columns of `users` (as `u`) that make a [`UserRead`], in the order of [`UserRead::from_row`].
macro_rules! user_columns {
    () => {
        "u.id, u.username, u.email, u.display_name, u.avatar_key, u.subscription_level, u.preferred_unit, \
         u.is_active, u.gender, u.scored_as, u.country, u.energy, u.rank, u.weight_kg, u.birth_year, u.time_zone, \
         u.original_transaction_id, u.created_at, u.updated_at, u.is_private, u.is_withheld, u.weight_consent_at, \
         u.email_verified_at, u.role, u.shows_points"
    };
}
pub(crate) use user_columns;

/// A user as existing clients read one. To others `email` is empty and the private numbers are null.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UserRead {
    pub id: UserId,
    pub username: String,
    /// Empty for everybody but the user.
    pub email: String,
    pub display_name: Option<String>,
    /// Where the picture is.
    pub avatar_url: Option<String>,
    /// `free`, `gold` or `platinum`.
    pub subscription_level: String,
    /// `kg` or `lbs`.
    pub preferred_unit: String,
    /// 1.0, or 2.20462 for pounds: weights in kilograms are shown times this.
    pub weight_multiplier: f64,
    pub is_active: bool,
    pub gender: Option<String>,
    /// `men` or `women`: whose standards count; null where it was never said.
    pub scored_as: Option<String>,
    /// Two letters of ISO 3166-1.
    pub country: Option<String>,
    pub energy: f64,
    pub rank: String,
    /// Body weight in kilograms; null for everybody but the user.
    pub weight: Option<f64>,
    /// Null for everybody but the user.
    pub birth_year: Option<i16>,
    /// A name of the IANA data base; null for everybody but the user.
    pub time_zone: Option<String>,
    /// Null for everybody but the user.
    pub original_transaction_id: Option<String>,
    pub created_at: Time,
    pub updated_at: Time,
    /// Whether the user wishes to be on no board and in no search; null for everybody but the user.
    pub is_private: Option<bool>,
    /// Whether others may read points and class beside the name; null for everybody but the user.
    pub shows_points: Option<bool>,
    /// Whether a moderator has taken the user off the boards; null for everybody but the user.
    pub is_withheld: Option<bool>,
    /// When the user agreed that body weight is kept; null for everybody but the user, and where it was not asked.
    pub weight_consent_at: Option<Time>,
    /// Null for everybody but the user, and while the address is not verified.
    pub email_verified_at: Option<Time>,
    /// `member`, `moderator` or `admin`; null for everybody but the user.
    pub role: Option<String>,
}

impl UserRead {
    /// Reads `user_columns!()` from the column `first` on: everything, as the user sees it.
    pub fn from_row(row: &Row, first: usize, base_url: &str) -> Self {
        let preferred_unit: String = row.get(first + 6);
        let gender: Option<String> = row.get(first + 8);
        Self {
            id: UserId(row.get(first)),
            username: row.get(first + 1),
            email: row.get::<_, Option<_>>(first + 2).unwrap_or_default(),
            display_name: row.get(first + 3),
            avatar_url: row.get::<_, Option<&str>>(first + 4).map(|key| format!("{base_url}/static/{key}")),
            subscription_level: row.get(first + 5),
            weight_multiplier: Unit::parse(&preferred_unit).unwrap_or(Unit::Kg).multiplier(),
            preferred_unit,
            is_active: row.get(first + 7),
            scored_as: super::scored_as(row.get(first + 9), gender.as_deref()).map(|scored| scored.as_str().to_owned()),
            gender,
            country: row.get(first + 10),
            energy: row.get(first + 11),
            rank: row.get(first + 12),
            weight: row.get(first + 13),
            birth_year: row.get(first + 14),
            time_zone: row.get(first + 15),
            original_transaction_id: row.get(first + 16),
            created_at: Time(row.get::<_, Timestamp>(first + 17)),
            updated_at: Time(row.get::<_, Timestamp>(first + 18)),
            is_private: Some(row.get(first + 19)),
            is_withheld: Some(row.get(first + 20)),
            weight_consent_at: row.get::<_, Option<Timestamp>>(first + 21).map(Time),
            email_verified_at: row.get::<_, Option<Timestamp>>(first + 22).map(Time),
            role: Some(row.get(first + 23)),
            shows_points: Some(row.get(first + 24)),
        }
    }

    /// Everything for oneself, what everybody may see for others.
    pub fn seen_by(self, visitor: Option<UserId>) -> Self {
        if visitor == Some(self.id) { self } else { self.public() }
    }

    /// What everybody may see.
    pub fn public(self) -> Self {
        Self {
            email: String::new(),
            weight: None,
            birth_year: None,
            time_zone: None,
            original_transaction_id: None,
            is_private: None,
            is_withheld: None,
            weight_consent_at: None,
            email_verified_at: None,
            role: None,
            shows_points: None,
            ..self
        }
    }
}
