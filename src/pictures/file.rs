//! The files: written beside their place and renamed, so that nobody ever reads half of one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use actix_web::web;

use super::render::Rendered;

/// Keeps a picture under a random name; gives its key.
pub fn write(directory: &Path, folder: &str, picture: &Rendered) -> io::Result<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let key = format!("{folder}/{name}.{}", picture.extension);
    let (folder, place) = (directory.join(folder), directory.join(&key));
    fs::create_dir_all(&folder)?;
    // Whatever begins with a dot is not served.
    let beside = folder.join(format!(".{name}.part"));
    let written = write_whole(&beside, &picture.content).and_then(|()| fs::rename(&beside, &place));
    if let Err(error) = written {
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    File::open(&folder)?.sync_all()?;
    Ok(key)
}

fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Removes the picture of this key, which nobody shows any more. A file that cannot be removed is only told of: it
/// takes some room and harms nobody.
pub async fn remove(directory: &Path, key: &str) {
    let is_ours = key.split('/').count() == 2 && key.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    if !is_ours {
        return;
    }
    let place = directory.join(key);
    let removed = web::block(move || fs::remove_file(place)).await.map_err(io::Error::other).flatten();
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            slog_scope::warn!("a picture could not be removed"; "key" => key.to_owned(), "error" => error.to_string());
        }
        _ => {}
    }
}
