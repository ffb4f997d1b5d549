//! `/users/me/avatar` and `/static`.

use std::io::Cursor;
use std::path::PathBuf;

use futures_util::future::join_all;
use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::{Value, json};

use crate::support::{Answer, App, Lifter, Options, spawn_app_with};

pub struct Gallery {
    pub app: App,
    pub directory: PathBuf,
}

impl Gallery {
    pub async fn open(name: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("repduel-test-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let settings = vec![("STATIC_STORAGE_DIR", directory.to_str().unwrap().to_owned())];
        Self { app: spawn_app_with(Options { settings, ..Options::default() }).await, directory }
    }

    fn files(&self) -> usize {
        self.files_in("avatars")
    }

    pub fn files_in(&self, folder: &str) -> usize {
        std::fs::read_dir(self.directory.join(folder)).map_or(0, Iterator::count)
    }

    async fn fetch(&self, user: &Value) -> (reqwest::header::HeaderMap, Vec<u8>) {
        // The address is that of BASE_URL, which the tests do not listen on.
        let url = user["avatar_url"].as_str().unwrap();
        let key = url.strip_prefix("http://127.0.0.1:9999/static/").expect("the address is absolute");
        let answer = reqwest::get(format!("{}/static/{key}", self.app.api)).await.unwrap();
        assert_eq!(answer.status(), 200);
        (answer.headers().clone(), answer.bytes().await.unwrap().to_vec())
    }
}

impl Drop for Gallery {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

pub fn multipart(part: &str, kind: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--limit\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"a.png\"\r\nContent-Type: {kind}\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n--limit--\r\n"].concat()
}

pub async fn upload(lifter: &Lifter<'_>, part: &str, kind: &str, content: &[u8]) -> Answer {
    let request =
        lifter.request("PATCH", "/users/me/avatar/").header("content-type", "multipart/form-data; boundary=limit");
    lifter.send(request.body(multipart(part, kind, content))).await
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(RgbImage::from_pixel(width, height, Rgb([200, 30, 30])), ImageFormat::Png)
}

/// An Exif segment that says "turn me right" and where it was taken.
fn exif() -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    tiff.extend([2, 0]);
    tiff.extend(entry(0x0112, 3, 1, 6));
    tiff.extend(entry(0x8825, 4, 1, 38));
    tiff.extend([0; 4]);
    tiff.extend([1, 0]);
    tiff.extend(entry(0x001d, 2, 4, u32::from_le_bytes(*b"GPS\0")));
    tiff.extend([0; 4]);
    let length = (2 + 6 + tiff.len()) as u16;
    [b"\xff\xe1".as_slice(), &length.to_be_bytes(), b"Exif\0\0", &tiff].concat()
}

#[tokio::test]
async fn a_photograph_comes_out_upright_small_and_without_its_story() {
    let gallery = Gallery::open("photograph").await;
    let ada = gallery.app.lifter("ada").await;
    // Left half red, right half blue; turned right the red one is on top.
    let picture = RgbImage::from_fn(1200, 600, |x, _| if x < 600 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) });
    let jpeg = encoded(picture, ImageFormat::Jpeg);
    let jpeg = [&jpeg[..2], &exif(), &jpeg[2..]].concat();
    let user = upload(&ada, "avatar", "image/jpeg", &jpeg).await.expect(200);
    assert!(user["avatar_url"].as_str().unwrap().ends_with(".jpg"));
    let (headers, bytes) = gallery.fetch(&user).await;
    assert_eq!(headers["content-type"], "image/jpeg");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
    for story in [b"Exif".as_slice(), b"GPS"] {
        assert!(!bytes.windows(story.len()).any(|part| part == story));
    }
    let shown = image::load_from_memory(&bytes).unwrap();
    assert_eq!(shown.dimensions(), (256, 512));
    let (top, bottom) = (shown.get_pixel(128, 100), shown.get_pixel(128, 400));
    assert!(top[0] > 200 && top[2] < 50 && bottom[2] > 200 && bottom[0] < 50, "{top:?} {bottom:?}");
    assert_eq!(gallery.app.get("/users/username/ada").await.expect(200)["avatar_url"], user["avatar_url"]);
}

#[tokio::test]
async fn transparency_is_kept() {
    let gallery = Gallery::open("transparency").await;
    let ada = gallery.app.lifter("ada").await;
    let clear = RgbaImage::from_pixel(40, 20, Rgba([10, 200, 10, 100]));
    let user = upload(&ada, "avatar", "image/png", &encoded(clear, ImageFormat::Png)).await.expect(200);
    let (headers, bytes) = gallery.fetch(&user).await;
    assert_eq!(headers["content-type"], "image/webp");
    let shown = image::load_from_memory(&bytes).unwrap();
    assert_eq!((shown.dimensions(), shown.get_pixel(5, 5)), ((40, 20), Rgba([10, 200, 10, 100])));
    let opaque = RgbaImage::from_pixel(40, 20, Rgba([10, 200, 10, 255]));
    let user = upload(&ada, "avatar", "image/webp", &encoded(opaque, ImageFormat::WebP)).await.expect(200);
    assert!(user["avatar_url"].as_str().unwrap().ends_with(".jpg"));
}

#[tokio::test]
async fn what_is_no_picture_of_ours_is_refused_with_the_reason() {
    let gallery = Gallery::open("refusals").await;
    let ada = gallery.app.lifter("ada").await;
    let bomb = png(6000, 6000);
    assert!(bomb.len() < 1024 * 1024);
    let whole = png(64, 64);
    for (kind, content, reason) in [
        ("image/png", bomb.as_slice(), "25 megapixels"),
        ("image/png", b"just text", "JPEG, PNG or WebP"),
        ("image/gif", b"GIF89a\x01\0\x01\0\0\0\0;", "JPEG, PNG or WebP"),
        ("image/png", &whole[..whole.len() / 2], "JPEG, PNG or WebP"),
        ("image/png", b"", "JPEG, PNG or WebP"),
        ("text/plain", &whole, "image/"),
    ] {
        let detail = upload(&ada, "avatar", kind, content).await.problem(400);
        assert!(detail.starts_with("avatar: ") && detail.contains(reason), "{detail}");
    }
    assert!(upload(&ada, "picture", "image/png", &whole).await.problem(422).starts_with("avatar: is missing"));
    ada.patch("/users/me/avatar", &json!({ "avatar": "x" })).await.problem(422);
    let too_large = vec![0; 10 * 1024 * 1024 + 1];
    assert!(upload(&ada, "avatar", "image/png", &too_large).await.problem(413).contains("10 MiB"));
    let just_enough = [whole.as_slice(), &vec![0; 10 * 1024 * 1024 - whole.len()]].concat();
    upload(&ada, "avatar", "image/png", &just_enough).await.expect(200);
    let nobody = gallery.app.request("PATCH", "/users/me/avatar").body(multipart("avatar", "image/png", &whole));
    ada.send(nobody).await.problem(401);
    assert_eq!(gallery.files(), 1);
}

#[tokio::test]
async fn a_picture_that_is_replaced_or_removed_is_gone() {
    let gallery = Gallery::open("replaced").await;
    let ada = gallery.app.lifter("ada").await;
    let mut addresses = Vec::new();
    for size in [10, 20] {
        let user = upload(&ada, "avatar", "image/png", &png(size, size)).await.expect(200);
        addresses.push(user["avatar_url"].clone());
        assert_eq!(gallery.files(), 1);
    }
    assert_ne!(addresses[0], addresses[1]);
    ada.patch("/users/me", &json!({ "display_name": "Ada L." })).await.expect(200);
    assert_eq!(gallery.files(), 1);
    assert!(ada.patch("/users/me", &json!({ "avatar_url": null })).await.expect(200)["avatar_url"].is_null());
    assert_eq!(gallery.files(), 0);

    gallery.app.database.connect().await.execute("UPDATE users SET is_active = false", &[]).await.unwrap();
    upload(&ada, "avatar", "image/png", &png(10, 10)).await.problem(401);
    assert_eq!(gallery.files(), 0);
}

#[tokio::test]
async fn of_many_uploads_at_once_one_file_stays() {
    let gallery = Gallery::open("race").await;
    let ada = gallery.app.lifter("ada").await;
    let pictures: Vec<_> = (10..18).map(|size| png(size, size)).collect();
    let answers = join_all(pictures.iter().map(|picture| upload(&ada, "avatar", "image/png", picture))).await;
    for answer in answers {
        answer.expect(200);
    }
    assert_eq!(gallery.files(), 1);
    gallery.fetch(&ada.profile().await).await;
}

#[tokio::test]
async fn whoever_is_deleted_while_uploading_leaves_no_file() {
    let gallery = Gallery::open("deleted").await;
    for turn in 0..6 {
        let ada = gallery.app.lifter(&format!("ada{turn}")).await;
        upload(&ada, "avatar", "image/png", &png(10, 10)).await.expect(200);
        let picture = png(1500, 1500);
        let uploads = join_all((0..3).map(|_| upload(&ada, "avatar", "image/png", &picture)));
        let deletion = async {
            tokio::time::sleep(std::time::Duration::from_millis(turn * 25)).await;
            ada.delete("/users/me").await.expect(204);
        };
        let (answers, ()) = futures_util::future::join(uploads, deletion).await;
        assert!(answers.iter().all(|answer| [200, 401].contains(&answer.status)), "{answers:?}");
    }
    assert_eq!(gallery.files(), 0);
}
