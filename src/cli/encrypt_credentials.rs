use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use nix::unistd::geteuid;

use super::Outcome;
use crate::platform::machine::{self, CREDENTIALS, ENCRYPTED_CREDENTIALS};

/// Encrypt the secrets in /etc/repduel/credentials with a key of this host.
///
/// Each file goes to /etc/repduel/credentials.encrypted, is decrypted once to see that it can be, and only then removed
/// in plain. The units are told to read the encrypted ones from now on. What was encrypted here cannot be read on
/// another machine: keep the plain secrets somewhere else, for a restore.
#[derive(Debug, Args)]
pub struct EncryptCredentials {
    /// Which key: auto (the TPM where there is one, and the host's key), host, or tpm2.
    #[arg(long, default_value = "auto")]
    with_key: String,
}

/// Not in the folder that systemd reads whole: what an interrupted run leaves there would be no start's business.
const UNFINISHED: &str = "/etc/repduel/.credentials.unfinished";
const DROP_IN: &str = "/usr/share/repduel/systemd/encrypted-credentials.conf";
const UNITS: [&str; 3] = ["repduel.service", "repduel-migrate.service", "repduel-worker@.service"];

impl EncryptCredentials {
    pub fn run(self) -> Outcome {
        if !geteuid().is_root() {
            return Err("run it with sudo".into());
        }
        let mut plain: Vec<PathBuf> = fs::read_dir(CREDENTIALS)
            .map_err(|error| format!("{CREDENTIALS}: {error}"))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<_>>()?;
        plain.retain(|path| path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b".")));
        plain.sort();
        if plain.is_empty() {
            println!("nothing lies in {CREDENTIALS} in plain");
            return Ok(());
        }
        fs::create_dir_all(UNFINISHED)?;
        fs::set_permissions(UNFINISHED, fs::Permissions::from_mode(0o700))?;
        for path in &plain {
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            self.encrypt(path, &name)?;
            println!("encrypted {name}");
        }
        for unit in UNITS {
            let folder = Path::new("/etc/systemd/system").join(format!("{unit}.d"));
            fs::create_dir_all(&folder)?;
            fs::copy(DROP_IN, folder.join("encrypted-credentials.conf"))
                .map_err(|error| format!("{DROP_IN}: {error}"))?;
        }
        run(Command::new("systemctl").arg("daemon-reload"))?;
        // Last: until here a restart would still have found them.
        for path in &plain {
            fs::remove_file(path)?;
        }
        fs::remove_dir_all(UNFINISHED)?;
        println!("done; run: systemctl restart repduel 'repduel-worker@*'");
        println!("Only this host can read them now: keep the plain ones somewhere else, for a restore.");
        Ok(())
    }

    fn encrypt(&self, plain: &Path, name: &str) -> Result<(), String> {
        let encrypted = Path::new(ENCRYPTED_CREDENTIALS).join(name);
        let new = Path::new(UNFINISHED).join(name);
        let credential = format!("--name={}{name}", machine::ENCRYPTED_PREFIX);
        let mut command = Command::new("systemd-creds");
        command.args(["encrypt", &credential, &format!("--with-key={}", self.with_key)]).arg(plain).arg(&new);
        run(&mut command)?;
        let decrypted = run(Command::new("systemd-creds").args(["decrypt", &credential]).arg(&new).arg("-"))?;
        if fs::read(plain).map_err(|error| format!("{}: {error}", plain.display()))? != decrypted {
            return Err(format!("{}: is not what was encrypted", new.display()));
        }
        fs::rename(&new, &encrypted).map_err(|error| format!("{}: {error}", encrypted.display()))
    }
}

/// Runs a program and gives what it printed, or says what it complained of.
fn run(command: &mut Command) -> Result<Vec<u8>, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim())),
    }
}
