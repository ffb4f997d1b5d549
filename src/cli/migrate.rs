use clap::Args;

use super::{Outcome, begin, connect_to_database};
use crate::app;
use crate::platform::migrations;

/// Bring the database up to this program: schema and exercises.
///
/// Two at once: one works, the other waits and finds nothing to do.
#[derive(Debug, Args)]
pub struct Migrate {
    /// List the migrations and whether this database has them; change nothing.
    #[arg(long)]
    status: bool,
}

impl Migrate {
    pub async fn run(self) -> Outcome {
        let (config, _log) = begin()?;
        let mut client = connect_to_database(&config).await?;
        if self.status {
            for migration in migrations::status(&client).await? {
                match migration.applied_on {
                    Some(on) => println!("applied  {}  on {on}", migration.name),
                    None => println!("missing  {}", migration.name),
                }
            }
            return Ok(());
        }
        let migrated = app::migrate(&mut client).await?;
        for name in &migrated.migrations {
            println!("applied {name}");
        }
        if migrated.exercises > 0 {
            println!("{} exercises are new or changed", migrated.exercises);
        }
        if migrated.migrations.is_empty() && migrated.exercises == 0 {
            println!("nothing to do: the database is up to date");
        }
        Ok(())
    }
}
