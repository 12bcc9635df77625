//! The postman takes what is due, one letter at a time under a lease, and writes down what became
//! of it. Any number of postmen in any number of processes may work on one outbox. A letter goes at
//! least once: whoever dies between the server's yes and the note of it leaves a lease that runs
//! out, and the letter goes again under the same Message-ID.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveEnum, ExprTrait, PaginatorTrait, QueryFilter, QuerySelect};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::deliver::{Mailer, Smtp, Undelivered};
use super::lease;
use super::letter::{self, Column, Entity, Model, State};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::sealed::Sealed;

/// How often the outbox is looked at when nobody rings: for what other processes wrote, and for
/// what waited for its hour.
const ROUND: Duration = Duration::from_secs(2);
/// The bell rings before the commit of what it rings for.
const COMMIT: Duration = Duration::from_millis(150);
/// How long a hand rests whose line failed: at first, and at most.
const REST: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(20));
/// A lease is renewed so many times before it would have run out.
const RENEWALS: u32 = 3;

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
    /// A line failed, and the hand that held it rests: what else was due stays due.
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
            if let Err(fault) = self.take_over().await {
                tracing::error!(?fault, "the outbox could not be read");
            }
            if let Err(fault) = self.empty().await {
                tracing::error!(?fault, "letters that went could not be emptied");
            }
            // Each hand by itself: what one line does to its hand is nothing to the others.
            join_all((0..self.hands()).map(|hand| self.go(hand == 0))).await;
            self.hang_up().await;
        })
    }

    fn hands(&self) -> usize {
        match self.mailer {
            Mailer::Kept => 1,
            Mailer::Smtp(_) => self.app.settings.mail.workers.max(1),
        }
    }

    /// The embedded database has one postman at a time, so what his predecessor had in hand is due at
    /// once. Elsewhere it is when the lease has run out.
    async fn take_over(&self) -> Result<(), Error> {
        if self.app.database.is_postgres() {
            return Ok(());
        }
        let txn = self.app.database.begin_write().await?;
        lease::release(&txn).await?;
        txn.commit().await
    }

    /// One hand, until told to stop; one of them tidies up.
    async fn go(&self, tidies: bool) {
        let mut rest = REST.0;
        loop {
            let (pause, rests) = match self.turn().await {
                Ok(Round { away: false, .. }) => (ROUND, false),
                Ok(_) => (rest, true),
                Err(fault) => {
                    tracing::error!(?fault, "the outbox could not be read");
                    (REST.1, true)
                }
            };
            rest = if rests { (rest * 2).min(REST.1) } else { REST.0 };
            if tidies {
                self.count().await;
                if let Mailer::Smtp(smtp) = &self.mailer {
                    smtp.tidy().await;
                }
            }
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = sleep(pause) => {}
                () = self.app.postbell.notified(), if !rests => sleep(COMMIT).await,
            }
        }
    }

    /// What one hand does before it rests.
    async fn turn(&self) -> Result<Round, Error> {
        match &self.mailer {
            Mailer::Kept => self.keep().await,
            Mailer::Smtp(smtp) => self.work(smtp).await,
        }
    }

    async fn hang_up(&self) {
        if let Mailer::Smtp(smtp) = &self.mailer {
            smtp.hang_up().await;
        }
    }

    /// Delivers what is due with all hands, once.
    ///
    /// # Errors
    /// Only faults; whatever had not been written down by then goes again.
    pub async fn step(&self) -> Result<Round, Error> {
        let mut round = Round::default();
        for turn in join_all((0..self.hands()).map(|_| self.turn())).await {
            let turn = turn?;
            round.sent += turn.sent;
            round.put_off += turn.put_off;
            round.given_up += turn.given_up;
            round.away |= turn.away;
        }
        Ok(round)
    }

    /// What went while letters were still kept, or before they were emptied, says nothing any more.
    async fn empty(&self) -> Result<(), Error> {
        if matches!(self.mailer, Mailer::Kept) {
            return Ok(());
        }
        let txn = self.app.database.begin_write().await?;
        Entity::update_many()
            .col_expr(Column::Contents, Expr::value(None::<Sealed>))
            .filter(Column::State.eq(State::Sent))
            .filter(Column::Contents.is_not_null())
            .exec(&txn)
            .await?;
        txn.commit().await
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

    /// One letter after the other, until nothing is due, the line fails, or it is time to stop.
    async fn work(&self, smtp: &Smtp) -> Result<Round, Error> {
        let mut round = Round::default();
        let mut tried = None;
        loop {
            let more = !round.away && !self.stop.is_cancelled();
            let Some(letter) = self.settle_and_take(tried.take(), more, &mut round).await? else { break };
            // There may be more than one pair of hands can carry.
            self.app.postbell.notify_one();
            let outcome = self.in_hand(&letter, smtp.deliver(&self.app.secrets, &letter, self.app.now())).await;
            round.away = matches!(outcome, Err(Undelivered::Away(_) | Undelivered::Unsure(_)));
            tried = Some((letter, outcome));
        }
        Ok(round)
    }

    /// Renews the lease for as long as the letter is in hand: it may be short, so that others need not
    /// wait for somebody who died, and a server may take its time all the same.
    async fn in_hand<T>(&self, letter: &Model, delivery: impl Future<Output = T>) -> T {
        let mut delivery = pin!(delivery);
        loop {
            match timeout(self.lease() / RENEWALS, &mut delivery).await {
                Ok(outcome) => return outcome,
                Err(_) => {
                    if let Err(fault) = self.renew(letter).await {
                        tracing::error!(?fault, "a lease could not be renewed");
                    }
                }
            }
        }
    }

    async fn renew(&self, letter: &Model) -> Result<(), Error> {
        let txn = self.app.database.begin_write().await?;
        lease::renew(&txn, letter, self.leased_until(self.app.now())?).await?;
        txn.commit().await
    }

    fn lease(&self) -> Duration {
        Duration::from_secs(Ord::max(self.app.settings.mail.lease_seconds, 1))
    }

    fn leased_until(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, Fault> {
        Ok(now + TimeDelta::from_std(self.lease()).map_err(Fault::of)?)
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
            lease::record_outcome(&txn, &self.app, &letter, &outcome, now, round).await?;
        }
        let taken = if more { lease::take(&txn, now, self.leased_until(now)?).await? } else { None };
        txn.commit().await?;
        Ok(taken)
    }

    async fn is_something_due(&self, now: DateTime<Utc>) -> Result<bool, Fault> {
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
