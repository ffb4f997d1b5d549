//! Rows of a list, in SQL.

use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::lists::Condition;
use crate::boards::memory::List;
use crate::platform::visibility::listed;
use crate::platform::{Connection, DatabaseError};

/// As many as a page has by itself, and one to know whether another follows.
const USUAL_ROWS: usize = 51;
const MOST_ROWS: usize = 101;

/// A row of a list that was put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ordered {
    pub user: Uuid,
    pub value: u32,
    pub tie: i32,
    pub at: jiff::Timestamp,
    pub lift_id: i32,
    pub shows_points: bool,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct From {
    pub after: After,
    /// So many places behind that.
    pub skip: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// All of greater value.
    Greater(u32),
    Row(Mark),
}

/// What places a row on its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub minus_value: i32,
    pub tie: i32,
    pub at: jiff::Timestamp,
    pub lift_id: i32,
    pub user: Uuid,
}

/// A row of a list: what orders it, and what is shown with it.
#[derive(Debug, Clone)]
pub struct ListRow {
    pub user: Uuid,
    pub value: u32,
    pub tie: i32,
    pub at: jiff::Timestamp,
    pub lift_id: i32,
    pub username: String,
    pub display_name: Option<String>,
    pub avatar_key: Option<String>,
    pub country: Option<String>,
    pub shows_points: bool,
    /// Null for energy.
    pub weight_kg: Option<f64>,
    pub reps: Option<i32>,
    pub equipment: Option<String>,
    pub source: Option<String>,
    pub evidence_url: Option<String>,
}

/// What [`ListRow::from_row`] reads, of `s`, users (`u`) and lifts (`l`).
const COLUMNS: &str =
    "s.user_id, s.minus_value, s.tie, s.at, s.lift_id, u.username, u.display_name, u.avatar_key, u.country,
     u.shows_points, l.weight_kg::float8, l.reps::integer, l.equipment::text, l.source::text, l.evidence_url";

impl ListRow {
    fn from_row(row: &tokio_postgres::Row) -> Self {
        Self {
            user: row.get(0),
            value: row.get::<_, i32>(1).unsigned_abs(),
            tie: row.get(2),
            at: row.get(3),
            lift_id: row.get(4),
            username: row.get(5),
            display_name: row.get(6),
            avatar_key: row.get(7),
            country: row.get(8),
            shows_points: row.get(9),
            weight_kg: row.get(10),
            reps: row.get(11),
            equipment: row.get(12),
            source: row.get(13),
            evidence_url: row.get(14),
        }
    }
}

/// The same for rows that were ordered elsewhere, without whoever has hidden since.
pub async fn list_rows(db: &Connection, rows: &[Ordered]) -> Result<Vec<ListRow>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS}
         FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::timestamptz[], $5::integer[]) WITH ORDINALITY
              AS s (user_id, minus_value, tie, at, lift_id, place)
         JOIN users u ON u.id = s.user_id AND {} LEFT JOIN lifts l ON l.id = s.lift_id ORDER BY s.place",
        listed!()
    );
    let users: Vec<_> = rows.iter().map(|row| row.user).collect();
    let values: Vec<_> = rows.iter().map(|row| -(row.value as i32)).collect();
    let ties: Vec<_> = rows.iter().map(|row| row.tie).collect();
    let times: Vec<_> = rows.iter().map(|row| row.at).collect();
    let lifts: Vec<_> = rows.iter().map(|row| row.lift_id).collect();
    let rows = db.query(&sql, &[&users, &values, &ties, &times, &lifts]).await?;
    Ok(rows.iter().map(ListRow::from_row).collect())
}

/// A page of a list, at most [`MOST_ROWS`] long.
///
/// The limit is in the statement, not a parameter: the plan is made once for all parameters, and one for an unknown number
/// of rows would read all users to join them.
pub async fn list_page(db: &Connection, list: List, from: &From, limit: usize) -> Result<Vec<ListRow>, DatabaseError> {
    let condition = Condition::of(list);
    let (mut parameters, next) = condition.parameters();
    let (begins, minus_value);
    match &from.after {
        After::Greater(value) => {
            minus_value = -(*value as i32);
            begins = format!("s.minus_value >= ${next}");
            parameters.push(&minus_value);
        }
        After::Row(Mark { minus_value, tie, at, lift_id, user }) => {
            begins = format!(
                "(s.minus_value, s.tie, s.at, s.lift_id, s.user_id) > (${next}, ${}, ${}, ${}, ${})",
                next + 1,
                next + 2,
                next + 3,
                next + 4
            );
            let row: [&(dyn ToSql + Sync); 5] = [minus_value, tie, at, lift_id, user];
            parameters.extend(row);
        }
    }
    let next = parameters.len() + 1;
    parameters.push(&from.skip);
    let sql = format!(
        "SELECT {COLUMNS} FROM (
             SELECT * FROM standings s WHERE {} AND {begins}
             ORDER BY s.minus_value, s.tie, s.at, s.lift_id, s.user_id LIMIT {} OFFSET ${next}) s
         JOIN users u ON u.id = s.user_id LEFT JOIN lifts l ON l.id = s.lift_id
         ORDER BY s.minus_value, s.tie, s.at, s.lift_id, s.user_id",
        condition.sql,
        if limit <= USUAL_ROWS { USUAL_ROWS } else { MOST_ROWS },
    );
    let rows = db.query(&sql, &parameters).await?;
    Ok(rows.iter().take(limit).map(ListRow::from_row).collect())
}

/// Every so many-th row among the equals of a value.
pub async fn list_cuts(db: &Connection, list: List, value: u32, every: u32) -> Result<Vec<Mark>, DatabaseError> {
    let condition = Condition::of(list);
    let (mut parameters, next) = condition.parameters();
    let (minus_value, every) = (-(value as i32), i64::from(every));
    parameters.push(&minus_value);
    parameters.push(&every);
    let sql = format!(
        "SELECT tie, at, lift_id, user_id FROM (
             SELECT s.tie, s.at, s.lift_id, s.user_id,
                    row_number() OVER (ORDER BY s.tie, s.at, s.lift_id, s.user_id) AS place
             FROM standings s WHERE {} AND s.minus_value = ${next}) placed
         WHERE place % ${} = 0 ORDER BY place",
        condition.sql,
        next + 1
    );
    let rows = db.query(&sql, &parameters).await?;
    let mark = |row: &tokio_postgres::Row| Mark {
        minus_value,
        tie: row.get(0),
        at: row.get(1),
        lift_id: row.get(2),
        user: row.get(3),
    };
    Ok(rows.iter().map(mark).collect())
}
