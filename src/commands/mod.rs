//! What the binary can do. Wrong usage and bad configuration exit 2, everything else that fails
//! exits 1, with a line on standard error that names the key, the address or the line; of a bad
//! configuration one for each key.

pub mod admin;
pub mod backup;
pub mod dates;
pub mod demo;
pub mod doctor;
mod embedded;
pub mod healthcheck;
pub mod keys;
pub mod migrate;
mod part;
pub mod rehearse;
pub mod restore;
pub mod screen;
pub mod serve;
pub mod verify;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::memory;
use crate::settings::{LogFormat, LogSettings, Settings};

#[derive(Parser)]
#[command(name = "queqiao", version, about = "鹊桥: singles mixers, from the first announcement to the wedding photo")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Migrate, then serve
    Serve(serve::Arguments),
    /// Serve a scene to click through: 800 applicants, and an event in each phase
    Demo(demo::Arguments),
    /// Play a whole mixer over HTTP and check every promise
    Rehearse(rehearse::Arguments),
    /// Screen applicants from a file, without the service
    Screen(screen::Arguments),
    /// Recompute a published screening and say whether it holds
    Verify(verify::Arguments),
    /// Plan 8-minute dates from a file, without the service
    Dates(dates::Arguments),
    /// Whether everything that was promised is in the database exactly once
    Doctor(doctor::Arguments),
    /// Administrators
    Admin(admin::Arguments),
    /// The keys of the house
    Keys(keys::Arguments),
    /// The schema
    Migrate(migrate::Arguments),
    /// Copy the embedded database while it serves
    Backup(backup::Arguments),
    /// Put a copy back; the service must be stopped
    Restore(restore::Arguments),
    /// Whether the service on this machine is ready
    Healthcheck,
}

/// Why a command ends without success.
#[derive(Debug)]
pub enum Ended {
    /// Exit 2: how it was called, or what was configured.
    Usage(String),
    /// Exit 1.
    Failed(String),
    /// An exit status with its own meaning; everything was already said.
    Status(u8),
}

impl From<anyhow::Error> for Ended {
    fn from(cause: anyhow::Error) -> Self {
        Self::Failed(format!("{cause:#}"))
    }
}

/// Reads the command line and carries it out.
#[must_use]
pub fn run() -> ExitCode {
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(help) => {
            let _ = help.print();
            return ExitCode::from(u8::try_from(help.exit_code()).unwrap_or(2));
        }
    };
    if matches!(&line.command, Command::Serve(_) | Command::Demo(_)) {
        memory::begin_thriftily();
    }
    let open = matches!(&line.command, Command::Serve(arguments) if arguments.is_open_to_debuggers());
    if !open && let Err(refused) = memory::close_to_others() {
        return exit_with(&format!("{refused:#}"), 1);
    }
    match carry_out(line.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ended::Status(status)) => ExitCode::from(status),
        Err(Ended::Usage(message)) => exit_with(&message, 2),
        Err(Ended::Failed(message)) => exit_with(&message, 1),
    }
}

fn exit_with(message: &str, status: u8) -> ExitCode {
    for line in message.lines() {
        eprintln!("queqiao: {line}");
    }
    ExitCode::from(status)
}

fn carry_out(command: Command) -> Result<(), Ended> {
    match command {
        Command::Serve(arguments) => with_house(|settings| serve::serve(settings, arguments)),
        Command::Demo(arguments) => with_house(|settings| demo::demo(settings, arguments)),
        Command::Rehearse(arguments) => with_house(|settings| rehearse::rehearse(settings, arguments)),
        Command::Screen(arguments) => screen::screen(&arguments),
        Command::Verify(arguments) => verify::verify(&arguments),
        Command::Dates(arguments) => dates::dates(&arguments),
        Command::Doctor(arguments) => with_house(|settings| doctor::doctor(settings, arguments)),
        Command::Admin(arguments) => with_house(|settings| admin::admin(settings, arguments)),
        Command::Keys(arguments) => with_house(|settings| keys::keys(settings, arguments)),
        Command::Migrate(arguments) => with_house(|settings| migrate::migrate(settings, arguments)),
        Command::Backup(arguments) => with_house(|settings| backup::backup(settings, arguments)),
        Command::Restore(arguments) => with_house(|settings| restore::restore(settings, arguments)),
        Command::Healthcheck => with_house(healthcheck::healthcheck),
    }
}

/// Reads the configuration, starts the log and the runtime.
fn with_house<F>(command: impl FnOnce(Settings) -> F) -> Result<(), Ended>
where
    F: Future<Output = Result<(), Ended>>,
{
    let settings = Settings::load().map_err(|wrong| Ended::Usage(format!("{wrong:#}")))?;
    listen_to_log(&settings.log)?;
    // As many descriptors as this process may have: each connection takes one.
    if let Err(refused) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%refused, "the limit of open files could not be raised");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|refused| Ended::Failed(refused.to_string()))?;
    let ended = runtime.block_on(command(settings));
    // What is left behind hangs: a thread that waits for the disk would keep the process for ever.
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended
}

fn listen_to_log(log: &LogSettings) -> Result<(), Ended> {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_new(&log.filter).map_err(|wrong| Ended::Usage(format!("log.filter: {wrong}")))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first log.
    let _ = match log.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    Ok(())
}
