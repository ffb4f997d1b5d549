//! `/users`, `/auth/register`, `/users/me`: accounts and profiles.

use serde_json::{Value, json};

use crate::support::{Options, spawn_app, spawn_app_with};

fn account(name: &str, email: &str) -> Value {
    json!({ "username": name, "email": email, "password": "correct horse" })
}

#[tokio::test]
async fn a_new_account_has_the_defaults_whatever_was_sent() {
    let app = spawn_app().await;
    let body = json!({
        "username": "Ada", "email": " Ada@EXAMPLE.org", "password": "correct horse", "subscription_level": "platinum",
        "preferred_unit": "lbs", "energy": 9999, "avatar_url": "https://evil.example/pixel.png",
    });
    let user = app.post("/users/", &body).await.expect(201);
    assert_eq!(user["username"], "Ada");
    assert_eq!(user["email"], "Ada@example.org");
    assert_eq!(user["display_name"], "Ada");
    assert_eq!(user["subscription_level"], "free");
    assert_eq!(user["preferred_unit"], "kg");
    assert_eq!(user["weight_multiplier"], 1.0);
    assert_eq!((&user["energy"], &user["rank"]), (&json!(0.0), &json!("Unranked")));
    assert_eq!(user["is_active"], true);
    for absent in ["avatar_url", "weight", "gender", "original_transaction_id", "scored_as", "birth_year", "country"] {
        assert!(user[absent].is_null() && user.as_object().unwrap().contains_key(absent), "{absent}");
    }
    for time in ["created_at", "updated_at"] {
        assert!(user[time].as_str().unwrap().ends_with('Z'));
    }
}

#[tokio::test]
async fn names_belong_to_one_account_without_regard_to_case() {
    let app = spawn_app().await;
    app.post("/auth/register", &account("ada", "ada@example.org")).await.expect(201);
    // The words are those that existing clients look for.
    let detail = app.post("/users", &account("ADA", "ADA@Example.org")).await.problem(400);
    assert!(detail.contains("email") && detail.contains("already in use"), "{detail}");
    let detail = app.post("/users", &account("ADA", "other@example.org")).await.problem(400);
    assert!(detail.contains("username") && detail.contains("already taken"), "{detail}");
}

#[tokio::test]
async fn every_bad_field_of_an_account_is_named() {
    let app = spawn_app().await;
    let body = json!({ "username": "a b", "email": "nowhere", "password": "short" });
    let problem = app.post("/users/", &body).await.expect(422);
    let fields: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
    assert_eq!(fields, ["email", "username", "password"]);
    assert!(!problem.to_string().contains("short"));
    let detail = app.post("/users/", &json!({ "username": "ada", "email": "a@b.org" })).await.problem(422);
    assert_eq!(detail, "password: is missing");
    app.post("/users/", &account("followers", "a@b.org")).await.problem(422);
    app.post("/users/", &account("lifter-12", "a@b.org")).await.problem(422);
}

#[tokio::test]
async fn others_see_the_public_part_only() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let change = json!({ "weight": 63.5, "birth_year": 1990, "time_zone": "Europe/Berlin", "gender": "Female" });
    ada.patch("/users/me", &change).await.expect(200);
    for path in [format!("/users/{}", ada.id), "/users/username/ada".into(), "/users/username/ADA".into()] {
        let seen = app.get(&path).await.expect(200);
        assert_eq!(seen["id"], ada.id);
        assert_eq!(seen["email"], "");
        for private in ["weight", "birth_year", "time_zone", "original_transaction_id"] {
            assert!(seen[private].is_null(), "{private}");
        }
        assert_eq!(seen["scored_as"], "women");
    }
    app.get("/users/username/nobody").await.problem(404);
    app.get("/users/00000000-0000-0000-0000-000000000000").await.problem(404);
    assert_eq!(app.get("/users/not-an-id").await.problem(422), "user_id: must be a UUID");
}

#[tokio::test]
async fn a_profile_changes_where_it_was_asked_to_and_nowhere_else() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let change = json!({
        "display_name": "Ada L.", "weight": 63.5, "gender": "Female", "preferred_unit": "lbs",
        "weight_multiplier": 2.2046226218, "country": "de", "birth_year": 1990, "time_zone": "Europe/Berlin",
        "subscription_level": "platinum", "energy": 5000, "rank": "Celestial", "original_transaction_id": "stolen",
    });
    let user = ada.patch("/users/me/", &change).await.expect(200);
    assert_eq!(user["display_name"], "Ada L.");
    assert_eq!((&user["weight"], &user["gender"]), (&json!(63.5), &json!("Female")));
    assert_eq!((&user["preferred_unit"], &user["weight_multiplier"]), (&json!("lbs"), &json!(2.20462)));
    assert_eq!((&user["country"], &user["time_zone"]), (&json!("DE"), &json!("Europe/Berlin")));
    assert_eq!(user["scored_as"], "women");
    assert_eq!((&user["subscription_level"], &user["energy"]), (&json!("free"), &json!(0.0)));
    assert!(user["original_transaction_id"].is_null());

    let user =
        ada.patch("/users/me", &json!({ "scored_as": "men", "birth_year": null, "country": null })).await.expect(200);
    assert_eq!((&user["scored_as"], &user["gender"]), (&json!("men"), &json!("Female")));
    assert!(user["birth_year"].is_null() && user["country"].is_null());
    assert_eq!(user["display_name"], "Ada L.");
    let user =
        ada.patch("/users/me", &json!({ "scored_as": null, "weight": null, "time_zone": null })).await.expect(200);
    assert_eq!((&user["scored_as"], &user["time_zone"]), (&json!("women"), &json!("UTC")));
    assert!(user["weight"].is_null());
    // Names that nobody sees, or that turn what stands around them.
    for name in ["\u{200b}", "\u{202e}adA", "\u{2066}Ada", " ", "A\u{7}"] {
        assert!(ada.patch("/users/me", &json!({ "display_name": name })).await.problem(422).contains("display_name"));
    }
    assert_eq!(ada.patch("/users/me", &json!({})).await.expect(200)["display_name"], "Ada L.");
    assert_eq!(ada.get("/auth/me").await.expect(200)["preferred_unit"], "lbs");
}

#[tokio::test]
async fn a_multiplier_alone_says_which_unit_is_meant() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let user = ada.patch("/users/me", &json!({ "weight_multiplier": 2.2046226218 })).await.expect(200);
    assert_eq!((&user["preferred_unit"], &user["weight_multiplier"]), (&json!("lbs"), &json!(2.20462)));
    let user = ada.patch("/users/me", &json!({ "weight_multiplier": 1.0 })).await.expect(200);
    assert_eq!(user["preferred_unit"], "kg");
}

#[tokio::test]
async fn a_bad_change_names_its_fields_and_changes_nothing() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    for (body, field) in [
        (json!({ "weight": 0 }), "weight"),
        (json!({ "weight": 501 }), "weight"),
        (json!({ "weight": "heavy" }), "weight"),
        (json!({ "display_name": " " }), "display_name"),
        (json!({ "display_name": "x".repeat(51) }), "display_name"),
        (json!({ "preferred_unit": "stone" }), "preferred_unit"),
        (json!({ "preferred_unit": null }), "preferred_unit"),
        (json!({ "username": null }), "username"),
        (json!({ "scored_as": "other" }), "scored_as"),
        (json!({ "birth_year": 1815 }), "birth_year"),
        (json!({ "country": "XX" }), "country"),
        (json!({ "time_zone": "Mars/Olympus" }), "time_zone"),
        (json!({ "avatar_url": "https://evil.example/pixel.png" }), "avatar_url"),
        (json!({ "gender": "x".repeat(51) }), "gender"),
        (json!({ "gender": "a\u{0}b" }), "gender"),
        (json!([1]), "body"),
    ] {
        let detail = ada.patch("/users/me", &body).await.problem(422);
        assert!(detail.contains(field), "{body}: {detail}");
    }
    let detail = ada.patch("/users/me", &json!({ "display_name": "Changed", "weight": -1 })).await.problem(422);
    assert!(detail.contains("weight"));
    assert_eq!(ada.profile().await["display_name"], "ada");
}

#[tokio::test]
async fn e_mail_and_password_change_with_the_current_password_only() {
    let app = spawn_app().await;
    let (ada, _ben) = (app.lifter("ada").await, app.lifter("ben").await);
    for body in [
        json!({ "email": "new@example.org" }),
        json!({ "password": "another horse" }),
        json!({ "password": "another horse", "current_password": "wrong horse" }),
    ] {
        assert!(ada.patch("/users/me", &body).await.problem(403).contains("current_password"));
    }
    let taken = json!({ "email": "BEN@example.org", "current_password": "correct horse" });
    assert!(ada.patch("/users/me", &taken).await.problem(400).contains("email"));
    let taken = json!({ "username": "Ben" });
    assert!(ada.patch("/users/me", &taken).await.problem(400).contains("username"));

    let change =
        json!({ "email": "new@example.org", "password": "another horse", "current_password": "correct horse" });
    assert_eq!(ada.patch("/users/me", &change).await.expect(200)["email"], "new@example.org");
    app.post("/auth/login", &json!({ "email": "ada@example.org", "password": "correct horse" })).await.problem(401);
    app.post("/auth/login", &json!({ "email": "new@example.org", "password": "another horse" })).await.expect(200);
}

#[tokio::test]
async fn body_weight_is_a_log_with_one_entry_a_day() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    for weight in [63.5, 64.0] {
        ada.patch("/users/me", &json!({ "weight": weight })).await.expect(200);
    }
    assert_eq!(app.database.count("SELECT count(*) FROM body_weights").await, 1);
    app.database
        .connect()
        .await
        .execute("INSERT INTO body_weights SELECT user_id, measured_on - 7, 60 FROM body_weights", &[])
        .await
        .unwrap();
    let user = ada.patch("/users/me", &json!({ "weight": 65 })).await.expect(200);
    assert_eq!(user["weight"], 65.0, "the newest entry counts");

    // It is read by its owner alone, the newest first; "not stated" is an entry as well.
    ada.patch("/users/me", &json!({ "weight": null })).await.expect(200);
    let first = ada.get("/users/me/body-weights/?limit=1").await.expect(200);
    let today = first["items"][0]["recorded_at"].as_str().unwrap();
    assert_eq!(first, json!({ "items": [{ "weight_kg": null, "recorded_at": today }], "next": today }));
    let rest = ada.get(&format!("/users/me/body-weights?after={today}")).await.expect(200);
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    let week: jiff::civil::Date = rest["items"][0]["recorded_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(week.until(today.parse::<jiff::civil::Date>().unwrap()).unwrap().get_days(), 7);
    assert_eq!(rest["items"][0]["weight_kg"], 60.0);
    let ben = app.lifter("ben").await;
    assert_eq!(ben.get("/users/me/body-weights").await.expect(200), json!({ "items": [], "next": null }));
    app.get("/users/me/body-weights").await.problem(401);
    for after in ["yesterday", "-009999-01-01"] {
        ada.get(&format!("/users/me/body-weights?after={after}")).await.problem(422);
    }
}

#[tokio::test]
async fn a_weight_entered_in_the_east_does_not_outlive_a_journey_west() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.patch("/users/me", &json!({ "time_zone": "Pacific/Kiritimati", "weight": 100 })).await.expect(200);
    let user = ada.patch("/users/me", &json!({ "time_zone": "Pacific/Pago_Pago", "weight": 70 })).await.expect(200);
    assert_eq!(user["weight"], 70.0);
}

#[tokio::test]
async fn letters_beyond_ascii_sign_in_as_they_registered() {
    let app = spawn_app().await;
    app.post("/users/", &account("aerger", "ÄRGER@example.org")).await.expect(201);
    let login = json!({ "email": "ÄRGER@example.org", "password": "correct horse" });
    app.post("/auth/login", &login).await.expect(200);
}

#[tokio::test]
async fn a_refused_change_keeps_its_connection() {
    let app = spawn_app_with(Options { settings: vec![("WORKERS", "1".into())], ..Options::default() }).await;
    let (ada, _ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let backends = "SELECT sum(pid::bigint * 1)::bigint FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'repduel'";
    ada.patch("/users/me", &json!({ "username": "ben" })).await.problem(400);
    let before = app.database.count(backends).await;
    for _ in 0..5 {
        ada.patch("/users/me", &json!({ "username": "ben" })).await.problem(400);
    }
    assert_eq!(app.database.count(backends).await, before);
}

#[tokio::test]
async fn a_deactivated_account_is_out_and_not_shown() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.lift("back_squat", 100.0, 1).await;
    app.database.connect().await.execute("UPDATE users SET is_active = false", &[]).await.unwrap();
    ada.get("/users/me").await.problem(401);
    ada.patch("/users/me", &json!({ "weight": 70 })).await.problem(401);
    ada.post("/scores/scenario/back_squat/", &json!({ "weight_lifted": 1 })).await.problem(401);
    ada.post("/energy/submit", &json!({ "user_id": ada.id })).await.problem(401);
    ada.get(&format!("/personal_best_events/user/{}", ada.id)).await.problem(401);
    app.get(&format!("/users/{}", ada.id)).await.problem(404);
    app.get(&format!("/scores/user/{}/scenario/back_squat/highscore", ada.id)).await.problem(404);
    assert_eq!(app.get("/energy/leaderboard").await.expect(200), json!([]));
    assert_eq!(app.get("/scores/scenario/back_squat/leaderboard").await.expect(200), json!([]));
    let login = json!({ "email": "ada@example.org", "password": "correct horse" });
    app.post("/auth/login", &login).await.problem(403);
}
