//! Which exercises a routine may name: those of the catalogue, and those that its lifter made.

use super::items::ScenarioSetIn;
use super::{Item, RoutineError, store};
use crate::catalogue::Catalogue;
use crate::platform::{Connection, UserId};

const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// So many letters and digits that nobody can guess.
pub fn random_code(length: usize) -> Result<String, RoutineError> {
    let mut code = String::with_capacity(length);
    let mut random = [0; 32];
    while code.len() < length {
        getrandom::fill(&mut random).map_err(RoutineError::Random)?;
        // From a multiple of 36 on the first letters would come more often.
        let fair = random.iter().filter(|byte| **byte < 252);
        code.extend(fair.take(length - code.len()).map(|byte| char::from(LETTERS[usize::from(byte % 36)])));
    }
    Ok(code)
}

/// The items of whoever sent them. An own exercise that became one of the catalogue is that one.
pub async fn resolve(
    db: &Connection,
    catalogue: &Catalogue,
    user: UserId,
    sent: &[ScenarioSetIn],
) -> Result<Vec<Item>, RoutineError> {
    let is_known = |item: &&ScenarioSetIn| catalogue.find(&item.scenario_id).is_some();
    // PostgreSQL holds no text with a NUL in it, nor can it be asked for one.
    let may_be_own = |item: &&ScenarioSetIn| !is_known(item) && !item.scenario_id.contains('\0');
    let others: Vec<_> = sent.iter().filter(may_be_own).map(|item| item.scenario_id.clone()).collect();
    let own = match others.is_empty() {
        true => Vec::new(),
        false => store::list_own_exercises(db, user, &others).await?,
    };
    let (mut items, mut unknown) = (Vec::with_capacity(sent.len()), Vec::new());
    for (place, item) in sent.iter().enumerate() {
        let own = own.iter().find(|own| own.id == item.scenario_id);
        if own.is_none() && !is_known(&item) {
            unknown.push(place);
        }
        items.push(Item {
            exercise_id: own.and_then(|own| own.merged_into.clone()).unwrap_or_else(|| item.scenario_id.clone()),
            own: own.filter(|own| own.merged_into.is_none()).map(|own| own.exercise.clone()),
            sets: item.sets,
            reps: item.reps,
            superset: item.superset,
            // Turns -0.0 into 0.0.
            weight_kg: item.weight_kg.map(|kg| kg + 0.0),
            percent: item.percent.map(|percent| percent + 0.0),
            rest_seconds: item.rest_seconds,
            note: item.note.as_deref().map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned),
        });
    }
    if unknown.is_empty() { Ok(items) } else { Err(RoutineError::UnknownExercises(unknown)) }
}

/// Makes items of somebody else's routine a user's own: of an exercise that a lifter made, the user has one of the same
/// name, or gets one.
pub async fn adopt(
    db: &Connection,
    catalogue: &Catalogue,
    user: UserId,
    items: &mut [Item],
) -> Result<(), RoutineError> {
    for item in items.iter_mut().filter(|item| catalogue.find(&item.exercise_id).is_none()) {
        // One that its maker has removed has kept no name.
        let Some(own) = &item.own else { continue };
        let id = format!("own_{}", random_code(16)?.to_ascii_lowercase());
        item.exercise_id = store::find_or_insert_own_exercise(db, user, &id, own).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_of_all_letters_and_digits() {
        let letters: BTreeSet<_> = (0..200).flat_map(|_| random_code(8).unwrap().chars().collect::<Vec<_>>()).collect();
        assert_eq!(letters.len(), 36);
        assert_eq!(random_code(8).unwrap().len(), 8);
        assert_ne!(random_code(16).unwrap(), random_code(16).unwrap());
    }
}
