//! A judged lift as its lifter and moderators read it; nobody else does.

use serde::Serialize;

use super::JudgedLift;
use crate::boards::qualify::candidates;
use crate::boards::{Basis, Doubt};
use crate::catalogue::Catalogue;
use crate::lifts::session::board_lift;
use crate::platform::{Time, UserId};
use crate::strength::ScoredAs;

/// A lift that waits for a moderator, or that one judged.
#[derive(Serialize, utoipa::ToSchema)]
pub struct JudgedLiftRead {
    id: i32,
    user_id: UserId,
    username: String,
    scenario_id: String,
    /// Kilograms.
    weight_lifted: f64,
    reps: Option<i32>,
    sets: Option<i32>,
    equipment: String,
    source: String,
    performed_at: Time,
    /// What the lifter weighed then, in kilograms.
    bodyweight_kg: Option<f64>,
    /// `men` or `women`.
    scored_as: Option<&'static str>,
    /// The points that it is worth; where it waits or is voided they stand on no board.
    points: Option<f64>,
    /// `waiting`, `accepted` or `voided`.
    state: &'static str,
    /// What speaks against it: `ceiling` or `bodyweight`; null for what was voided for other reasons.
    doubt: Option<&'static str>,
    evidence_url: Option<String>,
    accepted_at: Option<Time>,
    voided_at: Option<Time>,
    void_reason: Option<String>,
    void_answer: Option<String>,
    answered_at: Option<Time>,
}

impl JudgedLiftRead {
    pub fn new(judged: JudgedLift, catalogue: &Catalogue) -> Self {
        Self {
            points: points(&judged, catalogue),
            state: match (judged.voided_at, judged.accepted_at) {
                (Some(_), _) => "voided",
                (None, Some(_)) => "accepted",
                (None, None) => "waiting",
            },
            id: judged.lift.id,
            user_id: judged.lift.user_id,
            username: judged.username,
            scenario_id: judged.lift.exercise_id,
            weight_lifted: judged.lift.weight_kg,
            reps: judged.lift.reps,
            sets: judged.lift.sets,
            equipment: judged.lift.equipment,
            source: judged.lift.source,
            performed_at: Time(judged.lift.performed_at),
            bodyweight_kg: judged.moment.bodyweight_kg,
            scored_as: judged.moment.scored_as.map(ScoredAs::as_str),
            doubt: judged.moment.doubt.map(Doubt::as_str),
            evidence_url: judged.evidence_url,
            accepted_at: judged.accepted_at.map(Time),
            voided_at: judged.voided_at.map(Time),
            void_reason: judged.void_reason,
            void_answer: judged.void_answer,
            answered_at: judged.answered_at.map(Time),
        }
    }

    /// Behind what a page ends.
    pub fn mark(&self) -> String {
        self.id.to_string()
    }
}

/// What the lift would bring if nothing spoke against it.
fn points(judged: &JudgedLift, catalogue: &Catalogue) -> Option<f64> {
    let exercise = catalogue.find(&judged.lift.exercise_id)?;
    let believed = super::Moment { doubt: None, ..judged.moment };
    let points =
        candidates(exercise, &board_lift(&judged.lift, &believed)).find(|stands| stands.basis == Basis::Points);
    points.map(|points| f64::from(points.mark.value) / 100.0)
}
