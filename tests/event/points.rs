//! Stories of the room `points`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use queqiao::database::Write;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::points::ledger::{self, Merit};
use queqiao::points::rules::Rule;
use queqiao::points::running::Running;
use queqiao::points::{chain, close_books, digest, entry, frozen, standing};
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::{Value, json};

use Engine::{Postgres, Sqlite};

use crate::fixtures::evening::{Engine, Evening, hours};
use crate::fixtures::person::Person;

const MINE: &str = "/api/v1/events/qixi/ledger/me";
const ENTRIES: &str = "/api/v1/events/qixi/ledger/entries";
const FREEZE: &str = "/api/v1/events/qixi/ledger/freeze";
const DIGESTS: &str = "/api/v1/events/qixi/ledger/digests";
const BOARD: &str = "/api/v1/events/qixi/leaderboard";
const SIGN_INS: &str = "/api/v1/events/qixi/sign-ins";

fn lines(people: &[&Person], rule: &str, day: Option<&str>, subject: Option<&str>) -> Value {
    let registrations: Vec<_> = people.iter().map(|person| person.registration_id).collect();
    let mut body = json!({"registrations": registrations, "rule": rule, "reason": "现场核对"});
    if let Some(day) = day {
        body["day"] = json!(day);
    }
    if let Some(subject) = subject {
        body["subject"] = json!(subject);
    }
    body
}

async fn entries(evening: &Evening) -> Vec<entry::Model> {
    entry::Entity::find().all(evening.app.database.reader()).await.unwrap()
}

async fn write(evening: &Evening) -> Write {
    evening.app.database.begin_write().await.unwrap()
}

async fn told(evening: &Evening, points: Value) {
    evening.change(|row| row.settings = Set(json!({ "points": points }))).await;
}

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
    let told: Vec<_> = mine.json["lines"]
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
    assert_eq!(told, [("sign_in", 4, false, 4), ("profile", 20, false, 24), ("profile", 0, true, 24)]);
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
    let told: i64 = mine.json["lines"].as_array().unwrap().iter().map(|line| line["points"].as_i64().unwrap()).sum();
    assert_eq!(told, 10);
}

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
    evening.enter(Phase::Screening).await;
    let late = evening.organizer.post(ENTRIES, lines(&[&her], "game", None, None)).await;
    assert_eq!((late.status, late.code()), (409, "ledger_frozen"));
    assert_eq!(close_books::due(&evening.app).await.unwrap(), [evening.event.id]);
    assert!(close_books::due(&evening.app).await.unwrap().is_empty(), "once");
    let kept = frozen::of_event(evening.app.database.reader(), evening.event.id).await.unwrap().unwrap();
    assert_eq!(kept.actor_id, None);
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
    let told = her.get(DIGESTS).await;
    assert_eq!(told.json["days"][1]["lines"], 1);
    assert_eq!(told.json["days"][1]["digest"], frozen.json["digest"]);
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
async fn the_leaderboard_shows_nicknames_ranks_and_the_cut(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let women = evening.participants("women", 4, Status::Approved).await;
    let man = evening.participant("men").await;
    evening.participant_as("women", Status::Applied).await;
    evening.change_registration(&women[0], |row| row.class = Set(2)).await;
    evening.organizer.post(ENTRIES, lines(&[&women[0], &women[1]], "profile", None, None)).await;
    evening.organizer.post(ENTRIES, lines(&[&women[2], &women[3]], "game", None, None)).await;

    let board = women[3].get(BOARD).await;
    assert_eq!(board.status, 200, "{}", board.text());
    let place = |rank: i32, nickname: &str, points: i32, me: bool| json!({"rank": rank, "nickname": nickname, "points": points, "me": me});
    // Four seats are two a side; who attended lately stands behind everybody else.
    let all = [
        place(1, "guest-2", 20, false),
        place(2, "guest-3", 2, false),
        place(2, "guest-4", 2, true),
        place(4, "guest-1", 20, false),
    ];
    assert_eq!(board.json["top"], json!(all));
    assert_eq!((&board.json["me"], &board.json["around"]), (&all[2], &json!(all)));
    assert_eq!((&board.json["cut"], &board.json["people"]), (&json!({"seats": 2, "points": 2}), &json!(4)));
    let of_men = women[3].get(&format!("{BOARD}?side=men")).await;
    assert_eq!((&of_men.json["me"], &of_men.json["around"]), (&Value::Null, &json!([])));
    assert_eq!((&of_men.json["cut"], &of_men.json["people"]), (&json!({"seats": 2, "points": null}), &json!(1)));
    assert_eq!(man.get(BOARD).await.json["side"], "men");
    for person in [&women[0], &man] {
        let text = person.get(BOARD).await.text();
        assert!(
            !text.contains(&women[1].registration_id.to_string()) && !text.contains(&women[1].account_id.to_string())
        );
    }

    assert_eq!(evening.organizer.get(BOARD).await.code(), "not_registered");
    assert_eq!(evening.visitor().get(BOARD).await.status, 401);
    assert_eq!(man.get(&format!("{BOARD}?side=left")).await.status, 422);
    assert_eq!(man.get("/api/v1/events/nowhere/leaderboard").await.status, 404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_board_is_shared_and_never_older_than_two_seconds(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    assert_eq!(her.get(BOARD).await.json["me"]["points"], 0);
    her.post(SIGN_INS, json!({})).await;
    assert_eq!(her.get(BOARD).await.json["me"]["points"], 0, "read a moment ago, for everybody");
    evening.clock.advance(chrono::Duration::seconds(2));
    assert_eq!(her.get(BOARD).await.json["me"]["points"], 4);
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
    told(&evening, json!({"sign_in": {"per_day": [3], "cap": 5}})).await;
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
    told(&evening, json!({})).await;
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
