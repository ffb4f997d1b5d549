use clap::Args;

use super::{Failure, Outcome, begin, connect_to_database};
use crate::platform::settings::Sources;
use crate::platform::{indexes, migrations};
use crate::{app, jobs};

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
            let queue = jobs::schema::status(&client).await?;
            match queue.applied {
                applied if applied < queue.known => {
                    println!("missing  the queue's steps {} to {}", applied + 1, queue.known)
                }
                applied if applied > queue.known => {
                    println!("applied  the queue's steps up to {applied} (of a newer release)")
                }
                applied => println!("applied  the queue's steps up to {applied}"),
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
        if let (Some(first), Some(last)) = (migrated.queue.first(), migrated.queue.last()) {
            println!("applied the queue's steps {first} to {last}");
        }
        if migrated.exercises > 0 {
            println!("{} exercises are new or changed", migrated.exercises);
        }
        if migrated.routines > 0 {
            println!("{} routines of everybody's are new, changed or gone", migrated.routines);
        }
        if migrated.standings > 0 {
            println!("{} lifters stand on boards", migrated.standings);
        }
        for name in &migrated.indexes {
            println!("built index {name}");
        }
        let is_up_to_date = migrated.migrations.is_empty() && migrated.queue.is_empty() && migrated.indexes.is_empty();
        if is_up_to_date && migrated.exercises == 0 && migrated.routines == 0 && migrated.standings == 0 {
            println!("nothing to do: the database is up to date");
        }
        Ok(())
    }
}
