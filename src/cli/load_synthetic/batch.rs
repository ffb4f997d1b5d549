//! Some members with all that follows from what they did, computed before anything is stored: the database would have to
//! find each row again.

use uuid::Uuid;

use crate::accounts::bulk::{BulkUser, insert_users};
use crate::boards::bulk::Truth;
use crate::boards::{BoardLift, qualify};
use crate::catalogue::Catalogue;
use crate::lifts::Equipment;
use crate::lifts::bulk::BulkLift;
use crate::lifts::made::{self, MadeLift, bests, rises};
use crate::progress::bulk::{BEST_XP, Earned, PaidFor};
use crate::strength::Unit;
use crate::strength::energy::{Lifter, energy};
use crate::strength::standards::CoreLift;
use crate::{boards, energy, progress, routines, workouts};
use jiff::Timestamp;
use tokio_postgres::{Client, Error};

/// A member and their lifts, the earliest first.
pub struct Member {
    pub user: BulkUser,
    pub lifts: Vec<BulkLift>,
}

/// Members with what follows from their lifts.
pub struct Batch {
    pub users: Vec<BulkUser>,
    pub lifts: Vec<MadeLift>,
    energies: Vec<(Uuid, f64, Timestamp)>,
    truths: Vec<Truth>,
    /// Only of those with workouts.
    earned: Vec<Earned>,
}

impl Batch {
    /// `ids` are those of the lifts.
    pub fn new(members: Vec<Member>, ids: Vec<i32>, catalogue: &Catalogue) -> Self {
        let mut ids = ids.into_iter();
        let mut batch =
            Self { users: Vec::new(), lifts: Vec::new(), energies: Vec::new(), truths: Vec::new(), earned: Vec::new() };
        for Member { mut user, lifts } in members {
            let lifts: Vec<_> = lifts.into_iter().zip(&mut ids).map(|(lift, id)| MadeLift { id, lift }).collect();
            batch.add(&mut user, &lifts, catalogue);
            batch.users.push(user);
            batch.lifts.extend(lifts);
        }
        batch
    }

    fn add(&mut self, user: &mut BulkUser, lifts: &[MadeLift], catalogue: &Catalogue) {
        let bests = bests(lifts);
        let Some(newest) = bests.iter().map(|made| made.lift.performed_at).max() else { return };
        let best_kg = CoreLift::ALL.map(|core| {
            bests.iter().find(|made| made.lift.exercise_id == core.exercise_id()).map(|made| made.lift.score_value)
        });
        user.energy =
            energy(&Lifter { bodyweight_kg: user.weight_kg, scored_as: user.scored_as, unit: Unit::Kg, best_kg });
        if user.energy.value != 0.0 {
            self.energies.push((user.id, user.energy.value, newest));
        }
        let of_lifts = lifts.iter().filter_map(|made| {
            let exercise = catalogue.find(made.lift.exercise_id)?;
            Some(qualify::candidates(exercise, &board_lift(made)))
        });
        let of_energy = qualify::energy(user.energy.value, user.scored_as, user.weight_kg, None, newest);
        self.truths.push(Truth::of_new_user(user.id, of_lifts.flatten().chain(of_energy)));
        let volumes =
            lifts.iter().map(|made| (PaidFor::Volume, made.lift.performed_at, i64::from(made.lift.volume_xp)));
        let risen = rises(lifts).into_iter().map(|made| (PaidFor::Bests, made.lift.performed_at, BEST_XP));
        self.earned.extend(progress::bulk::days(user.id, volumes.chain(risen)));
    }

    /// Stores the members, and with `training` their lifts as workouts that gave points.
    pub async fn store(&self, db: &Client, training: bool) -> Result<(), Error> {
        insert_users(db, &self.users).await?;
        made::insert(db, &self.lifts).await?;
        let of_a_member = || self.lifts.chunk_by(|a, b| a.lift.user_id == b.lift.user_id);
        made::insert_bests(db, &of_a_member().flat_map(bests).collect::<Vec<_>>()).await?;
        energy::bulk::insert_history(db, &self.energies).await?;
        boards::bulk::insert(db, &self.truths).await?;
        if training {
            made::insert_rises(db, &of_a_member().flat_map(rises).collect::<Vec<_>>()).await?;
            progress::bulk::insert(db, &self.earned).await?;
            workouts::bulk::insert(db, &workouts::bulk::of_lifts(&self.lifts)).await?;
            let ids: Vec<_> = self.users.iter().map(|user| user.id).collect();
            routines::copy_global_ones(db, &ids).await?;
        }
        Ok(())
    }
}

fn board_lift(MadeLift { id, lift }: &MadeLift) -> BoardLift {
    BoardLift {
        id: *id,
        weight_kg: lift.weight_kg,
        reps: Some(lift.reps),
        at: lift.performed_at,
        bodyweight_kg: lift.bodyweight_kg,
        scored_as: lift.scored_as,
        age_years: lift.age_years,
        is_raw: lift.equipment == Equipment::Raw,
        doubt: None,
    }
}
