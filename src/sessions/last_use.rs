//! When sessions and API keys were used last. Gathered by each worker and written once a minute: a request must not
//! cost a write.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use actix_web::web::Data;
use uuid::Uuid;

use super::store;
use crate::platform::Database;

const PAUSE: Duration = Duration::from_secs(60);
/// Beyond so many in a minute the rest is not noted.
const MOST: usize = 50_000;

/// What one worker has seen since it last wrote. In the order of the ids, so that two workers never wait for each other.
#[derive(Default, Clone)]
pub struct LastUse(Rc<RefCell<BTreeMap<Uuid, Option<IpAddr>>>>);

impl LastUse {
    /// Writes what this worker sees for as long as it runs; to be called on its thread.
    pub fn of_worker(db: Data<Database>) -> Self {
        let last_use = Self::default();
        let seen = last_use.0.clone();
        actix_web::rt::spawn(async move {
            loop {
                tokio::time::sleep(PAUSE).await;
                let (ids, from): (Vec<_>, Vec<_>) = seen.take().into_iter().unzip();
                if ids.is_empty() {
                    continue;
                }
                let Ok(connection) = db.connection().await else { continue };
                if let Err(error) = store::note_last_use(&connection, &ids, &from).await {
                    slog_scope::warn!("the last use of sessions could not be noted"; "error" => error.to_string());
                }
            }
        });
        last_use
    }

    pub fn note(&self, id: Uuid, from: Option<IpAddr>) {
        let mut seen = self.0.borrow_mut();
        if seen.len() < MOST {
            seen.insert(id, from);
        }
    }
}
