//! Items and names as they are sent, with their bounds.

use serde::{Deserialize, Serialize};

use super::MOST_ITEMS;
use crate::platform::extract::printable;

/// One exercise in its place. What existing clients do not send is null; the `name` that they send is not read, since
/// an exercise has the one that the catalogue gives it.
#[derive(Debug, Clone, Deserialize, Serialize, garde::Validate, utoipa::ToSchema)]
pub struct ScenarioSetIn {
    /// An exercise of the catalogue, or one of one's own. The same may come twice.
    #[garde(length(min = 1, max = 100))]
    pub scenario_id: String,
    /// 0 to 100.
    #[garde(range(min = 0, max = 100))]
    #[schema(minimum = 0, maximum = 100)]
    pub sets: i32,
    /// 0 to 1000.
    #[garde(range(min = 0, max = 1000))]
    #[schema(minimum = 0, maximum = 1000)]
    pub reps: i32,
    /// 1 to 100: items of one number are done in turn.
    #[garde(inner(range(min = 1, max = 100)))]
    #[schema(minimum = 1, maximum = 100)]
    #[serde(default)]
    pub superset: Option<i16>,
    /// Kilograms, 0 to 1000.
    #[garde(inner(range(min = 0.0, max = 1000.0)))]
    #[schema(minimum = 0, maximum = 1000)]
    #[serde(default)]
    pub weight_kg: Option<f64>,
    /// Of the estimated maximum, instead of a weight; 0 to 150.
    #[garde(inner(range(min = 0.0, max = 150.0)))]
    #[schema(minimum = 0, maximum = 150)]
    #[serde(default)]
    pub percent: Option<f32>,
    /// 0 to 3600.
    #[garde(inner(range(min = 0, max = 3600)))]
    #[schema(minimum = 0, maximum = 3600)]
    #[serde(default)]
    pub rest_seconds: Option<i32>,
    /// At most 500 characters.
    #[garde(inner(length(chars, max = 500), custom(writable)))]
    #[schema(max_length = 500)]
    #[serde(default)]
    pub note: Option<String>,
}

/// A rule for notes, which may be of several lines, or empty.
fn writable(text: &str, _: &()) -> garde::Result {
    match text.chars().any(|letter| letter.is_control() && letter != '\n') {
        true => Err(garde::Error::new("must be text, without control characters but line ends")),
        false => Ok(()),
    }
}

/// A new routine.
#[derive(Debug, Clone, Deserialize, Serialize, garde::Validate, utoipa::ToSchema)]
pub struct RoutineCreate {
    /// 1 to 100 characters.
    #[garde(length(chars, min = 1, max = 100), custom(printable))]
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// A picture that was uploaded with `POST /routines/images`: its address or its key.
    #[garde(inner(length(max = 1000)))]
    #[serde(default)]
    pub image_url: Option<String>,
    /// At most 100, in their order.
    #[garde(length(max = MOST_ITEMS), dive)]
    #[schema(max_items = 100)]
    pub scenarios: Vec<ScenarioSetIn>,
}

/// A routine anew. What is left out stays as it is.
#[derive(Debug, Clone, Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct RoutineUpdate {
    /// 1 to 100 characters.
    #[garde(length(chars, min = 1, max = 100), custom(printable))]
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Left out: the picture stays. Null: it goes.
    #[garde(inner(inner(length(max = 1000))))]
    #[serde(default, deserialize_with = "sent")]
    pub image_url: Option<Option<String>>,
    /// Left out or null: the items stay. Otherwise they are replaced.
    #[garde(custom(few), dive)]
    #[schema(max_items = 100)]
    #[serde(default)]
    pub scenarios: Option<Vec<ScenarioSetIn>>,
}

/// A rule for the number of items.
fn few(items: &Option<Vec<ScenarioSetIn>>, _: &()) -> garde::Result {
    match items {
        Some(items) if items.len() > MOST_ITEMS => {
            Err(garde::Error::new(format!("length is greater than {MOST_ITEMS}")))
        }
        _ => Ok(()),
    }
}

fn sent<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}
