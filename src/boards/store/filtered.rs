//! What a list of any other filter is made of: the lifts that match, or the standings of a country.

use futures_util::{Stream, StreamExt, TryStreamExt};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::lists::Condition;
use super::pages::Ordered;
use super::truth::lift_from_row;
use crate::boards::filter::{Filter, Source};
use crate::boards::memory::List;
use crate::boards::qualify::BoardLift;
use crate::platform::visibility::listed;
use crate::platform::{Connection, DatabaseError, UserId};

/// A lift that matches, and whose it is.
pub struct Matching {
    pub exercise_id: String,
    pub lift: BoardLift,
    /// One day of one meet.
    pub meet: Option<(Option<i32>, Timestamp)>,
}

/// The lifts of one lifter that match.
pub struct Lifter {
    pub user: Uuid,
    pub shows_points: bool,
    pub lifts: Vec<Matching>,
}

/// A lift of a period must have arrived within 48 hours, or be of a meet: nobody fills last week afterwards.
macro_rules! lifts {
    ($whose:literal) => {
        concat!(
    "SELECT l.user_id, l.id, l.exercise_id, l.weight_kg::float8, l.reps::integer, l.performed_at, l.bodyweight_kg,
            l.scored_as::text, l.age_years, true, CASE WHEN l.accepted_at IS NULL THEN l.doubt::text END,
            u.shows_points, l.meet, l.source = 'meet'
     FROM lifts l JOIN users u ON u.id = l.user_id AND ",
    listed!(),
    " AND ($8::text IS NULL OR u.country = $8)
     WHERE l.exercise_id = ANY ($1) AND l.equipment = $2::text::worn AND l.voided_at IS NULL
       AND l.performed_at >= $3 AND l.performed_at < $4
       AND (NOT $5 OR l.source = 'meet' OR l.recorded_at <= l.performed_at + interval '48 hours')
       AND ($6::boolean IS NULL OR (l.source = 'meet') = $6) AND (NOT $7 OR l.is_tested)
       AND ($9::text IS NULL OR l.scored_as = $9::text::scoring)
     ",
            $whose,
            " ORDER BY l.user_id"
)
    };
}
const LIFTS: &str = lifts!("");
/// Of `$10` and those whom `$10` follows.
const LIFTS_OF_FOLLOWED: &str = lifts!(
    "AND l.user_id = ANY (ARRAY(SELECT member_id FROM circles WHERE user_id = $10 AND circle = 'following') || $10::uuid)"
);

/// The lifts that match a filter but for class and age, a lifter at a time: a million lifters must not lie in memory.
pub async fn list_matching(
    db: &Connection,
    filter: &Filter,
    exercises: &[&str],
    needs_meet: bool,
) -> Result<impl Stream<Item = Result<Lifter, DatabaseError>>, DatabaseError> {
    let (from, until) =
        filter.period.unwrap_or((Timestamp::constant(-10_000_000_000, 0), Timestamp::constant(10_000_000_000, 0)));
    let of_meet = if needs_meet { Some(true) } else { filter.source.map(|source| source == Source::Meet) };
    let (in_period, sex) = (filter.period.is_some(), filter.sex.map(|sex| sex.as_str()));
    let among = filter.among.map(|user| user.0);
    let mut parameters: Vec<&(dyn ToSql + Sync)> =
        vec![&exercises, &filter.equipment, &from, &until, &in_period, &of_meet, &filter.tested, &filter.country, &sex];
    let sql = match &among {
        Some(user) => {
            parameters.push(user);
            LIFTS_OF_FOLLOWED
        }
        None => LIFTS,
    };
    let rows = db.stream(sql, &parameters).await?;
    // Fused: it is asked once more after its end, for a lifter behind the last.
    let rows = Box::pin(rows.map_err(DatabaseError::from).fuse());
    Ok(futures_util::stream::try_unfold((rows, None::<Row>), |(mut rows, first)| async move {
        let first = match first {
            Some(first) => first,
            None => match rows.try_next().await? {
                Some(first) => first,
                None => return Ok(None),
            },
        };
        let (user, shows_points, mut lifts) = (first.get(0), first.get(11), vec![matching(&first)]);
        while let Some(row) = rows.try_next().await? {
            if row.get::<_, Uuid>(0) != user {
                return Ok(Some((Lifter { user, shows_points, lifts }, (rows, Some(row)))));
            }
            lifts.push(matching(&row));
        }
        Ok(Some((Lifter { user, shows_points, lifts }, (rows, None))))
    }))
}

fn matching(row: &Row) -> Matching {
    let (exercise_id, lift) = lift_from_row(row, 1);
    let meet = row.get::<_, bool>(13).then(|| (row.get(12), lift.at));
    Matching { exercise_id, lift, meet }
}

/// A standing list of one country.
pub async fn list_of_country(db: &Connection, list: List, country: &str) -> Result<Vec<Ordered>, DatabaseError> {
    let condition = Condition::of(list);
    let (mut parameters, next) = condition.parameters();
    parameters.push(&country);
    let sql = format!(
        "SELECT s.user_id, s.minus_value, s.tie, s.at, s.lift_id, u.shows_points
         FROM users u JOIN standings s ON s.user_id = u.id WHERE {} AND u.country = ${next}",
        condition.sql
    );
    Ok(db.stream(&sql, &parameters).await?.map_ok(|row| ordered(&row)).try_collect().await?)
}

/// A standing list of somebody and those whom they follow; of those of one country, where it is said.
pub async fn list_of_followed(
    db: &Connection,
    list: List,
    user: UserId,
    country: Option<&str>,
) -> Result<Vec<Ordered>, DatabaseError> {
    let condition = Condition::of(list);
    let (mut parameters, next) = condition.parameters();
    parameters.extend([&user.0 as &(dyn ToSql + Sync), &country]);
    let sql = format!(
        "SELECT s.user_id, s.minus_value, s.tie, s.at, s.lift_id, u.shows_points
         FROM (SELECT ${next}::uuid AS id
               UNION SELECT member_id FROM circles WHERE user_id = ${next} AND circle = 'following') c
         JOIN users u ON u.id = c.id JOIN standings s ON s.user_id = u.id
         WHERE {} AND (${1}::text IS NULL OR u.country = ${1})",
        condition.sql,
        next + 1
    );
    Ok(db.query(&sql, &parameters).await?.iter().map(ordered).collect())
}

fn ordered(row: &Row) -> Ordered {
    Ordered {
        user: row.get(0),
        value: row.get::<_, i32>(1).unsigned_abs(),
        tie: row.get(2),
        at: row.get(3),
        lift_id: row.get(4),
        shows_points: row.get(5),
    }
}
