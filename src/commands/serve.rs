//! `queqiao serve`: migrate, then serve until told to stop.

use std::net::TcpListener;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::Ended;
use crate::app::App;
use crate::clock::Clock;
use crate::secrets::Secrets;
use crate::server::{self, rounds};
use crate::settings::Settings;

/// Serves until SIGTERM or Ctrl-C; requests being answered are answered to their end.
///
/// # Errors
/// A database or an address out of reach.
pub async fn serve(settings: Settings) -> Result<(), Ended> {
    let secrets = Secrets::load(&settings.security)?;
    let bind = settings.server.bind.clone();
    let app = App::build(settings, Clock::Machine, secrets).await?;
    let listener =
        TcpListener::bind(&bind).map_err(|refused| Ended::Failed(format!("server.bind {bind}: {refused}")))?;
    let server =
        server::open(&app, listener).map_err(|refused| Ended::Failed(format!("server.bind {bind}: {refused}")))?;
    let handle = server.handle();
    let serving = tokio::spawn(server);
    let closing = CancellationToken::new();
    let rounds = tokio::spawn(rounds::go(Arc::clone(&app), closing.clone()));
    tracing::info!(address = %bind, "open");
    told_to_stop().await;
    tracing::info!("closing");
    closing.cancel();
    handle.stop(true).await;
    let _ = serving.await;
    let _ = rounds.await;
    app.database.clone().close().await;
    Ok(())
}

async fn told_to_stop() {
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
