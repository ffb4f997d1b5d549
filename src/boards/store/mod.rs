pub mod filtered;
pub mod lifters;
pub mod lists;
pub mod pages;
pub mod passing;
pub mod truth;

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::boards::cell::{Cell, cells};
use crate::boards::scope::{Basis, Board, Of};
use crate::boards::standing::{Mark, Standing};
use crate::platform::visibility::listed;
use crate::platform::{Connection, DatabaseError, UserId};
use crate::strength::ScoredAs;

const LIST_STANDINGS: &str =
    "SELECT board, basis::text, minus_value, tie, at, lift_id, parts, sex::text, class, age, of_all, of_sex, of_class, of_age
     FROM standings WHERE user_id = $1 ORDER BY board, standings.basis, ordinal";
const DELETE_STANDINGS: &str = "DELETE FROM standings WHERE user_id = $1
       AND (board, basis) IN (SELECT * FROM unnest($2::smallint[], $3::text[]::standing_basis[]))";
/// Gives the number of the change.
const INSERT_STANDINGS: &str = "WITH made AS (
         INSERT INTO standings (user_id, is_listed, board, basis, ordinal, minus_value, tie, at, lift_id, parts, sex, class,
                                age, of_all, of_sex, of_class, of_age)
         SELECT $1, $2, board, basis::standing_basis, ordinal, minus_value, tie, at, lift_id,
                CASE WHEN squat_id IS NOT NULL THEN ARRAY[squat_id, bench_id, deadlift_id] END, sex::scoring, class, age,
                bits & 1 > 0, bits & 2 > 0, bits & 4 > 0, bits & 8 > 0
         FROM unnest($5::smallint[], $6::text[], $7::smallint[], $8::integer[], $9::integer[], $10::timestamptz[],
                     $11::integer[], $12::integer[], $13::integer[], $14::integer[], $15::text[], $16::smallint[],
                     $17::smallint[], $18::smallint[])
              AS made (board, basis, ordinal, minus_value, tie, at, lift_id, squat_id, bench_id, deadlift_id, sex, class,
                       age, bits)),
     lifter AS (
         INSERT INTO board_lifters (user_id, is_listed, shows_points, cells) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id) DO UPDATE
             SET is_listed = excluded.is_listed, shows_points = excluded.shows_points, cells = excluded.cells)
     INSERT INTO board_changes (user_id) VALUES ($1) RETURNING id";

/// The statements that go out together with others, to be prepared before.
pub const TOGETHER: [&str; 4] = [LIST_STANDINGS, DELETE_STANDINGS, INSERT_STANDINGS, passing::INSERT_RISE];

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

/// With what a lifter stands; whoever will change it holds the lifter's row.
pub async fn list_standings(db: &Connection, user: UserId) -> Result<Vec<Standing>, DatabaseError> {
    Ok(db.query(LIST_STANDINGS, &[&user.0]).await?.iter().map(|row| standing_from_row(row, 0)).collect())
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

/// The boards whose rows differ, with the new rows of those.
pub fn changed<'a>(old: &'a [Standing], new: &'a [Standing]) -> (Vec<(Board, Basis)>, Vec<&'a Standing>) {
    let of = |standings: &'a [Standing], place: (Board, Basis)| {
        standings.iter().filter(move |standing| (standing.board, standing.basis) == place)
    };
    let mut places: Vec<_> = old.iter().chain(new).map(|standing| (standing.board, standing.basis)).collect();
    places.sort_unstable();
    places.dedup();
    places.retain(|place| !of(old, *place).eq(of(new, *place)));
    let rows = places.iter().flat_map(|place| of(new, *place)).collect();
    (places, rows)
}

/// Takes a lifter's rows of some boards away.
pub async fn delete_standings(db: &Connection, user: UserId, places: &[(Board, Basis)]) -> Result<u64, DatabaseError> {
    let boards: Vec<_> = places.iter().map(|(board, _)| i16::from(board.0)).collect();
    let bases: Vec<_> = places.iter().map(|(_, basis)| basis.as_str()).collect();
    db.execute(DELETE_STANDINGS, &[&user.0, &boards, &bases]).await
}

/// Adds rows of a lifter, whose standings then are `all`, and gives the number of the change.
pub async fn insert_standings(
    db: &Connection,
    user: UserId,
    shown: Shown,
    rows: &[&Standing],
    all: &[Standing],
) -> Result<i64, DatabaseError> {
    let packed: Vec<_> = cells(all).into_iter().map(|cell| cell.0 as i64).collect();
    let columns = Columns::of(rows.iter().copied());
    let row = db
        .query_one(
            INSERT_STANDINGS,
            &[
                &user.0,
                &shown.is_listed,
                &shown.shows_points,
                &packed,
                &columns.boards,
                &columns.bases,
                &columns.ordinals,
                &columns.minus_values,
                &columns.ties,
                &columns.times,
                &columns.lifts,
                &columns.parts[0],
                &columns.parts[1],
                &columns.parts[2],
                &columns.sexes,
                &columns.classes,
                &columns.ages,
                &columns.bits,
            ],
        )
        .await?;
    Ok(row.get(0))
}

/// Rows as columns, for `unnest`.
#[derive(Default)]
struct Columns {
    boards: Vec<i16>,
    bases: Vec<&'static str>,
    ordinals: Vec<i16>,
    minus_values: Vec<i32>,
    ties: Vec<i32>,
    times: Vec<Timestamp>,
    lifts: Vec<i32>,
    parts: [Vec<Option<i32>>; 3],
    sexes: Vec<Option<&'static str>>,
    classes: Vec<Option<i16>>,
    ages: Vec<Option<i16>>,
    bits: Vec<i16>,
}

impl Columns {
    /// The rows of one board come one after the other.
    fn of<'a>(rows: impl Iterator<Item = &'a Standing>) -> Self {
        let mut columns = Self::default();
        let mut last = None;
        for row in rows {
            let place = (row.board, row.basis);
            let ordinal = match columns.ordinals.last() {
                Some(ordinal) if last == Some(place) => ordinal + 1,
                _ => 0,
            };
            last = Some(place);
            columns.boards.push(i16::from(row.board.0));
            columns.bases.push(row.basis.as_str());
            columns.ordinals.push(ordinal);
            columns.minus_values.push(-(row.mark.value as i32));
            columns.ties.push(row.mark.tie);
            columns.times.push(row.mark.at);
            columns.lifts.push(row.mark.lift_id);
            for (index, column) in columns.parts.iter_mut().enumerate() {
                column.push(row.parts.map(|parts| parts[index]));
            }
            columns.sexes.push(row.mark.sex.map(ScoredAs::as_str));
            columns.classes.push(row.mark.class.map(i16::from));
            columns.ages.push(row.mark.age.map(i16::from));
            columns.bits.push(i16::from(row.of.0));
        }
        columns
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
