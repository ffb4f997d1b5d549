use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use clap::{Args, ValueEnum};
use nix::unistd::geteuid;

use super::{Failure, Outcome};
use crate::platform::config;
use crate::platform::machine::{self, CREDENTIALS, ENCRYPTED_CREDENTIALS};
use crate::platform::settings::{Settings, Sources};

/// Replace keys of this installation, and keep each before as the previous one, so that nobody is signed out.
///
/// The new keys count after a restart, which this command names. While something that the previous key signed is still
/// good, the next rotation is refused: it would sign people out.
#[derive(Debug, Args)]
pub struct RotateKeys {
    /// Which: access (signs access tokens), refresh (signs refresh tokens), data (seals second factors).
    #[arg(value_enum, default_values_t = [Which::Access, Which::Refresh])]
    keys: Vec<Which>,
    /// Rotate even where that signs people out: after a key has become known.
    #[arg(long)]
    sign_out: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    Access,
    Refresh,
    Data,
}

impl Which {
    /// The names of the file: the setting's own, and others that are read too.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Access => &["jwt_secret_key", "secret_key"],
            Self::Refresh => &["refresh_jwt_secret_key", "jwt_refresh_secret_key"],
            Self::Data => &["data_key"],
        }
    }
}

impl Which {
    /// How long the longest-lived thing that the key signs is good.
    fn longest(self, settings: &Settings) -> Result<Duration, Failure> {
        let lives = config::token_lives(settings).map_err(Failure::Settings)?;
        Ok(if self == Self::Refresh { lives.refresh } else { lives.access.max(lives.legacy_access) })
    }
}

/// Refuses a rotation while what the previous key signed is still good.
fn refuse_too_early(previous: &Path, life: Duration) -> Result<(), Failure> {
    let Ok(rotated) = fs::metadata(previous).and_then(|metadata| metadata.modified()) else { return Ok(()) };
    match life.checked_sub(rotated.elapsed().unwrap_or_default()) {
        Some(left) if !left.is_zero() => Err(Failure::Failed(format!(
            "{}: is too young: what it signed is good for another {:.1} hours, and would not be after this rotation. \
             Wait, or add --sign-out where the key has become known",
            previous.display(),
            left.as_secs_f64() / 3600.0
        ))),
        _ => Ok(()),
    }
}

impl RotateKeys {
    pub fn run(self) -> Outcome {
        if !geteuid().is_root() {
            return Err("run it with sudo".into());
        }
        let (credentials, _, unreadable) = machine::all_credentials()?;
        if let Some(name) = unreadable.first() {
            return Err(format!("{name}: its file cannot be read as text").into());
        }
        let environment = machine::read_settings(Path::new(machine::SETTINGS))?;
        let settings = Settings::from_sources(Sources { environment, ..Sources::default() });
        for which in &self.keys {
            let file = which.names()[0];
            let known = which.names().iter().find_map(|name| Some((*name, credentials.get(&name.to_uppercase())?)));
            let Some((name, current)) = known else {
                let why = "is no file here: a key that is set elsewhere is rotated there, the old one as …_PREVIOUS";
                return Err(format!("{CREDENTIALS}/{file}: {why}").into());
            };
            let previous = format!("{file}_previous");
            if *which == Which::Data {
                seal_anew()?;
            } else if !self.sign_out {
                refuse_too_early(&Path::new(CREDENTIALS).join(&previous), which.longest(&settings)?)?;
            }
            // The previous one first: whatever breaks off here, the current key is never lost.
            replace(&previous, current.trim())?;
            replace(name, &machine::new_key()?)?;
            println!("rotated {}", file.to_uppercase());
        }
        println!("The new keys count after: systemctl restart repduel 'repduel-worker@*'");
        if Path::new(ENCRYPTED_CREDENTIALS).read_dir().is_ok_and(|mut files| files.next().is_some()) {
            println!("They lie in plain until: repduel encrypt-credentials");
        }
        Ok(())
    }
}

/// What the previous data key sealed is sealed with the current one first: after the rotation that key is gone.
fn seal_anew() -> Result<(), Failure> {
    let program = std::env::current_exe()?;
    match Command::new(program).arg("seal-anew").status()?.success() {
        true => Ok(()),
        false => {
            Err("data: not rotated, since what the previous key sealed could not be sealed anew (see above)".into())
        }
    }
}

/// Whole or not at all, and readable for root alone from the first moment.
fn replace(name: &str, text: &str) -> Result<(), Failure> {
    let (path, new) = (Path::new(CREDENTIALS).join(name), Path::new(CREDENTIALS).join(format!(".{name}.new")));
    let write = || {
        let _ = fs::remove_file(&new);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        writeln!(file, "{text}")?;
        file.sync_all()?;
        fs::rename(&new, &path)?;
        fs::File::open(CREDENTIALS)?.sync_all()
    };
    write().map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))
}
