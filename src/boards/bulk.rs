//! The standings of many at once, through COPY: after many lifts were stored, and for a database that has none yet. The
//! caller holds the transaction.

use tokio_postgres::Client;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::cell::cells;
use super::scope::Of;
use super::store::truth;
use crate::catalogue::Catalogue;
use crate::platform::bulk::Copy;
use crate::strength::ScoredAs;

pub use super::store::truth::Truth;

/// Users (as `u`) who should stand somewhere and have no standings.
macro_rules! missing {
    () => {
        "NOT EXISTS (SELECT FROM board_lifters b WHERE b.user_id = u.id)
         AND (u.energy > 0 OR EXISTS (SELECT FROM lifts l WHERE l.user_id = u.id))"
    };
}

/// How many lifters are computed at once.
const BATCH: usize = 5_000;

/// Makes the standings of some users what their lifts and energies give; gives their number. The user's rows are held.
pub async fn refresh(db: &Client, catalogue: &Catalogue, users: &[Uuid]) -> Result<u64, tokio_postgres::Error> {
    for batch in users.chunks(BATCH) {
        db.execute("SELECT FROM users WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE", &[&batch]).await?;
        let truths = truth::find(db, catalogue, batch).await?;
        db.execute("DELETE FROM standings WHERE user_id = ANY ($1)", &[&batch]).await?;
        insert_standings(db, &truths).await?;
        set_lifters(db, &truths).await?;
    }
    Ok(users.len() as u64)
}

/// The users of the lifts that [`crate::lifts::bulk`] has just stored.
pub async fn refresh_new(db: &Client, catalogue: &Catalogue) -> Result<u64, tokio_postgres::Error> {
    let rows = db.query("SELECT DISTINCT user_id FROM new_lifts", &[]).await?;
    refresh(db, catalogue, &rows.iter().map(|row| row.get(0)).collect::<Vec<_>>()).await
}

/// The standings and the packed lifters of users who have none yet.
pub async fn insert(db: &Client, truths: &[Truth]) -> Result<(), tokio_postgres::Error> {
    insert_standings(db, truths).await?;
    copy_lifters(db, "board_lifters", truths).await?;
    let mut copy = Copy::into(db, "board_changes (user_id)", &[Type::UUID]).await?;
    for truth in truths {
        copy.row(&[&truth.user]).await?;
    }
    copy.finish().await.map(|_| ())
}

async fn insert_standings(db: &Client, truths: &[Truth]) -> Result<(), tokio_postgres::Error> {
    let types = [
        Type::UUID,
        Type::INT2,
        Type::TEXT,
        Type::INT2,
        Type::INT4,
        Type::INT4,
        Type::TIMESTAMPTZ,
        Type::INT4,
        Type::INT4_ARRAY,
        Type::TEXT,
        Type::INT2,
        Type::INT2,
        Type::BOOL,
        Type::BOOL,
        Type::BOOL,
        Type::BOOL,
        Type::BOOL,
    ];
    let mut copy = Copy::into(
        db,
        "standings (user_id, board, basis, ordinal, minus_value, tie, at, lift_id, parts, sex, class, age, of_all, of_sex,
                    of_class, of_age, is_listed)",
        &types,
    )
    .await?;
    for truth in truths {
        let (mut ordinal, mut last) = (0i16, None);
        for standing in &truth.standings {
            let place = Some((standing.board, standing.basis));
            ordinal = if last == place { ordinal + 1 } else { 0 };
            last = place;
            let (mark, of) = (&standing.mark, standing.of);
            copy.row(&[
                &truth.user,
                &i16::from(standing.board.0),
                &standing.basis.as_str(),
                &ordinal,
                &-(mark.value as i32),
                &mark.tie,
                &mark.at,
                &mark.lift_id,
                &standing.parts.map(|parts| parts.to_vec()),
                &mark.sex.map(ScoredAs::as_str),
                &mark.class.map(i16::from),
                &mark.age.map(i16::from),
                &of.has(Of::ALL),
                &of.has(Of::SEX),
                &of.has(Of::CLASS),
                &of.has(Of::AGE),
                &truth.shown.is_listed,
            ])
            .await?;
        }
    }
    copy.finish().await.map(|_| ())
}

async fn copy_lifters(db: &Client, table: &str, truths: &[Truth]) -> Result<u64, tokio_postgres::Error> {
    let types = [Type::UUID, Type::BOOL, Type::BOOL, Type::INT8_ARRAY];
    let mut copy = Copy::into(db, &format!("{table} (user_id, is_listed, shows_points, cells)"), &types).await?;
    for truth in truths {
        let packed: Vec<_> = cells(&truth.standings).into_iter().map(|cell| cell.0 as i64).collect();
        copy.row(&[&truth.user, &truth.shown.is_listed, &truth.shown.shows_points, &packed]).await?;
    }
    copy.finish().await
}

/// The packed lifters of users who may have been there before, in the order of guilds as `store::writing` has it.
async fn set_lifters(db: &Client, truths: &[Truth]) -> Result<(), tokio_postgres::Error> {
    db.batch_execute(
        "CREATE TEMP TABLE IF NOT EXISTS new_lifters (
             user_id uuid, is_listed boolean, shows_points boolean, cells bigint[]) ON COMMIT DROP;
         TRUNCATE new_lifters",
    )
    .await?;
    copy_lifters(db, "new_lifters", truths).await?;
    db.batch_execute(
        "INSERT INTO board_lifters AS l (user_id, is_listed, shows_points, cells)
         SELECT n.user_id, n.is_listed, n.shows_points, n.cells
         FROM new_lifters n LEFT JOIN guild_members m ON m.user_id = n.user_id ORDER BY m.guild_id
         ON CONFLICT (user_id) DO UPDATE
             SET is_listed = excluded.is_listed, shows_points = excluded.shows_points, cells = excluded.cells;
         INSERT INTO board_changes (user_id) SELECT user_id FROM new_lifters",
    )
    .await
}

/// Whether there is anybody who could stand somewhere.
pub async fn is_needed(db: &Client) -> Result<bool, tokio_postgres::Error> {
    Ok(db.query_one("SELECT EXISTS (SELECT FROM users)", &[]).await?.get(0))
}

/// Gives those users their standings, a batch in a transaction; `step` is told how many are done.
pub async fn fill(
    db: &mut Client,
    catalogue: &Catalogue,
    mut step: impl FnMut(u64),
) -> Result<u64, tokio_postgres::Error> {
    let mut done = 0;
    loop {
        let transaction = db.transaction().await?;
        let sql = concat!("SELECT u.id FROM users u WHERE ", missing!(), " LIMIT 5000");
        let users: Vec<Uuid> = transaction.query(sql, &[]).await?.iter().map(|row| row.get(0)).collect();
        if users.is_empty() {
            return Ok(done);
        }
        done += refresh(transaction.client(), catalogue, &users).await?;
        transaction.commit().await?;
        step(done);
    }
}
