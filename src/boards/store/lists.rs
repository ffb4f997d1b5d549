//! Where values stand on a list, in SQL: the standing lists, each by an index of its own.

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::boards::memory::List;
use crate::boards::ranks::Tally;
use crate::boards::scope::Scope;
use crate::platform::{Connection, DatabaseError};
use crate::strength::ScoredAs;
use crate::strength::units::hundredths;

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

/// Each value and how many have it, the greatest first. It reads the whole list: for when memory does not know it.
pub async fn count_values(db: &Connection, list: List) -> Result<Vec<(u32, u32)>, DatabaseError> {
    let condition = Condition::of(list);
    let sql = format!(
        "SELECT s.minus_value, count(*) FROM standings s WHERE {} GROUP BY s.minus_value ORDER BY s.minus_value",
        condition.sql
    );
    let rows = db.query(&sql, &condition.parameters().0).await?;
    Ok(rows.iter().map(|row| (row.get::<_, i32>(0).unsigned_abs(), row.get::<_, i64>(1) as u32)).collect())
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
    let sql = format!(
        "SELECT s.sex::text, l.bodyweight_kg FROM standings s LEFT JOIN lifts l ON l.id = s.lift_id
         WHERE {} AND s.user_id = ${next}",
        condition.sql
    );
    let row = db.query_opt(&sql, &parameters).await?;
    let weight = |row: &Row| row.get::<_, Option<f64>>(1).and_then(|kg| u32::try_from(hundredths(kg)).ok());
    Ok(row.map(|row| (row.get::<_, Option<&str>>(0).and_then(ScoredAs::parse), weight(&row))))
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
