//! `just load`: how fast a served Queqiao is, in turns with the bare database in the same run, because a machine
//! drifts and only the ratio counts. Prints tables in Markdown; `docs/performance.md` says what they mean.

mod bench;
mod connection;
mod floor;
mod listeners;
mod process;
mod rows;
mod scene;
mod served;
mod table;
mod turn;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::{Parser, ValueEnum};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::LocalSet;

use bench::Bench;
use floor::Floor;
use queqiao_throwaway_postgres::{Durability, Server};
use served::House;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
    Both,
}

/// Measures a served release binary, in turns with the bare database.
#[derive(Parser)]
#[command(name = "queqiao-load")]
struct Arguments {
    /// The service; the one beside this program where it is left out
    #[arg(long)]
    binary: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "both")]
    database: Database,
    /// Only rows whose names contain one of these, separated by commas
    #[arg(long, value_delimiter = ',')]
    rows: Vec<String>,
    /// Turns of floor and service each
    #[arg(long, default_value_t = 3)]
    turns: usize,
    /// How long one turn lasts
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// One short turn of each, by fewer people: whether everything still can be measured, in under two minutes
    #[arg(long)]
    short: bool,
    /// Where the databases lie: on the disk that is to be measured
    #[arg(long, default_value_os_t = std::env::temp_dir())]
    folder: PathBuf,
}

/// What a run is.
pub struct Plan {
    pub rows: Vec<String>,
    pub turns: usize,
    pub last: Duration,
    /// Who signs in.
    pub people: usize,
    pub listeners: usize,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    ensure!(arguments.turns > 0 && arguments.seconds > 0.0, "no turn takes no time");
    let beside = std::env::current_exe()?.with_file_name("queqiao");
    let binary = arguments.binary.clone().unwrap_or(beside);
    let binary = binary.canonicalize().with_context(|| format!("{}: build it first", binary.display()))?;
    // Listeners take a descriptor each.
    rlimit::increase_nofile_limit(u64::MAX)?;
    let plan = Plan {
        rows: arguments.rows,
        turns: if arguments.short { 1 } else { arguments.turns },
        last: Duration::from_secs_f64(if arguments.short { 0.3 } else { arguments.seconds }),
        people: if arguments.short { 160 } else { 700 },
        listeners: if arguments.short { 200 } else { 1_000 },
    };
    // The floor has a thread a core; the load has this one, which nothing wakes but an answer.
    let below = Runtime::new()?;
    let above = Builder::new_current_thread().enable_all().build()?;
    for database in [Database::Sqlite, Database::Postgres] {
        if arguments.database == Database::Both || arguments.database == database {
            let folder = &arguments.folder;
            let measuring = measure(database, binary.clone(), folder, &plan, below.handle());
            LocalSet::new().block_on(&above, measuring)?;
        }
    }
    Ok(())
}

async fn measure(
    database: Database,
    binary: PathBuf,
    within: &std::path::Path,
    plan: &Plan,
    below: &Handle,
) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("queqiao-load-").tempdir_in(within)?;
    if database != Database::Postgres {
        println!("\n### SQLite\n");
        let house = House::new(binary, folder.path(), format!("sqlite://{}/house.sqlite3", folder.path().display()));
        let floor = Floor::sqlite(below.clone(), &folder.path().join("floor.sqlite3")).await?;
        return Bench::new(plan, floor, None).run(&house).await;
    }
    let Some(server) = Server::start(within, Durability::Durable).await? else {
        bail!("no PostgreSQL is installed here (initdb and postgres); --database sqlite does without");
    };
    println!("\n### PostgreSQL\n");
    let house = House::new(binary, folder.path(), server.create("house").await?);
    let floor = Floor::postgres(below.clone(), server.create("floor").await?).await?;
    Bench::new(plan, floor, Some(server.postmaster()?)).run(&house).await
}
