//! The quests that there are: data in the program, mirrored to the database by `repduel migrate`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

const FILE: &str = include_str!("templates.toml");

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    Daily,
    Weekly,
    Limited,
}

impl Cadence {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Limited => "limited",
        }
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    Workouts,
    Minutes,
    LongestSession,
    LongDays,
}

impl Counted {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Workouts => "workouts",
            Self::Minutes => "minutes",
            Self::LongestSession => "longest_session",
            Self::LongDays => "long_days",
        }
    }

    /// As existing clients call it.
    pub fn metric(self) -> &'static str {
        match self {
            Self::Workouts | Self::LongDays => "workouts_completed",
            Self::Minutes | Self::LongestSession => "active_minutes",
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub id: Uuid,
    pub code: String,
    pub title: String,
    pub description: Option<String>,
    pub cadence: Cadence,
    pub counted: Counted,
    pub target: i32,
    pub reward_xp: i32,
    pub auto_claim: bool,
    #[serde(default = "yes")]
    pub is_active: bool,
    /// Of a limited one: when it begins.
    pub available_from: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
struct File {
    quest: Vec<Template>,
}

#[derive(Debug, thiserror::Error)]
pub enum WrongTemplates {
    #[error("src/quests/templates.toml: {0}")]
    Unreadable(#[from] toml::de::Error),
    #[error("src/quests/templates.toml: {0}: {1}")]
    Invalid(String, &'static str),
}

/// All of them, in the order of the file.
#[derive(Debug)]
pub struct Templates(Vec<Template>);

impl Templates {
    /// Reads and checks what is compiled in.
    pub fn load() -> Result<Self, WrongTemplates> {
        let File { quest } = toml::from_str(FILE)?;
        let mut seen = BTreeSet::new();
        for template in &quest {
            let is_new = seen.insert(template.id.to_string()) && seen.insert(template.code.clone());
            let problem = match template {
                _ if !is_new => "has the id or the code of another",
                Template { target: ..1, .. } | Template { reward_xp: ..1, .. } => "has a target or a reward below 1",
                Template { cadence: Cadence::Limited, available_from: None, .. } => "is limited and never begins",
                _ => continue,
            };
            return Err(WrongTemplates::Invalid(template.code.clone(), problem));
        }
        Ok(Self(quest))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Template> {
        self.0.iter()
    }

    pub fn find(&self, id: Uuid) -> Option<&Template> {
        self.0.iter().find(|template| template.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_that_existing_clients_know_are_there_with_ten_more() {
        let templates = Templates::load().unwrap();
        assert!(templates.iter().filter(|template| template.is_active).count() >= 12);
        for (code, target, reward, metric) in [
            ("daily_30_min_workout", 30, 100, "active_minutes"),
            ("weekly_30_min_workout_three_days", 3, 300, "workouts_completed"),
        ] {
            let template = templates.iter().find(|template| template.code == code).unwrap();
            assert_eq!((template.target, template.reward_xp, template.counted.metric()), (target, reward, metric));
        }
    }
}
