//! A database for each test, cloned from a template that was migrated once.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::OnceCell;
use tokio_postgres::{Client, Config, NoTls};

use super::program;

static TEMPLATE: OnceCell<String> = OnceCell::const_new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A database of one test.
#[derive(Clone)]
pub struct TestDatabase {
    pub url: String,
}

fn admin_url() -> String {
    std::env::var("REPDUEL_TEST_DATABASE_URL")
        .expect("REPDUEL_TEST_DATABASE_URL names no cluster to test on; run the tests with tools/test.sh")
}

/// The same address with another database.
fn url_of(database: &str) -> String {
    let others = admin_url();
    let others = others.split(' ').filter(|part| !part.starts_with("dbname=")).collect::<Vec<_>>();
    format!("{} dbname={database}", others.join(" "))
}

pub async fn connect(url: &str) -> Client {
    let config: Config = url.parse().unwrap();
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn new_name() -> String {
    format!("repduel_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

async fn template() -> &'static str {
    TEMPLATE
        .get_or_init(|| async {
            let template = empty_database().await;
            let migrated =
                program().arg("migrate").env("DATABASE_URL", &template.url).output().await.expect("the program runs");
            assert!(migrated.status.success(), "{migrated:?}");
            template.name()
        })
        .await
}

/// A database with the current schema and exercises, and nothing else.
pub async fn fresh_database() -> TestDatabase {
    let (template, name) = (template().await, new_name());
    let admin = connect(&admin_url()).await;
    admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
    TestDatabase { url: url_of(&name) }
}

/// A database without a schema.
pub async fn empty_database() -> TestDatabase {
    let name = new_name();
    connect(&admin_url()).await.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    TestDatabase { url: url_of(&name) }
}

impl TestDatabase {
    fn name(&self) -> String {
        self.url.split("dbname=").nth(1).unwrap().to_owned()
    }

    pub async fn connect(&self) -> Client {
        connect(&self.url).await
    }

    /// The first column of the only row of a query, as a number.
    pub async fn count(&self, query: &str) -> i64 {
        self.connect().await.query_one(query, &[]).await.unwrap().get(0)
    }
}
