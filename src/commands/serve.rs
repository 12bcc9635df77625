//! `queqiao serve`: migrate, then serve until told to stop.

use std::net::TcpListener;
use std::time::Duration;

use clap::Args;

use super::Ended;
use crate::app::App;
use crate::clock::Clock;
#[cfg(debug_assertions)]
use crate::database::schema;
use crate::database::tenancy::Tenancy;
use crate::memory;
use crate::network::Networks;
use crate::secrets::Secrets;
use crate::server::lifecycle::Opening;
use crate::settings::Settings;

#[derive(Args)]
pub struct Arguments {
    /// Go on with another key where the house's own is lost: passwords, badge codes and
    /// everything else that was sealed under it are lost with it
    #[arg(long)]
    new_key: bool,
    /// Die like in a power cut after so many statements, for stories about crashes
    #[cfg(debug_assertions)]
    #[arg(long, hide = true)]
    crash_after: Option<i64>,
    /// Hear on standard input what is to go wrong, for the long run of faults
    #[cfg(debug_assertions)]
    #[arg(long, hide = true)]
    mishaps: bool,
    /// Be the binary from before so many of the newest migrations, for stories about upgrades
    #[cfg(debug_assertions)]
    #[arg(long, hide = true, default_value_t = 0)]
    former: usize,
    /// A file with the seconds by which the machine's clock is wrong, for stories about clocks
    #[cfg(debug_assertions)]
    #[arg(long, hide = true)]
    clock_shift: Option<std::path::PathBuf>,
    /// Let other processes of the same user look into this one, for debuggers and for stories that do
    #[cfg(debug_assertions)]
    #[arg(long, hide = true)]
    open_to_debuggers: bool,
}

impl Arguments {
    /// Whether other processes may look into this one.
    pub(super) fn is_open_to_debuggers(&self) -> bool {
        #[cfg(debug_assertions)]
        return self.open_to_debuggers;
        #[cfg(not(debug_assertions))]
        false
    }
}

/// How long a stop takes at most after the last request was given its time.
const AFTER_REQUESTS: Duration = Duration::from_secs(5);

/// Serves until SIGTERM or Ctrl-C; requests being answered are answered to their end, within
/// `server.shutdown_seconds`.
///
/// # Errors
/// A database or an address out of reach, or an embedded database that somebody else serves.
pub async fn serve(settings: Settings, arguments: Arguments) -> Result<(), Ended> {
    let _alone = Tenancy::take(&settings.database.url)?;
    if Networks::read(&settings.server.trusted_proxies).is_ok_and(|proxies| proxies.are_everybody()) {
        tracing::warn!(
            "server.trusted_proxies is everybody: anyone who reaches this port says where they come from, and is \
             counted by that"
        );
    }
    for device in memory::swapped_in_the_clear() {
        tracing::warn!(
            device,
            "memory may be written to this disk as it is, keys included; turn swap off or encrypt it"
        );
    }
    let mut secrets = Secrets::load(&settings.security)?;
    if arguments.new_key {
        secrets = secrets.expecting_new_key();
    }
    let bind = settings.server.bind.clone();
    let shutdown_seconds = settings.server.shutdown_seconds;
    let taken = |refused: std::io::Error| Ended::Failed(format!("server.bind {bind}: {refused}"));
    let listener = TcpListener::bind(&bind).map_err(taken)?;
    #[cfg(debug_assertions)]
    let clock = Clock::machine_shifted(arguments.clock_shift.clone());
    #[cfg(not(debug_assertions))]
    let clock = Clock::machine();
    #[cfg(debug_assertions)]
    schema::UNKNOWN.store(arguments.former, std::sync::atomic::Ordering::Relaxed);
    let app = App::build(settings, clock, secrets).await?;
    // Before the opening: what a start finishes can be cut off as well.
    #[cfg(debug_assertions)]
    if let Some(statements) = arguments.crash_after {
        crate::failpoint::after(statements);
    }
    #[cfg(debug_assertions)]
    if arguments.mishaps {
        crate::failpoint::mishap::listen();
    }
    let opening = Opening::begin(&app, listener).await?;
    // The one line on standard output: whoever started us learns the address, a free port included.
    println!("http://{}", opening.address);
    tracing::info!(address = %opening.address, "open");
    told_to_stop().await;
    tracing::info!("closing");
    opening.leave(told_to_stop()).await;
    let limit = Duration::from_secs(shutdown_seconds) + AFTER_REQUESTS;
    if tokio::time::timeout(limit, opening.close()).await.is_err() {
        tracing::warn!("something hangs and is left behind");
    }
    Ok(())
}

/// Waits for SIGTERM or Ctrl-C.
pub async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}
