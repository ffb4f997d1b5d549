use jiff::civil::Date;

use super::profile::user_columns;
use super::{Changes, Email, NewUser, UserRead, Username};
use crate::platform::visibility::visible;
use crate::platform::{Connection, DatabaseError, UserId};

/// Which of the two names of a new account belongs to somebody else already.
pub enum Taken {
    Email,
    Username,
}

/// The e-mail's owner is named before the username's.
pub async fn find_taken(db: &Connection, email: &Email, username: &Username) -> Result<Option<Taken>, DatabaseError> {
    let row = db
        .query_one(
            "SELECT EXISTS (SELECT FROM users WHERE lower(email) = lower($1 COLLATE \"C\")),
                    EXISTS (SELECT FROM users WHERE lower(username) = lower($2 COLLATE \"C\"))",
            &[&email.as_str(), &username.as_str()],
        )
        .await?;
    Ok(match (row.get(0), row.get(1)) {
        (true, _) => Some(Taken::Email),
        (false, true) => Some(Taken::Username),
        (false, false) => None,
    })
}

pub async fn insert_user(
    db: &Connection,
    new: &NewUser,
    password_hash: &str,
    base_url: &str,
) -> Result<UserRead, DatabaseError> {
    let row = db
        .query_one(
            concat!(
                "INSERT INTO users AS u (id, email, username, display_name, password_hash)
                 VALUES ($1, $2, $3, $4, $5) RETURNING ",
                user_columns!()
            ),
            &[
                &UserId::new().0,
                &new.email.as_str(),
                &new.username.as_str(),
                &new.display_name.as_deref().unwrap_or(new.username.as_str()),
                &password_hash,
            ],
        )
        .await?;
    Ok(UserRead::from_row(&row, 0, base_url))
}

/// What a login is checked against.
pub struct Credentials {
    pub id: UserId,
    pub password_hash: Option<String>,
    pub is_active: bool,
    pub is_verified: bool,
}

/// By e-mail, or by username where `login` has no `@`, which no username may have.
pub async fn find_credentials(db: &Connection, login: &str) -> Result<Option<Credentials>, DatabaseError> {
    let sql = if login.contains('@') {
        "SELECT id, password_hash, is_active, email_verified_at IS NOT NULL FROM users WHERE lower(email) = lower($1 COLLATE \"C\")"
    } else {
        "SELECT id, password_hash, is_active, email_verified_at IS NOT NULL FROM users WHERE lower(username) = lower($1 COLLATE \"C\")"
    };
    let row = db.query_opt(sql, &[&login.trim()]).await?;
    Ok(row.map(|row| Credentials {
        id: UserId(row.get(0)),
        password_hash: row.get(1),
        is_active: row.get(2),
        is_verified: row.get(3),
    }))
}

/// The stored hash of an active user.
pub async fn find_password(db: &Connection, user: UserId) -> Result<Option<Option<String>>, DatabaseError> {
    let row = db.query_opt("SELECT password_hash FROM users WHERE id = $1 AND is_active", &[&user.0]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// A user who is there for the visitor.
pub async fn find_user(
    db: &Connection,
    user: UserId,
    visitor: Option<UserId>,
    base_url: &str,
) -> Result<Option<UserRead>, DatabaseError> {
    let sql = concat!("SELECT ", user_columns!(), " FROM users u WHERE id = $1 AND ", visible!("$2"));
    let row = db.query_opt(sql, &[&user.0, &visitor.map(|visitor| visitor.0)]).await?;
    Ok(row.map(|row| UserRead::from_row(&row, 0, base_url)))
}

/// The same by name, without regard to case.
pub async fn find_user_by_name(
    db: &Connection,
    name: &str,
    visitor: Option<UserId>,
    base_url: &str,
) -> Result<Option<UserRead>, DatabaseError> {
    let sql = concat!(
        "SELECT ",
        user_columns!(),
        " FROM users u WHERE lower(username) = lower($1 COLLATE \"C\") AND ",
        visible!("$2")
    );
    let row = db.query_opt(sql, &[&name, &visitor.map(|visitor| visitor.0)]).await?;
    Ok(row.map(|row| UserRead::from_row(&row, 0, base_url)))
}

/// What somebody who is signed in has to know or to avoid when changing the password.
pub struct OwnCredentials {
    pub password_hash: Option<String>,
    pub username: String,
    pub email: Option<String>,
}

/// Of an active user.
pub async fn find_own_credentials(db: &Connection, user: UserId) -> Result<Option<OwnCredentials>, DatabaseError> {
    let sql = "SELECT password_hash, username, email FROM users WHERE id = $1 AND is_active";
    let row = db.query_opt(sql, &[&user.0]).await?;
    Ok(row.map(|row| OwnCredentials { password_hash: row.get(0), username: row.get(1), email: row.get(2) }))
}

/// Stores the same password in today's way, unless it has been changed meanwhile.
pub async fn renew_password_hash(db: &Connection, user: UserId, old: &str, new: &str) -> Result<u64, DatabaseError> {
    let sql = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
    db.execute(sql, &[&user.0, &old, &new]).await
}

/// The hash of a new password, and the one that must still be stored for anything to change.
#[derive(Default)]
pub struct Hashes {
    pub old: Option<String>,
    pub new: Option<String>,
}

/// Sets the picture's key and gives the one before; none when the user is gone.
pub async fn replace_avatar(db: &Connection, user: UserId, key: &str) -> Result<Option<Option<String>>, DatabaseError> {
    let row = db
        .query_opt(
            "UPDATE users SET avatar_key = $2, updated_at = now()
             FROM (SELECT avatar_key AS avatar_before FROM users WHERE id = $1 FOR NO KEY UPDATE) AS held
             WHERE id = $1 AND is_active
             RETURNING avatar_before",
            &[&user.0, &key],
        )
        .await?;
    Ok(row.map(|row| row.get(0)))
}

/// What a change leaves to do.
pub struct Updated {
    pub zone: String,
    /// The key of the picture as it was.
    pub avatar_before: Option<String>,
    /// Whether the consent to keep body weight is taken back.
    pub keeps_no_weight: bool,
}

/// Writes the changes to the user's own row, which stays locked until the transaction ends; none when the user is gone or
/// has another password by now.
pub async fn update_user(
    db: &Connection,
    user: UserId,
    changes: &Changes,
    hashes: &Hashes,
) -> Result<Option<Updated>, DatabaseError> {
    let row = db
        .query_opt(
            "UPDATE users SET
                 username = coalesce($2, username),
                 email = coalesce($3, email),
                 email_verified_at = CASE WHEN lower($3 COLLATE \"C\") <> lower(email) THEN NULL ELSE email_verified_at END,
                 password_hash = coalesce($4, password_hash),
                 display_name = CASE WHEN $5 THEN $6 ELSE display_name END,
                 avatar_key = CASE WHEN $7 THEN NULL ELSE avatar_key END,
                 gender = CASE WHEN $8 THEN $9 ELSE gender END,
                 scored_as = CASE WHEN $10 THEN $11 ELSE scored_as END,
                 preferred_unit = coalesce($12, preferred_unit),
                 birth_year = CASE WHEN $13 THEN $14 ELSE birth_year END,
                 country = CASE WHEN $15 THEN $16 ELSE country END,
                 time_zone = coalesce($17, time_zone),
                 is_private = coalesce($18, is_private),
                 shows_points = coalesce($21, shows_points),
                 weight_consent_at = CASE WHEN $19 THEN coalesce(weight_consent_at, now())
                                          WHEN NOT $19 THEN NULL ELSE weight_consent_at END,
                 weight_consent_withdrawn_at = CASE WHEN $19 THEN NULL WHEN NOT $19 THEN now()
                                                    ELSE weight_consent_withdrawn_at END,
                 updated_at = now()
             FROM (SELECT avatar_key AS avatar_before FROM users WHERE id = $1 FOR NO KEY UPDATE) AS held
             WHERE id = $1 AND is_active AND ($20::text IS NULL OR password_hash = $20)
             RETURNING time_zone, avatar_before, weight_consent_withdrawn_at IS NOT NULL",
            &[
                &user.0,
                &changes.username.as_ref().map(Username::as_str),
                &changes.email.as_ref().map(Email::as_str),
                &hashes.new,
                &changes.display_name.is_some(),
                &changes.display_name.clone().flatten(),
                &changes.removes_avatar,
                &changes.gender.is_some(),
                &changes.gender.clone().flatten(),
                &changes.scored_as.is_some(),
                &changes.scored_as.flatten().map(|scored_as| scored_as.as_str()),
                &changes.unit.map(|unit| unit.as_str()),
                &changes.birth_year.is_some(),
                &changes.birth_year.flatten(),
                &changes.country.is_some(),
                &changes.country.clone().flatten(),
                &changes.time_zone,
                &changes.is_private,
                &changes.weight_consent,
                &hashes.old,
                &changes.shows_points,
            ],
        )
        .await?;
    Ok(row.map(|row| Updated { zone: row.get(0), avatar_before: row.get(1), keeps_no_weight: row.get(2) }))
}

/// Sets the password of an active user who can sign in at all.
pub async fn set_password(db: &Connection, user: UserId, password_hash: &str) -> Result<u64, DatabaseError> {
    db.execute(
        "UPDATE users SET password_hash = $2, updated_at = now() WHERE id = $1 AND is_active AND email IS NOT NULL",
        &[&user.0, &password_hash],
    )
    .await
}

/// Notes that this address is the user's, if the account still has it.
pub async fn verify_email(db: &Connection, user: UserId, email: &str) -> Result<u64, DatabaseError> {
    db.execute(
        "UPDATE users SET email_verified_at = coalesce(email_verified_at, now())
         WHERE id = $1 AND is_active AND lower(email) = lower($2 COLLATE \"C\")",
        &[&user.0, &email],
    )
    .await
}

/// Enters the body weight of a day; a second entry of that day replaces the first.
pub async fn set_body_weight(
    db: &Connection,
    user: UserId,
    day: Date,
    weight_kg: Option<f64>,
) -> Result<u64, DatabaseError> {
    db.execute(
        "INSERT INTO body_weights (user_id, measured_on, weight_kg) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, measured_on) DO UPDATE SET weight_kg = excluded.weight_kg",
        &[&user.0, &day, &weight_kg],
    )
    .await
}

/// A user's entries of before a day, the newest first.
pub async fn list_body_weights(
    db: &Connection,
    user: UserId,
    before: Option<Date>,
    limit: i64,
) -> Result<Vec<(Date, Option<f64>)>, DatabaseError> {
    let rows = db
        .query(
            "SELECT measured_on, weight_kg FROM body_weights
             WHERE user_id = $1 AND measured_on < coalesce($2, 'infinity'::date) ORDER BY measured_on DESC LIMIT $3",
            &[&user.0, &before, &limit],
        )
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Erases every body weight of a user's: the log, the profile's, and the copies that lifts hold, with the doubts about them.
pub async fn erase_body_weights(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    db.execute(
        "WITH log AS (DELETE FROM body_weights WHERE user_id = $1),
              copies AS (UPDATE lifts SET bodyweight_kg = NULL, doubt = nullif(doubt, 'bodyweight')
                         WHERE user_id = $1 AND bodyweight_kg IS NOT NULL)
         UPDATE users SET weight_kg = NULL WHERE id = $1",
        &[&user.0],
    )
    .await
}

/// Takes back the entries of days that have not come.
pub async fn delete_body_weights_after(db: &Connection, user: UserId, day: Date) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM body_weights WHERE user_id = $1 AND measured_on > $2", &[&user.0, &day]).await
}

/// Makes the newest entry of the log the profile's body weight.
pub async fn copy_newest_body_weight(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    db.execute(
        "UPDATE users SET weight_kg = (SELECT weight_kg FROM body_weights WHERE user_id = $1
                                       ORDER BY measured_on DESC LIMIT 1)
         WHERE id = $1",
        &[&user.0],
    )
    .await
}

/// A user who was deleted.
pub struct DeletedUser {
    /// The key of the picture that is left.
    pub avatar: Option<String>,
    pub email: Option<String>,
}

/// Deletes a user with everything that hangs on them; none when there was none.
pub async fn delete_user(db: &Connection, user: UserId) -> Result<Option<DeletedUser>, DatabaseError> {
    let row = db.query_opt("DELETE FROM users WHERE id = $1 RETURNING avatar_key, email", &[&user.0]).await?;
    Ok(row.map(|row| DeletedUser { avatar: row.get(0), email: row.get(1) }))
}

/// Whether an active user still has this password hash; it stays so until the transaction ends.
pub async fn hold_credentials(db: &Connection, user: UserId, password_hash: &str) -> Result<bool, DatabaseError> {
    let row = db
        .query_opt(
            "SELECT FROM users WHERE id = $1 AND is_active AND password_hash = $2 FOR SHARE",
            &[&user.0, &password_hash],
        )
        .await?;
    Ok(row.is_some())
}

/// All active admins, held until the transaction ends.
pub async fn lock_admins(db: &Connection) -> Result<Vec<UserId>, DatabaseError> {
    let rows =
        db.query("SELECT id FROM users WHERE role = 'admin' AND is_active ORDER BY id FOR NO KEY UPDATE", &[]).await?;
    Ok(rows.iter().map(|row| UserId(row.get(0))).collect())
}
