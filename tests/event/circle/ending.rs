//! The circle ends, and everything is gone.

use chrono::Duration;
use futures_util::future::join_all;
use queqiao::circle::terms::Terms;
use queqiao::circle::{forget, note, term};
use queqiao::database::Write;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use rstest::rstest;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::{
    CIRCLE, MEMBERSHIP, NOTES, OFFICE, PAGE, answer, audited, decide, ends_at, joined, reads, refused_everywhere,
    report_it, rows, say,
};
use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Person, refused};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_plan_says_for_how_many_days(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let organizer = &evening.organizer;
    let days = async || {
        let event = event::by_slug(evening.app.database.reader(), "qixi").await.unwrap().unwrap();
        Terms::of(&event).unwrap().map(|terms| terms.days)
    };
    assert_eq!(days().await, None);
    for (wished, stored) in [(14, Some(14)), (365, Some(365)), (0, None), (1, Some(1))] {
        let amended = organizer.patch("/api/v1/events/qixi", json!({ "circle": { "days": wished } })).await;
        assert_eq!((amended.status, days().await), (200, stored), "{}", amended.text());
    }
    let refused = organizer.patch("/api/v1/events/qixi", json!({ "circle": { "days": 366 } })).await;
    assert_eq!((refused.status, &refused.json["errors"][0]["field"]), (422, &json!("circle.days")));
    let office = Browser::of(&evening, organizer).await;
    assert!(office.get("/office/e/qixi/settings").await.1.contains("name=\"circle.days\" type=\"text\" value=\"1\""));
    let settings = [("title", "情定七夕"), ("told", "circle"), ("circle.days", "")];
    assert_eq!(office.send("/office/e/qixi/settings", &settings).await.status().as_u16(), 303);
    assert_eq!(days().await, None, "what is cleared is none");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_ends_by_the_clock_and_nothing_is_left(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = joined(engine, 2).await else { return };
    let evening = &hall.evening;
    let id = say(&hall.men[0], "到期之前").await;
    assert_eq!(answer(&hall.women[0], &id, "在").await.status, 201);
    assert_eq!(report_it(&hall.women[1], &id, "广告").await.status, 204);
    let ends = ends_at(evening).await;
    evening.clock.set(ends - Duration::seconds(1));
    let (he, organizer) = (evening.again(&hall.men[0]), evening.again(&evening.organizer));
    forget::due(&evening.app).await.unwrap();
    assert_eq!(reads(&he).await, ["到期之前"]);
    say(&he, "最后一秒").await;
    assert_eq!(rows(evening).await, (3, 4, 1));
    evening.clock.set(ends);
    refused_everywhere(&he, &id, 409, "circle_over").await;
    refused(&he.post(MEMBERSHIP, json!({})).await, 409, "circle_over");
    refused(&organizer.get(&format!("{CIRCLE}/moderation?show=shown")).await, 409, "circle_over");
    refused(&decide(&organizer, &id, "hide").await, 409, "circle_over");
    refused(&organizer.post(&format!("{CIRCLE}/announcements"), json!({ "body": "再见" })).await, 409, "circle_over");
    let longer = json!({ "last_day": "2026-10-30", "reason": "再开几天" });
    refused(&organizer.put(&format!("{CIRCLE}/last-day"), longer).await, 409, "circle_over");
    refused(&organizer.post(&format!("{CIRCLE}/end"), json!({ "reason": "够了" })).await, 409, "circle_over");
    // Not only out of sight.
    assert_eq!(rows(evening).await, (3, 4, 1));
    for browser in [Browser::of(evening, &he).await, Browser::of(evening, &organizer).await] {
        for path in [PAGE, OFFICE] {
            assert!(!browser.get(path).await.1.contains("最后一秒"), "{path}");
        }
    }
    forget::due(&evening.app).await.unwrap();
    assert_eq!(rows(evening).await, (0, 0, 0));
    assert_eq!(he.get(CIRCLE).await.json["state"], "over");
    assert_eq!(he.delete(MEMBERSHIP).await.status, 204, "whoever leaves is out, whatever there is");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_organizer_moves_the_end_and_ends_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = joined(engine, 1).await else { return };
    let organizer = &hall.evening.organizer;
    say(&hall.men[0], "还在").await;
    let path = format!("{CIRCLE}/last-day");
    for (day, code) in [("2026-08-20", "in_the_past"), ("2028-01-01", "out_of_range"), ("2027-08-22", "out_of_range")] {
        let refused = organizer.put(&path, json!({ "last_day": day, "reason": "改期" })).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["code"]), (422, &json!(code)), "{day}");
    }
    assert_eq!(organizer.put(&path, json!({ "last_day": "2026-08-30", "reason": " " })).await.status, 422);
    let moved = organizer.put(&path, json!({ "last_day": "2026-08-30", "reason": "下周有新活动" })).await;
    assert_eq!((moved.status, &moved.json["ends_at"]), (200, &json!("2026-08-30T16:00:00Z")), "{}", moved.text());
    assert_eq!(hall.men[0].get(CIRCLE).await.json["last_day"], "2026-08-30");
    assert_eq!(organizer.post(&format!("{CIRCLE}/end"), json!({ "reason": "有人闹事" })).await.status, 204);
    refused(&hall.men[0].get(NOTES).await, 409, "circle_over");
    refused(&organizer.post(&format!("{CIRCLE}/end"), json!({ "reason": "有人闹事" })).await, 409, "circle_over");
    forget::due(&hall.evening.app).await.unwrap();
    assert_eq!(rows(&hall.evening).await, (0, 0, 0));
    let deeds = [("circle_end_moved", "下周有新活动"), ("circle_ended", "有人闹事")];
    assert_eq!(
        audited(&hall.evening).await,
        deeds.map(|(action, reason)| (action.to_owned(), Some(reason.to_owned())))
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_accepted_while_it_ends_is_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = joined(engine, 4).await else { return };
    let evening = &hall.evening;
    // In the midst of ending: whoever asks now waits, and comes too late.
    let ending = async |txn: &Write| {
        let event = event::hold(txn, evening.event.id).await.unwrap();
        let row = term::Model { event_id: event.id, at: evening.app.now() };
        row.into_active_model().reset_all().insert(txn).await.unwrap();
    };
    let notes = join_all(hall.men.iter().map(|man| man.post(NOTES, json!({ "body": "赶上了吗" }))));
    for late in evening.amid(ending, 4, notes).await {
        refused(&late, 409, "circle_over");
    }
    assert_eq!(rows(evening).await.0, 0);
    let txn = evening.app.database.begin_write().await.unwrap();
    term::Entity::delete_many().exec(&txn).await.unwrap();
    txn.commit().await.unwrap();
    // A race: what was answered with yes is there, what was refused is not.
    let people: Vec<&Person> = hall.men.iter().chain(&hall.women).collect();
    let posts = join_all((0..5).flat_map(|round| {
        people.iter().map(move |person| async move {
            let body = format!("{round}-{}", person.registration_id);
            (body.clone(), person.post(NOTES, json!({ "body": body })).await)
        })
    }));
    let path = format!("{CIRCLE}/end");
    let ends = async {
        tokio::task::yield_now().await;
        evening.organizer.post(&path, json!({ "reason": "到此为止" })).await
    };
    let (answers, ended) = tokio::join!(posts, ends);
    assert_eq!(ended.status, 204, "{}", ended.text());
    let written = note::Entity::find().all(evening.app.database.reader()).await.unwrap();
    for (body, answer) in &answers {
        assert!(answer.status == 201 || answer.code() == "circle_over", "{}", answer.text());
        assert_eq!(written.iter().any(|note| note.body == *body), answer.status == 201, "{body}");
    }
    forget::due(&evening.app).await.unwrap();
    assert_eq!(rows(evening).await, (0, 0, 0));
}
