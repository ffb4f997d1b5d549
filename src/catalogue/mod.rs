//! The catalogue: the exercises that lifts may name ("scenarios" to existing clients).
//!
//! It is data in the program (`exercises/*.toml`), read once at the start and served from memory. `repduel migrate`
//! mirrors the ids to the database, which keeps personal bests from naming anything else.

mod api;
mod store;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};

pub use api::{CatalogueAnswers, routes};
pub use store::{mirror, missing};

use crate::strength::{Calibration, ScoredAs};

const FILES: [(&str, &str); 7] = [
    ("legs.toml", include_str!("exercises/legs.toml")),
    ("chest.toml", include_str!("exercises/chest.toml")),
    ("back.toml", include_str!("exercises/back.toml")),
    ("shoulders.toml", include_str!("exercises/shoulders.toml")),
    ("arms.toml", include_str!("exercises/arms.toml")),
    ("core.toml", include_str!("exercises/core.toml")),
    ("full_body.toml", include_str!("exercises/full_body.toml")),
];

/// What the weight of a lift means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Load {
    /// All that is moved.
    Total,
    /// What one hand holds.
    PerHand,
    /// What hangs on the body.
    AddedToBody,
    /// What helps: less is harder.
    Assistance,
}

impl Load {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::PerHand => "per_hand",
            Self::AddedToBody => "added_to_body",
            Self::Assistance => "assistance",
        }
    }
}

/// One exercise.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exercise {
    pub id: String,
    pub name: String,
    pub description: String,
    /// What makes a repetition count, in one line.
    pub standard: String,
    pub primary_muscles: Vec<String>,
    pub secondary_muscles: Vec<String>,
    pub equipment: Vec<String>,
    /// Whether the score is the repetitions of one set instead of a weight.
    pub is_bodyweight: bool,
    pub load: Load,
    /// The number of its board; only where two people can compare it. It is stored, so none is ever given anew.
    #[serde(default)]
    pub board: Option<u8>,
    /// More than anybody has done: such a lift waits for a moderator.
    #[serde(default)]
    pub ceiling: Option<Ceiling>,
    /// The share of a total that its rank thresholds are made of.
    pub multiplier: f64,
    /// How much of its volume counts for XP.
    pub volume_multiplier: f64,
    #[serde(default, deserialize_with = "read_calibration")]
    pub calibration: Option<Calibration>,
}

/// Kilograms as a single, or repetitions, that nobody exceeds raw.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ceiling {
    men: f64,
    women: f64,
}

impl Ceiling {
    pub fn of(self, scored_as: Option<ScoredAs>) -> f64 {
        match scored_as {
            Some(ScoredAs::Women) => self.women,
            _ => self.men,
        }
    }
}

fn read_calibration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Calibration>, D::Error> {
    api::Calibration::deserialize(deserializer).map(|calibration| Some(calibration.into()))
}

#[derive(Deserialize)]
struct File {
    exercise: Vec<Exercise>,
}

#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    #[error("{file}: {error}")]
    Unreadable { file: &'static str, error: toml::de::Error },
    #[error("{0}: {1}")]
    Invalid(String, &'static str),
}

/// All exercises, by id.
#[derive(Debug)]
pub struct Catalogue {
    exercises: BTreeMap<String, Exercise>,
    /// The exercise of each board, in the order of their numbers.
    of_boards: Vec<Option<Exercise>>,
}

impl Catalogue {
    /// Reads and checks the catalogue that is compiled in.
    pub fn load() -> Result<Self, CatalogueError> {
        let mut exercises = BTreeMap::new();
        let (mut names, mut boards) = (BTreeSet::new(), BTreeSet::new());
        for (file, text) in FILES {
            let read: File = toml::from_str(text).map_err(|error| CatalogueError::Unreadable { file, error })?;
            for exercise in read.exercise {
                if let Err(problem) = exercise.check() {
                    return Err(CatalogueError::Invalid(exercise.id, problem));
                }
                if !names.insert(exercise.name.to_lowercase()) {
                    return Err(CatalogueError::Invalid(exercise.id, "has the name of another exercise"));
                }
                if exercise.board.is_some_and(|board| !boards.insert(board)) {
                    return Err(CatalogueError::Invalid(exercise.id, "has the board of another exercise"));
                }
                if let Some(twin) = exercises.insert(exercise.id.clone(), exercise) {
                    return Err(CatalogueError::Invalid(twin.id, "is there twice"));
                }
            }
        }
        let mut of_boards = vec![None; 256];
        for exercise in exercises.values() {
            if let Some(board) = exercise.board {
                of_boards[usize::from(board)] = Some(exercise.clone());
            }
        }
        Ok(Self { exercises, of_boards })
    }

    /// The ranked exercise of a board.
    pub fn of_board(&self, board: u8) -> Option<&Exercise> {
        self.of_boards.get(usize::from(board))?.as_ref()
    }

    pub fn find(&self, id: &str) -> Option<&Exercise> {
        self.exercises.get(id)
    }

    /// In the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Exercise> {
        self.exercises.values()
    }
}

impl Exercise {
    /// Whether two people can compare it.
    pub fn is_ranked(&self) -> bool {
        self.board.is_some()
    }

    fn check(&self) -> Result<(), &'static str> {
        let is_slug = self.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !is_slug || self.id.is_empty() {
            return Err("is no slug of a-z, 0-9 and _");
        }
        if self.primary_muscles.is_empty() || self.equipment.is_empty() {
            return Err("lacks muscles or equipment");
        }
        if self.description.is_empty() || self.standard.is_empty() || self.standard.contains('\n') {
            return Err("lacks a description or a standard of one line");
        }
        if !(self.multiplier > 0.0 && self.volume_multiplier > 0.0) {
            return Err("has a multiplier that is not above zero");
        }
        if self.board.is_some() != self.ceiling.is_some() || self.board.is_some_and(|board| !(1..=200).contains(&board))
        {
            return Err("has a board that is not one of 1 to 200, or one of board and ceiling without the other");
        }
        if self.is_bodyweight != self.calibration.is_some() {
            return Err("is counted in repetitions without a calibration, or has one and is not");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_holds_what_it_promises() {
        let catalogue = Catalogue::load().unwrap();
        assert!(catalogue.iter().count() >= 120);
        let ranked = catalogue.iter().filter(|exercise| exercise.is_ranked()).count();
        assert!((20..=30).contains(&ranked), "{ranked} are ranked");
        for (id, share) in [("back_squat", 0.33), ("barbell_bench_press", 0.25), ("deadlift", 0.42)] {
            assert_eq!(catalogue.find(id).unwrap().multiplier, share);
        }
        for exercise in catalogue.iter() {
            assert!(!exercise.is_ranked() || exercise.load != Load::Assistance, "{}", exercise.id);
        }
    }
}
