//! `/users/lookup`.

use serde_json::{Value, json};

use crate::follows::{follow, names};
use crate::support::{Lifter, spawn_app};

async fn find(who: &Lifter<'_>, text: &str) -> Value {
    let request = who.request("GET", "/users/lookup").query(&[("q", text)]);
    who.send(request).await.expect(200)
}

async fn named<'a>(app: &'a crate::support::App, username: &str, display_name: &str) -> Lifter<'a> {
    let lifter = app.lifter(username).await;
    lifter.patch("/users/me", &json!({ "display_name": display_name })).await.expect(200);
    lifter
}

#[tokio::test]
async fn lifters_are_found_by_any_piece_of_a_name_whatever_its_case() {
    let app = spawn_app().await;
    let me = app.lifter("searcher").await;
    for (username, display_name) in [
        ("Bernadette", "Miss B"),
        ("ada", "Ada Lovelace"),
        ("Adalbert", "Bert"),
        ("zada", "Östen Ärlig"),
        ("x-ray", "Ada"),
    ] {
        named(&app, username, display_name).await;
    }
    // Whose username begins with it comes first, then by username.
    assert_eq!(names(&find(&me, "AdA").await), (vec!["ada", "Adalbert", "x-ray", "zada"], 4));
    assert_eq!(names(&find(&me, "ad").await), (vec!["ada", "Adalbert", "Bernadette", "x-ray", "zada"], 5));
    assert_eq!(names(&find(&me, "b").await), (vec!["Bernadette", "Adalbert"], 2));
    for text in ["love", "ovela", "a lovelac", "ada lovelace"] {
        assert_eq!(names(&find(&me, text).await), (vec!["ada"], 1), "{text}");
    }
    // All of its pieces are there, but not so.
    assert_eq!(names(&find(&me, "laceada").await), (vec![], 0));
    assert_eq!(names(&find(&me, "ärl").await), (vec!["zada"], 1));
    assert_eq!(names(&find(&me, "ÖS").await), (vec!["zada"], 1));
    assert_eq!(names(&find(&me, " ada ").await).1, 4);
    assert_eq!(names(&find(&me, "nobody").await), (vec![], 0));
    // Oneself is not looked for.
    assert_eq!(names(&find(&me, "searcher").await), (vec![], 0));
    // A new name is found, an old one no longer.
    named(&app, "temporary", "Grace Hopper")
        .await
        .patch("/users/me", &json!({ "username": "final.name" }))
        .await
        .expect(200);
    assert_eq!((names(&find(&me, "tempo").await).1, names(&find(&me, "hopper").await)), (0, (vec!["final.name"], 1)));
}

#[tokio::test]
async fn what_means_something_to_sql_means_itself() {
    let app = spawn_app().await;
    let me = app.lifter("searcher").await;
    for (username, display_name) in
        [("one", "100% raw"), ("two", "a_b"), ("three", r"back\slash"), ("four", "'; DROP--")]
    {
        named(&app, username, display_name).await;
    }
    for (text, found) in [
        ("%", vec!["one"]),
        ("0% r", vec!["one"]),
        ("_", vec!["two"]),
        ("a_b", vec!["two"]),
        ("%%%", vec![]),
        ("___", vec![]),
        (r"\", vec!["three"]),
        (r"k\s", vec!["three"]),
        (r"\\\", vec![]),
        ("'; D", vec!["four"]),
        ("one\n", vec!["one"]),
        ("e\nb", vec![]),
        ("a\0b", vec![]),
    ] {
        assert_eq!(names(&find(&me, text).await), (found.clone(), found.len() as u64), "{text:?}");
    }
}

#[tokio::test]
async fn a_search_has_between_1_and_64_characters() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.get("/users/lookup").await.problem(422);
    assert!(ada.get("/users/lookup?q=").await.problem(422).contains('q'));
    assert!(ada.get(&format!("/users/lookup?q={}", "x".repeat(65))).await.problem(422).contains('q'));
    ada.send(ada.request("GET", "/users/lookup").query(&[("q", "ä".repeat(64))])).await.expect(200);
    ada.get("/users/lookup?q=a&limit=101").await.problem(422);
    app.get("/users/lookup?q=a").await.problem(401);
    let empty = json!({ "items": [], "count": 0, "total": 0, "offset": 0, "next_offset": null });
    assert_eq!(ada.get("/users/lookup?q=%20%20").await.expect(200), empty);
}

#[tokio::test]
async fn pages_of_a_search_are_the_whole_and_say_what_one_is_to_each() {
    let app = spawn_app().await;
    let me = app.lifter("searcher").await;
    let mut lifters = Vec::new();
    for number in 0..7 {
        lifters.push(app.lifter(&format!("ada{number}")).await);
    }
    follow(&me, &lifters[2]).await;
    let (mut offset, mut seen) = (0, Vec::new());
    loop {
        let page = me.get(&format!("/users/lookup?q=da&limit=3&offset={offset}")).await.expect(200);
        assert_eq!(page["total"], 7);
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_offset"].as_u64() else { break };
        offset = next;
    }
    let order: Vec<_> = seen.iter().map(|item| item["username"].as_str().unwrap()).collect();
    assert_eq!(order, ["ada0", "ada1", "ada2", "ada3", "ada4", "ada5", "ada6"]);
    assert_eq!((&seen[2]["is_following"], &seen[3]["is_following"]), (&json!(true), &json!(false)));
}

#[tokio::test]
async fn whoever_hides_or_is_no_member_is_not_found() {
    let app = spawn_app().await;
    let me = app.lifter("searcher").await;
    let ada = app.lifter("ada").await;
    let db = app.database.connect().await;
    for (hide, show) in [
        ("is_private = true", "is_private = false"),
        ("is_withheld = true", "is_withheld = false"),
        ("is_hidden = true", "is_hidden = false"),
        ("is_active = false", "is_active = true"),
        ("meet_lifter = 7", "meet_lifter = NULL"),
    ] {
        for (change, number) in [(hide, 0), (show, 1)] {
            db.execute(&format!("UPDATE users SET {change} WHERE username = 'ada'"), &[]).await.unwrap();
            assert_eq!(
                (names(&find(&me, "ada").await).1, names(&find(&me, "a").await).1),
                (number, number),
                "{change}"
            );
        }
    }
    ada.delete("/users/me").await.expect(204);
    assert_eq!(names(&find(&me, "ada").await), (vec![], 0));
}

/// Of many lifters each search reads an index, and few rows of it: names are taken in parts, the first that came first,
/// until a thousand are found.
#[tokio::test]
async fn among_many_lifters_a_search_reads_an_index() {
    let app = spawn_app().await;
    let me = app.lifter("searcher").await;
    let db = app.database.connect().await;
    // Built afterwards, as load-synthetic does: name by name it would take most of a minute.
    let index: String =
        db.query_one("SELECT pg_get_indexdef('lookup_names_pieces'::regclass)", &[]).await.unwrap().get(0);
    db.batch_execute(&format!(
        "DROP INDEX lookup_names_pieces;
         INSERT INTO users (id, email, username, display_name, password_hash)
         SELECT gen_random_uuid(), n || '@example.org', 'u' || left(md5(n::text), 20),
                CASE WHEN n > 29000 THEN 'Late ' ELSE 'Lifter ' END || left(md5('x' || n), 20), '!'
         FROM generate_series(1, 30000) n ORDER BY n;
         UPDATE lookup_names SET part = 1 WHERE searched LIKE '%late %';
         SELECT setval('lookup_names_number', 100000);
         {index};
         ANALYZE lookup_names; ANALYZE users"
    ))
    .await
    .unwrap();
    let all = "SELECT u.username, starts_with(n.username, $1) AS begins, n.part FROM users u JOIN lookup_names n ON n.user_id = u.id
               WHERE u.username <> 'searcher' AND (position($1 IN lower(u.username)) > 0 OR position($1 IN lower(u.display_name)) > 0)";
    for (text, is_cut) in [
        ("u0", true),
        ("u", true),
        ("0f", true),
        ("7", true),
        ("ter ", true),
        ("late ", false),
        ("abc1", false),
        ("lifter 12", false),
        ("u00", false),
        ("zq", false),
        ("-_-", false),
    ] {
        let holding =
            db.query(&format!("SELECT * FROM ({all}) held ORDER BY NOT begins, username"), &[&text]).await.unwrap();
        let holding: Vec<(String, bool, i32)> =
            holding.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
        let began = std::time::Instant::now();
        let found = find(&me, text).await;
        assert!(began.elapsed().as_millis() < 1_000, "{text}: {:?}", began.elapsed());
        let (shown, number) = names(&found);
        assert_eq!((number, holding.len() > 1_000), (holding.len().min(1_000) as u64, is_cut), "{text}");
        // Of those who begin with it the first; of all others, where not all are found, some of the first part.
        let place = |name: &str| holding.iter().position(|(username, ..)| username == name).expect("who has it not");
        let places: Vec<usize> = shown.iter().map(|name| place(name)).collect();
        let first = holding.iter().filter(|(_, begins, _)| *begins).count().min(20);
        assert!(
            places.is_sorted() && places.iter().take(first).eq((0..first).collect::<Vec<_>>().iter()),
            "{text}: {places:?}"
        );
        if is_cut {
            assert!(places.iter().all(|place| holding[*place].1 || holding[*place].2 == 0), "{text}: {places:?}");
        } else {
            assert!(places.iter().enumerate().all(|(at, place)| at == *place), "{text}: {places:?}");
        }
    }
}

/// Otherwise names that change would leave parts behind that hold few.
#[tokio::test]
async fn a_new_name_stays_in_its_part() {
    let app = spawn_app().await;
    let me = app.lifter("searcher").await;
    let ada = app.lifter("ada").await;
    let db = app.database.connect().await;
    db.batch_execute("UPDATE lookup_names SET part = 0; SELECT setval('lookup_names_number', 100000)").await.unwrap();
    let part = async || -> i32 {
        let part = format!("SELECT part FROM lookup_names WHERE user_id = '{}'", ada.id);
        db.query_one(&part, &[]).await.unwrap().get(0)
    };
    ada.patch("/users/me", &json!({ "display_name": "Countess" })).await.expect(200);
    assert_eq!((part().await, names(&find(&me, "count").await).0), (0, vec!["ada"]));
    for is_private in [true, false] {
        db.execute("UPDATE users SET is_private = $1 WHERE username = 'ada'", &[&is_private]).await.unwrap();
    }
    assert_eq!((part().await, names(&find(&me, "count").await).0), (1, vec!["ada"]));
}
