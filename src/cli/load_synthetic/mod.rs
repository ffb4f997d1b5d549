mod history;

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;
use fastrand::Rng;
use futures_util::future::try_join_all;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio_postgres::Client;

use crate::accounts::bulk::{BulkUser, insert_users};
use crate::catalogue::Catalogue;
use crate::cli::{Failure, Outcome, begin, connect_to_current_database};
use crate::lifts::bulk::{BulkLift, insert_best_events, insert_lifts, refresh_personal_bests};
use crate::lifts::{Equipment, score_value};
use crate::platform::config::Environment;
use crate::platform::settings::Sources;
use crate::strength::ScoredAs;
use crate::strength::standards::{CoreLift, thresholds_kg};
use crate::{boards, energy, follows, lifts, progress, routines, workouts};
use history::history;

/// Fill a database with made-up members and what they did, to measure and to try things out.
///
/// Members train by a weekly rhythm, grow stronger, have routines and follow each other. The same numbers give the same
/// members. They cannot sign in.
#[derive(Debug, Clone, Args)]
pub struct LoadSynthetic {
    /// How many members.
    #[arg(long, default_value_t = 1_000)]
    users: usize,
    /// So many lifts instead of workouts, spread over the members; the first three of each are squat, bench press and
    /// deadlift.
    #[arg(long)]
    lifts: Option<usize>,
    /// Of those, singles alone, the fourth of each an overhead press, each at an age: everybody stands on every board.
    #[arg(long, requires = "lifts")]
    singles: bool,
    /// Do it in production too, where real lifters would meet them on the boards. They cannot be taken out again.
    #[arg(long)]
    into_production: bool,
    /// Another number makes other members.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// How many members are stored in one transaction.
const BATCH: usize = 5_000;
/// So many transactions at once: while one waits for the disk another computes.
const AT_ONCE: usize = 3;

impl LoadSynthetic {
    pub async fn run(self, sources: Sources) -> Outcome {
        let (config, _log) = begin(sources)?;
        if config.environment == Environment::Production && !self.into_production {
            return Err("ENVIRONMENT is production: real lifters would meet the made-up ones on the boards, and they \
                        cannot be taken out again. If that is meant: --into-production"
                .into());
        }
        let bar = ProgressBar::new(self.users as u64)
            .with_style(ProgressStyle::with_template("making {bar:40} {pos} of {len} members, {eta} left")?);
        let (catalogue, next, today) = (Catalogue::load()?, AtomicUsize::new(0), midnight()?);
        let one_after_another = async || -> Result<u64, Failure> {
            let mut client = connect_to_current_database(&config).await?;
            client.batch_execute("SET synchronous_commit = off").await?;
            let mut lifts = 0;
            loop {
                let first = next.fetch_add(BATCH, Ordering::Relaxed);
                if first >= self.users {
                    return Ok(lifts);
                }
                let last = (first + BATCH).min(self.users);
                lifts += self.store(&mut client, &catalogue, today, first..last).await?;
                bar.inc((last - first) as u64);
            }
        };
        let lifts = try_join_all((0..AT_ONCE).map(|_| one_after_another())).await?.iter().sum::<u64>();
        let client = connect_to_current_database(&config).await?;
        if self.lifts.is_none() {
            follows::bulk::insert(&client, &self.prefix(), self.users as i64).await?;
        }
        bar.finish_and_clear();
        client
            .batch_execute(
                "VACUUM (ANALYZE) users, lifts, personal_bests, energy_history, standings, board_lifters, workouts,
                 workout_sets, xp_events, user_xp, follows, routines, routine_items",
            )
            .await?;
        println!("{} members, {lifts} lifts", self.users);
        Ok(())
    }

    /// Stores some members in one transaction; gives the number of their lifts.
    async fn store(
        &self,
        client: &mut Client,
        catalogue: &Catalogue,
        today: Timestamp,
        numbers: Range<usize>,
    ) -> Result<u64, Failure> {
        let (mut users, mut done) = (Vec::new(), Vec::new());
        for number in numbers {
            // Of its own for each, so that it is the same whatever is made beside it.
            let mut random = Rng::with_seed(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number as u64);
            let user = self.member(number, &mut random);
            match self.lifts {
                // Spreads the lifts evenly, whatever the two numbers are.
                Some(all) => {
                    let share = all * (number + 1) / self.users - all * number / self.users;
                    add_lifts(&user, share, self.singles, catalogue, &mut random, &mut done);
                }
                None => done.extend(history(&user, catalogue, today, &mut random)),
            }
            users.push(user);
        }
        let transaction = client.transaction().await?;
        let db = transaction.client();
        insert_users(db, &users).await.map_err(|error| explain(&error))?;
        let stored = insert_lifts(db, &done).await?;
        lifts::bulk::analyze(db).await?;
        refresh_personal_bests(db).await?;
        energy::bulk::refresh(db).await?;
        if self.lifts.is_none() {
            insert_best_events(db).await?;
            progress::fill(db).await?;
            workouts::bulk::insert_of_new_lifts(db).await?;
            let ids: Vec<_> = users.iter().map(|user| user.id).collect();
            routines::copy_global_ones(db, &ids).await?;
        }
        boards::bulk::refresh_new(db, catalogue).await?;
        transaction.commit().await?;
        Ok(stored)
    }

    fn prefix(&self) -> String {
        format!("synthetic-{}-", self.seed)
    }

    fn member(&self, number: usize, random: &mut Rng) -> BulkUser {
        let username = format!("{}{number}", self.prefix());
        let scored_as = if random.u8(0..10) < 7 { ScoredAs::Men } else { ScoredAs::Women };
        BulkUser {
            id: history::id(number, random),
            email: Some(format!("{username}@example.org")),
            username,
            meet_lifter: None,
            scored_as: Some(scored_as),
            weight_kg: Some((50.0 + 70.0 * random.f64() * random.f64()).round()),
        }
    }
}

/// The beginning of this day: a history goes back from there.
fn midnight() -> Result<Timestamp, jiff::Error> {
    Timestamp::now().to_zoned(TimeZone::UTC).start_of_day().map(|day| day.timestamp())
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
    random: &mut Rng,
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
