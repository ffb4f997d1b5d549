mod batch;
mod history;

use std::ops::Range;
use std::sync::Arc;

use clap::Args;
use fastrand::Rng;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_postgres::Client;

use crate::accounts::bulk::BulkUser;
use crate::catalogue::Catalogue;
use crate::cli::{Failure, Outcome, begin, connect_to_current_database};
use crate::follows;
use crate::lifts::bulk::BulkLift;
use crate::lifts::made::reserve_ids;
use crate::lifts::{Equipment, score_value};
use crate::platform::config::Environment;
use crate::platform::set_aside::set_aside;
use crate::platform::settings::Sources;
use crate::strength::ScoredAs;
use crate::strength::energy::Energy;
use crate::strength::standards::{CoreLift, thresholds_kg};
use batch::{Batch, Member};
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

/// How many members are made at once.
const BATCH: usize = 5_000;
/// So many batches wait to be stored: one is made while another is written.
const WAITING: usize = 2;

/// What members are called by their friends.
const NAMES: [&str; 24] = [
    "Ada", "Amir", "Anna", "Ben", "Chloe", "Daniel", "Elif", "Emma", "Finn", "Grace", "Hugo", "Ines", "Jonas", "Kenji",
    "Lea", "Marta", "Mia", "Noah", "Olga", "Omar", "Paul", "Rosa", "Sam", "Zoe",
];

/// What is filled, and vacuumed afterwards.
const TABLES: [&str; 16] = [
    "users",
    "lookup_names",
    "lifts",
    "personal_bests",
    "personal_best_events",
    "energy_history",
    "standings",
    "board_lifters",
    "board_changes",
    "workouts",
    "workout_sets",
    "xp_events",
    "user_xp",
    "follows",
    "routines",
    "routine_items",
];

impl LoadSynthetic {
    pub async fn run(self, sources: Sources) -> Outcome {
        let (config, _log) = begin(sources)?;
        if config.environment == Environment::Production && !self.into_production {
            return Err("ENVIRONMENT is production: real lifters would meet the made-up ones on the boards, and they \
                        cannot be taken out again. If that is meant: --into-production"
                .into());
        }
        let mut client = connect_to_current_database(&config).await?;
        let other = connect_to_current_database(&config).await?;
        let catalogue = Arc::new(Catalogue::load()?);
        let (sender, receiver) = mpsc::channel(WAITING);
        let (number, ()) = tokio::try_join!(self.store(&mut client, receiver), self.make(&other, &catalogue, sender))?;
        // What was just filled has no statistics yet.
        let (some, others) = TABLES.split_at(TABLES.len() / 2);
        let [some, others] = [some, others].map(|tables| format!("VACUUM (ANALYZE) {}", tables.join(", ")));
        tokio::try_join!(client.batch_execute(&some), other.batch_execute(&others))?;
        println!("{} members, {number} lifts", self.users);
        Ok(())
    }

    /// Makes all members, a batch after the other, on a thread of its own.
    async fn make(
        &self,
        client: &Client,
        catalogue: &Arc<Catalogue>,
        sender: mpsc::Sender<Batch>,
    ) -> Result<(), Failure> {
        let now = Timestamp::from_second(Timestamp::now().as_second())?;
        for first in (0..self.users).step_by(BATCH) {
            let (this, known) = (self.clone(), catalogue.clone());
            let numbers = first..(first + BATCH).min(self.users);
            let members = spawn_blocking(move || this.members(numbers, &known, now)).await?;
            let lifts = members.iter().map(|member| member.lifts.len()).sum();
            let ids = reserve_ids(client, lifts).await?;
            let known = catalogue.clone();
            let batch = spawn_blocking(move || Batch::new(members, ids, &known)).await?;
            // Whoever stores them has failed, and says why.
            if sender.send(batch).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Stores what comes, all in one transaction; gives the number of lifts.
    async fn store(&self, client: &mut Client, mut batches: mpsc::Receiver<Batch>) -> Result<usize, Failure> {
        let bar = ProgressBar::new(self.users as u64)
            .with_style(ProgressStyle::with_template("{msg} {bar:40} {pos} of {len} members, {eta} left")?)
            .with_message("making");
        let transaction = client.transaction().await?;
        let db = transaction.client();
        // What waits for the end of the transaction would keep indexes from being dropped in it.
        db.batch_execute("SET CONSTRAINTS ALL IMMEDIATE").await?;
        let is_empty: bool = db.query_one("SELECT NOT EXISTS (SELECT FROM users)", &[]).await?.get(0);
        let aside = match is_empty {
            true => Some(set_aside(db, &TABLES).await?),
            false => None,
        };
        let (mut members, mut lifts) = (Vec::new(), 0);
        while let Some(batch) = batches.recv().await {
            batch.store(db, self.lifts.is_none()).await.map_err(|error| explain(&error))?;
            members.extend(batch.users.iter().map(|user| user.id));
            lifts += batch.lifts.len();
            bar.set_position(members.len() as u64);
        }
        if self.lifts.is_none() {
            follows::bulk::insert(db, &members, start_of_day(Timestamp::now())).await?;
        }
        if let Some(aside) = aside {
            bar.set_message("building indexes");
            aside.put_back(db, |_| bar.tick()).await?;
        }
        transaction.commit().await?;
        bar.finish_and_clear();
        Ok(lifts)
    }

    fn members(&self, numbers: Range<usize>, catalogue: &Catalogue, now: Timestamp) -> Vec<Member> {
        let today = start_of_day(now);
        let member = |number: usize| {
            // Of its own for each, so that it is the same whatever is made beside it.
            let mut random = Rng::with_seed(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number as u64);
            let user = self.member(number, &mut random);
            let lifts = match self.lifts {
                // Spreads the lifts evenly, whatever the two numbers are.
                Some(all) => {
                    let share = all * (number + 1) / self.users - all * number / self.users;
                    lifts(&user, share, self.singles, catalogue, now, &mut random)
                }
                None => history(&user, catalogue, today, &mut random),
            };
            Member { user, lifts }
        };
        numbers.map(member).collect()
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
            display_name: NAMES[number % NAMES.len()].to_owned(),
            meet_lifter: None,
            scored_as: Some(scored_as),
            weight_kg: Some((50.0 + 70.0 * random.f64() * random.f64()).round()),
            energy: Energy::default(),
        }
    }
}

/// The beginning of a day: a history goes back from there.
fn start_of_day(now: Timestamp) -> Timestamp {
    now.to_zoned(TimeZone::UTC).start_of_day().map_or(now, |day| day.timestamp())
}

fn explain(error: &tokio_postgres::Error) -> String {
    match error.code() {
        Some(code) if *code == tokio_postgres::error::SqlState::UNIQUE_VIOLATION => {
            "members of this seed are there already; take another --seed".into()
        }
        _ => format!("the members could not be stored: {error}"),
    }
}

/// So many lifts at any times of three years, the earliest first.
fn lifts(
    user: &BulkUser,
    number: usize,
    singles: bool,
    catalogue: &Catalogue,
    now: Timestamp,
    random: &mut Rng,
) -> Vec<BulkLift> {
    let Some(scored_as) = user.scored_as else { return Vec::new() };
    // Squared, so that the strong are few: a DOTS total between about 100 and 550.
    let strength = 0.2 + 0.9 * random.f64() * random.f64();
    let days_ago = |random: &mut Rng| SignedDuration::from_secs(random.i64(0..3 * 365 * 86_400));
    let [squat, bench, deadlift] = CoreLift::ALL.map(CoreLift::exercise_id);
    let exercises: &[&'static str] =
        if singles { &[squat, bench, deadlift, "overhead_press"] } else { &[squat, bench, deadlift] };
    let age_years = singles.then(|| (14.0 + 60.0 * random.f32() * random.f32()).floor());
    let mut lifts = Vec::new();
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
            recorded_at: Some(now),
            volume_xp: 0,
            score_value: score_value(exercise, weight_kg, Some(reps)),
            performed_at: now - days_ago(random),
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
    lifts.sort_by_key(|lift| lift.performed_at);
    lifts
}
