//! What the standings follow from, for many lifters at once.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::Shown;
use crate::boards::qualify::{self, BoardLift, Doubt, candidates};
use crate::boards::standing::{Candidate, Standing, stand};
use crate::catalogue::Catalogue;
use crate::platform::visibility::listed;
use crate::strength::ScoredAs;

/// With what somebody should stand.
pub struct Truth {
    pub user: Uuid,
    pub shown: Shown,
    pub standings: Vec<Standing>,
}

const LIFTS: &str =
    "SELECT user_id, id, exercise_id, weight_kg::float8, reps::integer, performed_at, bodyweight_kg, scored_as::text,
            age_years, equipment = 'raw', CASE WHEN accepted_at IS NULL THEN doubt::text END
     FROM lifts
     WHERE user_id = ANY ($1) AND exercise_id = ANY ($2) AND voided_at IS NULL AND equipment = 'raw'";
const LIFTERS: &str = concat!(
    "SELECT u.id, ",
    listed!(),
    ", u.shows_points, u.energy, u.scored_as, u.gender, u.weight_kg, u.birth_year,
       coalesce((SELECT s.at FROM standings s WHERE s.user_id = u.id AND s.board = 255 AND s.minus_value = -round(u.energy)::integer LIMIT 1),
                (SELECT max(h.created_at) FROM energy_history h WHERE h.user_id = u.id), u.created_at)
     FROM users u WHERE u.id = ANY ($1)"
);

impl Truth {
    /// What a new user stands with, of whom everything shows and nothing is known but what is told here.
    pub fn of_new_user(user: Uuid, candidates: impl IntoIterator<Item = Candidate>) -> Self {
        Self { user, shown: Shown { is_listed: true, shows_points: false }, standings: stand(candidates) }
    }
}

/// Reads a lift from columns in the order of [`LIFTS`], from `first` on.
pub fn lift_from_row(row: &Row, first: usize) -> (String, BoardLift) {
    let lift = BoardLift {
        id: row.get(first),
        weight_kg: row.get(first + 2),
        reps: row.get(first + 3),
        at: row.get(first + 4),
        bodyweight_kg: row.get(first + 5),
        scored_as: row.get::<_, Option<&str>>(first + 6).and_then(ScoredAs::parse),
        age_years: row.get(first + 7),
        is_raw: row.get(first + 8),
        doubt: row.get::<_, Option<&str>>(first + 9).and_then(Doubt::parse),
    };
    (row.get(first + 1), lift)
}

/// What some lifters stand with, from their lifts and their energy alone.
pub async fn find(db: &Client, catalogue: &Catalogue, users: &[Uuid]) -> Result<Vec<Truth>, tokio_postgres::Error> {
    let ranked: Vec<_> =
        catalogue.iter().filter(|exercise| exercise.is_ranked()).map(|exercise| &exercise.id).collect();
    let mut stands: BTreeMap<Uuid, Vec<Candidate>> = BTreeMap::new();
    for row in db.query(LIFTS, &[&users, &ranked]).await? {
        let (exercise, lift) = lift_from_row(&row, 1);
        if let Some(exercise) = catalogue.find(&exercise) {
            stands.entry(row.get(0)).or_default().extend(candidates(exercise, &lift));
        }
    }
    let rows = db.query(LIFTERS, &[&users]).await?;
    let truths = rows.iter().map(|row| {
        let user: Uuid = row.get(0);
        let gender = row.get::<_, Option<&str>>(5).and_then(ScoredAs::from_gender);
        let sex = row.get::<_, Option<&str>>(4).and_then(ScoredAs::parse).or(gender);
        let energy = qualify::energy(row.get(3), sex, row.get(6), row.get(7), row.get::<_, Timestamp>(8));
        let standings = stand(stands.remove(&user).unwrap_or_default().into_iter().chain(energy));
        Truth { user, shown: Shown { is_listed: row.get(1), shows_points: row.get(2) }, standings }
    });
    Ok(truths.collect())
}

/// All lifts of a lifter that may stand, to be counted anew while the lifter's row is held.
pub async fn list_candidates(
    db: &crate::platform::Connection,
    catalogue: &Catalogue,
    user: crate::platform::UserId,
) -> Result<Vec<Candidate>, crate::platform::DatabaseError> {
    let ranked: Vec<_> =
        catalogue.iter().filter(|exercise| exercise.is_ranked()).map(|exercise| &exercise.id).collect();
    let rows = db.query(LIFTS, &[&[user.0].as_slice(), &ranked]).await?;
    let lifts = rows.iter().map(|row| lift_from_row(row, 1));
    Ok(lifts.filter_map(|(id, lift)| Some(candidates(catalogue.find(&id)?, &lift))).flatten().collect())
}
