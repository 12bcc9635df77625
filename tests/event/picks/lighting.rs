//! 爆灯: what a ballot may say, and who may send one.

use std::collections::HashSet;

use queqiao::error::Error;
use queqiao::events::crew::Role;
use queqiao::picks::ballot;
use queqiao::picks::cast_ballot::{Picks, Request, cast_all};
use queqiao::registrations::access::Participant;
use queqiao::registrations::registration::Side;
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::json;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::{Hall, ROUNDS, absent, gone, guest, light, mine};
use crate::fixtures::person::Person;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_ballot_replaces_the_one_before_and_shows_itself_to_its_owner(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 3).await else { return };
    let n = hall.open(3).await;
    let path = format!("{ROUNDS}/{n}/picks");
    assert_eq!(hall.men[0].get(&path).await.json["badges"], json!([]));
    light(&hall.men[0], n, &["女001"]).await;
    // Full-width digits, a Latin letter, spaces: as thumbs type.
    let sent = json!({ "badges": ["女００３", " w2 "], "stage": true });
    let taken = hall.men[0].put(&path, sent).await;
    let seen = hall.men[0].get(&path).await;
    assert_eq!(
        seen.json,
        json!({ "badges": ["女003", "女002"], "stage": true, "follow_up": false, "receipt": taken.json["receipt"] })
    );
    assert_eq!(seen.headers["cache-control"], "no-store");
    light(&hall.women[0], n, &["男001"]).await;
    light(&hall.women[1], n, &["男001"]).await;
    assert_eq!(light(&hall.women[1], n, &[]).await.status, 200, "an empty list is a valid ballot");
    let closed = hall.close(n).await;
    assert!(hall.matches().await.is_empty(), "what was taken back or replaced was counted");
    let receipts = closed.json["receipts"].as_array().unwrap();
    assert_eq!(receipts.len(), 6, "the bulletin tells who sent a ballot");
    assert!(receipts.contains(&taken.json["receipt"]));
    assert_eq!(hall.men[0].get(&path).await.code(), "round_closed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_accepted_ballot_gets_an_answer_of_one_size(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 4).await else { return };
    let late = guest(&hall.evening, Side::Men, 77).await;
    let n = hall.open(3).await;
    let later = guest(&hall.evening, Side::Men, 78).await;
    let mut shapes = HashSet::new();
    for person in [&hall.men[0], &hall.men[0], &hall.men[1], &late, &later] {
        for badges in [&["女001", "女002", "女003"][..], &["女004"], &[]] {
            let answer = light(person, n, badges).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort();
            shapes.insert((answer.bytes.len(), names, answer.headers["content-length"].clone()));
        }
    }
    assert_eq!(shapes.len(), 1, "{shapes:?}");
    let rows = ballot::Entity::find().all(hall.evening.app.database.reader()).await.unwrap();
    assert!(rows.iter().all(|row| row.sealed.len() == 84));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_ballot_with_a_badge_that_cannot_be_picked_changes_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 4).await else { return };
    absent(&hall.evening, Side::Women, 50).await;
    let n = hall.open(2).await;
    let me = &hall.men[0];
    light(me, n, &["女001"]).await;
    for (badges, offending, code) in [
        (&["女001", "女002", "女003"][..], "女003", "too_many_picks"),
        (&["女002", "女０02"], "女０02", "repeated_pick"),
        (&["男001"], "男001", "own_badge"),
        (&["女002", "男002"], "男002", "same_side"),
        (&["女050"], "女050", "not_here"),
        (&["女999"], "女999", "not_here"),
        (&["女002", "小雅"], "小雅", "not_here"),
        (&[""], "", "not_here"),
    ] {
        let refused = light(me, n, badges).await;
        assert_eq!((refused.status, refused.code()), (422, code), "{badges:?}");
        assert_eq!(refused.json["badge"], offending);
    }
    for body in [json!({}), json!({ "badges": "女001" }), json!({ "badges": [8] }), json!({ "badges": [], "for": 1 })]
    {
        let refused = me.put(&format!("{ROUNDS}/{n}/picks"), body).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"));
    }
    let many = vec!["女001"; 201];
    assert_eq!(light(me, n, &many).await.code(), "invalid");
    assert_eq!(me.get(&format!("{ROUNDS}/{n}/picks")).await.json["badges"], json!(["女001"]));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_guests_who_are_inside_pick(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let outside = gone(&hall.evening, Side::Men, 5).await;
    let badgeless = hall.evening.participant("men").await;
    let stranger = hall.evening.stranger().await;
    let n = hall.open(2).await;
    let path = format!("{ROUNDS}/{n}/picks");
    for person in [&outside, &badgeless] {
        let refused = light(person, n, &["女001"]).await;
        assert_eq!((refused.status, refused.code()), (422, "not_checked_in"));
    }
    for person in [&stranger, &hall.host, &hall.evening.organizer] {
        assert_eq!(light(person, n, &["女001"]).await.status, 403);
        assert_eq!(person.get(&path).await.status, 403);
        assert_eq!(mine(person, n).await.status, 403);
    }
    assert_eq!(light(&hall.evening.visitor(), n, &["女001"]).await.status, 401);
    // A guest who was given work tonight.
    hall.evening.appoint(&hall.men[0], Role::Desk).await;
    assert_eq!(light(&hall.men[0], n, &["女001"]).await.code(), "staff_cannot_pick");
    assert_eq!(light(&hall.women[0], 9, &[]).await.status, 404);
    assert_eq!(light(&hall.women[0], n, &["男001"]).await.status, 200);
}

/// What somebody sends, for ballots that come in one moment.
async fn sends(hall: &Hall, person: &Person, round: i64, badges: &[&str]) -> Request {
    let (app, event) = (&hall.evening.app, hall.evening.event.clone());
    let guest = Participant::find(app, person.signed_in(), event).await.unwrap().unwrap();
    let badges = badges.iter().map(|badge| (*badge).to_owned()).collect();
    Request { guest, round: i32::try_from(round).unwrap(), picks: Picks { badges, stage: false, follow_up: false } }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ballots_that_come_in_one_moment_each_is_judged_by_itself(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 4).await else { return };
    let outside = gone(&hall.evening, Side::Men, 50).await;
    let over = hall.open(2).await;
    assert_eq!(hall.close(over).await.status, 200);
    let n = hall.open(2).await;
    light(&hall.women[2], n, &["男003"]).await;
    hall.evening.appoint(&hall.men[3], Role::Desk).await;
    let (men, women) = (&hall.men, &hall.women);
    let mut requests = Vec::new();
    for (person, round, badges) in [
        (&men[0], n, &["女001", "女002"][..]),
        (&women[2], n, &["女001"]),
        (&outside, n, &["女001"]),
        (&men[1], n, &["女050"]),
        (&women[0], n, &["男001"]),
        (&men[3], n, &["女001"]),
        (&men[2], over, &["女001"]),
        (&men[2], 9, &["女001"]),
        (&women[1], n, &["男001", "男002", "男003"]),
        // Changed their mind in this very moment.
        (&men[0], n, &["女001"]),
    ] {
        requests.push(sends(&hall, person, round, badges).await);
    }
    let answers = cast_all(&hall.evening.app, &requests).await.unwrap();
    let codes: Vec<&str> = answers.iter().map(|answer| answer.as_ref().map_or_else(Error::code, |_| "taken")).collect();
    assert_eq!(
        codes,
        [
            "taken",
            "same_side",
            "not_checked_in",
            "not_here",
            "taken",
            "staff_cannot_pick",
            "round_closed",
            "not_found",
            "too_many_picks",
            "taken"
        ]
    );
    let receipts: HashSet<&str> = answers.iter().flatten().map(|taken| taken.receipt.as_str()).collect();
    assert_eq!(receipts.len(), 3);
    let path = format!("{ROUNDS}/{n}/picks");
    for (person, badges) in [
        (&men[0], json!(["女001"])),
        (&men[1], json!([])),
        (&men[2], json!([])),
        (&women[0], json!(["男001"])),
        (&women[1], json!([])),
        (&women[2], json!(["男003"])),
    ] {
        assert_eq!(person.get(&path).await.json["badges"], badges);
    }
    hall.close(n).await;
    assert_eq!(hall.are_matched_as(n, &[Some(true), Some(true), None, None, None, None, None, None]).await, 1);
}
