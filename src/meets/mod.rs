//! Real lifters: the results of powerlifting meets, loaded from a file.
//!
//! Each numbered lifter becomes a user without a login, each result's best squat, bench press and deadlift a lift on
//! the day of the meet. Of several lifts of one lifter, day, entry, exercise and equipment the heaviest is kept, so loading a
//! file again changes nothing. All of a file is loaded in one transaction, or none of it.

mod result;

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio_postgres::Client;
use uuid::Uuid;

pub use result::{MeetResult, Reason};

use crate::accounts::Username;
use crate::accounts::bulk::{BulkUser, delete_meet_lifters, insert_body_weights, insert_users, list_meet_lifters};
use crate::catalogue::Catalogue;
use crate::lifts::bulk::{BulkLift, insert_lifts, refresh_personal_bests};
use crate::platform::DatabaseError;
use crate::strength::energy::Energy;
use crate::strength::standards::CoreLift;
use crate::{boards, energy};

#[derive(Debug, thiserror::Error)]
pub enum MeetError {
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    #[error("the file's first line lacks the column {0:?}; it needs: {columns}", columns = result::COLUMNS.join(","))]
    MissingColumn(&'static str),
    #[error("line {line}: {reason}; nothing was loaded")]
    BadRow { line: u64, reason: Reason },
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<tokio_postgres::Error> for MeetError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error.into())
    }
}

/// The results of a file that count, and how many do not and why.
#[derive(Debug, Default)]
pub struct MeetFile {
    pub results: Vec<MeetResult>,
    pub left_out: BTreeMap<Reason, u64>,
}

impl MeetFile {
    /// Reads CSV. Strict: the first row that cannot count is an error.
    pub fn read(input: impl Read, strict: bool) -> Result<Self, MeetError> {
        let unreadable = |error: csv::Error| MeetError::Unreadable(error.to_string());
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
        let columns = result::Columns::of(reader.headers().map_err(unreadable)?)?;
        let mut file = Self::default();
        let mut row = csv::StringRecord::new();
        loop {
            let line = reader.position().line();
            match reader.read_record(&mut row) {
                Ok(false) => return Ok(file),
                Ok(true) => match columns.read(&row) {
                    Ok(result) => file.results.push(result),
                    Err(reason) if strict => {
                        let line = row.position().map_or(line, csv::Position::line);
                        return Err(MeetError::BadRow { line, reason });
                    }
                    Err(reason) => *file.left_out.entry(reason).or_default() += 1,
                },
                // A row of broken text costs that row alone; a broken file costs all.
                Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                    if strict {
                        return Err(MeetError::BadRow { line, reason: Reason::BadText });
                    }
                    *file.left_out.entry(Reason::BadText).or_default() += 1;
                }
                Err(error) => return Err(unreadable(error)),
            }
        }
    }
}

/// "meets" in hexadecimal; any number that nobody else takes would do.
const LOAD_LOCK: i64 = 0x006d_6565_7473;

/// What a load did.
#[derive(Debug, Default)]
pub struct Loaded {
    pub new_lifters: u64,
    pub new_lifts: u64,
    pub changed_bests: u64,
}

/// Stores the results; `step` is told what is being done.
pub async fn load(
    db: &mut Client,
    catalogue: &Catalogue,
    results: &[MeetResult],
    step: impl Fn(&'static str),
) -> Result<Loaded, MeetError> {
    let transaction = db.transaction().await?;
    let client = transaction.client();
    // Two loads at once would both make the same lifters; everybody else goes on.
    client.execute("SELECT pg_advisory_xact_lock($1)", &[&LOAD_LOCK]).await?;

    step("lifters");
    let mut ids: HashMap<i32, Uuid> = list_meet_lifters(client).await?.into_iter().collect();
    let mut newest: BTreeMap<i32, &MeetResult> = BTreeMap::new();
    for result in results {
        let known = newest.entry(result.lifter).or_insert(result);
        if known.date <= result.date {
            *known = result;
        }
    }
    let new_lifters: Vec<_> =
        newest.values().filter(|result| !ids.contains_key(&result.lifter)).map(new_user).collect();
    insert_users(client, &new_lifters).await?;
    ids.extend(new_lifters.iter().filter_map(|user| Some((user.meet_lifter?, user.id))));

    step("body weights");
    let weights: Vec<_> = results
        .iter()
        .filter_map(|result| Some((*ids.get(&result.lifter)?, result.date, result.bodyweight_kg?)))
        .collect();
    insert_body_weights(client, &weights).await?;

    step("lifts");
    let new_lifts = insert_lifts(client, &heaviest_lifts(results, &ids)).await?;
    step("personal bests");
    let changed_bests = refresh_personal_bests(client).await?;
    step("energy");
    energy::bulk::refresh(client).await?;
    step("boards");
    boards::bulk::refresh_new(client, catalogue).await?;
    transaction.commit().await?;
    Ok(Loaded { new_lifters: new_lifters.len() as u64, new_lifts, changed_bests })
}

/// Takes all lifters known from meets out again and gives their number.
pub async fn remove(db: &Client) -> Result<u64, MeetError> {
    Ok(delete_meet_lifters(db).await?)
}

fn new_user(result: &&MeetResult) -> BulkUser {
    let username = Username::of_meet_lifter(result.lifter).to_string();
    BulkUser {
        id: Uuid::now_v7(),
        display_name: username.clone(),
        username,
        email: None,
        meet_lifter: Some(result.lifter),
        scored_as: Some(result.scored_as),
        weight_kg: None,
        energy: Energy::default(),
    }
}

/// What a lifter can enter, as the database names it.
const EVENTS: [&str; 7] = ["SBD", "BD", "SD", "SB", "S", "B", "D"];

/// One lift for each lifter, day, entry, exercise and equipment: the heaviest.
fn heaviest_lifts(results: &[MeetResult], ids: &HashMap<i32, Uuid>) -> Vec<BulkLift> {
    let mut heaviest: BTreeMap<(i32, Timestamp, &'static str, &'static str), BulkLift> = BTreeMap::new();
    for result in results {
        let Some(user_id) = ids.get(&result.lifter) else { continue };
        // Meets state a day; noon in UTC is on that day in nearly every zone. Whoever entered the bench press alone too is
        // a second apart there: a total is of one entry.
        let entry = result.event.as_deref().and_then(|event| EVENTS.iter().position(|known| *known == event));
        let Ok(noon) = result.date.at(12, 0, entry.unwrap_or(0) as i8, 0).to_zoned(TimeZone::UTC) else { continue };
        for (lift, weight_kg) in CoreLift::ALL.into_iter().zip(result.lifts_kg) {
            let Some(weight_kg) = weight_kg else { continue };
            let new = BulkLift {
                user_id: *user_id,
                exercise_id: lift.exercise_id(),
                weight_kg,
                reps: 1,
                sets: 1,
                score_value: weight_kg,
                performed_at: noon.timestamp(),
                recorded_at: None,
                volume_xp: 0,
                bodyweight_kg: result.bodyweight_kg,
                scored_as: Some(result.scored_as),
                age_years: result.age_years,
                equipment: result.equipment,
                source: "meet",
                meet: result.meet,
                event: result.event.clone(),
                is_tested: result.is_tested,
            };
            let key = (result.lifter, noon.timestamp(), lift.exercise_id(), result.equipment.as_str());
            match heaviest.get(&key) {
                Some(known) if known.weight_kg >= weight_kg => {}
                _ => {
                    heaviest.insert(key, new);
                }
            }
        }
    }
    heaviest.into_values().collect()
}
