//! Stories of an evening that is put off.

use data_encoding::BASE64;
use futures_util::future::join_all;
use queqiao::audit::entry;
use queqiao::badges::remind;
use queqiao::events::crew::Role;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::registrations::registration::{self, Status};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use Engine::{Postgres, Sqlite};

use crate::fixtures::browser::Browser;
use crate::fixtures::evening::{Engine, Evening, hours};
use crate::fixtures::letter::Letter;
use crate::fixtures::person::refused;

const POSTPONED: &str = "/api/v1/events/qixi/postponement";
const LOOKED_AT: &str = "/api/v1/events/qixi/postponement/preview";

async fn stored(evening: &Evening) -> event::Model {
    event::Entity::find_by_id(evening.event.id).one(evening.app.database.reader()).await.unwrap().unwrap()
}

/// A week later, in another hall.
fn a_week_later(evening: &Evening) -> Value {
    let starts_at = evening.event.starts_at + hours(7 * 24);
    json!({ "starts_at": starts_at, "venue": "电力局礼堂", "reason": "台风" })
}

fn calendar_of(letter: &Letter) -> String {
    let content = letter.attachments[0]["content"].as_str().unwrap();
    String::from_utf8(BASE64.decode(content.as_bytes()).unwrap()).unwrap()
}

/// What a calendar knows an entry by.
fn uid(calendar: &str) -> &str {
    calendar.lines().find(|line| line.starts_with("UID:")).unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_to_come_moves_with_the_evening_and_what_began_stays(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let (before, week) = (stored(&evening).await, hours(7 * 24));
    let seen = evening.organizer.post(LOOKED_AT, a_week_later(&evening)).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    let fields: Vec<&str> =
        seen.json["items"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["starts_at", "ends_at", "venue", "phases.on_site", "phases.closed"]);
    assert_eq!(seen.json["items"][2], json!({ "field": "venue", "old": "工人文化宫", "new": "电力局礼堂" }));
    assert_eq!(stored(&evening).await, before, "who looks moves nothing");

    let mut heard = evening.app.happenings.listen();
    let moved = evening.organizer.post(POSTPONED, a_week_later(&evening)).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    assert_eq!(heard.try_recv().unwrap().what, What::EventChanged);
    let after = stored(&evening).await;
    let expected = event::Model {
        venue: "电力局礼堂".to_owned(),
        starts_at: before.starts_at + week,
        ends_at: before.ends_at + week,
        on_site_at: before.on_site_at.map(|at| at + week),
        closed_at: before.closed_at.map(|at| at + week),
        moved: 1,
        ..before
    };
    assert_eq!(after, expected);
    let deeds = entry::Entity::find().filter(entry::Column::Action.eq("event_postponed"));
    let deeds = deeds.all(evening.app.database.reader()).await.unwrap();
    assert_eq!((deeds.len(), deeds[0].reason.as_deref()), (1, Some("台风")));
    assert_eq!(deeds[0].detail["changes"], seen.json["items"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_concerned_is_written_to_and_calendars_take_the_new_time(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let him = evening.participant_as("men", Status::Confirmed).await;
    let waiting = evening.participant_as("women", Status::Waitlisted).await;
    let gone = evening.participant_as("women", Status::Withdrawn).await;
    let desk = evening.crew(Role::Desk).await;
    evening.organizer.post("/api/v1/events/qixi/badges", json!({})).await;
    let first = calendar_of(&evening.letters_to(&him, "badge").await[0]);
    assert!(first.contains("SEQUENCE:0\r\n"), "{first}");
    assert_eq!(remind::due(&evening.app).await.unwrap(), 1);

    assert_eq!(evening.organizer.post(POSTPONED, a_week_later(&evening)).await.status, 200);
    let letters = evening.letters_to(&him, "postponed").await;
    assert_eq!(letters.len(), 1);
    let plain = &letters[0].plain;
    assert!(plain.contains("台风") && plain.contains("8月30日 周日 13:00") && plain.contains("电力局礼堂"), "{plain}");
    assert!(plain.contains("8月23日 周日 13:00") && plain.contains("/e/qixi/me"), "{plain}");
    let second = calendar_of(&letters[0]);
    assert!(second.contains("SEQUENCE:1\r\n") && second.contains("DTSTART:20260830T050000Z\r\n"), "{second}");
    assert_eq!(uid(&second), uid(&first));
    for person in [&waiting, &desk] {
        let letters = evening.letters_to(person, "postponed").await;
        assert_eq!(letters.len(), 1);
        assert!(letters[0].plain.contains("8月30日") && letters[0].attachments.as_array().is_none_or(Vec::is_empty));
    }
    assert!(evening.letters_to(&gone, "postponed").await.is_empty());

    assert_eq!(remind::due(&evening.app).await.unwrap(), 0, "it is a week off");
    evening.clock.advance(hours(7 * 24));
    assert_eq!(remind::due(&evening.app).await.unwrap(), 1, "the letter of the day before is due again");
    assert_eq!(evening.letters_to(&him, "reminder").await.len(), 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_was_selected_has_as_long_to_answer_as_before(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Screening).await else { return };
    let her = evening.participant_as("women", Status::Selected).await;
    let begins = evening.event.confirmation_at.unwrap();
    evening.change_registration(&her, |row| row.reply_by = Set(Some(begins + hours(12)))).await;
    assert_eq!(evening.organizer.post(POSTPONED, a_week_later(&evening)).await.status, 200);
    let mine = registration::Entity::find_by_id(her.registration_id).one(evening.app.database.reader()).await.unwrap();
    assert_eq!(mine.unwrap().reply_by, Some(begins + hours(7 * 24 + 12)));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_cannot_be_is_refused_and_moves_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let (before, him) = (stored(&evening).await, evening.participant_as("men", Status::Confirmed).await);
    let same = json!({ "starts_at": before.starts_at, "venue": " 工人文化宫 ", "reason": "x" });
    let past = json!({ "starts_at": evening.app.now() - hours(30), "reason": "x" });
    let silent = json!({ "starts_at": before.starts_at + hours(24), "reason": "  " });
    for (wish, code) in [(same, "nothing_moves"), (past, "in_the_past"), (silent, "blank")] {
        for path in [LOOKED_AT, POSTPONED] {
            let answer = evening.organizer.post(path, wish.clone()).await;
            refused(&answer, 422, "invalid");
            assert!(answer.text().contains(code), "{}", answer.text());
        }
    }
    refused(&him.post(POSTPONED, a_week_later(&evening)).await, 403, "wrong_role");
    for phase in [Phase::OnSite, Phase::Closed, Phase::Draft] {
        evening.move_to(phase).await;
        let later = a_week_later(&evening);
        for path in [LOOKED_AT, POSTPONED] {
            refused(&evening.organizer.post(path, later.clone()).await, 409, "phase_closed");
        }
    }
    assert!(evening.letters_to(&him, "postponed").await.is_empty());
    assert_eq!(stored(&evening).await.moved, 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_put_it_off_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let him = evening.participant_as("men", Status::Confirmed).await;
    let wish = a_week_later(&evening);
    let hands = (0..8).map(|_| {
        let (organizer, wish) = (evening.organizer.clone(), wish.clone());
        tokio::spawn(async move { organizer.post(POSTPONED, wish).await })
    });
    let answers: Vec<_> = join_all(hands).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for late in answers.iter().filter(|answer| answer.status != 200) {
        refused(late, 422, "invalid");
    }
    assert_eq!(stored(&evening).await.moved, 1);
    assert_eq!(evening.letters_to(&him, "postponed").await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_page_shows_the_difference_first(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let (status, page) = browser.get("/office/e/qixi/postpone").await;
    assert!(status == 200 && page.contains("2026-08-23T13:00") && !page.contains("value=\"do\""), "{page}");
    let typed = |then: &'static str| {
        let evening = [("starts_at", "2026-08-30T13:00"), ("ends_at", "2026-08-23T17:00"), ("venue", "电力局礼堂")];
        [&evening[..], &[("reason", "台风"), ("then", then)]].concat()
    };
    let looked = browser.send("/office/e/qixi/postpone", &typed("look")).await;
    assert_eq!(looked.status().as_u16(), 200);
    let page = looked.text().await.unwrap();
    assert!(page.contains("8月30日") && page.contains("value=\"do\""), "{page}");
    assert_eq!(stored(&evening).await.moved, 0);
    let done = browser.send("/office/e/qixi/postpone", &typed("do")).await;
    assert_eq!(done.status().as_u16(), 303);
    let after = stored(&evening).await;
    assert_eq!((after.moved, after.ends_at - after.starts_at), (1, hours(4)));
}
