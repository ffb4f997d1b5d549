//! The files: written beside their place and renamed, so that nobody ever reads half of one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::render::Rendered;

/// A key that nobody can guess, below a folder.
pub fn new_key(folder: &str, picture: &Rendered) -> io::Result<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{folder}/{name}.{}", picture.extension))
}

/// Keeps a picture under its key.
pub fn write(directory: &Path, key: &str, picture: &Rendered) -> io::Result<()> {
    let place = directory.join(key);
    let (Some(folder), Some(name)) = (place.parent(), place.file_name().and_then(|name| name.to_str())) else {
        return Err(io::Error::other("the key of a picture has no folder"));
    };
    fs::create_dir_all(folder)?;
    // Whatever begins with a dot is not served.
    let beside = folder.join(format!(".{name}.part"));
    let written = write_whole(&beside, &picture.content).and_then(|()| fs::rename(&beside, &place));
    if let Err(error) = written {
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    File::open(folder)?.sync_all()
}

fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Removes the files of these keys, which nothing names; gives how many there were. A file that cannot be removed is only
/// told of: it takes some room and harms nobody, and is swept up later.
pub async fn remove_files(directory: &Path, keys: &[String]) -> u64 {
    let places: Vec<_> = keys.iter().filter(|key| is_ours(key)).map(|key| directory.join(key)).collect();
    if places.is_empty() {
        return 0;
    }
    tokio::task::spawn_blocking(move || places.iter().filter(|place| remove_file(place)).count() as u64)
        .await
        .unwrap_or_default()
}

fn is_ours(key: &str) -> bool {
    key.split('/').count() == 2
        && !key.starts_with('.')
        && key.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

fn remove_file(place: &Path) -> bool {
    match fs::remove_file(place) {
        Ok(()) => true,
        // Somebody was quicker.
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => {
            slog_scope::warn!("a picture could not be removed";
                "file" => place.display().to_string(), "error" => error.to_string());
            false
        }
    }
}
