//! Standings being written: of any number of lifters in two statements.

use jiff::Timestamp;
use uuid::Uuid;

use crate::boards::Plan;
use crate::boards::cell::cells;
use crate::boards::scope::{Basis, Board};
use crate::boards::standing::Standing;
use crate::platform::{Connection, DatabaseError};
use crate::strength::ScoredAs;

const DELETE_STANDINGS: &str = "DELETE FROM standings s
     USING unnest($1::uuid[], $2::smallint[], $3::text[]) AS gone (user_id, board, basis)
     WHERE s.user_id = gone.user_id AND s.board = gone.board AND s.basis = gone.basis::standing_basis";
/// Gives the number of each lifter's change. Lifters of a guild come one after the other, in the order of guilds: the points of
/// a guild are counted at the end of the transaction, and two that counted two guilds in different orders would wait for each
/// other.
const INSERT_STANDINGS: &str = "WITH made AS (
         INSERT INTO standings (user_id, is_listed, board, basis, ordinal, minus_value, tie, at, lift_id, parts, sex, class,
                                age, of_all, of_sex, of_class, of_age)
         SELECT user_id, is_listed, board, basis::standing_basis, ordinal, minus_value, tie, at, lift_id,
                CASE WHEN squat_id IS NOT NULL THEN ARRAY[squat_id, bench_id, deadlift_id] END, sex::scoring, class, age,
                bits & 1 > 0, bits & 2 > 0, bits & 4 > 0, bits & 8 > 0
         FROM unnest($5::uuid[], $6::boolean[], $7::smallint[], $8::text[], $9::smallint[], $10::integer[], $11::integer[],
                     $12::timestamptz[], $13::integer[], $14::integer[], $15::integer[], $16::integer[], $17::text[],
                     $18::smallint[], $19::smallint[], $20::smallint[])
              AS made (user_id, is_listed, board, basis, ordinal, minus_value, tie, at, lift_id, squat_id, bench_id,
                       deadlift_id, sex, class, age, bits)),
     lifters AS (
         INSERT INTO board_lifters (user_id, is_listed, shows_points, cells)
         SELECT l.user_id, l.is_listed, l.shows_points, l.cells::bigint[]
         FROM unnest($1::uuid[], $2::boolean[], $3::boolean[], $4::text[]) AS l (user_id, is_listed, shows_points, cells)
              LEFT JOIN guild_members m ON m.user_id = l.user_id ORDER BY m.guild_id
         ON CONFLICT (user_id) DO UPDATE
             SET is_listed = excluded.is_listed, shows_points = excluded.shows_points, cells = excluded.cells)
     INSERT INTO board_changes (user_id) SELECT unnest($1::uuid[]) RETURNING id, user_id";

/// The statements of [`write`].
pub const WRITING: [&str; 2] = [DELETE_STANDINGS, INSERT_STANDINGS];

/// Writes what differs between what lifters stand with and will stand with; gives the number of each one's change, none where
/// nothing differs. Both statements go out together once they are prepared.
pub async fn write(db: &Connection, plans: &[&Plan]) -> Result<Vec<Option<i64>>, DatabaseError> {
    let (mut gone, mut made, mut lifters) = (Gone::default(), Made::default(), Lifters::default());
    for plan in plans {
        let (places, rows) = changed(&plan.old, &plan.new);
        if !places.is_empty() {
            gone.add(plan, &places);
            made.add(plan, rows);
            lifters.add(plan);
        }
    }
    if lifters.users.is_empty() {
        return Ok(vec![None; plans.len()]);
    }
    let (_, changes) = futures_util::future::try_join(gone.delete(db), made.insert(db, &lifters)).await?;
    Ok(plans.iter().map(|plan| changes.iter().find(|(_, user)| *user == plan.user.0).map(|(id, _)| *id)).collect())
}

/// The boards whose rows differ, with the new rows of those.
fn changed<'a>(old: &'a [Standing], new: &'a [Standing]) -> (Vec<(Board, Basis)>, Vec<&'a Standing>) {
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

/// Boards that lifters leave, or come to with other rows.
#[derive(Default)]
struct Gone {
    users: Vec<Uuid>,
    boards: Vec<i16>,
    bases: Vec<&'static str>,
}

impl Gone {
    fn add(&mut self, plan: &Plan, places: &[(Board, Basis)]) {
        for (board, basis) in places {
            self.users.push(plan.user.0);
            self.boards.push(i16::from(board.0));
            self.bases.push(basis.as_str());
        }
    }

    async fn delete(&self, db: &Connection) -> Result<u64, DatabaseError> {
        db.execute(DELETE_STANDINGS, &[&self.users, &self.boards, &self.bases]).await
    }
}

/// Lifters as every process reads them.
#[derive(Default)]
struct Lifters {
    users: Vec<Uuid>,
    listed: Vec<bool>,
    show_points: Vec<bool>,
    /// Each as PostgreSQL writes an array: there are none of arrays of different lengths.
    cells: Vec<String>,
}

impl Lifters {
    fn add(&mut self, plan: &Plan) {
        let packed: Vec<_> = cells(&plan.new).into_iter().map(|cell| (cell.0 as i64).to_string()).collect();
        self.users.push(plan.user.0);
        self.listed.push(plan.shown.is_listed);
        self.show_points.push(plan.shown.shows_points);
        self.cells.push(format!("{{{}}}", packed.join(",")));
    }
}

/// Rows as columns, for `unnest`.
#[derive(Default)]
struct Made {
    users: Vec<Uuid>,
    listed: Vec<bool>,
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

impl Made {
    /// The rows of one board come one after the other.
    fn add(&mut self, plan: &Plan, rows: Vec<&Standing>) {
        let (mut last, mut ordinal) = (None, 0);
        for row in rows {
            let place = Some((row.board, row.basis));
            ordinal = if last == place { ordinal + 1 } else { 0 };
            last = place;
            self.users.push(plan.user.0);
            self.listed.push(plan.shown.is_listed);
            self.boards.push(i16::from(row.board.0));
            self.bases.push(row.basis.as_str());
            self.ordinals.push(ordinal);
            self.minus_values.push(-(row.mark.value as i32));
            self.ties.push(row.mark.tie);
            self.times.push(row.mark.at);
            self.lifts.push(row.mark.lift_id);
            for (index, column) in self.parts.iter_mut().enumerate() {
                column.push(row.parts.map(|parts| parts[index]));
            }
            self.sexes.push(row.mark.sex.map(ScoredAs::as_str));
            self.classes.push(row.mark.class.map(i16::from));
            self.ages.push(row.mark.age.map(i16::from));
            self.bits.push(i16::from(row.of.0));
        }
    }

    /// Gives the numbers of the changes, with whose they are.
    async fn insert(&self, db: &Connection, lifters: &Lifters) -> Result<Vec<(i64, Uuid)>, DatabaseError> {
        let rows = db
            .query(
                INSERT_STANDINGS,
                &[
                    &lifters.users,
                    &lifters.listed,
                    &lifters.show_points,
                    &lifters.cells,
                    &self.users,
                    &self.listed,
                    &self.boards,
                    &self.bases,
                    &self.ordinals,
                    &self.minus_values,
                    &self.ties,
                    &self.times,
                    &self.lifts,
                    &self.parts[0],
                    &self.parts[1],
                    &self.parts[2],
                    &self.sexes,
                    &self.classes,
                    &self.ages,
                    &self.bits,
                ],
            )
            .await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}
