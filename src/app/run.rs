//! How a verb is run for whoever asked: on the main runtime, to its end even where they hang up, answered once what it
//! rests on is on disk, and kept as the first answer of a request that may be repeated.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Json;
use anyhow::anyhow;
use futures_util::TryFutureExt;
use serde::Serialize;
use tracing::Instrument;

use super::App;
use crate::database::commit_dependency;
use crate::database::errand::{self, Errand};
use crate::error::trouble::Trouble;
use crate::error::{Error, Fault};
use crate::idempotency;

/// What a verb answers, whatever it is.
type Answer = Result<Box<dyn Any + Send>, Error>;

impl App {
    /// Runs a verb or a query on the main runtime. Every worker of the web server has a runtime of
    /// its own; a database connection opened there would die with it and take other requests
    /// along, and a client who hangs up would cancel half-done work.
    ///
    /// # Errors
    /// What the verb says; a fault where it panicked, or took too long.
    pub async fn run<T, V, F>(self: &Arc<Self>, verb: V) -> Result<T, Error>
    where
        T: Send + 'static,
        V: FnOnce(Arc<Self>) -> F,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let verb = verb(Arc::clone(self));
        // All that is around a verb is the same for every verb, and compiled once.
        let verb = Box::pin(async move { verb.await.map(|answer| Box::new(answer) as Box<dyn Any + Send>) });
        let answer = self.carry_out(verb).await?.downcast::<T>();
        answer.map(|answer| *answer).map_err(|_| anyhow!("a verb answered something else").into())
    }

    async fn carry_out(self: &Arc<Self>, verb: Pin<Box<dyn Future<Output = Answer> + Send>>) -> Answer {
        let errand = Arc::new(Errand::of_request());
        // Whoever hangs up stops waiting; what is begun is brought to its end.
        let _here = errand.left.clone().drop_guard();
        let limit = Duration::from_secs(self.settings.server.answer_seconds.max(1));
        let verb = tokio::time::timeout(limit, commit_dependency::confirmed(verb));
        let verb = errand::on(Arc::clone(&errand), verb).in_current_span();
        let running = match idempotency::current() {
            Some(claim) => self.runtime.spawn(idempotency::with_claim(claim, verb)),
            None => self.runtime.spawn(verb),
        };
        let answer = match running.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(late)) => Err(Fault::with_trouble(Trouble::Busy, late).into()),
            Err(broken) => Err(anyhow!("a verb broke off: {broken}").into()),
        };
        answer.map_err(|wrong| errand.wrong(wrong))
    }

    /// As [`App::run`], of a question that fails in a way of its own, such as the database's.
    ///
    /// # Errors
    /// What the question says; a fault where it panicked, or took too long.
    pub async fn ask<T, E, Q, F>(self: &Arc<Self>, question: Q) -> Result<T, Error>
    where
        T: Send + 'static,
        E: Into<Error> + 'static,
        Q: FnOnce(Arc<Self>) -> F,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        self.run(|app| question(app).map_err(Into::into)).await
    }

    /// As [`App::run`], and makes the answer of what the verb gives. Where the verb ends with
    /// [`Write::commit_telling`](crate::database::Write::commit_telling) of the same, a request with an
    /// `Idempotency-Key` has its answer kept in the verb's own transaction: no crash comes between.
    ///
    /// # Errors
    /// What the verb says, or a fault where it panicked.
    pub async fn tell<T, S, V, F>(
        self: &Arc<Self>,
        respond: impl Fn(T) -> (S, StatusCode) + Clone + Send + 'static,
        verb: V,
    ) -> Result<(Json<S>, StatusCode), Error>
    where
        T: Clone + Send + 'static,
        S: Serialize,
        V: FnOnce(Arc<Self>) -> F,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        if let Some(claim) = idempotency::current() {
            let respond = respond.clone();
            claim.tells(move |committed: &dyn Any| {
                let (answer, status) = respond(committed.downcast_ref::<T>()?.clone());
                Some((status.as_u16(), serde_json::to_vec(&answer).ok()?))
            });
        }
        let (answer, status) = respond(self.run(verb).await?);
        Ok((Json(answer), status))
    }

    /// As [`App::tell`], of a verb of one transaction that has nothing to say but that it is done (204).
    ///
    /// # Errors
    /// What the verb says, or a fault where it panicked.
    pub async fn done<V, F>(self: &Arc<Self>, verb: V) -> Result<HttpResponse, Error>
    where
        V: FnOnce(Arc<Self>) -> F,
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        if let Some(claim) = idempotency::current() {
            claim.tells(|committed: &dyn Any| {
                committed.downcast_ref::<()>().map(|()| (StatusCode::NO_CONTENT.as_u16(), Vec::new()))
            });
        }
        self.run(verb).await?;
        Ok(HttpResponse::NoContent().finish())
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, DbBackend, Statement};
    use tokio::sync::oneshot;

    use super::*;
    use crate::database::Write;

    async fn put(txn: &Write) {
        txn.execute_unprepared("INSERT INTO idempotency_key (claim, request_digest, at) VALUES (x'01', x'01', '')")
            .await
            .unwrap();
    }

    async fn is_there(db: &impl ConnectionTrait) -> bool {
        let question = Statement::from_string(DbBackend::Sqlite, "SELECT 1 FROM idempotency_key");
        db.query_one_raw(question).await.unwrap().is_some()
    }

    /// Waits until so many verbs stand in line behind whoever writes now.
    async fn in_line(app: &App, people: usize) {
        while app.database.people_in_line() < people {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn an_answer_waits_for_the_commit_it_rests_on() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::in_folder(folder.path()).await;
        let first = app.database.begin_write().await.unwrap();
        put(&first).await;
        let second = tokio::spawn({
            let app = Arc::clone(&app);
            async move {
                app.run(async move |app| {
                    let txn = app.database.begin_write().await?;
                    Ok(is_there(&txn).await)
                })
                .await
            }
        });
        in_line(&app, 1).await;
        let (ready, held) = oneshot::channel::<()>();
        let third = tokio::spawn({
            let app = Arc::clone(&app);
            async move {
                let txn = app.database.begin_write().await.unwrap();
                ready.send(()).unwrap();
                txn
            }
        });
        in_line(&app, 2).await;
        let first = tokio::spawn(first.commit());
        held.await.unwrap();
        // The second verb is through: it has read the first one's row, which nobody else can see yet.
        let txn = third.await.unwrap();
        assert!(!is_there(app.database.reader()).await);
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        assert!(!second.is_finished(), "told before it was true");
        txn.commit().await.unwrap();
        assert!(second.await.unwrap().unwrap());
        assert!(is_there(app.database.reader()).await);
        first.await.unwrap().unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn what_nobody_waits_for_any_more_is_not_begun() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::in_folder(folder.path()).await;
        let somebody = app.database.begin_write().await.unwrap();
        let left = tokio::spawn({
            let app = Arc::clone(&app);
            async move {
                app.run(async move |app| {
                    let txn = app.database.begin_write().await?;
                    put(&txn).await;
                    txn.commit().await
                })
                .await
            }
        });
        in_line(&app, 1).await;
        left.abort();
        assert!(left.await.unwrap_err().is_cancelled());
        drop(somebody);
        // Whoever comes next finds the line free and nothing done.
        let txn = app.database.begin_write().await.unwrap();
        assert!(!is_there(&txn).await);
        txn.commit().await.unwrap();
        assert!(!is_there(app.database.reader()).await);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn a_fault_after_something_was_done_does_not_say_that_nothing_was() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::in_folder(folder.path()).await;
        let outcome = app
            .run(async move |app| {
                let txn = app.database.begin_write().await?;
                put(&txn).await;
                txn.commit().await?;
                Err::<(), _>(Error::from(anyhow!("what comes after fails")))
            })
            .await;
        assert_eq!(outcome.unwrap_err().code(), "outcome_unknown");
        let outcome = app.run(async move |_| Err::<(), _>(Error::from(anyhow!("before anything was done")))).await;
        assert_eq!(outcome.unwrap_err().code(), "fault");
    }
}
