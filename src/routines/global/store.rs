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
