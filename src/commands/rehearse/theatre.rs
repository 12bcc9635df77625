//! The house a rehearsal plays in: a server on a free port, a clock that obeys, a line to call on.

use std::collections::HashMap;
use std::future::Future;
use std::net::TcpListener;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use chrono::{DateTime, Duration, Utc};
use data_encoding::BASE32_NOPAD;
use futures_util::{StreamExt, TryStreamExt, stream};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;
use tempfile::TempDir;

use super::client::Line;
use super::gathering::House;
use super::report::{Letters, Report};
use super::{Arguments, tell};
use crate::accounts::write_back;
use crate::app::App;
use crate::clock::Clock;
use crate::mail::letter;
use crate::secrets::Secrets;
use crate::server::jobs;
use crate::server::lifecycle::Opening;
use crate::settings::{Delivery, SecondFactor, Settings};

pub struct Theatre {
    pub line: Line,
    pub clock: Clock,
    pub app: Arc<App>,
    pub applicants: usize,
    pub seats: usize,
    pub seed: u64,
    /// Stands in every address and slug, so that a database can be rehearsed on twice.
    pub tag: String,
    opening: Opening,
    /// The database and the keys of pick rounds: apart, as in life.
    _folders: [TempDir; 2],
}

/// Noon in Shanghai, three weeks before Qixi night.
fn curtain() -> DateTime<Utc> {
    DateTime::from_timestamp(1_785_384_000, 0).unwrap_or_default()
}

impl Theatre {
    /// # Errors
    /// Where no server can be started or the database is out of reach.
    pub async fn open(mut settings: Settings, arguments: &Arguments, seats: usize) -> anyhow::Result<Self> {
        let (folder, keys) = (tempfile::tempdir()?, tempfile::tempdir()?);
        settings.database.url = match &arguments.database_url {
            Some(url) => url.clone().into(),
            None => format!("sqlite://{}/queqiao.sqlite3", folder.path().display()).into(),
        };
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://{}", listener.local_addr()?);
        settings.server.public_url.clone_from(&address);
        settings.security.second_factor = SecondFactor::Nobody;
        settings.mail.delivery = Delivery::Kept;
        settings.picks.key_store = keys.path().join("open-rounds").display().to_string().into();
        // The whole cast calls from one address.
        settings.security.auth_requests_per_minute = u32::MAX;
        let clock = Clock::stopped_at(curtain());
        // A database that was rehearsed on before had a secret of that rehearsal's own.
        let secrets = Secrets::fresh()?.expecting_new_key();
        let tag = BASE32_NOPAD.encode(&crate::chance::Chance.secret::<5>()?).to_lowercase();
        let app = App::build(settings, clock.clone(), secrets).await?;
        let opening = Opening::begin(&app, listener).await?;
        let line = Line::to(address)?;
        let applicants = arguments.applicants as usize;
        Ok(Self { line, clock, app, applicants, seats, seed: arguments.seed, tag, opening, _folders: [folder, keys] })
    }

    /// Sets the clock and lets the house go its round.
    pub async fn time_passes(&self, by: Duration) {
        self.clock.advance(by);
        jobs::once(&self.app).await;
    }

    /// So long before the doors open, whatever happened before.
    pub async fn before_the_doors(&self, by: Duration) {
        self.clock.set(curtain() + Duration::days(20) - by);
        jobs::once(&self.app).await;
    }

    /// The doors open on the twentieth day; whatever happened before, that is when the evening is.
    pub async fn the_evening_comes(&self) {
        self.clock.set(curtain() + Duration::days(20) + Duration::hours(1));
        jobs::once(&self.app).await;
    }

    /// Reads all letters of one kind as their readers would, out of what was kept: plain texts by
    /// recipient.
    ///
    /// # Errors
    /// Only faults.
    pub async fn letters_of(&self, kind: &str) -> anyhow::Result<HashMap<String, Vec<String>>> {
        // Those who asked for one are answered before it is written.
        write_back::due(&self.app).await?;
        let mut letters: HashMap<String, Vec<String>> = HashMap::new();
        let kept = letter::Entity::find().filter(letter::Column::Kind.eq(kind)).order_by_desc(letter::Column::Id);
        for letter in kept.all(self.app.database.reader()).await? {
            let opened = letter.to(&self.app.secrets).and_then(|to| Ok((to, letter.contents(&self.app.secrets)?)));
            let (to, contents) = opened.map_err(|fault| anyhow!("{fault:?}"))?;
            letters.entry(to).or_default().extend(contents.map(|contents| contents.plain));
        }
        Ok(letters)
    }

    /// Counts the outbox at the end: everything must be sent.
    ///
    /// # Errors
    /// Where the administrator is not answered.
    pub async fn letters(&self, house: &House<'_>, report: &mut Report) -> anyhow::Result<()> {
        tell("the postman goes his last round");
        for _ in 0..600 {
            report.letters = Letters::default();
            for letter in self.outbox(house, "").await? {
                match letter["state"].as_str() {
                    Some("sent" | "kept") => report.letters.sent += 1,
                    Some("waiting") => report.letters.waiting += 1,
                    _ => report.letters.failed += 1,
                }
            }
            if report.letters.waiting == 0 {
                break;
            }
            // He is another task, and takes as long as he takes.
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        let all = report.letters.failed == 0 && report.letters.waiting == 0 && report.letters.sent > 0;
        report.promise("every letter is sent", all, format!("{} sent", report.letters.sent));
        Ok(())
    }

    /// Every letter that fits, page by page.
    async fn outbox(&self, house: &House<'_>, filter: &str) -> anyhow::Result<Vec<Value>> {
        let line = self.line.step("outbox read");
        let mut letters = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/admin/outbox?limit=200&{filter}{cursor}");
            let page = house.administrator.get(&line, &path).await?.ok()?;
            letters.extend(page["items"].as_array().context("a page without items")?.iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(letters),
            }
        }
    }

    /// Takes over the measurements and closes the house.
    pub async fn take_down(self, report: &mut Report) {
        report.measured(&self.line.watch());
        self.opening.close().await;
    }
}

/// Runs one task for each item, `at_once` at a time, on the threads of the runtime.
///
/// # Errors
/// The first one that failed.
pub async fn at_once<T, R, F>(
    at_once: usize,
    items: impl IntoIterator<Item = T>,
    act: impl Fn(T) -> F,
) -> anyhow::Result<Vec<R>>
where
    R: Send + 'static,
    F: Future<Output = anyhow::Result<R>> + Send + 'static,
{
    let tasks = items.into_iter().map(|item| {
        let task = tokio::spawn(act(item));
        async move { task.await? }
    });
    stream::iter(tasks).buffered(at_once).try_collect().await
}
