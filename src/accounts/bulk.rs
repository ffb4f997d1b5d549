//! Many users at once, through COPY: for meet results and for test data. The caller holds the transaction.

use jiff::civil::Date;
use tokio_postgres::Client;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::platform::bulk::Copy;
use crate::strength::ScoredAs;
use crate::strength::energy::Energy;

/// A user to be stored as it is.
pub struct BulkUser {
    pub id: Uuid,
    pub username: String,
    pub display_name: String,
    /// None for lifters known from meets.
    pub email: Option<String>,
    pub meet_lifter: Option<i32>,
    pub scored_as: Option<ScoredAs>,
    pub weight_kg: Option<f64>,
    pub energy: Energy,
}

/// Nobody's password has this hash: such a user cannot sign in.
const NO_PASSWORD: &str = "!";

pub async fn insert_users(db: &Client, users: &[BulkUser]) -> Result<u64, tokio_postgres::Error> {
    let mut copy = Copy::into(
        db,
        "users (id, username, display_name, email, password_hash, meet_lifter, scored_as, weight_kg, energy, rank)",
        &[
            Type::UUID,
            Type::TEXT,
            Type::TEXT,
            Type::TEXT,
            Type::TEXT,
            Type::INT4,
            Type::TEXT,
            Type::FLOAT8,
            Type::FLOAT8,
            Type::TEXT,
        ],
    )
    .await?;
    for user in users {
        let password = user.email.is_some().then_some(NO_PASSWORD);
        copy.row(&[
            &user.id,
            &user.username,
            &user.display_name,
            &user.email,
            &password,
            &user.meet_lifter,
            &user.scored_as.map(ScoredAs::as_str),
            &user.weight_kg,
            &user.energy.value,
            &user.energy.rank_name(),
        ])
        .await?;
    }
    copy.finish().await
}

/// Enters body weights where a day has none yet, and makes the newest of each log its user's.
pub async fn insert_body_weights(db: &Client, entries: &[(Uuid, Date, f64)]) -> Result<u64, tokio_postgres::Error> {
    db.batch_execute(
        "CREATE TEMP TABLE new_body_weights (user_id uuid, measured_on date, weight_kg double precision) ON COMMIT DROP",
    )
    .await?;
    let mut copy = Copy::into(db, "new_body_weights", &[Type::UUID, Type::DATE, Type::FLOAT8]).await?;
    for (user, day, weight_kg) in entries {
        copy.row(&[user, day, weight_kg]).await?;
    }
    copy.finish().await?;
    let inserted = db
        .execute(
            "INSERT INTO body_weights (user_id, measured_on, weight_kg)
             SELECT DISTINCT ON (user_id, measured_on) user_id, measured_on, weight_kg FROM new_body_weights
             ORDER BY user_id, measured_on, weight_kg DESC
             ON CONFLICT DO NOTHING",
            &[],
        )
        .await?;
    db.execute(
        "UPDATE users u SET weight_kg = newest.weight_kg
         FROM (SELECT DISTINCT ON (user_id) user_id, weight_kg FROM body_weights
               WHERE user_id IN (SELECT user_id FROM new_body_weights)
               ORDER BY user_id, measured_on DESC) newest
         WHERE u.id = newest.user_id AND u.weight_kg IS DISTINCT FROM newest.weight_kg",
        &[],
    )
    .await?;
    Ok(inserted)
}

/// The ids of the lifters known from meets, by their numbers.
pub async fn list_meet_lifters(db: &Client) -> Result<Vec<(i32, Uuid)>, tokio_postgres::Error> {
    let rows = db.query("SELECT meet_lifter, id FROM users WHERE meet_lifter IS NOT NULL", &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Removes the lifters known from meets and all that is theirs.
pub async fn delete_meet_lifters(db: &Client) -> Result<u64, tokio_postgres::Error> {
    db.execute("DELETE FROM users WHERE meet_lifter IS NOT NULL", &[]).await
}
