//! A shared routine as a page, for whoever opens its address in a browser or passes it on: with what messengers need for
//! a preview, readable without scripts, and with nothing from anywhere else.

use std::fmt::{self, Display, Write};
use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::share_api::RoutineShareRead;
use crate::platform::Config;
use crate::platform::config::origin_of;

const STYLE: &str = "\
:root{color-scheme:light dark;--text:#1b1b1b;--soft:#595959;--line:#d0d0d0;--ground:#fff}\
@media (prefers-color-scheme:dark){:root{--text:#f0f0f0;--soft:#b4b4b4;--line:#444;--ground:#161616}}\
body{margin:0 auto;max-width:40rem;padding:1.5rem;font:1.0625rem/1.5 system-ui,sans-serif;color:var(--text);\
background:var(--ground)}\
img{max-width:12rem;height:auto;border-radius:.5rem}h1{line-height:1.2;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%}caption{text-align:left;color:var(--soft)}\
th,td{padding:.5rem .25rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere}\
td.number,th.number{text-align:right;white-space:nowrap}small{color:var(--soft);display:block;white-space:pre-line}\
code{font-size:1.25rem;letter-spacing:.1em}";

/// By which a browser knows our style from any other.
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE)));

/// The page of a shared routine.
pub fn page(share: &RoutineShareRead, config: &Config) -> HttpResponse {
    let name = Escaped(&share.name);
    let count = share.scenarios.len();
    let summary = format!("{count} {}: {}", if count == 1 { "exercise" } else { "exercises" }, summary_of(share));
    let mut head = String::new();
    meta(&mut head, "og:type", "website");
    meta(&mut head, "og:site_name", "RepDuel");
    meta(&mut head, "og:title", &share.name);
    meta(&mut head, "og:description", &summary);
    meta(&mut head, "og:url", &format!("{}/api/v1/routines/shared/{}", config.base_url, share.code));
    if let Some(image) = &share.image_url {
        meta(&mut head, "og:image", image);
    }
    let mut body = String::new();
    if let Some(image) = &share.image_url {
        put(&mut body, format_args!("<img src=\"{}\" alt=\"\">\n", Escaped(image)));
    }
    put(&mut body, format_args!("<h1><bdi>{name}</bdi></h1>\n"));
    body.push_str(
        "<table>\n<caption>What to do, in this order</caption>\n<thead><tr><th scope=\"col\">Exercise</th>\
         <th scope=\"col\" class=\"number\">Sets</th><th scope=\"col\" class=\"number\">Repetitions</th></tr></thead>\n\
         <tbody>\n",
    );
    for item in &share.scenarios {
        let (sets, reps) = item.sets_and_reps();
        put(&mut body, format_args!("<tr><th scope=\"row\"><bdi>{}</bdi>", Escaped(item.name())));
        if let Some(note) = item.note() {
            put(&mut body, format_args!("<small><bdi>{}</bdi></small>", Escaped(note)));
        }
        put(&mut body, format_args!("</th><td class=\"number\">{sets}</td><td class=\"number\">{reps}</td></tr>\n"));
    }
    body.push_str("</tbody>\n</table>\n");
    put(
        &mut body,
        format_args!(
            "<p>To make it yours, import this code in the app: <code>{}</code></p>\n<p><a href=\"{}\">RepDuel</a></p>\n",
            Escaped(&share.code),
            Escaped(&config.app_url),
        ),
    );
    document(StatusCode::OK, &share.name, &summary, &head, &body, config)
}

/// The page of a code that nobody shares anything under.
pub fn nothing_here(config: &Config) -> HttpResponse {
    let text = "No routine is shared under this code, or not any more.";
    let body =
        format!("<h1>Nothing here</h1>\n<p>{text}</p>\n<p><a href=\"{}\">RepDuel</a></p>\n", Escaped(&config.app_url));
    document(StatusCode::NOT_FOUND, "Nothing here", text, "", &body, config)
}

/// The first few exercises by name.
fn summary_of(share: &RoutineShareRead) -> String {
    let named: Vec<_> = share.scenarios.iter().take(5).map(|item| item.name()).collect();
    let more = if share.scenarios.len() > named.len() { ", …" } else { "" };
    format!("{}{more}", named.join(", "))
}

fn document(status: StatusCode, title: &str, summary: &str, head: &str, body: &str, config: &Config) -> HttpResponse {
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <title>{} – RepDuel</title>\n<meta name=\"description\" content=\"{}\">\n{head}<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        Escaped(title),
        Escaped(summary),
    );
    let pictures = origin_of(&config.base_url).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; img-src 'self' {pictures}; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        *STYLE_HASH
    );
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((VARY, "Accept"))
        .body(page)
}

fn meta(head: &mut String, property: &str, content: &str) {
    put(head, format_args!("<meta property=\"{property}\" content=\"{}\">\n", Escaped(content)));
}

/// Writing into a String does not fail.
fn put(text: &mut String, piece: fmt::Arguments<'_>) {
    let _ = text.write_fmt(piece);
}

/// Text that means nothing to HTML, between tags and in quoted attributes.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}
