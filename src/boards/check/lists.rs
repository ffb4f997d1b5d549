use std::collections::BTreeMap;

use tokio_postgres::Client;

use super::SNAPSHOT;
use crate::boards::feed;
use crate::boards::memory::{List, Memory};
use crate::boards::scope::{Basis, Board, Scope};
use crate::platform::DatabaseError;
use crate::strength::ScoredAs;

/// Builds the memory as a process does, and compares each list with what SQL counts, in one snapshot.
pub async fn check_lists(db: &Client) -> Result<Vec<String>, DatabaseError> {
    db.batch_execute(SNAPSHOT).await?;
    let mut memory = Memory::default();
    feed::for_each(db, |lifter| memory.set(lifter.user, &lifter.cells, lifter.shown.shows_points)).await?;
    let mut wrong = Vec::new();
    let mut lists = 0;
    for (columns, condition) in [
        ("NULL::text, NULL::smallint", "of_all"),
        ("sex::text, NULL::smallint", "of_sex"),
        ("NULL::text, class", "of_class"),
        ("sex::text, age", "of_age"),
    ] {
        let sql = format!(
            "SELECT board, basis::text, {columns}, minus_value, count(*) FROM standings
             WHERE {condition} AND is_listed GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5 DESC"
        );
        let mut counted: BTreeMap<List, Vec<(u32, u32)>> = BTreeMap::new();
        for row in db.query(&sql, &[]).await? {
            let sex = row.get::<_, Option<&str>>(2).and_then(ScoredAs::parse);
            let code = row.get::<_, Option<i16>>(3).map(|code| code as u8);
            let scope = match (condition, sex, code) {
                ("of_sex", Some(sex), _) => Scope::Sex(sex),
                ("of_class", _, Some(class)) => Scope::Class(class),
                ("of_age", Some(sex), Some(age)) => Scope::Age(sex, age),
                _ => Scope::All,
            };
            let board = Board(row.get::<_, i16>(0) as u8);
            let basis = Basis::parse(row.get(1)).unwrap_or(Basis::Single);
            let pair = (row.get::<_, i32>(4).unsigned_abs(), row.get::<_, i64>(5) as u32);
            counted.entry(List { board, basis, scope }).or_default().push(pair);
        }
        lists += counted.len();
        for (list, pairs) in counted {
            if memory.counted(list).is_none_or(|held| held.counts.pairs() != pairs) {
                wrong.push(format!("{list:?} ranks otherwise than SQL"));
            }
        }
    }
    if memory.lists().count() != lists {
        wrong.push(format!("memory has {} lists, SQL {lists}", memory.lists().count()));
    }
    db.batch_execute("COMMIT").await?;
    Ok(wrong)
}
