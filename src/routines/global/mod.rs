//! Everybody's routines: data of this program (`*.toml`), mirrored to the database by `repduel migrate`.
//!
//! Each has a fixed id, by which one that was edited is known again; an id is never given anew. One that is taken out of
//! the files goes from the database too: copies that lifters made of it, and their workouts, stay.

mod store;

pub use store::copy;

use std::collections::BTreeSet;

use serde::Deserialize;
use tokio_postgres::Client;
use uuid::Uuid;

use super::{Item, MOST_ITEMS};
use crate::catalogue::Catalogue;

const FILES: [(&str, &str); 4] = [
    ("beginners.toml", include_str!("beginners.toml")),
    ("splits.toml", include_str!("splits.toml")),
    ("strength.toml", include_str!("strength.toml")),
    ("without_a_gym.toml", include_str!("without_a_gym.toml")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    routine: Vec<GlobalRoutine>,
}

/// A routine of everybody's.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlobalRoutine {
    pub id: Uuid,
    pub name: String,
    item: Vec<GlobalItem>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct GlobalItem {
    exercise: String,
    sets: i32,
    reps: i32,
    superset: Option<i16>,
    percent: Option<f32>,
    rest_seconds: Option<i32>,
    note: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum GlobalRoutineError {
    #[error("{file}: {error}")]
    Unreadable { file: &'static str, error: toml::de::Error },
    #[error("the routine {0}: {1}")]
    Invalid(String, String),
    #[error(transparent)]
    Database(#[from] tokio_postgres::Error),
}

impl GlobalRoutine {
    fn items(&self) -> Vec<Item> {
        let item = |item: &GlobalItem| Item {
            exercise_id: item.exercise.clone(),
            own: None,
            sets: item.sets,
            reps: item.reps,
            superset: item.superset,
            weight_kg: None,
            percent: item.percent,
            rest_seconds: item.rest_seconds,
            note: item.note.clone(),
        };
        self.item.iter().map(item).collect()
    }
}

/// Reads them, in the order of the files.
fn load(catalogue: &Catalogue) -> Result<Vec<GlobalRoutine>, GlobalRoutineError> {
    let (mut routines, mut seen) = (Vec::<GlobalRoutine>::new(), BTreeSet::new());
    for (file, text) in FILES {
        let read: File = toml::from_str(text).map_err(|error| GlobalRoutineError::Unreadable { file, error })?;
        routines.extend(read.routine);
    }
    for routine in &routines {
        let invalid = |what: String| Err(GlobalRoutineError::Invalid(routine.name.clone(), what));
        if !(seen.insert(routine.name.clone()) && seen.insert(routine.id.to_string())) {
            return invalid("has the name or the id of another".into());
        }
        if routine.item.is_empty() || routine.item.len() > MOST_ITEMS {
            return invalid(format!("has not 1 to {MOST_ITEMS} items"));
        }
        if let Some(item) = routine.item.iter().find(|item| catalogue.find(&item.exercise).is_none()) {
            return invalid(format!("{} is no exercise of the catalogue", item.exercise));
        }
    }
    Ok(routines)
}

/// Makes everybody's routines in the database those of the files; gives how many were made, changed or removed. Doing it
/// again changes nothing.
pub async fn mirror(client: &mut Client, catalogue: &Catalogue) -> Result<u64, GlobalRoutineError> {
    let wanted = load(catalogue)?;
    let transaction = client.transaction().await?;
    let ids: Vec<_> = wanted.iter().map(|routine| routine.id).collect();
    let mut changed = store::delete_others(transaction.client(), &ids).await?;
    let stored = store::list(transaction.client()).await?;
    for routine in &wanted {
        let items = routine.items();
        if stored.iter().any(|(id, name, stored)| *id == routine.id && *name == routine.name && *stored == items) {
            continue;
        }
        store::set(transaction.client(), routine.id, &routine.name).await?;
        store::delete_items(transaction.client(), routine.id).await?;
        store::insert_items(transaction.client(), routine.id, &items).await?;
        changed += 1;
    }
    transaction.commit().await?;
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_twelve_and_each_is_one_that_can_be_done() {
        let routines = load(&Catalogue::load().unwrap()).unwrap();
        assert_eq!(routines.len(), 12);
        for routine in &routines {
            assert!((1..=100).contains(&routine.name.chars().count()), "{}", routine.name);
            assert!((4..=9).contains(&routine.item.len()), "{}: {} items", routine.name, routine.item.len());
            for item in &routine.item {
                let range = (1..=8).contains(&item.sets) && (1..=60).contains(&item.reps);
                assert!(range, "{}: {}", routine.name, item.exercise);
                assert!(item.rest_seconds.is_some_and(|rest| (30..=300).contains(&rest)), "{}", routine.name);
            }
        }
    }
}
