//! After the evening the circle goes on with it, and then everything is gone.

use futures_util::future::join_all;
use queqiao::chat::{forget, line, photo, report};
use queqiao::circle::term;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::{CHAT, LINES, PAGE, chatting, ear, news, quick, reads, report_it, say, say_with_picture};
use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::Hall;
use crate::fixtures::person::refused;

async fn rows(evening: &Evening) -> (u64, u64, u64) {
    let db = evening.app.database.reader();
    let lines = line::Entity::find().count(db).await.unwrap();
    (lines, photo::Entity::find().count(db).await.unwrap(), report::Entity::find().count(db).await.unwrap())
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_circle_goes_on_with_it_and_its_end_erases_everything(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::begin(engine, 2).await else { return };
    let mut terms = quick();
    terms["circle"] = json!({ "days": 5 });
    hall.evening.event = hall.evening.change(|row| row.settings = Set(terms)).await;
    let id = say(&hall.men[0], "活动前说的").await;
    let outside = say(&hall.men[1], "不进圈").await;
    assert_eq!(report_it(&hall.women[1], &id).await.status, 204);
    hall.evening.move_to(Phase::Closed).await;
    let evening = &hall.evening;
    let (he, she) = (&hall.men[0], &hall.women[0]);
    refused(&he.get(LINES).await, 403, "not_in_circle");
    refused(&he.post(LINES, json!({ "body": "散了" })).await, 403, "not_in_circle");
    for person in [he, she] {
        assert_eq!(person.post("/api/v1/events/qixi/circle/membership", json!({})).await.status, 204);
    }
    assert_eq!(say_with_picture(he, "合影").await.status, 201);
    assert_eq!(reads(she).await, ["活动前说的"]);
    assert!(Browser::of(evening, she).await.get(PAGE).await.1.contains("活动圈的群"));
    // Whoever is not in it is not read there, and takes down what they said all the same.
    let theirs = format!("{LINES}/{outside}");
    assert_eq!(she.delete(&theirs).await.status, 404);
    assert_eq!(hall.men[1].delete(&theirs).await.status, 204);
    forget::due(&evening.app).await.unwrap();
    assert_eq!(rows(evening).await, (3, 1, 1), "not before its time");
    // Whoever leaves the circle takes along what they said, and comes back to it.
    let mut hers = ear(she, "all", Some(i64::MAX)).await;
    news(&mut hers).await.unwrap();
    assert_eq!(he.delete("/api/v1/events/qixi/circle/membership").await.status, 204);
    assert!(news(&mut hers).await.unwrap()["gone"].as_array().unwrap().contains(&json!(id)));
    assert_eq!(reads(she).await, [""; 0]);
    assert_eq!(he.post("/api/v1/events/qixi/circle/membership", json!({})).await.status, 204);
    assert_eq!(reads(she).await, ["活动前说的"]);
    let db = evening.app.database.reader();
    let row = event::by_slug(db, "qixi").await.unwrap().unwrap();
    evening.clock.set(term::of(db, &row).await.unwrap().unwrap().ends_at);
    let he = evening.again(he);
    refused(&he.get(LINES).await, 409, "chat_over");
    refused(&he.post(LINES, json!({ "body": "还在吗" })).await, 409, "chat_over");
    assert_eq!(he.get(&format!("{CHAT}/all/live")).await.status, 409);
    forget::due(&evening.app).await.unwrap();
    forget::due(&evening.app).await.unwrap();
    assert_eq!(rows(evening).await, (0, 0, 0));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_a_circle_it_ends_with_the_evening(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((mut evening, people)) = chatting(engine, 2, quick()).await else { return };
    say(&people[0], "明天见").await;
    evening.move_to(Phase::OnSite).await;
    assert_eq!(reads(&people[1]).await, ["明天见"]);
    evening.move_to(Phase::Closed).await;
    refused(&people[1].get(LINES).await, 409, "chat_over");
    forget::due(&evening.app).await.unwrap();
    assert_eq!(rows(&evening).await, (0, 0, 0));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_room_that_was_closed_is_erased_by_the_clock(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, people)) = chatting(engine, 2, quick()).await else { return };
    say(&people[0], "说了就没了").await;
    say_with_picture(&people[0], "图").await;
    let closed = evening.organizer.post(&format!("{CHAT}/all/close"), json!({ "reason": "吵起来了" })).await;
    assert_eq!(closed.status, 204);
    forget::due(&evening.app).await.unwrap();
    assert_eq!(rows(&evening).await, (0, 0, 0));
}

/// From a second tab, on the evening, while the account goes.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_said_by_whoever_has_just_left_for_good(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((mut evening, people)) = chatting(engine, 2, quick()).await else { return };
    evening.move_to(Phase::OnSite).await;
    let he = &people[0];
    let tabs = join_all((0..16).map(|_| he.post(LINES, json!({ "body": "走之前" }))));
    let (answers, left) = tokio::join!(tabs, evening.leaves(he));
    assert_eq!(left.status, 204, "{}", left.text());
    for answer in answers {
        assert!([201, 401].contains(&answer.status), "{}", answer.text());
    }
    for row in line::Entity::find().all(evening.app.database.reader()).await.unwrap() {
        assert_eq!((row.open_body(&evening.app).unwrap().as_str(), row.state), ("", line::State::Withdrawn));
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_chat_that_is_unticked_is_there_again_when_it_is_ticked(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((mut evening, people)) = chatting(engine, 2, quick()).await else { return };
    say(&people[0], "还在").await;
    say_with_picture(&people[0], "图").await;
    evening.change(|row| row.settings = Set(json!({ "chat": { "open": false } }))).await;
    refused(&people[1].get(LINES).await, 404, "not_found");
    forget::due(&evening.app).await.unwrap();
    assert_eq!(rows(&evening).await, (2, 1, 0), "by one wrong tick");
    evening.change(|row| row.settings = Set(quick())).await;
    assert_eq!(reads(&people[1]).await, ["还在"]);
    evening.change(|row| row.settings = Set(json!({}))).await;
    evening.move_to(Phase::Closed).await;
    forget::due(&evening.app).await.unwrap();
    assert_eq!(rows(&evening).await, (0, 0, 0), "but not for ever");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_one_said_is_taken_home_and_goes_with_the_account(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, people)) = chatting(engine, 2, quick()).await else { return };
    say(&people[0], "我说过的话").await;
    say_with_picture(&people[0], "我的图").await;
    say(&people[1], "别人的话").await;
    let stored = line::Entity::find().all(evening.app.database.reader()).await.unwrap();
    for row in &stored {
        let plain = row.body.0.windows(15).any(|some| some == "我说过的话".as_bytes());
        assert!(!plain && !format!("{row:?}").contains("话"));
    }
    let taken = evening.takes_home(&people[0]).await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(taken.bytes.clone())).unwrap();
    let mut chat = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("chat.json").unwrap(), &mut chat).unwrap();
    assert!(chat.contains("我说过的话") && chat.contains("我的图") && !chat.contains("别人的话"), "{chat}");
    assert!(zip.by_name("photos/chat-1.jpg").is_ok());
    let left = evening.leaves(&people[0]).await;
    assert_eq!(left.status, 204, "{}", left.text());
    assert_eq!(reads(&people[1]).await, ["别人的话"]);
    let rows = line::Entity::find().all(evening.app.database.reader()).await.unwrap();
    for row in rows.iter().filter(|row| row.registration_id == Some(people[0].registration_id)) {
        assert_eq!((row.open_body(&evening.app).unwrap().as_str(), row.state), ("", line::State::Withdrawn));
    }
    assert_eq!(photo::Entity::find().count(evening.app.database.reader()).await.unwrap(), 0);
}
