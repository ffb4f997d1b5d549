//! A list of a board, in SQL: the standing ones, each by an index of its own.

use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::standing_from_row;
use crate::boards::memory::List;
use crate::boards::ranks::Tally;
use crate::boards::scope::Scope;
use crate::boards::standing::Standing;
use crate::platform::{Connection, DatabaseError};

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

/// Where a page begins.
pub enum From {
    /// So many places behind the first of this value or less.
    Value { value: u32, skip: i64 },
    /// Behind a row.
    Row { minus_value: i32, tie: i32, at: jiff::Timestamp, lift_id: i32, user: Uuid },
}

/// A row of a list, and what is shown with it.
pub struct ListRow {
    pub user: Uuid,
    pub standing: Standing,
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

/// The columns that [`ListRow::from_row`] reads, of `s`, `u` and `l`.
pub const COLUMNS: &str =
    "s.board, s.basis::text, s.minus_value, s.tie, s.at, s.lift_id, s.parts, s.sex::text, s.class, s.age,
     s.of_all, s.of_sex, s.of_class, s.of_age,
     u.id, u.username, u.display_name, u.avatar_key, u.country, u.shows_points,
     l.weight_kg::float8, l.reps::integer, l.equipment::text, l.source::text, l.evidence_url";

impl ListRow {
    pub fn from_row(row: &tokio_postgres::Row) -> Self {
        Self {
            standing: standing_from_row(row, 0),
            user: row.get(14),
            username: row.get(15),
            display_name: row.get(16),
            avatar_key: row.get(17),
            country: row.get(18),
            shows_points: row.get(19),
            weight_kg: row.get(20),
            reps: row.get(21),
            equipment: row.get(22),
            source: row.get(23),
            evidence_url: row.get(24),
        }
    }
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
