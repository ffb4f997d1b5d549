//! Who was passed.

use tokio_postgres::Row;
use uuid::Uuid;

use crate::boards::memory::List;
use crate::boards::scope::{Board, Scope};
use crate::platform::{Connection, DatabaseError};

#[derive(Clone)]
pub struct Passed {
    pub id: Uuid,
    pub username: String,
}

/// Two values of a list, the greater one that of whoever passed.
#[derive(Clone, Copy)]
pub struct Passage {
    pub list: List,
    pub from: u32,
    pub to: u32,
}

/// Of lists that tell a body weight only those who show it, among the six nearest: each has to be looked at for it.
macro_rules! passed {
    ($condition:literal) => {
        concat!(
            "SELECT asked.place, named.id, named.username
             FROM unnest($1::integer[], $2::smallint[], $3::text[]::standing_basis[], $4::smallint[], $5::integer[], $6::integer[],
                         $7::boolean[]) AS asked (place, board, basis, class, above, below, is_private),
                  LATERAL (
                      SELECT u.id, u.username, s.minus_value FROM (
                          SELECT s.user_id, s.minus_value FROM standings s
                          WHERE s.board = asked.board AND s.basis = asked.basis AND s.is_listed AND ",
            $condition,
            "             AND s.minus_value > asked.above AND s.minus_value < asked.below
                          ORDER BY s.minus_value, s.tie, s.at, s.lift_id, s.user_id
                          LIMIT CASE WHEN asked.is_private THEN 6 ELSE 3 END) s
                      JOIN users u ON u.id = s.user_id AND (u.shows_points OR NOT asked.is_private)
                      ORDER BY s.minus_value LIMIT 3) named
             ORDER BY asked.place, named.minus_value"
        )
    };
}
const PASSED_OF_ALL: &str = passed!("s.of_all");
const PASSED_OF_CLASS: &str = passed!("s.of_class AND s.class = asked.class");

/// The statements of [`list_passed`].
pub const PASSED: [&str; 2] = [PASSED_OF_ALL, PASSED_OF_CLASS];

/// At most three of those between two values for each passage among everybody or in a class, the nearest to the greater value
/// first.
pub async fn list_passed(db: &Connection, passages: &[Passage]) -> Result<Vec<Vec<Passed>>, DatabaseError> {
    let mut passed = vec![Vec::new(); passages.len()];
    let (all, classes): (Vec<_>, Vec<_>) =
        (0..passages.len()).partition(|place| passages[*place].list.scope == Scope::All);
    let found = futures_util::future::try_join(
        find_passed(db, PASSED_OF_ALL, passages, &all),
        find_passed(db, PASSED_OF_CLASS, passages, &classes),
    );
    let (of_all, of_classes) = found.await?;
    for row in of_all.iter().chain(&of_classes) {
        passed[row.get::<_, i32>(0) as usize].push(Passed { id: row.get(1), username: row.get(2) });
    }
    Ok(passed)
}

async fn find_passed(
    db: &Connection,
    sql: &str,
    passages: &[Passage],
    places: &[usize],
) -> Result<Vec<Row>, DatabaseError> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let of = || places.iter().map(|place| passages[*place]);
    let numbers: Vec<_> = places.iter().map(|place| *place as i32).collect();
    let boards: Vec<_> = of().map(|passage| i16::from(passage.list.board.0)).collect();
    let bases: Vec<_> = of().map(|passage| passage.list.basis.as_str()).collect();
    let classes: Vec<_> = of().map(|passage| class_of(passage.list).map(i16::from)).collect();
    let above: Vec<_> = of().map(|passage| -(passage.to as i32)).collect();
    let below: Vec<_> = of().map(|passage| -(passage.from as i32)).collect();
    let private: Vec<_> =
        of().map(|passage| passage.list.board == Board::DOTS || class_of(passage.list).is_some()).collect();
    db.query(sql, &[&numbers, &boards, &bases, &classes, &above, &below, &private]).await
}

fn class_of(list: List) -> Option<u8> {
    match list.scope {
        Scope::Class(code) => Some(code),
        _ => None,
    }
}
