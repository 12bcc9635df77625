//! Lines of the ledger: entered, taken back, never rewritten.

use Engine::{Postgres, Sqlite};
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use queqiao::database::Write;
use queqiao::events::phase::Phase;
use queqiao::points::ledger::{self, Merit};
use queqiao::points::rules::Rule;
use queqiao::points::running::Running;
use queqiao::points::{chain, close_books, digest, entry, standing};
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::{DIGESTS, ENTRIES, FREEZE, MINE, SIGN_INS, entries, lines, set_terms, write};
use crate::fixtures::evening::{Engine, Evening, hours};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_statement_says_of_every_line_what_it_did(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let other = evening.participant("women").await;
    assert_eq!(
        her.post(SIGN_INS, json!({})).await.json["awarded"],
        json!({"points": 4, "rule": "sign_in", "capped": false})
    );
    let entered = evening.organizer.post(ENTRIES, lines(&[&her, &other], "profile", None, None)).await;
    assert_eq!((entered.status, entered.json), (201, json!({"entered": 2, "repeated": 0})));
    let again = evening.organizer.post(ENTRIES, lines(&[&her], "profile", None, None)).await;
    assert_eq!(again.json, json!({"entered": 0, "repeated": 1}));
    // Another day's line stands in the ledger, and the cap of the event leaves nothing of it.
    let earlier = evening.organizer.post(ENTRIES, lines(&[&her], "profile", Some("2026-08-21"), None)).await;
    assert_eq!(earlier.json["entered"], 1);

    let mine = her.get(MINE).await;
    assert_eq!((mine.status, &mine.json["points"], &mine.json["most"]), (200, &json!(24), &json!(100)));
    let earned: Vec<_> = mine.json["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            (
                line["rule"].as_str().unwrap(),
                line["points"].as_i64().unwrap(),
                line["capped"].as_bool().unwrap(),
                line["total"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(earned, [("sign_in", 4, false, 4), ("profile", 20, false, 24), ("profile", 0, true, 24)]);
    assert_eq!(mine.json["lines"][1]["reason"], "现场核对");
    assert_eq!(
        (&mine.json["lines"][0]["by_organizer"], &mine.json["lines"][1]["by_organizer"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(mine.json["rules"][1], json!({"rule": "sign_in", "points": 4, "per_day": [4], "cap": 20, "today": 1}));
    assert_eq!(other.get(MINE).await.json["points"], 20, "what she did is nobody else's");

    let mut all = standing::of_event(evening.app.database.reader(), &evening.event).await.unwrap();
    all.sort();
    assert_eq!(all, [(her.registration_id, 24), (other.registration_id, 20)]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_line_is_taken_back_and_restored_by_other_lines(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    her.post(SIGN_INS, json!({})).await;
    let line = entries(&evening).await[0].id;
    let reversal = |line| format!("{ENTRIES}/{line}/reversal");

    let back = evening.organizer.post(&reversal(line), json!({"reason": "代签"})).await;
    assert_eq!((back.status, &back.json["points"]), (201, &json!(-4)), "{}", back.text());
    let twice = evening.organizer.post(&reversal(line), json!({"reason": "代签"})).await;
    assert_eq!((twice.status, twice.code()), (409, "already_reversed"));
    assert_eq!(her.get(MINE).await.json["points"], 0);
    assert_eq!(her.post(SIGN_INS, json!({})).await.json["awarded"]["points"], 0, "the same fact does not count again");

    let second = entries(&evening).await.into_iter().find(|entry| entry.reverses == Some(line)).unwrap().id;
    let restored = evening.organizer.post(&reversal(second), json!({"reason": "查实是本人"})).await;
    assert_eq!((restored.status, &restored.json["points"]), (201, &json!(4)));
    let mine = her.get(MINE).await;
    assert_eq!((&mine.json["points"], mine.json["lines"].as_array().unwrap().len()), (&json!(4), 3));
    assert_eq!(mine.json["lines"][1]["reverses"], json!(line));

    assert_eq!(her.post(&reversal(line), json!({"reason": "x"})).await.status, 403);
    assert_eq!(evening.stranger().await.post(&reversal(line), json!({"reason": "x"})).await.status, 403);
    assert_eq!(evening.organizer.post(&reversal(evening.event.id), json!({"reason": "x"})).await.status, 404);
    assert_eq!(evening.organizer.post(&reversal(line), json!({"reason": " "})).await.status, 422);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_rewrites_the_ledger(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    her.post(SIGN_INS, json!({})).await;
    evening.organizer.post(FREEZE, json!({})).await;
    for table in ["points_entry", "ledger_digest", "ledger_freeze"] {
        for change in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET event_id = event_id")] {
            let txn = write(&evening).await;
            let refused = txn.execute_unprepared(&change).await.unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{change}: {refused}");
        }
    }
    assert_eq!(entries(&evening).await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn caps_hold_against_many_hands(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let hands = (0..32).map(|game| {
        let (organizer, her) = (evening.organizer.clone(), her.clone());
        tokio::spawn(async move {
            let subject = format!("game {game}");
            let day = format!("2026-08-{:02}", 16 + game % 6);
            organizer.post(ENTRIES, lines(&[&her], "game", Some(&day), Some(&subject))).await.status
        })
    });
    for hand in hands.collect::<Vec<_>>() {
        assert_eq!(hand.await.unwrap(), 201);
    }
    assert_eq!(entries(&evening).await.len(), 32);
    let mine = her.get(MINE).await;
    assert_eq!(mine.json["points"], 10, "two a day, ten in all, whatever the order");
    let total: i64 = mine.json["lines"].as_array().unwrap().iter().map(|line| line["points"].as_i64().unwrap()).sum();
    assert_eq!(total, 10);
}

/// What a deed is told it earned is what the ledger says it did, whatever else the person is just doing.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_award_waits_for_another_of_the_same_person(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let entering = async |txn: &Write| {
        let open = ledger::open(&evening.app, txn, evening.event.id).await.unwrap();
        let (registration_id, day) = (her.registration_id, open.today());
        let merit = Merit { registration_id, rule: Rule::SignIn, day, subject: "补录", actor_id: None, reason: None };
        assert_eq!(open.award(merit).await.unwrap().points, 4);
    };
    let signed = evening.amid(entering, 1, her.post(SIGN_INS, json!({}))).await;
    assert_eq!((signed.status, &signed.json["awarded"]["points"]), (201, &json!(0)), "{}", signed.text());
    assert_eq!(her.get(MINE).await.json["points"], 4, "one sign-in a day pays");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_day_is_digested_once_it_is_over(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let people = evening.participants("women", 3, Status::Approved).await;
    for person in &people {
        person.post(SIGN_INS, json!({})).await;
    }
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    evening.clock.set(at("2026-08-22T16:05:00Z"));
    assert!(close_books::due(&evening.app).await.unwrap().is_empty(), "five past midnight is too early");
    let (her, organizer) = (evening.again(&people[0]), evening.again(&evening.organizer));
    assert_eq!(her.post(SIGN_INS, json!({})).await.status, 201);
    evening.clock.set(at("2026-08-22T16:10:00Z"));
    assert_eq!(close_books::due(&evening.app).await.unwrap(), [evening.event.id]);
    assert!(close_books::due(&evening.app).await.unwrap().is_empty());
    let days = digest::of_event(evening.app.database.reader(), evening.event.id).await.unwrap();
    assert_eq!((days.len(), days[0].day.to_string().as_str(), days[0].lines), (1, "2026-08-22", 3));

    let frozen = organizer.post(FREEZE, json!({})).await;
    let digests = her.get(DIGESTS).await;
    assert_eq!(digests.json["days"][1]["lines"], 1);
    assert_eq!(digests.json["days"][1]["digest"], frozen.json["digest"]);
    // An auditor with the lines comes to the same end.
    let mut link = chain::BEGINNING;
    let all = organizer.get(&format!("{ENTRIES}?limit=200")).await;
    let canonical = |day: &str| -> Vec<String> {
        let of_day = |line: &&Value| line["day"] == day;
        all.json["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(of_day)
            .map(|l| l["canonical"].as_str().unwrap().into())
            .collect()
    };
    for day in ["2026-08-22", "2026-08-23"] {
        link = chain::link(&link, canonical(day));
    }
    assert_eq!(frozen.json["digest"], HEXLOWER.encode(&link));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_kept_between_readings_is_what_the_ledger_says(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let db = evening.app.database.reader();
    let people = evening.participants("women", 3, Status::Approved).await;
    let mut kept = Running::default();
    assert!(kept.catch_up(db, evening.event.id).await.unwrap().is_empty());
    // Lines at once, later, much later, and one that comes to light long after its moment.
    for (step, seconds) in [0, 0, 1, 1, 30, 30, -3600, 0, 600, 600].into_iter().enumerate() {
        let txn = write(&evening).await;
        let open = ledger::open(&evening.app, &txn, evening.event.id).await.unwrap();
        let (registration_id, day) = (people[step % 3].registration_id, open.today());
        let subject = step.to_string();
        let merit = Merit { registration_id, rule: Rule::Game, day, subject: &subject, actor_id: None, reason: None };
        open.award(merit).await.unwrap();
        open.set(merit, step % 4 != 3).await.unwrap();
        drop(open);
        txn.commit().await.unwrap();
        evening.clock.advance(chrono::Duration::seconds(seconds));
        let (all, lines) = entry::tallies(db, evening.event.id, None).await.unwrap();
        assert_eq!(kept.catch_up(db, evening.event.id).await.unwrap(), &all, "step {step}, {lines} lines");
        assert_eq!(kept.catch_up(db, evening.event.id).await.unwrap(), &all, "read twice");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_has_rules_of_its_own_or_none(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let rules = "/api/v1/events/qixi/ledger/rules";
    assert_eq!(her.get(rules).await.json["post"], json!({"per_day": [4, 2], "cap": 30}));
    set_terms(&evening, json!({"sign_in": {"per_day": [3], "cap": 5}})).await;
    assert_eq!(her.get(rules).await.json, json!({"sign_in": {"per_day": [3], "cap": 5}}));
    assert_eq!(
        her.post(SIGN_INS, json!({})).await.json["awarded"],
        json!({"points": 3, "rule": "sign_in", "capped": false})
    );
    evening.clock.advance(hours(10));
    let (her, organizer) = (evening.again(&her), evening.again(&evening.organizer));
    assert_eq!(
        her.post(SIGN_INS, json!({})).await.json["awarded"],
        json!({"points": 2, "rule": "sign_in", "capped": true})
    );
    let none = organizer.post(ENTRIES, lines(&[&her], "game", None, None)).await;
    assert_eq!((none.status, &none.json["errors"][0]["code"]), (422, &json!("not_rewarded")));
    set_terms(&evening, json!({})).await;
    assert_eq!(her.get(MINE).await.json["most"], 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_cannot_be_entered_is_named_and_nothing_is_written(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let applied = evening.participant_as("men", Status::Applied).await;
    let organizer = &evening.organizer;
    let mixed = organizer.post(ENTRIES, lines(&[&her, &applied], "game", None, None)).await;
    assert_eq!((mixed.status, &mixed.json["errors"][0]["field"]), (422, &json!("registrations[1]")));
    let tomorrow = organizer.post(ENTRIES, lines(&[&her], "game", Some("2026-08-23"), None)).await;
    assert_eq!((tomorrow.status, &tomorrow.json["errors"][0]["code"]), (422, &json!("in_future")));
    for body in [
        lines(&[], "game", None, None),
        lines(&[&her], "likes", None, None),
        lines(&[&her], "game", Some("2026-02-30"), None),
        lines(&[&her], "game", None, Some("")),
        lines(&[&her], "game", None, Some("a\tb")),
        json!({"registrations": [her.registration_id], "rule": "game", "reason": "x", "points": 50}),
        json!({"registrations": [her.registration_id], "rule": "game"}),
    ] {
        assert_eq!(organizer.post(ENTRIES, body.clone()).await.status, 422, "{body}");
    }
    assert_eq!(her.post(ENTRIES, lines(&[&her], "game", None, None)).await.status, 403);
    assert_eq!(evening.stranger().await.post(ENTRIES, lines(&[&her], "game", None, None)).await.status, 403);
    assert_eq!(her.get(ENTRIES).await.status, 403);
    assert!(entries(&evening).await.is_empty());
}
