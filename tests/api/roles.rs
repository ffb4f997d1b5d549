//! Every route and every role: who gets in is written down in `tests/data/roles.tsv`.

use std::fmt::Write;

use futures_util::StreamExt;
use serde_json::Value;

use crate::support::{Answer, App, Lifter, spawn_app, test_file};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// What the door says: whether somebody is let in, whatever the request then comes to.
fn door(answer: &Answer) -> &'static str {
    match answer.status {
        401 => "sign in",
        403 => "no",
        _ => "yes",
    }
}

async fn knock(app: &App, who: Option<&Lifter<'_>>, method: &str, path: &str) -> Answer {
    let request = match who {
        Some(lifter) => lifter.request(&method.to_uppercase(), path),
        None => app.request(&method.to_uppercase(), path),
    };
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

/// What the table says of one route.
async fn row(app: &App, method: &str, path: &str) -> String {
    let filled = ["{user_id}", "{id}", "{routine_id}"]
        .iter()
        .fold(path.to_owned(), |path, name| path.replace(name, "00000000-0000-0000-0000-000000000000"))
        .replace("lifts/00000000-0000-0000-0000-000000000000", "lifts/1")
        .replace("scores/00000000-0000-0000-0000-000000000000", "scores/1")
        .replace("{bodyweight}", "80")
        .replace("{scenario_id}", "deadlift")
        .replace("{username}", "nobody");
    let mut row = format!("{}\t{path}", method.to_uppercase());
    write!(row, "\t{}", door(&knock(app, None, method, &filled).await)).unwrap();
    // Somebody of each kind for each route: some of them end what they are asked with.
    let someone = Someone::new(app).await;
    for lifter in someone.everybody(app) {
        write!(row, "\t{}", door(&knock(app, Some(&lifter), method, &filled).await)).unwrap();
    }
    row + "\n"
}

#[tokio::test]
async fn every_route_lets_in_whom_the_table_says() {
    let app = spawn_app().await;
    let document: Value = app.get("/openapi.json").await.expect(200);
    let mut table = String::from("method\troute\tnobody\tread key\twrite key\tmember\tmoderator\tadmin\n");
    let routes = document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        METHODS.iter().filter(|method| item.get(**method).is_some()).map(move |method| (*method, path.as_str()))
    });
    // Some at a time: each is asked six times, and three accounts are made for it.
    let rows: Vec<String> =
        futures_util::stream::iter(routes.map(|(method, path)| row(&app, method, path))).buffered(4).collect().await;
    table.extend(rows);
    let golden = test_file("roles.tsv");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &table).unwrap();
    }
    assert_eq!(table, std::fs::read_to_string(golden).unwrap(), "tests/data/roles.tsv says otherwise");
}

/// One of each kind, signed in anew.
struct Someone {
    tokens: [String; 5],
}

impl Someone {
    async fn new(app: &App) -> Self {
        let name = format!("l{}", uuid_like());
        let [member, moderator, admin] = [format!("{name}a"), format!("{name}b"), format!("{name}c")];
        let mut tokens = Vec::new();
        let lifter = app.lifter(&member).await;
        for scopes in [serde_json::json!(["read"]), serde_json::json!(["read", "write"])] {
            let key = lifter.post("/api-keys", &serde_json::json!({ "name": "x", "scopes": scopes })).await.expect(201);
            tokens.push(key["key"].as_str().unwrap().to_owned());
        }
        tokens.push(lifter.token.clone());
        for (name, role) in [(moderator, "moderator"), (admin, "admin")] {
            let lifter = app.lifter(&name).await;
            let promote = "UPDATE users SET role = $2 WHERE username = $1";
            app.database.connect().await.execute(promote, &[&name, &role]).await.unwrap();
            tokens.push(lifter.token.clone());
        }
        Self { tokens: tokens.try_into().unwrap() }
    }

    /// Those without rights first, so that the door is asked before anything happens behind it.
    fn everybody<'a>(&self, app: &'a App) -> Vec<Lifter<'a>> {
        self.tokens.iter().map(|token| Lifter::new(app, "", token)).collect()
    }
}

fn uuid_like() -> String {
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    format!("{:04}", NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}
