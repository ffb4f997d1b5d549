use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Outcome};
use crate::platform::settings::env_example;

/// Write what the package ships of the command line: the man page, the completion for bash, the list of settings.
#[derive(Debug, Args)]
pub struct Documents {
    /// Where to.
    folder: PathBuf,
}

/// What the man page says beyond the commands.
const FURTHER: &str = r#".SH FILES
.TP
.I /etc/repduel/repduel.env
The settings that are no secret; systemd reads it as an environment file.
.TP
.I /etc/repduel/credentials/
A file for each secret, named like its setting in lower case; for root alone.
.TP
.I /etc/repduel/credentials.encrypted/
The same, encrypted by repduel encrypt-credentials.
.TP
.I /var/lib/repduel/
Uploads, and the id of the database that this host was set up with.
.TP
.I /var/lib/repduel-releases/
The packages and backups that a deploy can go back to.
.SH UNITS
.TP
.B repduel.service
The API. It is started by its sockets and at boot; a restart loses no request.
.TP
.B repduel-http.socket, repduel-ops.socket
The addresses 127.0.0.1:9999 (the API, for Caddy) and 127.0.0.1:9998 (figures, for operators).
.TP
.B repduel-setup.service
Makes keys, role and database where they are missing.
.TP
.B repduel-migrate.service
Brings the database up to the installed program.
.SH EXIT STATUS
0 done, 1 failed, 2 the command line or the settings are wrong, 75 no database can be reached,
78 the settings are wrong (serve).
.SH SEE ALSO
.BR systemctl (1),
.BR journalctl (1),
.BR caddy (8),
.I /usr/share/doc/repduel/OPERATIONS.md
"#;

impl Documents {
    pub fn run(self) -> Outcome {
        let mut command = Cli::command();
        command.build();
        let mut page = Vec::new();
        clap_mangen::Man::new(command.clone()).section("8").render(&mut page)?;
        for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
            page.extend_from_slice(format!(".SH \"{}\"\n", subcommand.get_name().to_uppercase()).as_bytes());
            let man = clap_mangen::Man::new(subcommand.clone());
            man.render_description_section(&mut page)?;
            man.render_options_section(&mut page)?;
        }
        page.extend_from_slice(FURTHER.as_bytes());
        std::fs::write(self.folder.join("repduel.8"), page)?;
        let mut completion = Vec::new();
        clap_complete::generate(Shell::Bash, &mut command, "repduel", &mut completion);
        std::fs::write(self.folder.join("repduel"), completion)?;
        std::fs::write(self.folder.join("settings.env"), env_example())?;
        Ok(())
    }
}
