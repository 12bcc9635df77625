//! The house: built once, lent by reference.

mod run;

use std::future::Future;
use std::sync::{Arc, Mutex};

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore};
use uuid::{ContextV7, Timestamp, Uuid};

use crate::bonds;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::database::Database;
use crate::extensions::Extensions;
use crate::happening::Happenings;
use crate::identity::{self, Identity};
use crate::leaked::Leaked;
use crate::rate_limit::RateLimit;
use crate::sealed;
use crate::secrets::Secrets;
use crate::settings::Settings;

pub struct App {
    pub settings: Settings,
    pub database: Database,
    pub clock: Clock,
    pub chance: Chance,
    pub secrets: Secrets,
    pub identity: Identity,
    /// Passwords nobody may choose, where a list of them is at hand.
    pub leaked: Option<Arc<Leaked>>,
    pub happenings: Happenings,
    /// Rung when a letter was posted, so that the postman need not wait for his next round.
    pub postbell: Notify,
    /// How many passwords are hashed at once: each takes a core and 12 MiB.
    pub hashing: Arc<Semaphore>,
    /// How often one network address may knock at the sign-in.
    pub rate_limit: RateLimit,
    /// Ids made one after another sort that way, within one millisecond too.
    ids: Mutex<ContextV7>,
    /// What rooms keep in memory between requests.
    pub extensions: Extensions,
    runtime: Handle,
}

/// The house as handlers receive it.
pub type House = actix_web::web::Data<App>;

impl App {
    /// Connects, migrates and opens the house on the runtime this is called on, which must outlive
    /// every request.
    ///
    /// # Errors
    /// What [`Leaked::open`], [`Database::open`], [`Database::migrate`] and [`identity::enter::open_house`] say.
    pub async fn build(settings: Settings, clock: Clock, secrets: Secrets) -> anyhow::Result<Arc<Self>> {
        let leaked = Leaked::open(&settings.security.leaked_passwords)?.map(Arc::new);
        identity::enter::look(&settings.database.url, &secrets)?;
        let database = Database::open(&settings.database).await?;
        database.examine(settings.database.connections).await?;
        database.migrate().await?;
        let (url, expected) = (&settings.database.url, &settings.security.house);
        let identity = identity::enter::open_house(&database, url, &secrets, expected, clock.now()).await?;
        // Before anybody reads: what a former version wrote in the clear is read by nothing else. And before
        // anything is bound, for addresses are vouched for by what they are found by.
        let sealed = sealed::renew::seal(&database, &secrets).await.map_err(|fault| anyhow!("{fault:?}"))?;
        if identity.to_bind {
            let bound = async {
                bonds::renew::bind(&database, &secrets).await?;
                identity::bound(&database, &secrets, identity.id).await
            };
            bound.await.map_err(|fault| anyhow!("{fault}"))?;
        }
        if sealed > 0 {
            database.rewrite().await?;
        }
        Ok(Arc::new(Self {
            database,
            clock,
            chance: Chance,
            secrets,
            identity,
            leaked,
            happenings: Happenings::default(),
            postbell: Notify::new(),
            hashing: Arc::new(Semaphore::new(settings.security.hashings.max(1))),
            rate_limit: RateLimit::new(&settings),
            ids: Mutex::new(ContextV7::new()),
            extensions: Extensions::default(),
            runtime: Handle::current(),
            settings,
        }))
    }

    /// Which house this is: the same in every process on its database, and in no other database.
    #[must_use]
    pub fn house_id(&self) -> Uuid {
        self.identity.id
    }

    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A new primary key. It tells when it was made: never use it as a secret.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        let now = self.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Uuid::new_v7(Timestamp::from_unix(&self.ids, seconds, now.timestamp_subsec_nanos()))
    }

    /// What stands before every path in mails and QR codes.
    #[must_use]
    pub fn public_url(&self, path: &str) -> String {
        let configured = self.settings.server.public_url.trim_end_matches('/');
        if configured.is_empty() {
            format!("http://{}{path}", self.settings.server.bind)
        } else {
            format!("{configured}{path}")
        }
    }

    /// A new house in a folder, whose clock stands at 1970.
    #[cfg(test)]
    pub(crate) async fn in_folder(folder: &std::path::Path) -> Arc<Self> {
        let mut settings = Settings::defaults().unwrap();
        settings.database.url = format!("sqlite://{}/house.sqlite3", folder.display()).into();
        Self::build(settings, Clock::stopped_at(DateTime::UNIX_EPOCH), Secrets::fresh().unwrap()).await.unwrap()
    }

    /// Starts work of the house itself, not of a request.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> tokio::task::JoinHandle<()> {
        self.runtime.spawn(work)
    }
}
