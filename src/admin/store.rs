use jiff::Timestamp;
use tokio_postgres::Row;

use crate::platform::{Connection, DatabaseError, UserId};

/// An account as those who look after it see it. No body weight.
pub struct Account {
    pub id: UserId,
    pub username: String,
    pub email: Option<String>,
    pub display_name: Option<String>,
    pub role: String,
    pub is_active: bool,
    pub is_withheld: bool,
    pub is_verified: bool,
    pub has_second_factor: bool,
    pub created_at: Timestamp,
}

/// The columns of `users` (as `u`) that make an [`Account`].
macro_rules! account_columns {
    () => {
        "u.id, u.username, u.email, u.display_name, u.role, u.is_active, u.is_withheld, u.email_verified_at IS NOT NULL, \
         EXISTS (SELECT FROM second_factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL), u.created_at"
    };
}

fn account(row: &Row) -> Account {
    Account {
        id: UserId(row.get(0)),
        username: row.get(1),
        email: row.get(2),
        display_name: row.get(3),
        role: row.get(4),
        is_active: row.get(5),
        is_withheld: row.get(6),
        is_verified: row.get(7),
        has_second_factor: row.get(8),
        created_at: row.get(9),
    }
}

/// The account of an e-mail, or of a username where there is no `@`, without regard to case.
pub async fn find_account(db: &Connection, name: &str) -> Result<Option<Account>, DatabaseError> {
    let sql = match name.contains('@') {
        true => concat!("SELECT ", account_columns!(), " FROM users u WHERE lower(email) = lower($1 COLLATE \"C\")"),
        false => {
            concat!("SELECT ", account_columns!(), " FROM users u WHERE lower(username) = lower($1 COLLATE \"C\")")
        }
    };
    Ok(db.query_opt(sql, &[&name.trim()]).await?.as_ref().map(account))
}

pub async fn find_account_by_id(db: &Connection, user: UserId) -> Result<Option<Account>, DatabaseError> {
    let sql = concat!("SELECT ", account_columns!(), " FROM users u WHERE id = $1");
    Ok(db.query_opt(sql, &[&user.0]).await?.as_ref().map(account))
}

/// Which accounts are asked for.
#[derive(Default)]
pub struct Filter<'a> {
    /// The beginning of a username, or of an e-mail.
    pub begins_with: &'a str,
    pub only_withheld: bool,
    /// Lower-case username behind which the page begins.
    pub after: &'a str,
    /// So many are found by how their e-mail begins; all where there is none.
    pub most_by_email: Option<i64>,
}

/// Members by username; lifters known from meets alone are none.
pub async fn list_accounts(db: &Connection, filter: &Filter<'_>, limit: i64) -> Result<Vec<Account>, DatabaseError> {
    macro_rules! list_accounts {
        ($condition:literal) => {
            concat!(
                "WITH by_name AS MATERIALIZED (
                     SELECT u.id, lower(u.username) AS name FROM users u
                     WHERE u.meet_lifter IS NULL AND NOT u.is_hidden AND lower(u.username) > $1
                       AND lower(u.username) >= lower($2 COLLATE \"C\")
                       AND lower(u.username) < lower($2 COLLATE \"C\") || chr(1114111)",
                $condition,
                "    ORDER BY lower(u.username) LIMIT $3),
                      by_email AS MATERIALIZED (
                     SELECT u.id, lower(u.username) AS name FROM users u
                     WHERE $2 <> '' AND u.meet_lifter IS NULL AND NOT u.is_hidden
                       AND lower(u.email) >= lower($2 COLLATE \"C\")
                       AND lower(u.email) < lower($2 COLLATE \"C\") || chr(1114111)",
                $condition,
                "    ORDER BY lower(u.email) LIMIT $4),
                      page AS MATERIALIZED (
                     SELECT * FROM by_name UNION SELECT * FROM by_email WHERE name > $1 ORDER BY name LIMIT $3)
                 SELECT ",
                account_columns!(),
                " FROM page JOIN users u ON u.id = page.id ORDER BY page.name"
            )
        };
    }
    let sql = if filter.only_withheld { list_accounts!(" AND u.is_withheld") } else { list_accounts!("") };
    // Each of the two in the order of its own index, however many begin so. Planned for each beginning anew: where it is
    // empty, no e-mail is looked for.
    let planning = async { Ok(db.client()?.batch_execute("SET LOCAL plan_cache_mode = force_custom_plan").await?) };
    let (transaction, ()) = db.begin_with(planning).await?;
    let rows = transaction.query(sql, &[&filter.after, &filter.begins_with, &limit, &filter.most_by_email]).await?;
    transaction.commit().await?;
    Ok(rows.iter().map(account).collect())
}

/// What an account is before it changes; it is held until the transaction ends.
pub struct Before {
    pub role: String,
    pub is_active: bool,
}

pub async fn lock_account(db: &Connection, user: UserId) -> Result<Option<Before>, DatabaseError> {
    let row = db
        .query_opt(
            "SELECT role, is_active FROM users WHERE id = $1 AND meet_lifter IS NULL FOR NO KEY UPDATE",
            &[&user.0],
        )
        .await?;
    Ok(row.map(|row| Before { role: row.get(0), is_active: row.get(1) }))
}

pub async fn set_role(db: &Connection, user: UserId, role: &str) -> Result<u64, DatabaseError> {
    db.execute("UPDATE users SET role = $2 WHERE id = $1", &[&user.0, &role]).await
}

pub async fn set_active(db: &Connection, user: UserId, is_active: bool) -> Result<u64, DatabaseError> {
    db.execute("UPDATE users SET is_active = $2 WHERE id = $1", &[&user.0, &is_active]).await
}

/// Whether a user's role is as high as somebody else's, who is no admin; none where there is no such user.
pub async fn is_as_high(db: &Connection, user: UserId, other: UserId) -> Result<Option<bool>, DatabaseError> {
    let row = db
        .query_opt(
            "SELECT u.role <> 'member' AND o.role <> 'admin' FROM users u, users o WHERE u.id = $1 AND o.id = $2",
            &[&user.0, &other.0],
        )
        .await?;
    Ok(row.map(|row| row.get(0)))
}

pub async fn set_withheld(db: &Connection, user: UserId, is_withheld: bool) -> Result<u64, DatabaseError> {
    db.execute("UPDATE users SET is_withheld = $2 WHERE id = $1", &[&user.0, &is_withheld]).await
}
