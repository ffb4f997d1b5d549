//! A workout as it is sent, in the new form and in that of existing clients, with the bounds of what a person can do.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::boards::qualify::in_microseconds;
use crate::lifts::Equipment;
use crate::platform::Problem;
use crate::platform::extract::printable;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SetKind {
    #[default]
    Normal,
    /// Counts for no lift, record or rank.
    WarmUp,
    Drop,
    Failure,
}

impl SetKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::WarmUp => "warm_up",
            Self::Drop => "drop",
            Self::Failure => "failure",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Normal, Self::WarmUp, Self::Drop, Self::Failure].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A set of a workout.
#[derive(Debug, Clone, Serialize, Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct NewSet {
    /// The client's own id of the set, for ever: one that is sent again is the same set.
    #[garde(skip)]
    pub id: Option<Uuid>,
    /// An exercise of the catalogue, or one of one's own.
    #[garde(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    pub exercise_id: String,
    /// 0 to 1000.
    #[garde(range(min = 0, max = 1000))]
    #[schema(minimum = 0, maximum = 1000)]
    pub reps: i32,
    /// Kilograms, 0 to 1000; 0 or nothing where only the own body is moved.
    #[garde(range(min = 0.0, max = 1000.0))]
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1000)]
    pub weight_kg: f64,
    #[garde(skip)]
    #[serde(default)]
    pub kind: SetKind,
    /// A band, a machine or a partner helped: it counts for no lift, record or rank.
    #[garde(skip)]
    #[serde(default)]
    pub assisted: bool,
    /// How hard it was: 1 to 10.
    #[garde(inner(range(min = 1.0, max = 10.0)))]
    #[schema(minimum = 1, maximum = 10)]
    pub rpe: Option<f32>,
    /// Seconds of rest after it, 0 to 86400.
    #[garde(inner(range(min = 0, max = 86_400)))]
    #[schema(minimum = 0, maximum = 86400)]
    pub rest_seconds: Option<i32>,
    /// What was worn; raw where it is not given.
    #[garde(skip)]
    #[serde(default)]
    pub equipment: Equipment,
}

/// A workout with its sets in the order in which they were done.
#[derive(Debug, Clone, Serialize, Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct WorkoutCreate {
    /// The routine that it followed: one's own, everybody's, or a shared one.
    #[garde(skip)]
    pub routine_id: Option<Uuid>,
    /// Where it is not given the routine's name, or by the time of day.
    #[garde(inner(length(chars, min = 1, max = 100), custom(printable)))]
    #[schema(min_length = 1, max_length = 100)]
    pub title: Option<String>,
    /// Up to 2000 characters, in lines.
    #[garde(inner(length(chars, max = 2000)))]
    #[schema(max_length = 2000)]
    pub note: Option<String>,
    /// How long it took, 0 to 1440 minutes.
    #[garde(range(min = 0.0, max = 1440.0))]
    #[schema(minimum = 0, maximum = 1440)]
    pub minutes: f64,
    /// With an offset or `Z`; now where it is not given. Not before 1950 and at most five minutes ahead. One of more than a day
    /// ago is history: it is kept, and earns no points.
    #[garde(skip)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub completed_at: Option<Timestamp>,
    /// 1 to 300.
    #[garde(length(min = 1, max = 300), dive)]
    #[schema(min_items = 1, max_items = 300)]
    pub sets: Vec<NewSet>,
}

/// What of a workout is to change; what is not sent stays. Sets are replaced as a whole.
#[derive(Debug, Clone, Default, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(default)]
pub struct WorkoutUpdate {
    #[garde(inner(length(chars, min = 1, max = 100), custom(printable)))]
    #[schema(min_length = 1, max_length = 100)]
    pub title: Option<String>,
    /// An empty one takes it away.
    #[garde(inner(length(chars, max = 2000)))]
    #[schema(max_length = 2000)]
    pub note: Option<String>,
    #[garde(inner(range(min = 0.0, max = 1440.0)))]
    #[schema(minimum = 0, maximum = 1440)]
    pub minutes: Option<f64>,
    #[garde(skip)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub completed_at: Option<Timestamp>,
    #[garde(length(min = 1, max = 300), dive)]
    #[schema(min_items = 1, max_items = 300)]
    pub sets: Option<Vec<NewSet>>,
}

/// A set as it is stored.
#[derive(Debug, Clone)]
pub struct CheckedSet {
    pub sent: NewSet,
    /// Existing clients may send several equal sets as one.
    pub times: i32,
    pub total_volume: f64,
}

impl CheckedSet {
    pub fn of(mut sent: NewSet) -> Self {
        // Turns -0.0, which JSON can say, into 0.0.
        sent.weight_kg += 0.0;
        let total_volume = sent.weight_kg * f64::from(sent.reps);
        Self { sent, times: 1, total_volume }
    }
}

/// A workout that was checked as far as that goes without a look at the database.
#[derive(Debug, Clone)]
pub struct NewWorkout {
    pub routine_id: Option<Uuid>,
    pub title: Option<String>,
    pub note: Option<String>,
    pub status: String,
    pub minutes: f64,
    pub completed_at: Timestamp,
    pub sets: Vec<CheckedSet>,
}

impl TryFrom<WorkoutCreate> for NewWorkout {
    type Error = Problem;

    fn try_from(sent: WorkoutCreate) -> Result<Self, Problem> {
        check_ids(&sent.sets)?;
        let note = sent.note.filter(|note| !note.trim().is_empty());
        Ok(Self {
            routine_id: sent.routine_id,
            title: sent.title,
            note: check_note(note)?,
            status: "completed".to_owned(),
            minutes: sent.minutes + 0.0,
            completed_at: check_time("completed_at", sent.completed_at)?,
            sets: sent.sets.into_iter().map(CheckedSet::of).collect(),
        })
    }
}

/// Lines, without what PostgreSQL or a screen cannot show.
pub fn check_note(note: Option<String>) -> Result<Option<String>, Problem> {
    let is_odd = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    match note {
        Some(note) if note.chars().any(is_odd) => Err(Problem::invalid("note", "must be text")),
        note => Ok(note),
    }
}

pub fn check_ids(sets: &[NewSet]) -> Result<(), Problem> {
    let mut ids: Vec<_> = sets.iter().filter_map(|set| set.id).collect();
    ids.sort_unstable();
    match ids.windows(2).any(|two| two[0] == two[1]) {
        true => Err(Problem::invalid("sets", "two of them have the same id")),
        false => Ok(()),
    }
}

/// When a workout may have ended, as the database keeps it; now where nothing was said.
pub fn check_time(field: &'static str, at: Option<Timestamp>) -> Result<Timestamp, Problem> {
    let at = at.unwrap_or_else(Timestamp::now);
    if at > Timestamp::now() + SignedDuration::from_mins(5) {
        return Err(Problem::invalid(field, "lies in the future"));
    }
    // 1950-01-01.
    if at.as_second() < -631_152_000 {
        return Err(Problem::invalid(field, "lies before 1950"));
    }
    Ok(in_microseconds(at))
}

impl NewWorkout {
    /// What tells it from another: what was done, whatever its sets are called and whenever it came.
    pub fn content(&self) -> Vec<u8> {
        let sets: Vec<_> = self.sets.iter().map(|set| NewSet { id: None, ..set.sent.clone() }).collect();
        let times: Vec<_> = self.sets.iter().map(|set| set.times).collect();
        let told = (self.routine_id, &self.title, &self.note, self.minutes, sets, times);
        Sha256::digest(serde_json::to_vec(&told).unwrap_or_default()).to_vec()
    }
}
