use clap::Args;

use super::{Failure, Outcome, begin, connect_to_database};
use crate::app;
use crate::platform::settings::Sources;
use crate::platform::{indexes, migrations};

/// Bring the database up to this program: schema, exercises, indexes.
///
/// Two at once: one works, the other waits and finds nothing to do. Exits with 75 when no database can be reached.
#[derive(Debug, Args)]
pub struct Migrate {
    /// List the migrations and whether this database has them; change nothing.
    #[arg(long)]
    status: bool,
}

impl Migrate {
    pub async fn run(self, sources: Sources) -> Outcome {
        let (config, _log) = begin(sources)?;
        let mut client = connect_to_database(&config).await.map_err(Failure::Unreachable)?;
        if self.status {
            for migration in migrations::status(&client).await? {
                match migration.applied_on {
                    Some(on) => println!("applied  {}  on {on}", migration.name),
                    None => println!("missing  {}", migration.name),
                }
            }
            for name in indexes::missing(&client).await? {
                println!("missing  index {name}");
            }
            return Ok(());
        }
        let watcher = connect_to_database(&config).await.map_err(Failure::Unreachable)?;
        let migrated = app::migrate(&mut client, &watcher, config.database.state_directory.as_deref()).await?;
        for name in &migrated.migrations {
            println!("applied {name}");
        }
        if migrated.exercises > 0 {
            println!("{} exercises are new or changed", migrated.exercises);
        }
        for name in &migrated.indexes {
            println!("built index {name}");
        }
        if migrated.migrations.is_empty() && migrated.exercises == 0 && migrated.indexes.is_empty() {
            println!("nothing to do: the database is up to date");
        }
        Ok(())
    }
}
