//! A round is closed, counted and told once, wherever a process dies.

use std::sync::Arc;

use queqiao::picks::round::{self, State};
use queqiao::picks::{ballot, close, recovery};
use queqiao::server::jobs;
use queqiao_ballots::secret::Secret;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::{Hall, ROUNDS, light, mine};
use crate::fixtures::process;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_between_closing_and_tallying_changes_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let app = &hall.evening.app;
    let n = hall.open(1).await;
    light(&hall.men[0], n, &["女001"]).await;
    light(&hall.women[0], n, &["男001"]).await;
    light(&hall.men[1], n, &["女001"]).await;
    close::shut(app, &hall.as_host(), i32::try_from(n).unwrap()).await.unwrap();
    assert_eq!(light(&hall.women[1], n, &["男002"]).await.code(), "round_closed");
    assert_eq!(mine(&hall.men[0], n).await.code(), "round_not_tallied");
    assert!(hall.matches().await.is_empty());
    recovery::resume(app).await.unwrap();
    recovery::resume(app).await.unwrap();
    assert_eq!(hall.matches().await.len(), 1);
    assert_eq!(hall.evening.letters().await.len(), 4);
    assert_eq!(hall.round(n).await.state, State::Tallied);
    let (keys, id) = (round::keys(app).await.unwrap(), hall.round(n).await.id);
    assert!(!keys.rounds().await.unwrap().contains(&id));
    // A process that died before it could destroy the key: the host who closes again does it, or the
    // next round of scheduled work.
    keys.keep(id, &Arc::new(Secret::drawn().unwrap())).await.unwrap();
    assert_eq!(hall.close(n).await.status, 200);
    assert!(!keys.rounds().await.unwrap().contains(&id));
    keys.keep(id, &Arc::new(Secret::drawn().unwrap())).await.unwrap();
    jobs::once(app).await;
    assert!(!keys.rounds().await.unwrap().contains(&id));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_power_cut_between_any_two_statements_of_a_closing_changes_nothing(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let keys = tempfile::tempdir().unwrap();
    let Some(mut hall) = Hall::shared(engine, keys.path(), 2).await else { return };
    for statements in 0.. {
        process::catch_up(&hall.evening);
        hall.host = hall.evening.again(&hall.host);
        let n = hall.open(1).await;
        hall.pick(n).await;
        let outlived = {
            let process = process::serve(&hall.evening, statements);
            let host = hall.host.at(&process.address);
            let close = host.request(Method::POST, &format!("{ROUNDS}/{n}/close"));
            host.send_or_lose(close.json(&json!({}))).await
        };
        // What a start does. Where the round was still open it stays so, and the host closes again.
        recovery::resume(&hall.evening.app).await.unwrap();
        let bulletin = hall.close(n).await;
        let rounds = usize::try_from(statements).unwrap() + 1;
        hall.ended_well(n, rounds, &format!("after {statements} statements")).await;
        if let Some(outlived) = outlived {
            assert_eq!(outlived.bytes, bulletin.bytes);
            assert!(statements > 20, "the plug was pulled {statements} times");
            break;
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_power_cut_while_a_start_finishes_a_round_changes_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let keys = tempfile::tempdir().unwrap();
    let Some(hall) = Hall::shared(engine, keys.path(), 2).await else { return };
    let n = hall.open(1).await;
    hall.pick(n).await;
    close::shut(&hall.evening.app, &hall.as_host(), i32::try_from(n).unwrap()).await.unwrap();
    for statements in 0.. {
        let opened = !process::serve(&hall.evening, statements).address.is_empty();
        let when = format!("after {statements} statements");
        if opened {
            hall.ended_well(n, 1, &when).await;
            assert!(statements > 15, "the plug was pulled {statements} times");
            break;
        }
        let letters = hall.evening.letters().await.len();
        let left = ballot::Entity::find().count(hall.evening.app.database.reader()).await.unwrap();
        match hall.round(n).await.state {
            State::Closed => assert_eq!((left, letters, hall.matches().await.len()), (4, 0, 0), "{when}"),
            State::Tallied => assert_eq!((left, letters, hall.matches().await.len()), (0, 4, 1), "{when}"),
            other => panic!("{when}: {other:?}"),
        }
    }
}

/// Scheduled work finishes what a lost answer left between closing and counting.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_round_that_is_only_closed_is_tallied_by_the_next_round_of_work(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let n = hall.open(1).await;
    hall.pick(n).await;
    jobs::once(&hall.evening.app).await;
    assert_eq!(hall.round(n).await.state, State::Open);
    close::shut(&hall.evening.app, &hall.as_host(), i32::try_from(n).unwrap()).await.unwrap();
    jobs::once(&hall.evening.app).await;
    hall.ended_well(n, 1, "after a round of work").await;
}
