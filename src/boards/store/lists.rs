//! A list of a board, in SQL: the standing ones, each by an index of its own.

use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::Shown;
use super::truth::lift_from_row;
use crate::boards::memory::List;
use crate::boards::qualify::{BoardLift, candidates};
use crate::boards::ranks::Tally;
use crate::boards::scope::{Basis, Scope};
use crate::boards::standing::UNKNOWN_WEIGHT;
use crate::catalogue::Catalogue;
use crate::platform::visibility::listed;
use crate::platform::{Connection, DatabaseError, UserId};
use crate::strength::ScoredAs;

/// The condition of a list on `standings` (as `s`), as its index has it, with the parameters from `$1` on.
pub struct Condition {
    pub sql: &'static str,
    values: Vec<Value>,
}

enum Value {
    Code(i16),
    Text(&'static str),
}

impl Condition {
    pub fn of(list: List) -> Self {
        let sql = match list.scope {
            Scope::All => "s.board = $1 AND s.basis = $2::text::standing_basis AND s.of_all AND s.is_listed",
            Scope::Sex(_) => {
                "s.board = $1 AND s.basis = $2::text::standing_basis AND s.of_sex AND s.is_listed
                 AND s.sex = $3::text::scoring"
            }
            Scope::Class(_) => {
                "s.board = $1 AND s.basis = $2::text::standing_basis AND s.of_class AND s.is_listed AND s.class = $3"
            }
            Scope::Age(..) => {
                "s.board = $1 AND s.basis = $2::text::standing_basis AND s.of_age AND s.is_listed
                 AND s.sex = $3::text::scoring AND s.age = $4"
            }
        };
        let mut values = vec![Value::Code(i16::from(list.board.0)), Value::Text(list.basis.as_str())];
        match list.scope {
            Scope::All => {}
            Scope::Sex(sex) => values.push(Value::Text(sex.as_str())),
            Scope::Class(class) => values.push(Value::Code(i16::from(class))),
            Scope::Age(sex, age) => values.extend([Value::Text(sex.as_str()), Value::Code(i16::from(age))]),
        }
        Self { sql, values }
    }

    /// The parameters, and the number of the next one.
    pub fn parameters(&self) -> (Vec<&(dyn ToSql + Sync)>, usize) {
        let parameters = self.values.iter().map(|value| match value {
            Value::Code(code) => code as &(dyn ToSql + Sync),
            Value::Text(text) => text as &(dyn ToSql + Sync),
        });
        (parameters.collect(), self.values.len() + 1)
    }
}

/// How many stand above and at a value, and in all.
pub async fn tally(db: &Connection, list: List, value: u32) -> Result<Tally, DatabaseError> {
    let condition = Condition::of(list);
    let (mut parameters, next) = condition.parameters();
    let minus_value = -(value as i32);
    parameters.push(&minus_value);
    let sql = format!(
        "SELECT count(*) FILTER (WHERE s.minus_value < ${next}), count(*) FILTER (WHERE s.minus_value = ${next}), count(*)
         FROM standings s WHERE {}",
        condition.sql
    );
    let row = db.query_one(&sql, &parameters).await?;
    let number = |index: usize| row.get::<_, i64>(index) as u32;
    Ok(Tally { above: number(0), equal: number(1), total: number(2) })
}

/// The least value above one.
pub async fn next_above(db: &Connection, list: List, value: u32) -> Result<Option<u32>, DatabaseError> {
    let condition = Condition::of(list);
    let (mut parameters, next) = condition.parameters();
    let minus_value = -(value as i32);
    parameters.push(&minus_value);
    let sql = format!(
        "SELECT s.minus_value FROM standings s WHERE {} AND s.minus_value < ${next} ORDER BY s.minus_value DESC LIMIT 1",
        condition.sql
    );
    Ok(db.query_opt(&sql, &parameters).await?.map(|row| row.get::<_, i32>(0).unsigned_abs()))
}

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
pub enum From {
    /// So many places behind the first of this value or less.
    Value { value: u32, skip: i64 },
    /// Behind a row.
    Row { minus_value: i32, tie: i32, at: jiff::Timestamp, lift_id: i32, user: Uuid },
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

/// The same for rows that were ordered elsewhere.
pub async fn list_rows(db: &Connection, rows: &[Ordered]) -> Result<Vec<ListRow>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS}
         FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::timestamptz[], $5::integer[]) WITH ORDINALITY
              AS s (user_id, minus_value, tie, at, lift_id, place)
         JOIN users u ON u.id = s.user_id LEFT JOIN lifts l ON l.id = s.lift_id ORDER BY s.place"
    );
    let users: Vec<_> = rows.iter().map(|row| row.user).collect();
    let values: Vec<_> = rows.iter().map(|row| -(row.value as i32)).collect();
    let ties: Vec<_> = rows.iter().map(|row| row.tie).collect();
    let times: Vec<_> = rows.iter().map(|row| row.at).collect();
    let lifts: Vec<_> = rows.iter().map(|row| row.lift_id).collect();
    let rows = db.query(&sql, &[&users, &values, &ties, &times, &lifts]).await?;
    Ok(rows.iter().map(ListRow::from_row).collect())
}

/// With what a lifter stands on a list; one that is not listed stands on none.
pub async fn find_value(db: &Connection, list: List, user: Uuid) -> Result<Option<u32>, DatabaseError> {
    let condition = Condition::of(list);
    let (mut parameters, next) = condition.parameters();
    parameters.push(&user);
    let sql = format!("SELECT s.minus_value FROM standings s WHERE {} AND s.user_id = ${next}", condition.sql);
    Ok(db.query_opt(&sql, &parameters).await?.map(|row| row.get::<_, i32>(0).unsigned_abs()))
}

/// Whose constants scored what a lifter stands with, and the body weight in hundredths, where they are known.
pub async fn find_mark(
    db: &Connection,
    list: List,
    user: Uuid,
) -> Result<Option<(Option<ScoredAs>, Option<u32>)>, DatabaseError> {
    let condition = Condition::of(list);
    let (mut parameters, next) = condition.parameters();
    parameters.push(&user);
    let sql = format!("SELECT s.sex::text, s.tie FROM standings s WHERE {} AND s.user_id = ${next}", condition.sql);
    let weight = |tie: i32| u32::try_from(tie).ok().filter(|_| tie != UNKNOWN_WEIGHT);
    let row = db.query_opt(&sql, &parameters).await?;
    Ok(row.map(|row| (row.get::<_, Option<&str>>(0).and_then(ScoredAs::parse), weight(row.get(1)))))
}

pub async fn shows_points(db: &Connection, user: Uuid) -> Result<bool, DatabaseError> {
    let row = db.query_opt("SELECT shows_points FROM users WHERE id = $1", &[&user]).await?;
    Ok(row.is_some_and(|row| row.get(0)))
}

/// What a user is on boards; none when there is none.
pub async fn find_shown(db: &Connection, user: UserId) -> Result<Option<Shown>, DatabaseError> {
    let sql = concat!("SELECT ", listed!(), ", shows_points FROM users u WHERE id = $1 AND is_active");
    let row = db.query_opt(sql, &[&user.0]).await?;
    Ok(row.map(|row| Shown { is_listed: row.get(0), shows_points: row.get(1) }))
}

/// A lift that waits, and the points that it would have.
pub struct WaitingLift {
    pub exercise_id: String,
    pub lift: BoardLift,
    pub points: Option<u32>,
}

/// The lifts of a lifter that wait for a moderator, the newest first.
pub async fn list_waiting(
    db: &Connection,
    catalogue: &Catalogue,
    user: UserId,
) -> Result<Vec<WaitingLift>, DatabaseError> {
    let rows = db
        .query(
            "SELECT id, exercise_id, weight_kg::float8, reps::integer, performed_at, bodyweight_kg, scored_as::text,
                    age_years, equipment = 'raw', doubt::text
             FROM lifts WHERE user_id = $1 AND doubt IS NOT NULL AND accepted_at IS NULL AND voided_at IS NULL
             ORDER BY id DESC LIMIT 100",
            &[&user.0],
        )
        .await?;
    let waiting = rows.iter().map(|row| {
        let (exercise_id, lift) = lift_from_row(row, 0);
        let accepted = BoardLift { doubt: None, ..lift };
        let stands = catalogue.find(&exercise_id).map(|exercise| candidates(exercise, &accepted));
        let points = stands.into_iter().flatten().find(|candidate| candidate.basis == Basis::Points);
        WaitingLift { exercise_id, lift, points: points.map(|candidate| candidate.mark.value) }
    });
    Ok(waiting.collect())
}

/// How many of a lifter's equals are before the lifter.
pub async fn count_equals_before(db: &Connection, list: List, user: Uuid) -> Result<i64, DatabaseError> {
    let condition = Condition::of(list);
    let (mut parameters, next) = condition.parameters();
    parameters.push(&user);
    let sql = format!(
        "WITH own AS (SELECT minus_value, tie, at, lift_id, user_id FROM standings s WHERE {0} AND s.user_id = ${next})
         SELECT count(*) FROM standings s, own
         WHERE {0} AND s.minus_value = own.minus_value
           AND (s.tie, s.at, s.lift_id, s.user_id) < (own.tie, own.at, own.lift_id, own.user_id)",
        condition.sql
    );
    Ok(db.query_one(&sql, &parameters).await?.get(0))
}

/// A page of a list.
pub async fn list_page(db: &Connection, list: List, from: &From, limit: i64) -> Result<Vec<ListRow>, DatabaseError> {
    let condition = Condition::of(list);
    let (mut parameters, next) = condition.parameters();
    let (begins, minus_value, skip);
    match from {
        From::Value { value, skip: places } => {
            (minus_value, skip) = (-(*value as i32), *places);
            begins = format!("s.minus_value >= ${next}");
            parameters.push(&minus_value);
        }
        From::Row { minus_value, tie, at, lift_id, user } => {
            skip = 0;
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
    parameters.push(&limit);
    parameters.push(&skip);
    let sql = format!(
        "SELECT {COLUMNS} FROM (
             SELECT * FROM standings s WHERE {} AND {begins}
             ORDER BY s.minus_value, s.tie, s.at, s.lift_id, s.user_id LIMIT ${next} OFFSET ${}) s
         JOIN users u ON u.id = s.user_id LEFT JOIN lifts l ON l.id = s.lift_id
         ORDER BY s.minus_value, s.tie, s.at, s.lift_id, s.user_id",
        condition.sql,
        next + 1
    );
    Ok(db.query(&sql, &parameters).await?.iter().map(ListRow::from_row).collect())
}
