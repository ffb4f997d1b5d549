//! A lift as it is sent, with the bounds of what a person can do.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Lift, LockedLifter, score_value};
use crate::boards::qualify::in_microseconds;
use crate::catalogue::Exercise;
use crate::platform::Problem;

/// What a lifter wore. The contract's boards count raw and wraps only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Equipment {
    #[default]
    Raw,
    Wraps,
    Straps,
    SinglePly,
    MultiPly,
    Unlimited,
}

impl Equipment {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Wraps => "wraps",
            Self::Straps => "straps",
            Self::SinglePly => "single_ply",
            Self::MultiPly => "multi_ply",
            Self::Unlimited => "unlimited",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Raw, Self::Wraps, Self::Straps, Self::SinglePly, Self::MultiPly, Self::Unlimited]
            .into_iter()
            .find(|worn| worn.as_str() == text)
    }

    /// Whether boards, personal bests and energy of existing clients read it.
    pub fn counts_for_contract(self) -> bool {
        matches!(self, Self::Raw | Self::Wraps)
    }
}

/// The body of a new score.
#[derive(Debug, Clone, Serialize, Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct ScoreCreate {
    /// Kilograms, 0 to 1000; 0 for exercises that are counted in repetitions.
    #[garde(range(min = 0.0, max = 1000.0))]
    #[schema(minimum = 0, maximum = 1000)]
    pub weight_lifted: f64,
    /// The exercise. Where its id is in the path it may be left out.
    #[garde(skip)]
    pub scenario_id: Option<String>,
    /// 0 to 100.
    #[garde(inner(range(min = 0, max = 100)))]
    #[schema(minimum = 0, maximum = 100)]
    pub sets: Option<i32>,
    /// 0 to 1000; none is a single.
    #[garde(inner(range(min = 0, max = 1000)))]
    #[schema(minimum = 0, maximum = 1000)]
    pub reps: Option<i32>,
    /// When it was lifted, with an offset or `Z`; now where it is not given. Not before 1950 and not in the future.
    #[garde(skip)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub performed_at: Option<Timestamp>,
    /// What was worn; raw where it is not given.
    #[garde(skip)]
    pub equipment: Option<Equipment>,
}

/// A checked lift.
#[derive(Debug, Clone)]
pub struct NewLift {
    pub weight_kg: f64,
    pub sets: Option<i32>,
    pub reps: Option<i32>,
    /// None is now.
    pub performed_at: Option<Timestamp>,
    pub equipment: Equipment,
}

/// The clocks of phones run ahead by minutes.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// 1950-01-01, when lifters of today were not born yet.
const EARLIEST: Timestamp = Timestamp::constant(-631_152_000, 0);

/// When a lift may have been done.
pub fn check_time(performed_at: Option<Timestamp>) -> Result<(), Problem> {
    match performed_at {
        Some(at) if at > Timestamp::now() + CLOCK_TOLERANCE => {
            Err(Problem::invalid("performed_at", "lies in the future"))
        }
        Some(at) if at < EARLIEST => Err(Problem::invalid("performed_at", "lies before 1950")),
        _ => Ok(()),
    }
}

impl TryFrom<ScoreCreate> for NewLift {
    type Error = Problem;

    fn try_from(score: ScoreCreate) -> Result<Self, Problem> {
        check_time(score.performed_at)?;
        Ok(Self {
            // Turns -0.0, which JSON can say and sorting minds, into 0.0.
            weight_kg: score.weight_lifted + 0.0,
            sets: score.sets,
            reps: score.reps,
            performed_at: score.performed_at,
            equipment: score.equipment.unwrap_or_default(),
        })
    }
}

impl NewLift {
    /// Whether anything was lifted: no repetition, or no set, is none.
    pub fn was_done(&self) -> bool {
        self.reps != Some(0) && self.sets != Some(0)
    }

    /// The lift as it will be stored.
    pub fn by(&self, id: i32, lifter: &LockedLifter, exercise: &Exercise) -> Lift {
        Lift {
            id,
            user_id: lifter.id,
            exercise_id: exercise.id.clone(),
            weight_kg: self.weight_kg,
            reps: self.reps,
            sets: self.sets,
            score_value: score_value(exercise, self.weight_kg, self.reps),
            performed_at: in_microseconds(self.performed_at.unwrap_or_else(Timestamp::now)),
            equipment: self.equipment.as_str().to_owned(),
            source: "self".to_owned(),
        }
    }
}
