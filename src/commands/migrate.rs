//! `queqiao migrate up | down | status`: the schema, by hand.

use clap::{Args, Subcommand};
use migration::{Migrator, MigratorTrait};

use super::Ended;
use crate::database::Database;
use crate::settings::Settings;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    pub act: Act,
}

#[derive(Subcommand)]
pub enum Act {
    /// Bring the schema up to date
    Up,
    /// Take back the newest migrations; what they added is lost
    Down {
        /// How many
        #[arg(long, default_value_t = 1)]
        steps: u32,
    },
    /// Say which migrations are applied
    Status,
}

/// # Errors
/// A database out of reach, or a migration that fails.
pub async fn migrate(settings: Settings, arguments: Arguments) -> Result<(), Ended> {
    let database = Database::connect(&settings.database.url, 2).await?;
    let schema = database.writer_for_schema();
    match arguments.act {
        Act::Up => database.migrate().await?,
        Act::Down { steps } => Migrator::down(schema, Some(steps)).await.map_err(anyhow::Error::from)?,
        Act::Status => {
            for applied in Migrator::get_migration_with_status(schema).await.map_err(anyhow::Error::from)? {
                println!("{}\t{}", applied.name(), applied.status());
            }
        }
    }
    database.close().await;
    Ok(())
}
