//! The postman takes what is due, one letter at a time under a lease, and writes down what became
//! of it. Any number of postmen in any number of processes may work on one outbox. A letter goes at
//! least once: whoever dies between the server's yes and the note of it leaves a lease that runs
//! out, and the letter goes again under the same Message-ID.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveEnum, ExprTrait, PaginatorTrait, QueryFilter, QuerySelect};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::deliver::{Mailer, Smtp, Undelivered};
use super::lease;
use super::letter::{self, Column, Entity, Model, State};
use crate::app::App;
use crate::error::Error;

/// How often the outbox is looked at when nobody rings: for what other processes wrote, and for
/// what waited for its hour.
const ROUND: Duration = Duration::from_secs(2);
/// The bell rings before the commit of what it rings for.
const COMMIT: Duration = Duration::from_millis(150);
/// How long to leave a mail server alone that was away.
const REST: Duration = Duration::from_secs(20);
/// What a lease has to spare over the longest delivery.
const MARGIN: Duration = Duration::from_secs(60);

/// Delivers the letters of one house.
pub struct Postman {
    app: Arc<App>,
    mailer: Mailer,
    stop: CancellationToken,
}

/// What became of the letters of one round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    pub sent: u64,
    /// To be tried again later.
    pub put_off: u64,
    /// Failed for good, until an administrator says otherwise.
    pub given_up: u64,
    /// The mail server was away: what else was due stays due.
    pub away: bool,
}

impl Postman {
    /// # Errors
    /// Mail settings that cannot work; the message names the key.
    pub fn new(app: &Arc<App>) -> anyhow::Result<Self> {
        let mailer = Mailer::new(&app.settings.mail)?;
        Ok(Self { app: Arc::clone(app), mailer, stop: CancellationToken::new() })
    }

    /// Delivers until told to stop; the letters in hand are brought to their end.
    #[must_use]
    pub fn start(mut self, stop: CancellationToken) -> JoinHandle<()> {
        self.stop = stop;
        let app = Arc::clone(&self.app);
        app.spawn(async move {
            loop {
                let pause = match self.step().await {
                    Ok(round) if round.away => REST,
                    Ok(_) => ROUND,
                    Err(fault) => {
                        tracing::error!(?fault, "the outbox could not be read");
                        REST
                    }
                };
                self.count().await;
                tokio::select! {
                    () = self.stop.cancelled() => return self.hang_up().await,
                    () = tokio::time::sleep(pause) => {}
                    () = self.app.postbell.notified(), if pause == ROUND => tokio::time::sleep(COMMIT).await,
                }
            }
        })
    }

    async fn hang_up(&self) {
        if let Mailer::Smtp(smtp) = &self.mailer {
            smtp.hang_up().await;
        }
    }

    /// Delivers what is due, once.
    ///
    /// # Errors
    /// Only faults; whatever had not been written down by then goes again.
    pub async fn step(&self) -> Result<Round, Error> {
        match &self.mailer {
            Mailer::Kept => self.keep().await,
            Mailer::Smtp(smtp) => self.carry(smtp).await,
        }
    }

    /// Keeping a letter is delivering it: all that is due at once.
    async fn keep(&self) -> Result<Round, Error> {
        let now = self.app.now();
        if !self.is_something_due(now).await? {
            return Ok(Round::default());
        }
        let txn = self.app.database.begin_write().await?;
        let kept = Entity::update_many()
            .col_expr(Column::State, Expr::value(State::Sent))
            .col_expr(Column::SentAt, Expr::value(now))
            .col_expr(Column::Tries, Expr::col(Column::Tries).add(1))
            .filter(letter::due(now))
            .exec(&txn)
            .await?
            .rows_affected;
        txn.commit().await?;
        metrics::counter!("letters_total", "outcome" => "kept").increment(kept);
        Ok(Round { sent: kept, ..Round::default() })
    }

    async fn carry(&self, smtp: &Smtp) -> Result<Round, Error> {
        let away = AtomicBool::new(false);
        let workers = (0..self.app.settings.mail.workers.max(1)).map(|_| self.work(smtp, &away));
        let mut round = Round::default();
        for worked in join_all(workers).await {
            let worked = worked?;
            round.sent += worked.sent;
            round.put_off += worked.put_off;
            round.given_up += worked.given_up;
        }
        round.away = away.into_inner();
        smtp.tidy().await;
        Ok(round)
    }

    /// One letter after the other, until nothing is due or it is time to stop.
    async fn work(&self, smtp: &Smtp, away: &AtomicBool) -> Result<Round, Error> {
        let mut round = Round::default();
        let mut tried = None;
        loop {
            let more = !away.load(Ordering::Relaxed) && !self.stop.is_cancelled();
            let Some(letter) = self.settle_and_take(tried.take(), more, &mut round).await? else { break };
            let outcome = smtp.deliver(&letter, self.app.now()).await;
            if matches!(outcome, Err(Undelivered::Away(_))) {
                away.store(true, Ordering::Relaxed);
            }
            tried = Some((letter, outcome));
        }
        Ok(round)
    }

    /// Writes down how the last letter went and takes the next one, in one transaction: a letter
    /// costs one commit.
    async fn settle_and_take(
        &self,
        tried: Option<(Model, Result<(), Undelivered>)>,
        more: bool,
        round: &mut Round,
    ) -> Result<Option<Model>, Error> {
        let now = self.app.now();
        if tried.is_none() && (!more || !self.is_something_due(now).await?) {
            return Ok(None);
        }
        let txn = self.app.database.begin_write().await?;
        if let Some((letter, outcome)) = tried {
            lease::settle(&txn, &self.app.settings.mail, &letter, &outcome, now, round).await?;
        }
        let until = now + TimeDelta::from_std(self.mailer.patience() + MARGIN).map_err(Error::fault)?;
        let taken = if more { lease::take(&txn, now, until).await? } else { None };
        txn.commit().await?;
        Ok(taken)
    }

    async fn is_something_due(&self, now: DateTime<Utc>) -> Result<bool, Error> {
        let due = Entity::find().select_only().column(Column::Id).filter(letter::due(now)).into_tuple::<Uuid>();
        Ok(due.one(self.app.database.reader()).await?.is_some())
    }

    /// Tells the figures what lies in the outbox.
    async fn count(&self) {
        for state in [State::Waiting, State::Failed] {
            if let Ok(letters) = Entity::find().filter(Column::State.eq(state)).count(self.app.database.reader()).await
            {
                #[expect(clippy::cast_precision_loss, reason = "a gauge is a float, and nobody has 2^52 letters")]
                metrics::gauge!("letters", "state" => state.to_value()).set(letters as f64);
            }
        }
    }
}
