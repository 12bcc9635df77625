//! The books are closed, and nothing comes after.

use std::sync::Arc;

use Engine::{Postgres, Sqlite};
use queqiao::database::Write;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::points::ledger::{self, Merit};
use queqiao::points::rules::Rule;
use queqiao::points::{chain, close_books, digest, entry, frozen};
use queqiao::registrations::registration::Status;
use rstest::rstest;
use serde_json::json;

use super::{DIGESTS, ENTRIES, FREEZE, MINE, SIGN_INS, entries, lines, write};
use crate::fixtures::evening::{Engine, Evening, hours};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_award_is_before_the_freeze_or_refused(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let people = evening.participants("women", 64, Status::Approved).await;
    let hands: Vec<_> = people
        .iter()
        .enumerate()
        .map(|(place, person)| {
            let (person, organizer) = (person.clone(), evening.organizer.clone());
            tokio::spawn(async move {
                if place == 40 {
                    assert_eq!(organizer.post(FREEZE, json!({})).await.status, 200);
                }
                let answer = person.post(SIGN_INS, json!({})).await;
                (answer.status, answer.code().to_owned(), person)
            })
        })
        .collect();
    let mut awarded = 0;
    for hand in hands {
        let (status, code, person) = hand.await.unwrap();
        let points = person.get(MINE).await.json["points"].as_i64().unwrap();
        match status {
            201 => {
                awarded += 1;
                assert_eq!(points, 4);
            }
            409 => assert_eq!((code.as_str(), points), ("ledger_frozen", 0)),
            other => panic!("{other} {code}"),
        }
    }
    assert!(awarded < 64, "the one who froze came too late");
    let written = entries(&evening).await;
    assert_eq!(written.len(), awarded);
    // What the freeze says is what stands there: recomputed from the lines, it comes out the same.
    let frozen = frozen::of_event(evening.app.database.reader(), evening.event.id).await.unwrap().unwrap();
    let link = chain::link(&chain::BEGINNING, written.iter().map(entry::Model::canonical).collect());
    let digest = if awarded == 0 { chain::BEGINNING } else { link };
    assert_eq!(frozen.digest, digest);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_freeze_waits_for_an_award_under_way(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let txn = write(&evening).await;
    let open = ledger::open(&evening.app, &txn, evening.event.id).await.unwrap();
    let organizer = evening.organizer.clone();
    let freezing = tokio::spawn(async move { organizer.post(FREEZE, json!({})).await });
    // It would seal a ledger that a line is about to be written into.
    evening.until_waiting(1).await;
    let (registration_id, day) = (her.registration_id, open.today());
    let merit = Merit { registration_id, rule: Rule::SignIn, day, subject: "", actor_id: None, reason: None };
    assert_eq!(open.award(merit).await.unwrap().points, 4);
    drop(open);
    txn.commit().await.unwrap();
    assert_eq!(freezing.await.unwrap().status, 200);
    let days = digest::of_event(evening.app.database.reader(), evening.event.id).await.unwrap();
    assert_eq!(days[0].lines, 1, "and the line is in it");
}

/// The phase is over by the clock, and a line of its last minute is still being written.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_clock_closes_the_books_behind_the_last_line(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let txn = write(&evening).await;
    let open = ledger::open(&evening.app, &txn, evening.event.id).await.unwrap();
    evening.clock.advance(hours(24));
    let app = Arc::clone(&evening.app);
    let closing = tokio::spawn(async move { close_books::due(&app).await });
    evening.until_waiting(1).await;
    let (registration_id, day) = (her.registration_id, open.today());
    let merit = Merit { registration_id, rule: Rule::SignIn, day, subject: "", actor_id: None, reason: None };
    assert_eq!(open.award(merit).await.unwrap().points, 4);
    drop(open);
    txn.commit().await.unwrap();
    assert_eq!(closing.await.unwrap().unwrap(), [evening.event.id]);
    let days = digest::of_event(evening.app.database.reader(), evening.event.id).await.unwrap();
    assert_eq!(days.iter().map(|day| day.lines).collect::<Vec<_>>(), [1], "a line behind the seal");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_award_waits_for_a_freeze_under_way(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    assert_eq!(her.get(MINE).await.json["points"], 0);
    let posted = her.post("/api/v1/events/qixi/posts", json!({ "body": "周末爱爬山" })).await;
    let decision = format!("/api/v1/events/qixi/moderation/{}/decision", posted.json["id"].as_str().unwrap());
    let sealing = async |txn: &Write| {
        let event = event::hold(txn, evening.event.id).await.unwrap();
        frozen::seal(txn, &evening.app, &event, None, evening.app.now()).await.unwrap();
    };
    // None of them would know of the freeze.
    let deeds = futures_util::future::join3(
        her.post(SIGN_INS, json!({})),
        evening.organizer.post(ENTRIES, lines(&[&her], "game", Some("2026-08-22"), Some("桥"))),
        evening.organizer.post(&decision, json!({ "decision": "approve" })),
    );
    let (signed, entered, approved) = evening.amid(sealing, 3, deeds).await;
    for refused in [signed, entered, approved] {
        assert_eq!((refused.status, refused.code()), (409, "ledger_frozen"), "{}", refused.text());
    }
    assert!(entries(&evening).await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_frozen_ledger_takes_nothing_more(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    her.post(SIGN_INS, json!({})).await;
    let line = entries(&evening).await[0].id;
    let mut heard = evening.app.happenings.listen();
    assert_eq!(her.post(FREEZE, json!({})).await.code(), "wrong_role");
    assert_eq!(evening.stranger().await.post(FREEZE, json!({})).await.status, 403);
    let frozen = evening.organizer.post(FREEZE, json!({})).await;
    assert_eq!((frozen.status, frozen.json["digest"].as_str().unwrap().len()), (200, 64));
    assert_eq!(heard.try_recv().unwrap().what, What::PointsChanged);
    evening.clock.advance(hours(1));
    let (her, organizer) = (evening.again(&her), evening.again(&evening.organizer));
    assert_eq!(organizer.post(FREEZE, json!({})).await.json, frozen.json, "once and for all");

    for refused in [
        her.post(SIGN_INS, json!({})).await,
        organizer.post(ENTRIES, lines(&[&her], "game", None, None)).await,
        organizer.post(&format!("{ENTRIES}/{line}/reversal"), json!({"reason": "x"})).await,
    ] {
        assert_eq!((refused.status, refused.code()), (409, "ledger_frozen"));
    }
    assert_eq!(her.get(MINE).await.json["frozen"], true);
    assert_eq!(her.get(DIGESTS).await.json["frozen"]["digest"], frozen.json["digest"]);
    assert_eq!(entries(&evening).await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_clock_freezes_when_the_screening_begins(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    her.post(SIGN_INS, json!({})).await;
    assert!(close_books::due(&evening.app).await.unwrap().is_empty(), "points can still be earned");
    evening.move_to(Phase::Screening).await;
    let late = evening.organizer.post(ENTRIES, lines(&[&her], "game", None, None)).await;
    assert_eq!((late.status, late.code()), (409, "ledger_frozen"));
    assert_eq!(close_books::due(&evening.app).await.unwrap(), [evening.event.id]);
    assert!(close_books::due(&evening.app).await.unwrap().is_empty(), "once");
    let kept = frozen::of_event(evening.app.database.reader(), evening.event.id).await.unwrap().unwrap();
    assert_eq!(kept.actor_id, None);
}
