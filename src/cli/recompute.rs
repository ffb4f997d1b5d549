use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

use super::{Failure, Outcome, begin, open_database};
use crate::catalogue::Catalogue;
use crate::platform::settings::Sources;
use crate::platform::{Connection, UserId};
use crate::quests::Templates;
use crate::{boards, energy, lifts, progress, quests};

/// Make anew what follows from lifts and workouts where it differs: personal bests, points, quests, energy, boards.
///
/// Lifters may go on posting meanwhile. Prints what differs; exits with 1 where something did, made anew or not.
#[derive(Debug, Args)]
pub struct Recompute {
    /// Only compare and print.
    #[arg(long)]
    check: bool,
}

/// How many lifters are compared in one snapshot.
const BATCH: i64 = 2_000;
/// More than anybody reads.
const MOST_PRINTED: usize = 100;

impl Recompute {
    pub async fn run(self, sources: Sources) -> Outcome {
        let (config, _log) = begin(sources)?;
        let (catalogue, templates) = (Catalogue::load()?, Templates::load()?);
        let db = open_database(&config).await?.connection().await?;
        let number: i64 = db.query_one("SELECT count(*) FROM users", &[]).await?.get(0);
        let bar = ProgressBar::new(number.unsigned_abs())
            .with_style(ProgressStyle::with_template("comparing {bar:40} {pos} of {len} lifters, {eta} left")?);
        let (mut after, mut differing, mut lifters) = (Uuid::nil(), Vec::new(), 0);
        loop {
            let rows = db.query("SELECT id FROM users WHERE id > $1 ORDER BY id LIMIT $2", &[&after, &BATCH]).await?;
            let users: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
            let Some(last) = users.last() else { break };
            after = *last;
            lifters += users.len();
            differing.extend(check_batch(&db, &catalogue, &users).await?);
            bar.set_position(lifters as u64);
        }
        bar.finish_and_clear();
        for (user, why) in differing.iter().take(MOST_PRINTED) {
            println!("{user} {why}");
        }
        let mut users: Vec<_> = differing.iter().map(|(user, _)| *user).collect();
        users.sort_unstable();
        users.dedup();
        println!("{lifters} lifters compared, {} differ", users.len());
        if users.is_empty() {
            return Ok(());
        }
        match self.check {
            true => println!("to make it anew: repduel recompute"),
            false => {
                for user in &users {
                    recompute(&db, &catalogue, &templates, UserId(*user)).await?;
                }
                println!("{} lifters made anew", users.len());
            }
        }
        Err(Failure::Reported(1))
    }
}

/// Compares some lifters, all in one snapshot.
async fn check_batch(db: &Connection, catalogue: &Catalogue, users: &[Uuid]) -> Result<Vec<(Uuid, String)>, Failure> {
    let transaction = db.begin().await?;
    let client = db.client()?;
    client
        .batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0")
        .await?;
    let mut found = lifts::check(db, catalogue, users).await?;
    found.extend(progress::check(db, users).await?);
    found.extend(quests::check(db, users).await?);
    found.extend(energy::check(db, users).await?);
    found.extend(boards::check::check_some(client, catalogue, users).await?);
    transaction.roll_back().await?;
    Ok(found)
}

async fn recompute(db: &Connection, catalogue: &Catalogue, templates: &Templates, user: UserId) -> Result<(), Failure> {
    let transaction = db.begin().await?;
    db.client()?.batch_execute("SET LOCAL statement_timeout = 0").await?;
    let done = async {
        boards::hold(db, user).await?;
        lifts::refresh_volumes(db, catalogue, user).await?;
        lifts::recount(db, catalogue, user).await?;
        quests::recount(db, templates, user).await?;
        progress::refresh_total(db, user).await
    };
    let done = done.await;
    transaction.end(done).await?;
    Ok(())
}
