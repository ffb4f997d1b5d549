//! The way to PostgreSQL: one pool for each worker thread, so that a query never changes threads.
//!
//! Before the database has been found every request is answered with 503; when it goes away later, the pool fails
//! within two seconds and recovers by itself.

mod bootstrap;
pub mod dsn;
mod error;
mod tls;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

pub use bootstrap::{SchemaCheck, bootstrap};
pub use error::DatabaseError;
pub use tls::connect;

use super::config::DatabaseConfig;
use dsn::Dsn;

/// A connection is closed after this time, whatever its state.
const MAX_AGE: Duration = Duration::from_secs(3600);
/// Together they bound how long a request waits for a database that is not there.
const WAIT_FOR_A_FREE_CONNECTION: Duration = Duration::from_millis(1500);
const WAIT_FOR_A_NEW_CONNECTION: Duration = Duration::from_millis(1500);

/// What the workers share: which database was found, or why there is none yet.
#[derive(Default)]
pub struct Shared {
    found: OnceLock<Found>,
    missing: Mutex<String>,
    pools: Mutex<Vec<Pool>>,
}

struct Found {
    manager_of: Box<dyn Fn() -> Manager + Send + Sync>,
    name: String,
    connections_per_worker: usize,
}

/// How many connections there are, over all workers.
#[derive(Debug, Default, Clone, Copy)]
pub struct PoolStatus {
    pub size: usize,
    pub idle: usize,
    pub waiting: usize,
}

impl Shared {
    /// Makes the database that was found known to all workers.
    pub fn set_found(&self, dsn: &Dsn, config: &DatabaseConfig, workers: usize) -> Result<(), DatabaseError> {
        let manager_config = || ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let postgres = tls::with_session_settings(&dsn.config);
        let connector = tls::connector(dsn, config.ca_file.as_deref())?;
        let manager_of: Box<dyn Fn() -> Manager + Send + Sync> = match connector {
            Some(tls) => Box::new(move || Manager::from_config(postgres.clone(), tls.clone(), manager_config())),
            None => Box::new(move || Manager::from_config(postgres.clone(), tokio_postgres::NoTls, manager_config())),
        };
        let connections_per_worker = config.pool_size.div_ceil(workers.max(1));
        let _ = self.found.set(Found { manager_of, name: dsn.to_string(), connections_per_worker });
        Ok(())
    }

    pub fn set_missing(&self, reason: String) {
        *self.missing.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    /// The database in use, without its password; or why there is none.
    pub fn name(&self) -> Result<&str, String> {
        match self.found.get() {
            Some(found) => Ok(&found.name),
            None => Err(self.missing.lock().unwrap_or_else(PoisonError::into_inner).clone()),
        }
    }

    pub fn pool_status(&self) -> PoolStatus {
        let pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        pools.iter().map(Pool::status).fold(PoolStatus::default(), |sum, pool| PoolStatus {
            size: sum.size + pool.size,
            idle: sum.idle + pool.available,
            waiting: sum.waiting + pool.waiting,
        })
    }

    fn open_pool(&self) -> Option<Pool> {
        let found = self.found.get()?;
        let pool = Pool::builder((found.manager_of)())
            .max_size(found.connections_per_worker)
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts {
                wait: Some(WAIT_FOR_A_FREE_CONNECTION),
                create: Some(WAIT_FOR_A_NEW_CONNECTION),
                recycle: Some(WAIT_FOR_A_NEW_CONNECTION),
            })
            .pre_recycle(Hook::sync_fn(|_, metrics| match metrics.age() > MAX_AGE {
                true => Err(HookError::message("an hour old")),
                false => Ok(()),
            }))
            .build()
            .ok()?;
        self.pools.lock().unwrap_or_else(PoisonError::into_inner).push(pool.clone());
        Some(pool)
    }
}

/// One worker's way to the database.
pub struct Database {
    shared: Arc<Shared>,
    pool: OnceLock<Pool>,
}

impl Database {
    /// To be called on the worker's own thread.
    pub fn of_worker(shared: Arc<Shared>) -> Self {
        Self { shared, pool: OnceLock::new() }
    }

    /// A connection, waited for at most about two seconds.
    pub async fn connection(&self) -> Result<Connection, DatabaseError> {
        let pool = match self.pool.get() {
            Some(pool) => pool,
            None => match self.shared.open_pool() {
                Some(pool) => self.pool.get_or_init(|| pool),
                None => return Err(DatabaseError::Unavailable(self.shared.name().err().unwrap_or_default())),
            },
        };
        Ok(Connection { object: Some(pool.get().await?), is_spoilt: AtomicBool::new(false) })
    }
}

/// A connection taken from the pool. Statements are prepared once on each connection.
pub struct Connection {
    object: Option<Object>,
    is_spoilt: AtomicBool,
}

type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

impl Connection {
    /// The client below, for COPY and other things that are no plain statement.
    pub fn client(&self) -> Result<&Object, DatabaseError> {
        self.object.as_ref().ok_or_else(|| DatabaseError::Unavailable("the connection has been given back".into()))
    }

    pub async fn query(&self, sql: &str, parameters: Parameters<'_>) -> Result<Vec<Row>, DatabaseError> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await?;
        Ok(client.query(&statement, parameters).await?)
    }

    pub async fn query_opt(&self, sql: &str, parameters: Parameters<'_>) -> Result<Option<Row>, DatabaseError> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await?;
        Ok(client.query_opt(&statement, parameters).await?)
    }

    pub async fn query_one(&self, sql: &str, parameters: Parameters<'_>) -> Result<Row, DatabaseError> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await?;
        Ok(client.query_one(&statement, parameters).await?)
    }

    /// Runs a statement and gives the number of rows that it changed.
    pub async fn execute(&self, sql: &str, parameters: Parameters<'_>) -> Result<u64, DatabaseError> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await?;
        Ok(client.execute(&statement, parameters).await?)
    }

    /// Opens a transaction; without [`Transaction::commit`] nothing of it happens.
    pub async fn begin(&self) -> Result<Transaction<'_>, DatabaseError> {
        let transaction = Transaction { connection: self, is_committed: false };
        self.client()?.batch_execute("BEGIN").await?;
        Ok(transaction)
    }
}

/// A connection on which a transaction was left open is closed instead of given back: PostgreSQL then undoes it.
impl Drop for Connection {
    fn drop(&mut self) {
        if self.is_spoilt.load(Ordering::Relaxed)
            && let Some(object) = self.object.take()
        {
            drop(Object::take(object));
        }
    }
}

/// A transaction on a connection; statements go through the connection that it was opened on.
pub struct Transaction<'a> {
    connection: &'a Connection,
    is_committed: bool,
}

impl Transaction<'_> {
    pub async fn commit(mut self) -> Result<(), DatabaseError> {
        self.connection.client()?.batch_execute("COMMIT").await?;
        self.is_committed = true;
        Ok(())
    }
}

impl std::ops::Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.is_committed {
            self.connection.is_spoilt.store(true, Ordering::Relaxed);
        }
    }
}
