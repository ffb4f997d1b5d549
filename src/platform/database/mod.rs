//! The way to PostgreSQL: one pool for each worker thread, so that a query never changes threads.
//!
//! Before the database has been found every request is answered with 503; when it goes away later, the pool fails
//! within two seconds and recovers by itself.

mod bootstrap;
pub mod dsn;
mod error;
pub mod feed;
mod tls;

use std::cell::{Cell, OnceCell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use futures_util::future::join;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, RowStream};

pub use bootstrap::{SchemaCheck, bootstrap, waiting};
pub use error::DatabaseError;
pub use tls::connect;

use super::config::DatabaseConfig;
use dsn::Dsn;

/// Connections of each worker that its short reads share.
const READERS: usize = 2;
/// The shared ones and two for transactions: with fewer a worker would wait for connections that never come back.
const LEAST_A_WORKER: usize = READERS + 2;
/// A connection is closed after this time, whatever its state.
const MAX_AGE: Duration = Duration::from_secs(3600);
/// A request may wait behind others for this long. A database that is gone frees all connections at once.
const WAIT_FOR_A_FREE_CONNECTION: Duration = Duration::from_secs(5);
/// How long a request waits for a database that is not there.
const WAIT_FOR_A_NEW_CONNECTION: Duration = Duration::from_millis(1500);

/// What the workers share: which database was found, or why there is none yet.
#[derive(Default)]
pub struct Shared {
    found: OnceLock<Found>,
    missing: Mutex<String>,
    pools: Mutex<Vec<Pool>>,
}

struct Found {
    dsn: Dsn,
    ca_file: Option<PathBuf>,
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
        let connections_per_worker = config.pool_size.div_ceil(workers.max(1)).max(LEAST_A_WORKER);
        let _ = self.found.set(Found {
            dsn: dsn.clone(),
            ca_file: config.ca_file.clone(),
            manager_of,
            name: dsn.to_string(),
            connections_per_worker,
        });
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

    /// Where the database in use is, with the authorities of its certificate.
    pub fn address(&self) -> Option<(&Dsn, Option<&Path>)> {
        self.found.get().map(|found| (&found.dsn, found.ca_file.as_deref()))
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

/// Without its address, which holds a password.
impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shared({:?})", self.name())
    }
}

/// A way to the database that may go from one thread to another, as background tasks do.
#[derive(Clone)]
pub struct Pooled(Pool);

impl Pooled {
    /// None while the database has not been found.
    pub fn open(shared: &Shared) -> Option<Self> {
        shared.open_pool().map(Self)
    }

    /// A connection of one's own.
    pub async fn connection(&self) -> Result<Connection, DatabaseError> {
        Ok(Connection { object: Some(self.0.get().await?), since: Instant::now(), is_spoilt: AtomicBool::new(false) })
    }

    /// The pool below, for libraries that want one.
    pub fn pool(&self) -> &Pool {
        &self.0
    }
}

/// One worker's way to the database. It stays on that worker's thread.
pub struct Database {
    shared: Arc<Shared>,
    pool: OnceCell<Pooled>,
    readers: [RefCell<Option<Rc<Connection>>>; READERS],
    next_reader: Cell<usize>,
}

impl Database {
    /// To be called on the worker's own thread.
    pub fn of_worker(shared: Arc<Shared>) -> Self {
        Self { shared, pool: OnceCell::new(), readers: Default::default(), next_reader: Cell::new(0) }
    }

    /// A connection of one's own, for a transaction or a statement that may take long.
    pub async fn connection(&self) -> Result<Connection, DatabaseError> {
        let pool = match self.pool.get() {
            Some(pool) => pool,
            None => match Pooled::open(&self.shared) {
                Some(pool) => self.pool.get_or_init(|| pool),
                None => return Err(DatabaseError::Unavailable(self.shared.name().err().unwrap_or_default())),
            },
        };
        pool.connection().await
    }

    /// A connection that the requests of this worker share: their statements go out together and come back in
    /// order, which halves the cost of a short read. Only for single statements that find their rows by an index:
    /// whoever comes next waits behind them.
    pub async fn reader(&self) -> Result<Rc<Connection>, DatabaseError> {
        let place = self.next_reader.get();
        self.next_reader.set((place + 1) % READERS);
        let known = self.readers[place].borrow().clone();
        if let Some(reader) = known.filter(|reader| reader.is_usable()) {
            return Ok(reader);
        }
        let reader = Rc::new(self.connection().await?);
        self.readers[place].replace(Some(reader.clone()));
        Ok(reader)
    }
}

/// A connection taken from the pool. Statements are prepared once on each connection.
pub struct Connection {
    object: Option<Object>,
    since: Instant,
    is_spoilt: AtomicBool,
}

type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

impl Connection {
    fn is_usable(&self) -> bool {
        self.since.elapsed() < MAX_AGE && self.object.as_ref().is_some_and(|object| !object.is_closed())
    }

    /// The client below, for COPY and other things that are no plain statement.
    pub fn client(&self) -> Result<&Object, DatabaseError> {
        self.object.as_ref().ok_or_else(|| DatabaseError::Unavailable("the connection has been given back".into()))
    }

    pub async fn query(&self, sql: &str, parameters: Parameters<'_>) -> Result<Vec<Row>, DatabaseError> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await?;
        Ok(client.query(&statement, parameters).await?)
    }

    /// The rows one after another, for more than memory should hold.
    pub async fn stream(&self, sql: &str, parameters: Parameters<'_>) -> Result<RowStream, DatabaseError> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await?;
        Ok(client.query_raw(&statement, parameters.iter().copied()).await?)
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

    /// Makes statements known to this connection. Futures of such statements that are polled together go out
    /// together, in the order of their polling; one that had to be prepared first would fall behind the others.
    pub async fn prepare(&self, statements: &[&str]) -> Result<(), DatabaseError> {
        for statement in statements {
            self.client()?.prepare_cached(statement).await?;
        }
        Ok(())
    }

    /// Opens a transaction; without [`Transaction::commit`] nothing of it happens.
    pub async fn begin(&self) -> Result<Transaction<'_>, DatabaseError> {
        Ok(self.begin_with(async { Ok(()) }).await?.0)
    }

    /// Opens a transaction and runs its first statements, which must be [prepared](Self::prepare), in one journey.
    pub async fn begin_with<T>(
        &self,
        first: impl Future<Output = Result<T, DatabaseError>>,
    ) -> Result<(Transaction<'_>, T), DatabaseError> {
        let transaction = Transaction { connection: self, is_over: false };
        let (begun, first) = join(self.client()?.batch_execute("BEGIN"), first).await;
        begun?;
        Ok((transaction, first?))
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
    is_over: bool,
}

impl Transaction<'_> {
    /// Undoes everything and keeps the connection; a transaction that is only dropped costs its connection.
    pub async fn roll_back(mut self) -> Result<(), DatabaseError> {
        self.connection.client()?.batch_execute("ROLLBACK").await?;
        self.is_over = true;
        Ok(())
    }

    /// Commits what has been done, or undoes it where something was refused.
    pub async fn end<T, E: From<DatabaseError>>(self, outcome: Result<T, E>) -> Result<T, E> {
        match outcome {
            Ok(_) => self.commit().await?,
            Err(_) => self.roll_back().await?,
        }
        outcome
    }

    pub async fn commit(self) -> Result<(), DatabaseError> {
        self.commit_with(async { Ok(()) }).await
    }

    /// Runs the last statements, which must be [prepared](Connection::prepare), and commits, in one journey. When one
    /// of them fails, PostgreSQL answers the COMMIT behind it by undoing everything.
    pub async fn commit_with<T>(
        mut self,
        last: impl Future<Output = Result<T, DatabaseError>>,
    ) -> Result<T, DatabaseError> {
        let (last, committed) = join(last, self.connection.client()?.batch_execute("COMMIT")).await;
        let value = last?;
        committed?;
        self.is_over = true;
        Ok(value)
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
        if !self.is_over {
            self.connection.is_spoilt.store(true, Ordering::Relaxed);
        }
    }
}
