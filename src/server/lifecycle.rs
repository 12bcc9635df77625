//! The house with its doors open: web server, rounds and postman, started and stopped together.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::jobs;
use crate::accounts::write_back;
use crate::app::App;
use crate::badges;
use crate::chat::channels::Rooms;
use crate::clock_watch;
use crate::couples::given_contact;
use crate::failpoint;
use crate::live::channels::Channels;
use crate::mail::postman::Postman;
use crate::picks::{key_presence, recovery};
use crate::relay;

/// Whether this process is about to close.
#[derive(Default)]
pub struct Leaving(AtomicBool);

impl Leaving {
    #[must_use]
    pub fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

pub struct Opening {
    pub app: Arc<App>,
    pub address: SocketAddr,
    closing: CancellationToken,
    handle: ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
    rounds: JoinHandle<()>,
    postman: JoinHandle<()>,
    clerk: JoinHandle<()>,
    relay: JoinHandle<()>,
}

impl Opening {
    /// Finishes what a stop left half-way, then serves on the listener.
    ///
    /// # Errors
    /// Where the listener cannot be taken or the mail settings cannot work; the message names the
    /// key.
    pub async fn begin(app: &Arc<App>, listener: TcpListener) -> anyhow::Result<Self> {
        clock_watch::begin(app).await?;
        badges::code::renew_former(app).await?;
        key_presence::attend(app).await?;
        recovery::resume(app).await?;
        given_contact::complete(app).await?;
        let address = listener.local_addr()?;
        let postman = Postman::new(app)?;
        let server = super::open(app, listener)?;
        let handle = server.handle();
        let closing = CancellationToken::new();
        let relay = relay::start(app, closing.clone()).await?;
        let (letters, clock, clerk) = if failpoint::is_counting() {
            (tokio::spawn(async {}), tokio::spawn(async {}), tokio::spawn(async {}))
        } else {
            let rounds = jobs::go(Arc::clone(app), closing.clone());
            (postman.start(closing.clone()), tokio::spawn(rounds), write_back::start(app, closing.clone()))
        };
        Ok(Self {
            app: Arc::clone(app),
            address,
            handle,
            serving: tokio::spawn(server),
            rounds: clock,
            postman: letters,
            clerk,
            relay,
            closing,
        })
    }

    /// Says for `server.leave_seconds` that no guests are to be sent here any more, and serves whoever comes all the
    /// same: a proxy that asks `/readyz` has turned to the others before this one takes no connection. Told to stop
    /// once more, it leaves at once.
    pub async fn leave(&self, hurried: impl Future<Output = ()>) {
        self.app.extensions.get_or_default::<Leaving>().0.store(true, Ordering::Relaxed);
        let _ = tokio::time::timeout(Duration::from_secs(self.app.settings.server.leave_seconds), hurried).await;
    }

    /// Answers what is being answered, then closes: requests first, then the rounds, then the
    /// database, so that nobody finds it gone.
    pub async fn close(self) {
        self.closing.cancel();
        // A stream would not end by itself, and a stop waits for what is being answered.
        self.app.extensions.get_or_default::<Channels>().close();
        self.app.extensions.get_or_default::<Rooms>().close();
        self.handle.stop(true).await;
        let _ = self.serving.await;
        let _ = self.rounds.await;
        let _ = self.clerk.await;
        let _ = self.relay.await;
        key_presence::leave(&self.app).await;
        // A letter cut off here goes again when its lease has run out.
        let patience = Duration::from_secs(self.app.settings.server.shutdown_seconds);
        let _ = tokio::time::timeout(patience, self.postman).await;
        self.app.database.clone().close().await;
    }
}
