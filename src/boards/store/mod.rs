pub mod filtered;
pub mod lifters;
pub mod lists;
pub mod pages;
pub mod passing;
pub mod rises;
pub mod truth;
pub mod writing;

use std::collections::HashMap;

use tokio_postgres::Row;
use uuid::Uuid;

use crate::boards::cell::Cell;
use crate::boards::scope::{Basis, Board, Of};
use crate::boards::standing::{Mark, Standing};
use crate::platform::visibility::listed;
use crate::platform::{Connection, DatabaseError, UserId};
use crate::strength::ScoredAs;

/// The statement of [`list_standings`].
pub const LIST_STANDINGS: &str =
    "SELECT board, basis::text, minus_value, tie, at, lift_id, parts, sex::text, class, age, of_all, of_sex, of_class, of_age,
            user_id
     FROM standings WHERE user_id = ANY ($1::uuid[]) ORDER BY user_id, board, standings.basis, ordinal";

/// What a user is on boards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub is_listed: bool,
    pub shows_points: bool,
}

/// Takes hold of a user until the transaction ends, active or not; none when there is none.
pub async fn lock_user(db: &Connection, user: UserId) -> Result<Option<Shown>, DatabaseError> {
    let sql = concat!("SELECT ", listed!(), ", shows_points FROM users u WHERE id = $1 FOR NO KEY UPDATE");
    let row = db.query_opt(sql, &[&user.0]).await?;
    Ok(row.map(|row| Shown { is_listed: row.get(0), shows_points: row.get(1) }))
}

/// With what some lifters stand; whoever will change it holds their rows.
pub async fn list_standings(
    db: &Connection,
    users: &[UserId],
) -> Result<HashMap<UserId, Vec<Standing>>, DatabaseError> {
    let ids: Vec<_> = users.iter().map(|user| user.0).collect();
    let mut standings: HashMap<_, Vec<_>> = HashMap::with_capacity(users.len());
    for row in db.query(LIST_STANDINGS, &[&ids]).await? {
        standings.entry(UserId(row.get(14))).or_default().push(standing_from_row(&row, 0));
    }
    Ok(standings)
}

/// The same of one.
pub async fn list_standings_of(db: &Connection, user: UserId) -> Result<Vec<Standing>, DatabaseError> {
    Ok(list_standings(db, &[user]).await?.remove(&user).unwrap_or_default())
}

/// Reads the columns of a standing from `first` on.
pub fn standing_from_row(row: &Row, first: usize) -> Standing {
    let code = |index: usize| row.get::<_, Option<i16>>(first + index).map(|code| code as u8);
    let bits = [Of::ALL, Of::SEX, Of::CLASS, Of::AGE];
    let of = bits.into_iter().zip(10..).filter(|(_, index)| row.get(first + index)).map(|(bit, _)| bit).sum();
    Standing {
        board: Board(row.get::<_, i16>(first) as u8),
        basis: Basis::parse(row.get(first + 1)).unwrap_or(Basis::Single),
        mark: Mark {
            value: row.get::<_, i32>(first + 2).unsigned_abs(),
            tie: row.get(first + 3),
            at: row.get(first + 4),
            lift_id: row.get(first + 5),
            sex: row.get::<_, Option<&str>>(first + 7).and_then(ScoredAs::parse),
            class: code(8),
            age: code(9),
        },
        parts: row.get::<_, Option<Vec<i32>>>(first + 6).and_then(|parts| parts.try_into().ok()),
        of: Of(of),
    }
}

/// A lifter as every process holds one.
pub struct LifterRow {
    pub user: Uuid,
    pub shown: Shown,
    pub cells: Vec<Cell>,
}

/// Reads `is_listed`, `shows_points` and `cells` from the column `first` on; all null where the lifter is gone.
pub fn lifter_from_row(row: &Row, user: Uuid, first: usize) -> LifterRow {
    let cells: Option<Vec<i64>> = row.get(first + 2);
    LifterRow {
        user,
        shown: Shown {
            is_listed: row.get::<_, Option<bool>>(first).unwrap_or(false),
            shows_points: row.get::<_, Option<bool>>(first + 1).unwrap_or(false),
        },
        cells: cells.unwrap_or_default().into_iter().map(|cell| Cell(cell as u64)).collect(),
    }
}
