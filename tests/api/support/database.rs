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

    /// Fails unless everybody's personal bests, their events and standings are what the lifts give.
    pub async fn expect_counted(&self) {
        let hollow = "SELECT count(*) FROM personal_best_events e
                      WHERE NOT EXISTS (SELECT FROM lifts l WHERE l.id = e.lift_id AND l.voided_at IS NULL)";
        assert_eq!(self.count(hollow).await, 0, "an event names a lift that is gone or voided");
        let lifts = "SELECT DISTINCT ON (user_id, exercise_id) user_id, exercise_id, id, score_value, weight_kg::float8
                     FROM lifts WHERE voided_at IS NULL AND equipment IN ('raw', 'wraps')
                       AND coalesce(reps, 1) > 0 AND coalesce(sets, 1) > 0
                       AND (doubt IS NULL OR doubt = 'bodyweight' OR accepted_at IS NOT NULL)
                     ORDER BY user_id, exercise_id, score_value DESC, performed_at DESC, id DESC";
        let bests = "SELECT user_id, exercise_id, lift_id, score_value, weight_kg FROM personal_bests";
        for (left, right) in [(lifts, bests), (bests, lifts)] {
            let differing = format!("SELECT count(*) FROM (({left}) EXCEPT ALL ({right})) AS differing");
            assert_eq!(self.count(&differing).await, 0, "{left}");
        }
        let mut db = self.connect().await;
        let transaction = db.transaction().await.unwrap();
        let rows = async |sql: &str| -> Vec<String> {
            transaction.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
        };
        let standings = "SELECT to_jsonb(s)::text FROM standings s ORDER BY user_id, board, basis, ordinal";
        let lifters = "SELECT to_jsonb(l)::text FROM board_lifters l WHERE cells <> '{}' ORDER BY user_id";
        let kept = (rows(standings).await, rows(lifters).await);
        let users: Vec<_> =
            transaction.query("SELECT id FROM users", &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
        let catalogue = repduel::catalogue::Catalogue::load().unwrap();
        repduel::boards::bulk::refresh(transaction.client(), &catalogue, &users).await.unwrap();
        assert_eq!(kept, (rows(standings).await, rows(lifters).await), "the standings are not what the lifts give");
    }

    /// The first column of the only row of a query, as a number.
    pub async fn count(&self, query: &str) -> i64 {
        self.connect().await.query_one(query, &[]).await.unwrap().get(0)
    }
}
