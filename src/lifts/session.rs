//! Lifts that were done together, by one lifter at one time: judged against what was there before, and written with all
//! that follows from them. A lift that is sent alone is a session of one.

use futures_util::future::{try_join, try_join3, try_join4};
use jiff::Timestamp;

use super::store::holding::Weights;
use super::store::recording::{insert_best_events, insert_lifts, set_personal_bests};
use super::{Best, Done, Equipment, Held, Lift, LockedLifter, Moment};
use crate::boards::qualify::{self, candidates};
use crate::boards::{self, Doubt, Live, Plan, RankChange, Ranks, Rise};
use crate::catalogue::Catalogue;
use crate::platform::{Connection, DatabaseError, UserId};
use crate::strength::energy::{Energy, Lifter, energy as energy_of};
use crate::strength::standards::CoreLift;
use crate::{energy, progress};

/// A lift with what came of it.
#[derive(Debug, Clone)]
pub struct JudgedLift {
    pub lift: Lift,
    pub moment: Moment,
    pub volume_xp: i32,
    /// The best of its exercise, or as good and newer.
    is_best: bool,
    /// Better than all before it and all beside it.
    pub rises: bool,
    pub previous_best: Option<Best>,
}

/// Lifts as they will be written.
pub struct Session {
    user: UserId,
    pub lifts: Vec<JudgedLift>,
    pub energy: Option<Energy>,
    plan: Plan,
    ranks: Ranks,
    /// When they came; none is now.
    recorded_at: Option<Timestamp>,
}

impl Session {
    /// Judges lifts in their order. Where somebody is passed it asks the database for names.
    pub async fn judge(
        db: &Connection,
        live: &Live,
        catalogue: &Catalogue,
        held: Held,
        done: &[Done<'_>],
    ) -> Result<Self, DatabaseError> {
        let mut sessions = Self::judge_all(db, live, catalogue, vec![(held, done)]).await?;
        sessions.pop().ok_or_else(|| DatabaseError::Unavailable("no session was judged".into()))
    }

    /// The same of different lifters, in their order.
    pub async fn judge_all(
        db: &Connection,
        live: &Live,
        catalogue: &Catalogue,
        held: Vec<(Held, &[Done<'_>])>,
    ) -> Result<Vec<Self>, DatabaseError> {
        let mut sessions: Vec<_> = held.into_iter().map(|(held, done)| Self::without_ranks(held, done)).collect();
        let plans: Vec<_> = sessions.iter().map(|session| &session.plan).collect();
        let ranks = Ranks::of(db, live, catalogue, &plans).await?;
        for (session, ranks) in sessions.iter_mut().zip(ranks) {
            session.ranks = ranks;
        }
        Ok(sessions)
    }

    fn without_ranks(held: Held, done: &[Done<'_>]) -> Self {
        let Held { lifter, weights, bests, standings } = held;
        let mut lifts: Vec<_> = done
            .iter()
            .zip(&lifter.lift_ids)
            .map(|(done, id)| judge_lift(&lifter, &weights, &bests, done, *id))
            .collect();
        mark_bests(&mut lifts);
        let energy = energy_with(&lifter, &bests, &lifts);
        let standing = match energy {
            Some(energy) => boards::Energy::Becomes(energy::standing(energy, &lifter.energy_of, lifter.birth_year)),
            None => boards::Energy::Stays,
        };
        let stands: Vec<_> = done
            .iter()
            .zip(&lifts)
            .flat_map(|(done, judged)| candidates(done.exercise, &board_lift(&judged.lift, &judged.moment)))
            .collect();
        let plan = Plan::with(lifter.id, lifter.shown, standings, stands, standing);
        Self { user: lifter.id, lifts, energy, plan, ranks: Ranks::default(), recorded_at: None }
    }

    /// The same of lifts that came before and are written anew: they pay as of then, and nobody rises by them again.
    pub fn of_before(self, recorded_at: Timestamp) -> Self {
        Self { recorded_at: Some(recorded_at), ..self }
    }

    /// The places that it changes.
    pub fn ranks(&self) -> &[RankChange] {
        &self.ranks.changes
    }

    /// What others are told of it.
    fn rises(&self) -> Vec<(UserId, Rise)> {
        let is_news = self.recorded_at.is_none() && self.lifts.iter().any(|judged| is_news(judged.lift.performed_at));
        let rises = if is_news { self.ranks.rises() } else { Vec::new() };
        rises.into_iter().map(|rise| (self.user, rise)).collect()
    }

    /// Writes everything; gives the number of the boards' change.
    pub async fn write(&self, db: &Connection) -> Result<Option<i64>, DatabaseError> {
        Ok(Self::write_all(db, &[self]).await?.into_iter().next().flatten())
    }

    /// The same of different lifters, in one journey once its statements are prepared.
    pub async fn write_all(db: &Connection, sessions: &[&Self]) -> Result<Vec<Option<i64>>, DatabaseError> {
        let lifts = || sessions.iter().flat_map(|session| &session.lifts);
        if lifts().next().is_none() {
            return Ok(vec![None; sessions.len()]);
        }
        let dated =
            sessions.iter().flat_map(|session| session.lifts.iter().map(|judged| (judged, session.recorded_at)));
        let dated: Vec<_> = dated.collect();
        let ids: Vec<_> = lifts().map(|judged| judged.lift.id).collect();
        let best: Vec<_> = lifts().filter(|judged| judged.is_best).map(|judged| judged.lift.id).collect();
        let rising: Vec<_> = lifts().filter(|judged| judged.rises).map(|judged| judged.lift.id).collect();
        let energies = sessions.iter().filter_map(|session| Some((session.user, session.energy?)));
        let energies: Vec<_> = energies.collect();
        let plans: Vec<_> = sessions.iter().map(|session| &session.plan).collect();
        let rises: Vec<_> = sessions.iter().flat_map(|session| session.rises()).collect();
        let lifts = try_join4(
            insert_lifts(db, &dated),
            set_personal_bests(db, &best),
            insert_best_events(db, &rising),
            progress::award_lifts(db, &ids, &rising),
        );
        let boards = try_join(boards::write(db, &plans), boards::keep_rises(db, &rises));
        let (_, (), (changes, _)) = try_join3(lifts, energy::set(db, &energies), boards).await?;
        Ok(changes)
    }

    /// Tells this process's boards, once it is committed.
    pub fn apply(&self, live: &Live, change: Option<i64>) {
        if let Some(change) = change {
            live.apply(self.user, change, self.plan.shown, &self.plan.new);
        }
    }
}

fn judge_lift(lifter: &LockedLifter, weights: &Weights, bests: &[Best], done: &Done<'_>, id: i32) -> JudgedLift {
    let Done { exercise, new } = done;
    let lift = new.by(id, lifter, exercise);
    let mut moment = Moment {
        bodyweight_kg: weights.kg,
        scored_as: lifter.energy_of.scored_as,
        age_years: lifter.birth_year.and_then(|born| age_in(lift.performed_at, born)),
        doubt: None,
    };
    moment.doubt = qualify::doubt(exercise, &board_lift(&lift, &moment), weights.least_and_greatest);
    let volume_xp = progress::volume_xp(exercise, lift.weight_kg, lift.reps, lift.sets, moment.bodyweight_kg);
    let previous_best = bests.iter().find(|best| best.exercise_id == exercise.id).cloned();
    let counts = new.equipment.counts_for_contract() && new.was_done() && moment.doubt != Some(Doubt::Ceiling);
    let is_best = counts && previous_best.as_ref().is_none_or(|best| is_better(&lift, best));
    let rises = counts && previous_best.as_ref().is_none_or(|best| lift.score_value > best.score_value);
    JudgedLift { lift, moment, volume_xp, is_best, rises, previous_best }
}

/// Of several lifts of an exercise one is the best: the greatest, of equal ones the last; and one is the rise: the first of
/// the greatest.
fn mark_bests(lifts: &mut [JudgedLift]) {
    let marks: Vec<_> = (0..lifts.len()).map(|place| mark_of(lifts, place)).collect();
    for (judged, (is_best, rises)) in lifts.iter_mut().zip(marks) {
        (judged.is_best, judged.rises) = (is_best, rises);
    }
}

fn mark_of(lifts: &[JudgedLift], place: usize) -> (bool, bool) {
    let mine = &lifts[place];
    let (mut is_best, mut rises) = (mine.is_best, mine.rises);
    for (other, rival) in lifts.iter().enumerate() {
        if other == place || !rival.is_best || rival.lift.exercise_id != mine.lift.exercise_id {
            continue;
        }
        let order = rival.lift.score_value.total_cmp(&mine.lift.score_value);
        is_best &= order.then(other.cmp(&place)).is_lt();
        rises &= order.then(place.cmp(&other)).is_lt();
    }
    (is_best, rises)
}

/// A lift as boards see it.
pub fn board_lift(lift: &Lift, moment: &Moment) -> boards::BoardLift {
    boards::BoardLift {
        id: lift.id,
        weight_kg: lift.weight_kg,
        reps: lift.reps,
        at: lift.performed_at,
        bodyweight_kg: moment.bodyweight_kg,
        scored_as: moment.scored_as,
        age_years: moment.age_years,
        is_raw: lift.equipment == Equipment::Raw.as_str(),
        doubt: moment.doubt,
    }
}

/// Whether others are told of it: what is older came from a notebook.
fn is_news(at: Timestamp) -> bool {
    at > Timestamp::now() - jiff::SignedDuration::from_hours(48)
}

/// The age that somebody reaches in the calendar year of a lift.
pub fn age_in(at: jiff::Timestamp, born: i16) -> Option<f32> {
    let age = at.to_zoned(jiff::tz::TimeZone::UTC).year() - born;
    (age >= 0).then_some(f32::from(age))
}

/// The energy once the lifts are bests of their exercises; none where none of them counts for it.
fn energy_with(lifter: &LockedLifter, bests: &[Best], lifts: &[JudgedLift]) -> Option<Energy> {
    let risen = |id: &str| lifts.iter().find(|judged| judged.rises && judged.lift.exercise_id == id);
    let core = CoreLift::ALL.map(CoreLift::exercise_id);
    core.iter().find_map(|id| risen(id))?;
    let best_kg = core.map(|id| match risen(id) {
        Some(judged) => Some(judged.lift.score_value),
        None => bests.iter().find(|best| best.exercise_id == id).map(|best| best.score_value),
    });
    Some(energy_of(&Lifter { best_kg, ..lifter.energy_of }))
}

/// Of two lifts of equal score boards show the newer.
fn is_better(lift: &Lift, best: &Best) -> bool {
    let order = lift.score_value.total_cmp(&best.score_value);
    order.then(lift.performed_at.cmp(&best.performed_at)).then(lift.id.cmp(&best.lift_id)).is_gt()
}
