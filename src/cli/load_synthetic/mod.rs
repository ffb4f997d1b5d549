use clap::Args;
use indicatif::ProgressBar;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::accounts::bulk::{BulkUser, insert_users};
use crate::catalogue::Catalogue;
use crate::cli::{Outcome, begin, connect_to_current_database};
use crate::lifts::bulk::{BulkLift, insert_lifts, refresh_personal_bests};
use crate::lifts::{Equipment, score_value};
use crate::platform::config::Environment;
use crate::platform::settings::Sources;
use crate::strength::ScoredAs;
use crate::strength::standards::{CoreLift, thresholds_kg};
use crate::{boards, energy};

/// Fill a database with made-up members and lifts, to measure and to try things out.
///
/// The same numbers give the same lifters. They cannot sign in.
#[derive(Debug, Args)]
pub struct LoadSynthetic {
    /// How many members.
    #[arg(long, default_value_t = 1_000)]
    users: usize,
    /// How many lifts, spread over the members; the first three of each are squat, bench press and deadlift.
    #[arg(long, default_value_t = 6_000)]
    lifts: usize,
    /// Singles alone, the fourth of each an overhead press, each at an age: everybody stands on every board.
    #[arg(long)]
    singles: bool,
    /// Do it in production too, where real lifters would meet them on the boards. They cannot be taken out again.
    #[arg(long)]
    into_production: bool,
    /// Another number makes other members.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// How many members are stored in one transaction.
const BATCH: usize = 20_000;

impl LoadSynthetic {
    pub async fn run(self, sources: Sources) -> Outcome {
        let (config, _log) = begin(sources)?;
        if config.environment == Environment::Production && !self.into_production {
            return Err("ENVIRONMENT is production: real lifters would meet the made-up ones on the boards, and they \
                        cannot be taken out again. If that is meant: --into-production"
                .into());
        }
        let mut client = connect_to_current_database(&config).await?;
        let catalogue = Catalogue::load()?;
        let bar = ProgressBar::new(self.users as u64);
        let mut random = fastrand::Rng::with_seed(self.seed);
        let mut stored_lifts = 0;
        for first in (0..self.users).step_by(BATCH) {
            let last = (first + BATCH).min(self.users);
            let (mut users, mut lifts) = (Vec::new(), Vec::new());
            for number in first..last {
                let user = self.member(number, &mut random);
                // Spreads the lifts evenly, whatever the two numbers are.
                let share = self.lifts * (number + 1) / self.users - self.lifts * number / self.users;
                add_lifts(&user, share, self.singles, &catalogue, &mut random, &mut lifts);
                users.push(user);
            }
            let transaction = client.transaction().await?;
            insert_users(transaction.client(), &users).await.map_err(|error| explain(&error))?;
            stored_lifts += insert_lifts(transaction.client(), &lifts).await?;
            refresh_personal_bests(transaction.client()).await?;
            energy::bulk::refresh(transaction.client()).await?;
            boards::bulk::refresh_new(transaction.client(), &catalogue).await?;
            transaction.commit().await?;
            bar.set_position(last as u64);
        }
        bar.finish_and_clear();
        client
            .batch_execute("VACUUM (ANALYZE) users, lifts, personal_bests, energy_history, standings, board_lifters")
            .await?;
        println!("{} members, {stored_lifts} lifts", self.users);
        Ok(())
    }

    fn member(&self, number: usize, random: &mut fastrand::Rng) -> BulkUser {
        let username = format!("synthetic-{}-{number}", self.seed);
        let scored_as = if random.u8(0..10) < 7 { ScoredAs::Men } else { ScoredAs::Women };
        BulkUser {
            id: Uuid::now_v7(),
            email: Some(format!("{username}@example.org")),
            username,
            meet_lifter: None,
            scored_as: Some(scored_as),
            weight_kg: Some((50.0 + 70.0 * random.f64() * random.f64()).round()),
        }
    }
}

fn explain(error: &tokio_postgres::Error) -> String {
    match error.code() {
        Some(code) if *code == tokio_postgres::error::SqlState::UNIQUE_VIOLATION => {
            "members of this seed are there already; take another --seed".into()
        }
        _ => format!("the members could not be stored: {error}"),
    }
}

fn add_lifts(
    user: &BulkUser,
    number: usize,
    singles: bool,
    catalogue: &Catalogue,
    random: &mut fastrand::Rng,
    lifts: &mut Vec<BulkLift>,
) {
    let Some(scored_as) = user.scored_as else { return };
    // Squared, so that the strong are few: a DOTS total between about 100 and 550.
    let strength = 0.2 + 0.9 * random.f64() * random.f64();
    let days_ago = |random: &mut fastrand::Rng| SignedDuration::from_secs(random.i64(0..3 * 365 * 86_400));
    let [squat, bench, deadlift] = CoreLift::ALL.map(CoreLift::exercise_id);
    let exercises: &[&'static str] =
        if singles { &[squat, bench, deadlift, "overhead_press"] } else { &[squat, bench, deadlift] };
    let age_years = singles.then(|| (14.0 + 60.0 * random.f32() * random.f32()).floor());
    for place in 0..number {
        let exercise_id = exercises[place % exercises.len()];
        let Some(exercise) = catalogue.find(exercise_id) else { continue };
        let celestial = thresholds_kg(user.weight_kg.unwrap_or(80.0), scored_as, exercise.multiplier)[11];
        let reps = if singles { 1 } else { random.i32(1..=5) };
        let kg = celestial * strength * (0.85 + 0.3 * random.f64()) / (1.0 + f64::from(reps - 1) / 30.0);
        let weight_kg = ((kg / 2.5).round() * 2.5).clamp(2.5, 1000.0);
        lifts.push(BulkLift {
            user_id: user.id,
            exercise_id,
            weight_kg,
            reps,
            sets: 1,
            recorded_at: None,
            volume_xp: 0,
            score_value: score_value(exercise, weight_kg, Some(reps)),
            performed_at: Timestamp::now() - days_ago(random),
            bodyweight_kg: user.weight_kg,
            scored_as: Some(scored_as),
            age_years,
            equipment: Equipment::Raw,
            source: "self",
            meet: None,
            event: None,
            is_tested: None,
        });
    }
}
