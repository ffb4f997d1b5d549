//! From the key of a picture to its address and back.

use crate::platform::Config;

/// Where a picture is.
pub fn url_of(base_url: &str, key: &str) -> String {
    format!("{base_url}/static/{key}")
}

/// What is left of an address, or a key, when everything that names this server is taken away; none where it names
/// another, whose pictures would tell that server who looks at them. Says nothing of whether there is such a picture.
pub fn key_of(config: &Config, text: &str) -> Option<String> {
    let text = text.trim().replace('\\', "/");
    let text = text.split(['?', '#']).next().unwrap_or_default();
    if let Some(key) = text.strip_prefix(&url_of(&config.base_url, "")) {
        return Some(key.to_owned());
    }
    let path = match text.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/')?;
            let is_web = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
            if !is_web || !is_this_server(config, authority) {
                return None;
            }
            path
        }
        None if text.starts_with("//") => return None,
        None => text,
    };
    let path = path.trim_start_matches('/');
    Some(path.strip_prefix("static/").unwrap_or(path).to_owned())
}

/// By its public names, and by those that a client in development knows it by.
fn is_this_server(config: &Config, authority: &str) -> bool {
    let authority = authority.to_ascii_lowercase();
    let ours = [&config.base_url, &config.app_url].into_iter().filter_map(|url| authority_of(url));
    ours.chain(["127.0.0.1", "localhost", "0.0.0.0"].map(str::to_owned))
        .any(|ours| authority == ours || authority == format!("{ours}:8000"))
}

fn authority_of(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    rest.split('/').next().map(str::to_ascii_lowercase)
}

/// Whether a text is such a key as pictures below `folder` have.
pub fn is_key(folder: &str, text: &str) -> bool {
    let name = text.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
    name.and_then(|name| name.split_once('.')).is_some_and(|(stem, extension)| {
        let is_hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        stem.len() == 32 && stem.bytes().all(is_hexadecimal) && ["jpg", "webp"].contains(&extension)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_folder_and_a_name_of_ours() {
        let name = "0123456789abcdef0123456789abcdef";
        for (text, is_one) in [
            (format!("routines/{name}.jpg"), true),
            (format!("routines/{name}.webp"), true),
            (format!("routines/{name}.svg"), false),
            (format!("avatars/{name}.jpg"), false),
            (format!("routines/{name}/../x.jpg"), false),
            (format!("routines/{}.jpg", &name[1..]), false),
            (format!("routines/{}.jpg", name.to_uppercase()), false),
            (String::new(), false),
        ] {
            assert_eq!(is_key("routines", &text), is_one, "{text}");
        }
    }
}
