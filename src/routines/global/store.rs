use tokio_postgres::types::Json;
use tokio_postgres::{Client, Error};
use uuid::Uuid;

use super::Item;
use crate::routines::store::INSERT_ITEMS;

/// Removes everybody's routines but these.
pub async fn delete_others(client: &Client, ids: &[Uuid]) -> Result<u64, Error> {
    client.execute("DELETE FROM routines WHERE user_id IS NULL AND id <> ALL ($1)", &[&ids]).await
}

/// Id, name and items of each.
pub async fn list(client: &Client) -> Result<Vec<(Uuid, String, Vec<Item>)>, Error> {
    let rows = client
        .query(
            "SELECT r.id, r.name,
                 (SELECT coalesce(jsonb_agg(to_jsonb(i) ORDER BY i.position), '[]') FROM routine_items i
                  WHERE i.routine_id = r.id)
             FROM routines r WHERE r.user_id IS NULL",
            &[],
        )
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get::<_, Json<_>>(2).0)).collect())
}

pub async fn set(client: &Client, id: Uuid, name: &str) -> Result<u64, Error> {
    client
        .execute(
            "INSERT INTO routines (id, name) VALUES ($1, $2)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, updated_at = now()",
            &[&id, &name],
        )
        .await
}

pub async fn delete_items(client: &Client, routine: Uuid) -> Result<u64, Error> {
    client.execute("DELETE FROM routine_items WHERE routine_id = $1", &[&routine]).await
}

pub async fn insert_items(client: &Client, routine: Uuid, items: &[Item]) -> Result<u64, Error> {
    client.execute(INSERT_ITEMS, &[&routine, &Json(items)]).await
}

/// Gives every third of these users a copy of a routine of everybody's.
pub async fn copy(client: &Client, users: &[Uuid]) -> Result<u64, Error> {
    client
        .execute(
            "WITH global AS (SELECT id, name, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS number
                             FROM routines WHERE user_id IS NULL),
                  copied AS (
                 INSERT INTO routines (id, user_id, name)
                 SELECT md5('routine ' || u.id)::uuid, u.id, g.name
                 FROM unnest($1::uuid[]) WITH ORDINALITY AS u (id, place) JOIN global g ON g.place = u.place % g.number
                 WHERE u.place % 3 = 0 RETURNING id, name)
             INSERT INTO routine_items (routine_id, position, exercise_id, sets, reps, rest_seconds)
             SELECT copied.id, i.position, i.exercise_id, i.sets, i.reps, i.rest_seconds
             FROM copied JOIN global g ON g.name = copied.name JOIN routine_items i ON i.routine_id = g.id",
            &[&users],
        )
        .await
}
