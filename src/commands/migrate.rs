//! `queqiao migrate up | down | status`: the schema, by hand.

use std::io::Write as _;

use clap::{Args, Subcommand};
use migration::{Migrator, MigratorTrait};

use super::Ended;
use super::embedded::{Alone, NotAlone, explain_fault};
use crate::database::Database;
use crate::database::address::file_of;
use crate::database::schema::Standing;
use crate::database::tenancy::Tenancy;
use crate::database::undone::Lost;
use crate::identity;
use crate::secrets::Secrets;
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
    /// Take back the newest migrations; what they added is lost. The service must be stopped
    Down {
        /// How many
        #[arg(long, default_value_t = 1)]
        steps: u32,
        /// Do not ask, for scripts
        #[arg(long)]
        yes: bool,
    },
    /// Say which migrations are applied
    Status,
}

/// # Errors
/// A database out of reach, or a migration that fails; one that is taken back while somebody serves, or
/// without a yes.
pub async fn migrate(settings: Settings, arguments: Arguments) -> Result<(), Ended> {
    // Nobody may be served by a schema that changes below them.
    let _alone = match arguments.act {
        Act::Up | Act::Down { .. } => Some(Tenancy::take(&settings.database.url)?),
        Act::Status => None,
    };
    // An empty file where there was a house is not to be filled.
    identity::enter::look(&settings.database.url, &Secrets::load(&settings.security)?)?;
    if let Act::Down { .. } = arguments.act {
        nobody_serves_the_file(&settings).await?;
    }
    let database = Database::connect(&settings.database.url, 2).await?;
    let done = match arguments.act {
        Act::Up => database.migrate().await.map_err(Ended::from),
        Act::Down { steps, yes } => down(&database, steps, yes).await,
        Act::Status => status(&database).await,
    };
    database.close().await;
    done
}

async fn status(database: &Database) -> Result<(), Ended> {
    let standing = Standing::of(database.reader()).await.map_err(anyhow::Error::from)?;
    for migration in Migrator::migrations() {
        let is_pending = standing.pending.iter().any(|name| name == migration.name());
        println!("{}\t{}", migration.name(), if is_pending { "Pending" } else { "Applied" });
    }
    standing.newer.iter().for_each(|name| println!("{name}\tApplied by a newer binary; this one may serve"));
    standing.foreign.iter().for_each(|name| println!("{name}\tApplied by a newer binary; this one may not serve"));
    Ok(())
}

async fn down(database: &Database, steps: u32, yes: bool) -> Result<(), Ended> {
    // Whoever starts to serve meanwhile waits for this, and migrates again.
    let hold = database.hold_schema().await?;
    if database.is_served().await.map_err(anyhow::Error::from)? {
        return Err(Ended::Failed("somebody serves this database: stop the service first".to_owned()));
    }
    let standing = Standing::of(database.reader()).await.map_err(anyhow::Error::from)?;
    if let Some(newer) = standing.newer.iter().chain(&standing.foreign).next() {
        let message = format!("a newer binary applied {newer}; only that one can take it back");
        return Err(Ended::Failed(message));
    }
    let lost = database.would_lose(steps).await.map_err(anyhow::Error::from)?;
    for lost in &lost {
        println!("{}", describe_loss(lost));
    }
    if !yes && !lost.is_empty() && !agreed()? {
        return Err(Ended::Failed("nothing was changed".to_owned()));
    }
    database.migrate_down(steps).await.map_err(anyhow::Error::from)?;
    drop(hold);
    Ok(())
}

async fn nobody_serves_the_file(settings: &Settings) -> Result<(), Ended> {
    let Some(file) = file_of(&settings.database.url).filter(|file| file.exists()) else { return Ok(()) };
    match Alone::with(&file).await {
        Ok(alone) => {
            alone.release().await;
            Ok(())
        }
        Err(NotAlone::InUse) => Err(Ended::Failed(format!("{} is in use: stop the service first", file.display()))),
        // The migration will say what is wrong with it.
        Err(NotAlone::Damaged) => Ok(()),
        Err(NotAlone::Fault(fault)) => Err(explain_fault(fault).into()),
    }
}

fn describe_loss(lost: &Lost) -> String {
    match &lost.column {
        Some(column) => format!("lost: {}.{column} ({} rows have one)", lost.table, lost.rows),
        None => format!("lost: {} ({} rows)", lost.table, lost.rows),
    }
}

/// Whether somebody says yes, in full: a return pressed in passing is none.
fn agreed() -> Result<bool, Ended> {
    print!("This cannot be undone. Type yes to go on: ");
    let mut answer = String::new();
    std::io::stdout().flush().and_then(|()| std::io::stdin().read_line(&mut answer)).map_err(anyhow::Error::from)?;
    Ok(answer.trim() == "yes")
}
