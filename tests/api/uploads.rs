//! Pictures of routines, and how much of pictures somebody may keep.

use std::fs;
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::pictures::{Gallery, multipart, png, upload};
use crate::retention::run;
use crate::routines::{push_day, subscribe};
use crate::support::{Answer, Lifter};

async fn upload_image(lifter: &Lifter<'_>, part: &str, content: &[u8]) -> Answer {
    let request =
        lifter.request("POST", "/routines/images").header("content-type", "multipart/form-data; boundary=limit");
    lifter.send(request.body(multipart(part, "image/png", content))).await
}

/// Uploads a picture and gives its key.
async fn image(lifter: &Lifter<'_>, size: u32) -> Value {
    upload_image(lifter, "image", &png(size, size)).await.expect(201)
}

async fn routine_with(lifter: &Lifter<'_>, image: &Value) -> Value {
    let mut body = push_day();
    body["image_url"] = image.clone();
    lifter.post("/routines", &body).await.expect(201)
}

fn path(routine: &Value) -> String {
    format!("/routines/{}", routine["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_picture_is_uploaded_then_given_to_a_routine() {
    let gallery = Gallery::open("routine-image").await;
    let (ada, ben) = (gallery.app.lifter("ada").await, gallery.app.lifter("ben").await);
    subscribe(&gallery.app, &ada).await;
    let uploaded = image(&ada, 30).await;
    let (url, key) = (uploaded["image_url"].as_str().unwrap(), uploaded["image_key"].as_str().unwrap());
    assert_eq!(url, format!("http://127.0.0.1:9999/static/{key}"));
    assert!(key.starts_with("routines/") && key.ends_with(".jpg"), "{key}");
    let shown = reqwest::get(format!("{}/static/{key}", gallery.app.api)).await.unwrap();
    assert_eq!((shown.status().as_u16(), shown.headers()["content-type"].to_str().unwrap()), (200, "image/jpeg"));
    // By address or by key, as any client may know this server.
    for name in [
        url.to_owned(),
        key.to_owned(),
        format!("  /static/{key}?x=1#y "),
        format!("static\\{}", key.replace('/', "\\")),
        format!("http://localhost:8000/static/{key}"),
        format!("http://0.0.0.0/{key}"),
    ] {
        assert_eq!(routine_with(&ada, &json!(name)).await["image_url"], url, "{name}");
    }
    // What somebody else uploaded is not there to be had.
    let mut body = push_day();
    body["image_url"] = json!(key);
    assert!(ben.post("/routines", &body).await.problem(422).starts_with("image_url"));
    for (part, content, status) in [
        ("image", &b"no picture"[..], 400),
        ("avatar", &png(9, 9), 422),
        ("image", &vec![0; 10 * 1024 * 1024 + 1], 413),
    ] {
        assert!(upload_image(&ada, part, content).await.problem(status).starts_with("image"));
    }
    let nobody = gallery.app.request("POST", "/routines/images").body(multipart("image", "image/png", &png(9, 9)));
    ada.send(nobody).await.problem(401);
    assert_eq!(gallery.files_in("routines"), 1);
}

#[tokio::test]
async fn a_picture_stays_while_a_routine_or_a_share_names_it() {
    let gallery = Gallery::open("routine-image-shared").await;
    let app = &gallery.app;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let first = image(&ada, 30).await["image_url"].clone();
    let routine = routine_with(&ada, &first).await;
    // Left out it stays; another replaces it; null takes it away.
    assert_eq!(ada.put(&path(&routine), &json!({ "name": "A" })).await.expect(200)["image_url"], first);
    let second = image(&ada, 40).await["image_url"].clone();
    assert_eq!(gallery.files_in("routines"), 2);
    let changed = ada.put(&path(&routine), &json!({ "name": "A", "image_url": second })).await.expect(200);
    assert_eq!((&changed["image_url"], gallery.files_in("routines")), (&second, 1));
    assert!(
        ada.put(&path(&routine), &json!({ "name": "A", "image_url": first })).await.problem(422).contains("image_url")
    );

    let share = ada.post(&format!("{}/share", path(&routine)), &json!({})).await.expect(200);
    assert_eq!(share["image_url"], second);
    let read = ben.get(&path(&routine)).await.expect(200);
    let copy = ben.post("/routines", &json!({ "name": "Copy", "image_url": read["image_url"], "scenarios": [] })).await;
    assert_eq!(copy.expect(201)["image_url"], second, "whoever may read a routine may copy its picture");
    let import = json!({ "share_code": share["code"] });
    let imported = ben.post("/routines/import", &import).await.expect(201);
    assert_eq!(imported["image_url"], second);
    let cleared = ada.put(&path(&routine), &json!({ "name": "A", "image_url": null })).await.expect(200);
    assert!(cleared["image_url"].is_null());
    ada.delete(&path(&routine)).await.expect(204);
    for routine in
        ben.get("/routines").await.expect(200).as_array().unwrap().iter().filter(|one| one["user_id"] == ben.id)
    {
        ben.delete(&path(routine)).await.expect(204);
    }
    assert_eq!(gallery.files_in("routines"), 1, "the share names it still");
    assert_eq!(
        app.get(&format!("/routines/shared/{}", share["code"].as_str().unwrap())).await.expect(200)["image_url"],
        second
    );
    ada.delete(&format!("/routines/shared/{}", share["code"].as_str().unwrap())).await.expect(204);
    assert_eq!(gallery.files_in("routines"), 0);
    assert_eq!(app.database.count("SELECT count(*) FROM uploads").await, 0);
}

#[tokio::test]
async fn whoever_is_gone_leaves_the_pictures_that_others_took_over_and_no_more() {
    let gallery = Gallery::open("routine-image-gone").await;
    let app = &gallery.app;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let [kept, lost] = [image(&ada, 30).await, image(&ada, 40).await];
    let (taken, left) = (routine_with(&ada, &kept["image_url"]).await, routine_with(&ada, &lost["image_url"]).await);
    let taken = ada.post(&format!("{}/share", path(&taken)), &json!({})).await.expect(200);
    let left = ada.post(&format!("{}/share", path(&left)), &json!({})).await.expect(200);
    upload(&ada, "avatar", "image/png", &png(9, 9)).await.expect(200);
    let imported = ben.post("/routines/import", &json!({ "share_code": taken["code"] })).await.expect(201);
    ada.delete("/users/me").await.expect(204);
    assert_eq!((gallery.files_in("routines"), gallery.files_in("avatars")), (1, 0));
    assert_eq!(ben.get(&path(&imported)).await.expect(200)["image_url"], kept["image_url"]);
    let shared = async |share: &Value| {
        app.get(&format!("/routines/shared/{}", share["code"].as_str().unwrap())).await.expect(200)
    };
    assert_eq!(shared(&taken).await["image_url"], kept["image_url"]);
    assert!(shared(&left).await["image_url"].is_null());
    ben.delete(&path(&imported)).await.expect(204);
    assert_eq!(gallery.files_in("routines"), 0);
    assert!(shared(&taken).await["image_url"].is_null());
}

#[tokio::test]
async fn nobody_keeps_more_than_50_mib_of_pictures() {
    let gallery = Gallery::open("quota").await;
    let app = &gallery.app;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let sizes = "SELECT sum(bytes) FROM uploads WHERE key LIKE 'routines/%'";
    let one = image(&ada, 30).await;
    let bytes = app.database.count(sizes).await;
    let file = fs::metadata(gallery.directory.join(one["image_key"].as_str().unwrap())).unwrap().len();
    assert_eq!(bytes as u64, file, "what is counted is what lies there");
    // Room for three more of these.
    let full = format!(
        "INSERT INTO uploads (key, user_id, bytes) VALUES ('routines/full.jpg', '{}', {})",
        ada.id,
        50 * 1024 * 1024 - 4 * bytes
    );
    app.database.connect().await.batch_execute(&full).await.unwrap();
    let picture = png(30, 30);
    let answers = join_all((0..8).map(|_| upload_image(&ada, "image", &picture))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        assert!(answer.problem(409).contains("50 MiB"));
    }
    assert_eq!(gallery.files_in("routines"), 4);
    // One's own picture counts too, and others are none the worse.
    upload(&ada, "avatar", "image/png", &picture).await.problem(409);
    image(&ben, 30).await;
    let routine = routine_with(&ada, &one["image_key"]).await;
    ada.delete(&path(&routine)).await.expect(204);
    upload(&ada, "avatar", "image/png", &picture).await.expect(200);
    // The next one takes the place of the one before only once it is there: there is no room for both.
    upload(&ada, "avatar", "image/png", &picture).await.problem(409);
    ada.patch("/users/me", &json!({ "avatar_url": null })).await.expect(200);
    upload(&ada, "avatar", "image/png", &picture).await.expect(200);
    assert_eq!(gallery.files_in("avatars"), 1);
}

#[tokio::test]
async fn what_nothing_names_is_swept_up_after_a_day() {
    let gallery = Gallery::open("sweep").await;
    let app = &gallery.app;
    let ada = app.lifter("ada").await;
    let [named, unused, young] = [image(&ada, 30).await, image(&ada, 40).await, image(&ada, 50).await];
    routine_with(&ada, &named["image_url"]).await;
    let key = |image: &Value| image["image_key"].as_str().unwrap().to_owned();
    let file = |image: &Value| gallery.directory.join(key(image));
    let db = app.database.connect().await;
    for image in [&named, &unused] {
        db.execute("UPDATE uploads SET uploaded_at = now() - interval '25 hours' WHERE key = $1", &[&key(image)])
            .await
            .unwrap();
        let old = SystemTime::now() - Duration::from_secs(25 * 3600);
        fs::File::options().write(true).open(file(image)).unwrap().set_modified(old).unwrap();
    }
    // A file that nothing was noted of, half a file, and a note whose file is gone.
    let stray = gallery.directory.join(format!("routines/{}.jpg", "a".repeat(32)));
    let half = gallery.directory.join(format!("routines/.{}.jpg.part", "b".repeat(32)));
    for place in [&stray, &half] {
        fs::File::create(place).unwrap().set_modified(SystemTime::now() - Duration::from_secs(25 * 3600)).unwrap();
    }
    let lost =
        format!("INSERT INTO uploads VALUES ('routines/lost.jpg', '{}', 5, now() - interval '25 hours')", ada.id);
    db.batch_execute(&lost).await.unwrap();
    run(&app.database, "sweep_pictures", gallery.directory.to_str().unwrap()).await;
    let there = [file(&named), file(&unused), file(&young), stray, half].map(|place| place.exists());
    assert_eq!(there, [true, false, true, false, false], "named, unused, young, stray, half");
    assert_eq!(app.database.count("SELECT count(*) FROM uploads").await, 2);
    // What was swept up cannot be given to a routine any more; the young one can.
    let mut body = push_day();
    body["image_url"] = unused["image_url"].clone();
    ada.post("/routines", &body).await.problem(422);
    routine_with(&ada, &young["image_url"]).await;
}

#[tokio::test]
async fn no_picture_goes_that_somebody_is_just_taking_over() {
    let gallery = Gallery::open("image-race").await;
    let app = &gallery.app;
    let ada = app.lifter("ada").await;
    let bens = join_all((0..6).map(|turn| async move { app.lifter(&format!("ben{turn}")).await })).await;
    for turn in 0..5 {
        let uploaded = image(&ada, 30 + turn).await;
        let routine = routine_with(&ada, &uploaded["image_url"]).await;
        let share = ada.post(&format!("{}/share", path(&routine)), &json!({})).await.expect(200);
        let import = json!({ "share_code": share["code"] });
        let code = format!("/routines/shared/{}", share["code"].as_str().unwrap());
        let (routine, import) = (path(&routine), &import);
        let imports = join_all(bens.iter().map(|ben| ben.post("/routines/import", import)));
        let removal = async {
            ada.delete(&routine).await.expect(204);
            ada.delete(&code).await.expect(204);
        };
        let (answers, ()) = futures_util::future::join(imports, removal).await;
        for (ben, answer) in bens.iter().zip(answers) {
            assert!([201, 404].contains(&answer.status), "{answer:?}");
            if answer.status == 201 {
                let imported = answer.expect(201);
                assert_eq!(imported["image_url"], uploaded["image_url"]);
                let file = gallery.directory.join(uploaded["image_key"].as_str().unwrap());
                assert!(file.exists(), "the picture of an imported routine is gone");
                ben.delete(&path(&imported)).await.expect(204);
            }
        }
        assert_eq!(gallery.files_in("routines"), 0);
    }
}
