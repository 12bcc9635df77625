//! 活动圈: those who came stay in touch, and then everything is gone.

use chrono::{DateTime, Duration, Utc};
use futures_util::future::join_all;
use queqiao::audit::entry;
use queqiao::circle::{forget, member, note, report, term};
use queqiao::database::Write;
use queqiao::events::crew::Role;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Side;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::fixtures::browser::{Browser, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::{Hall, absent};
use crate::fixtures::person::{Answer, Person};

const CIRCLE: &str = "/api/v1/events/qixi/circle";
const NOTES: &str = "/api/v1/events/qixi/circle/notes";
const MEMBERSHIP: &str = "/api/v1/events/qixi/circle/membership";
const PAGE: &str = "/e/qixi/circle";
const OFFICE: &str = "/office/e/qixi/circle";

/// A hall whose evening is over, with a circle of 30 days.
async fn over(engine: Engine, pairs: u32) -> Option<Hall> {
    let mut hall = Hall::begin(engine, pairs).await?;
    hall.evening.change(|row| row.settings = Set(json!({ "circle": { "days": 30 } }))).await;
    hall.evening.enter(Phase::Closed).await;
    Some(hall)
}

async fn join(person: &Person) {
    let joined = person.post(MEMBERSHIP, json!({})).await;
    assert_eq!(joined.status, 204, "{}", joined.text());
}

/// As [`over`], with everybody in the circle.
async fn joined(engine: Engine, pairs: u32) -> Option<Hall> {
    let hall = over(engine, pairs).await?;
    for person in hall.men.iter().chain(&hall.women) {
        join(person).await;
    }
    Some(hall)
}

async fn say(person: &Person, words: &str) -> String {
    let said = person.post(NOTES, json!({ "body": words })).await;
    assert_eq!(said.status, 201, "{}", said.text());
    said.json["id"].as_str().unwrap().to_owned()
}

async fn answer(person: &Person, about: &str, words: &str) -> Answer {
    person.post(&format!("{NOTES}/{about}/replies"), json!({ "body": words })).await
}

async fn report_it(person: &Person, id: &str, reason: &str) -> Answer {
    person.post(&format!("{NOTES}/{id}/reports"), json!({ "reason": reason })).await
}

async fn decide(organizer: &Person, id: &str, decision: &str) -> Answer {
    let verdict = json!({ "decision": decision, "reason": "看过了" });
    organizer.post(&format!("{NOTES}/{id}/decision"), verdict).await
}

/// What a person reads, newest first.
async fn reads(person: &Person) -> Vec<String> {
    bodies(&person.get(NOTES).await)
}

fn bodies(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let items = answer.json["items"].as_array().unwrap().iter();
    items.map(|note| note["body"].as_str().unwrap().to_owned()).collect()
}

fn is(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code()), (status, code), "{}", answer.text());
}

async fn rows(evening: &Evening) -> (u64, u64, u64) {
    let db = evening.app.database.reader();
    let notes = note::Entity::find().count(db).await.unwrap();
    (notes, member::Entity::find().count(db).await.unwrap(), report::Entity::find().count(db).await.unwrap())
}

/// What the audit says of the circle, and why.
async fn audited(evening: &Evening) -> Vec<(String, Option<String>)> {
    let deeds = entry::Entity::find().filter(entry::Column::Action.starts_with("circle"));
    let deeds = deeds.order_by_asc(entry::Column::Id).all(evening.app.database.reader()).await.unwrap();
    deeds.into_iter().map(|deed| (deed.action, deed.reason)).collect()
}

async fn ends_at(evening: &Evening) -> DateTime<Utc> {
    let db = evening.app.database.reader();
    let event = event::by_slug(db, "qixi").await.unwrap().unwrap();
    term::of(db, &event).await.unwrap().unwrap().ends_at
}

/// Everything a member can ask, with the words of a refusal.
async fn refused_everywhere(person: &Person, id: &str, status: u16, code: &str) {
    for path in [NOTES, &format!("{CIRCLE}/members"), &format!("{NOTES}/{id}/replies")] {
        is(&person.get(path).await, status, code);
    }
    is(&person.post(NOTES, json!({ "body": "在吗" })).await, status, code);
    is(&answer(person, id, "在").await, status, code);
    is(&report_it(person, id, "广告").await, status, code);
    is(&person.delete(&format!("{NOTES}/{id}")).await, status, code);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_came_may_join_and_nobody_is_in_before(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = over(engine, 2).await else { return };
    let stayed_away = absent(&hall.evening, Side::Men, 9).await;
    let standing = hall.men[0].get(CIRCLE).await.json;
    assert_eq!((&standing["state"], &standing["joined"]), (&json!("open"), &json!(false)), "{standing}");
    // The evening was on the 21st of August.
    assert_eq!((&standing["members"], &standing["last_day"]), (&json!(0), &json!("2026-09-20")));
    assert_eq!(standing["ends_at"], "2026-09-20T16:00:00Z");
    refused_everywhere(&hall.men[0], &hall.evening.event.id.to_string(), 403, "not_in_circle").await;
    is(&stayed_away.post(MEMBERSHIP, json!({})).await, 403, "did_not_come");
    assert_eq!(stayed_away.get(CIRCLE).await.json["state"], "not_admitted");
    assert_eq!(rows(&hall.evening).await, (0, 0, 0));
    join(&hall.men[0]).await;
    join(&hall.men[0]).await;
    let hello = say(&hall.men[0], " 大家好 ").await;
    is(&hall.women[0].get(NOTES).await, 403, "not_in_circle");
    join(&hall.women[0]).await;
    assert_eq!(reads(&hall.women[0]).await, ["大家好"]);
    assert_eq!(answer(&hall.women[0], &hello, "你好").await.status, 201);
    let replies = hall.men[0].get(&format!("{NOTES}/{hello}/replies")).await;
    assert_eq!(bodies(&replies), ["你好"]);
    let author = &replies.json["items"][0]["author"];
    assert_eq!(author, &json!({ "nickname": "guest-3", "badge": "女001", "me": false }));
    assert_eq!(hall.men[0].get(NOTES).await.json["items"][0]["replies"], 1);
    let members = hall.men[0].get(&format!("{CIRCLE}/members")).await;
    let badges: Vec<&Value> = members.json["items"].as_array().unwrap().iter().map(|one| &one["badge"]).collect();
    assert_eq!(badges, ["女001", "男001"]);
    // Nothing but nickname and number is told of anybody.
    for text in [members.text(), hall.men[0].get(NOTES).await.text()] {
        for secret in ["wx-guest", "13800000000", "@example.com", "1995", &hall.women[0].registration_id.to_string()] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn not_before_the_end_and_not_without_one(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::begin(engine, 1).await else { return };
    hall.evening.change(|row| row.settings = Set(json!({ "circle": { "days": 30 } }))).await;
    assert_eq!(hall.men[0].get(CIRCLE).await.json["state"], "early");
    is(&hall.men[0].post(MEMBERSHIP, json!({})).await, 409, "phase_closed");
    let last_day = json!({ "last_day": "2026-09-30", "reason": "大家舍不得" });
    let organizer = hall.evening.organizer.clone();
    is(&organizer.put(&format!("{CIRCLE}/last-day"), last_day.clone()).await, 409, "phase_closed");
    is(&organizer.post(&format!("{CIRCLE}/announcements"), json!({ "body": "好" })).await, 409, "phase_closed");
    hall.evening.enter(Phase::Closed).await;
    hall.evening.change(|row| row.settings = Set(json!({}))).await;
    assert_eq!(hall.men[0].get(CIRCLE).await.json["state"], "none");
    assert_eq!(hall.men[0].post(MEMBERSHIP, json!({})).await.status, 404);
    let browser = Browser::of(&hall.evening, &hall.men[0]).await;
    assert!(browser.get(PAGE).await.1.contains("没有活动圈"));
    assert!(!browser.get("/e/qixi/me").await.1.contains(PAGE), "no tab to what is not there");
    // The union thinks of it afterwards.
    let opened = organizer.put(&format!("{CIRCLE}/last-day"), last_day).await;
    assert_eq!((opened.status, &opened.json["ends_at"]), (200, &json!("2026-09-30T16:00:00Z")), "{}", opened.text());
    join(&hall.men[0]).await;
    assert!(browser.get("/e/qixi/me").await.1.contains(&format!("href=\"{PAGE}\"")));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_plan_says_for_how_many_days(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let organizer = &evening.organizer;
    let days = async || {
        let event = event::by_slug(evening.app.database.reader(), "qixi").await.unwrap().unwrap();
        event.plan().circle.map(|circle| circle.days)
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
async fn nobody_else_hears_of_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = joined(engine, 1).await else { return };
    let id = say(&hall.men[0], "只给来过的人").await;
    let desk = hall.evening.crew(Role::Desk).await;
    let host = hall.evening.crew(Role::Host).await;
    let stranger = hall.evening.stranger().await;
    let contact = hall.evening.account("contact", queqiao::accounts::profile::Gender::Male).await;
    let unit = hall.evening.units[0].id;
    let (contacts, body) = (format!("/api/v1/units/{unit}/contacts"), json!({ "email": contact.email }));
    assert!(hall.evening.organizer.post(&contacts, body).await.status < 300);
    assert_eq!(contact.accepts_all().await, 1);
    for person in [&desk, &host, &stranger, &contact, &hall.evening.organizer] {
        refused_everywhere(person, &id, 403, "not_registered").await;
        is(&person.post(MEMBERSHIP, json!({})).await, 403, "not_registered");
        let browser = Browser::of(&hall.evening, person).await;
        for path in [PAGE, &format!("{PAGE}/notes/{id}"), &format!("{PAGE}/report/{id}")] {
            assert_eq!(browser.get(path).await.0, 403, "{path}");
        }
    }
    refused_everywhere(&hall.evening.visitor(), &id, 401, "not_signed_in").await;
    for person in [&desk, &host, &stranger, &contact, &hall.men[0]] {
        for path in ["figures", "moderation"] {
            is(&person.get(&format!("{CIRCLE}/{path}")).await, 403, "wrong_role");
        }
        let words = json!({ "body": "我是主办方" });
        is(&person.post(&format!("{CIRCLE}/announcements"), words).await, 403, "wrong_role");
        is(&person.post(&format!("{CIRCLE}/end"), json!({ "reason": "够了" })).await, 403, "wrong_role");
        is(
            &person.put(&format!("{CIRCLE}/last-day"), json!({ "last_day": "2026-09-01", "reason": "够了" })).await,
            403,
            "wrong_role",
        );
        is(&decide(person, &id, "hide").await, 403, "wrong_role");
        assert_eq!(Browser::of(&hall.evening, person).await.get(OFFICE).await.0, 403);
    }
    assert_eq!(reads(&hall.women[0]).await, ["只给来过的人"]);
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
    is(&he.post(MEMBERSHIP, json!({})).await, 409, "circle_over");
    is(&organizer.get(&format!("{CIRCLE}/moderation?show=shown")).await, 409, "circle_over");
    is(&decide(&organizer, &id, "hide").await, 409, "circle_over");
    is(&organizer.post(&format!("{CIRCLE}/announcements"), json!({ "body": "再见" })).await, 409, "circle_over");
    let longer = json!({ "last_day": "2026-10-30", "reason": "再开几天" });
    is(&organizer.put(&format!("{CIRCLE}/last-day"), longer).await, 409, "circle_over");
    is(&organizer.post(&format!("{CIRCLE}/end"), json!({ "reason": "够了" })).await, 409, "circle_over");
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
    is(&hall.men[0].get(NOTES).await, 409, "circle_over");
    is(&organizer.post(&format!("{CIRCLE}/end"), json!({ "reason": "有人闹事" })).await, 409, "circle_over");
    forget::due(&hall.evening.app).await.unwrap();
    assert_eq!(rows(&hall.evening).await, (0, 0, 0));
    let told = [("circle_end_moved", "下周有新活动"), ("circle_ended", "有人闹事")];
    assert_eq!(audited(&hall.evening).await, told.map(|(action, reason)| (action.to_owned(), Some(reason.to_owned()))));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_reports_hide_and_the_organizer_has_the_last_word(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = joined(engine, 3).await else { return };
    let organizer = &hall.evening.organizer;
    let id = say(&hall.men[0], "加我微信").await;
    is(&report_it(&hall.men[0], &id, "我自己").await, 409, "not_another_members");
    assert_eq!(report_it(&hall.women[0], &id, "留联系方式").await.status, 204);
    is(&report_it(&hall.women[0], &id, "再说一遍").await, 409, "already_reported");
    assert_eq!(reads(&hall.women[1]).await, ["加我微信"], "one person's word hides nothing");
    let queue =
        async |show: &str| organizer.get(&format!("{CIRCLE}/moderation?show={show}")).await.json["items"].clone();
    assert_eq!(queue("reported").await[0]["reports"], json!(["留联系方式"]));
    assert_eq!(report_it(&hall.women[1], &id, "骚扰").await.status, 204);
    assert_eq!(reads(&hall.women[2]).await, [""; 0]);
    assert_eq!(answer(&hall.women[2], &id, "?").await.status, 404);
    let mine = hall.men[0].get(NOTES).await.json["items"][0].clone();
    assert_eq!((&mine["body"], &mine["state"]), (&json!("加我微信"), &json!("reported")));
    let waiting = queue("reported").await;
    assert_eq!((&waiting[0]["state"], waiting[0]["reports"].as_array().unwrap().len()), (&json!("reported"), 2));
    let told = waiting.to_string();
    assert!(!told.contains("guest-4") && told.contains("guest-1"), "who reports is told to nobody: {told}");
    assert_eq!(organizer.get(&format!("{CIRCLE}/figures")).await.json["reported"], 1);
    assert!(Browser::of(&hall.evening, organizer).await.get("/office").await.1.contains("活动圈里有 1 条被举报"));
    // The organizer keeps it: a third report changes nothing.
    assert_eq!(decide(organizer, &id, "show").await.json["state"], "kept");
    assert_eq!(report_it(&hall.women[2], &id, "还是骚扰").await.status, 204);
    assert_eq!(reads(&hall.women[1]).await, ["加我微信"]);
    assert_eq!(queue("reported").await, json!([]));
    // And hides it after all; saying it twice is saying it once.
    for _ in 0..2 {
        assert_eq!(decide(organizer, &id, "hide").await.json["state"], "hidden");
    }
    assert_eq!(reads(&hall.women[1]).await, [""; 0]);
    let mine = hall.men[0].get(NOTES).await.json["items"][0].clone();
    assert_eq!((&mine["state"], &mine["reason"]), (&json!("hidden"), &json!("看过了")));
    assert_eq!(queue("hidden").await[0]["id"], json!(id));
    let decided = ("circle_moderated".to_owned(), Some("看过了".to_owned()));
    assert_eq!(audited(&hall.evening).await, [decided.clone(), decided]);
    // What the organizer says is announced as theirs, and not reported.
    let words = json!({ "body": "下月还有一场" });
    let said = organizer.post(&format!("{CIRCLE}/announcements"), words).await;
    assert_eq!(said.status, 201, "{}", said.text());
    let announced = hall.women[0].get(NOTES).await.json["items"][0].clone();
    assert_eq!((&announced["announcement"], &announced["author"]), (&json!(true), &Value::Null));
    let said = said.json["id"].as_str().unwrap();
    is(&report_it(&hall.women[0], said, "广告").await, 409, "not_another_members");
    assert_eq!(answer(&hall.women[0], said, "来").await.status, 201);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_report_at_once_are_two(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = joined(engine, 2).await else { return };
    for round in 0..8 {
        let id = say(&hall.men[0], &format!("第 {round} 条")).await;
        // Both wait for somebody who has the note in hand, and go on at the same moment.
        let in_hand = async |txn: &Write| {
            note::hold(txn, hall.evening.event.id, id.parse().unwrap()).await.unwrap();
        };
        let both = join_all(hall.women.iter().map(|woman| report_it(woman, &id, "骚扰")));
        for answer in hall.evening.amid(in_hand, 2, both).await {
            assert_eq!(answer.status, 204, "{}", answer.text());
        }
        assert_eq!(reads(&hall.men[1]).await, [""; 0], "{round}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_blocked_pair_neither_reads_the_other(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = joined(engine, 2).await else { return };
    let (he, she, other) = (&hall.men[0], &hall.women[0], &hall.women[1]);
    let his = say(he, "他说").await;
    let hers = say(she, "她说").await;
    let between = say(other, "大家说").await;
    assert_eq!(answer(he, &between, "他答").await.status, 201);
    assert_eq!(answer(he, &hers, "答她").await.status, 201);
    // She blocks him from where she read him.
    let browser = Browser::of(&hall.evening, she).await;
    assert!(browser.get(&format!("{PAGE}/report/{his}")).await.1.contains("拉黑"));
    assert_eq!(browser.send(&format!("{PAGE}/block/{his}"), &[]).await.status().as_u16(), 303);
    assert_eq!(reads(he).await, ["大家说", "他说"]);
    assert_eq!(reads(she).await, ["大家说", "她说"]);
    assert_eq!(reads(other).await, ["大家说", "她说", "他说"]);
    assert_eq!(bodies(&she.get(&format!("{NOTES}/{between}/replies")).await), [""; 0]);
    assert_eq!(bodies(&other.get(&format!("{NOTES}/{between}/replies")).await), ["他答"]);
    let counts = she.get(NOTES).await.json["items"].clone();
    assert_eq!((&counts[0]["replies"], &counts[1]["replies"]), (&json!(0), &json!(0)), "{counts}");
    assert_eq!(he.get(&format!("{NOTES}/{hers}/replies")).await.status, 404);
    assert_eq!(answer(he, &hers, "再答").await.status, 404);
    assert_eq!(report_it(she, &his, "骚扰").await.status, 404);
    for (person, badge) in [(he, "女001"), (she, "男001")] {
        assert!(!person.get(&format!("{CIRCLE}/members")).await.text().contains(badge));
        assert_eq!(person.get(CIRCLE).await.json["members"], 3, "no count tells of somebody out of sight");
        assert!(Browser::of(&hall.evening, person).await.get(PAGE).await.1.contains("3 人在圈里"));
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_one_said_can_be_taken_down_and_goes_along(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = joined(engine, 2).await else { return };
    let (he, she) = (&hall.men[0], &hall.women[0]);
    let id = say(he, "说错了").await;
    let kept = say(he, "留着").await;
    assert_eq!(answer(she, &id, "没事").await.status, 201);
    assert_eq!(she.delete(&format!("{NOTES}/{id}")).await.status, 404, "it is not hers");
    for _ in 0..2 {
        assert_eq!(he.delete(&format!("{NOTES}/{id}")).await.status, 204);
    }
    assert_eq!(reads(he).await, ["留着"]);
    assert_eq!(she.get(&format!("{NOTES}/{id}/replies")).await.status, 404);
    is(&decide(&hall.evening.organizer, &id, "show").await, 409, "withdrawn");
    assert_eq!(answer(he, &kept, "自己答自己").await.status, 201);
    let reply = answer(she, &kept, "再答").await.json["id"].as_str().unwrap().to_owned();
    is(&answer(he, &reply, "答一个答").await, 409, "answers_an_answer");
    // Leaving takes his words along, and leaves hers.
    let hers = say(&hall.women[1], "我在").await;
    assert_eq!(answer(he, &hers, "我也在").await.status, 201);
    for _ in 0..2 {
        assert_eq!(he.delete(MEMBERSHIP).await.status, 204);
    }
    is(&he.get(NOTES).await, 403, "not_in_circle");
    assert_eq!(reads(she).await, ["我在"]);
    assert_eq!(she.get(NOTES).await.json["items"][0]["replies"], 0);
    assert!(!she.get(&format!("{CIRCLE}/members")).await.text().contains("男001"));
    let written = note::Entity::find().all(hall.evening.app.database.reader()).await.unwrap();
    assert!(written.iter().all(|note| note.registration_id != Some(he.registration_id) || note.body.is_empty()));
    // He may come back, and nothing of it does.
    join(he).await;
    assert_eq!(reads(he).await, ["我在"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_day_has_room_for_ten(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = joined(engine, 1).await else { return };
    for body in ["", " ", &"长".repeat(501), "a\u{7}"] {
        assert_eq!(hall.men[0].post(NOTES, json!({ "body": body })).await.status, 422, "{body:?}");
    }
    let all = (0..30).map(|_| hall.men[0].post(NOTES, json!({ "body": "长".repeat(500) })));
    let answers = join_all(all).await;
    let taken: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(taken.len(), 10);
    let refused = answers.iter().find(|answer| answer.status != 201).unwrap();
    assert_eq!(refused.status, 429);
    assert!(refused.headers["retry-after"].to_str().unwrap().parse::<i64>().unwrap() > 0);
    // What was taken down was said all the same.
    let id = taken[0].json["id"].as_str().unwrap();
    assert_eq!(hall.men[0].delete(&format!("{NOTES}/{id}")).await.status, 204);
    assert_eq!(hall.men[0].post(NOTES, json!({ "body": "再来" })).await.status, 429);
    hall.evening.clock.advance(Duration::hours(24));
    say(&hall.evening.again(&hall.men[0]), "新的一天").await;
    // Twenty on a page, newest first, and none twice.
    let women = hall.evening.again(&hall.women[0]);
    let first = women.get(&format!("{NOTES}?limit=6")).await.json;
    let next = first["next"].as_str().unwrap();
    let second = women.get(&format!("{NOTES}?limit=6&cursor={next}")).await.json;
    assert_eq!((first["items"].as_array().unwrap().len(), second["items"].as_array().unwrap().len()), (6, 4));
    assert_eq!(first["items"][0]["body"], "新的一天");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_make_one_membership(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = over(engine, 1).await else { return };
    let hands: Vec<_> = (0..64)
        .map(|_| {
            let person = hall.men[0].clone();
            tokio::spawn(async move { person.post(MEMBERSHIP, json!({})).await.status })
        })
        .collect();
    for hand in hands {
        assert_eq!(hand.await.unwrap(), 204);
    }
    assert_eq!(rows(&hall.evening).await, (0, 1, 0));
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
    let asked = join_all(hall.men.iter().map(|man| man.post(NOTES, json!({ "body": "赶上了吗" }))));
    for late in evening.amid(ending, 4, asked).await {
        is(&late, 409, "circle_over");
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

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_pages_say_first_what_joining_means(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = over(engine, 2).await else { return };
    let evening = &hall.evening;
    let him = Browser::of(evening, &hall.men[0]).await;
    let (_, journey) = him.get("/e/qixi/me").await;
    assert!(journey.contains("看看活动圈") && journey.contains("9月20日"), "{journey}");
    let (status, page) = him.get(PAGE).await;
    assert_eq!(status, 200);
    for said in ["你的昵称和号码牌", "没有人被默认放进来", "到期以后全部删除", "9月20日", "加入活动圈"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("<textarea"), "{page}");
    // Whoever is not in it does not speak, whatever they send.
    let (status, page) = read(him.send(PAGE, &[("body", "我先说")]).await).await;
    assert!(status == 403 && page.contains("先加入活动圈"), "{page}");
    assert_eq!(him.send(&format!("{PAGE}/join"), &[]).await.status().as_u16(), 303);
    let (_, page) = him.get(PAGE).await;
    assert!(page.contains("<textarea") && page.contains("href=\"/e/qixi/matches\">交换联系方式"), "{page}");
    assert!(page.contains("1 人在圈里"), "{page}");
    let evil = "<b>1</b>\"'&";
    assert_eq!(him.send(PAGE, &[("body", evil)]).await.status().as_u16(), 303);
    let long = "长".repeat(501);
    let (status, page) = read(him.send(PAGE, &[("body", &long)]).await).await;
    assert!(status == 422 && page.contains("id=\"body-wrong\"") && page.contains(&long), "{status}");
    let id = hall.men[0].get(NOTES).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    join(&hall.women[0]).await;
    let her = Browser::of(evening, &hall.women[0]).await;
    let post = format!("{PAGE}/notes/{id}");
    assert_eq!(her.send(&post, &[("body", evil)]).await.status().as_u16(), 303);
    let organizer = Browser::of(evening, &evening.organizer).await;
    let say = organizer.send(&format!("{OFFICE}/announcements"), &[("body", evil)]).await;
    assert_eq!(say.status().as_u16(), 303);
    let reported = her.send(&format!("{PAGE}/report/{id}"), &[("sort", "other"), ("reason", evil)]).await;
    assert_eq!(reported.status().as_u16(), 303);
    for (browser, path) in [
        (&him, PAGE),
        (&her, PAGE),
        (&her, &*post),
        (&her, &*format!("{PAGE}/report/{id}")),
        (&organizer, OFFICE),
        (&organizer, &*format!("{OFFICE}?show=shown")),
    ] {
        let (status, page) = browser.get(path).await;
        assert!(status == 200 && page.contains("&#60;b&#62;1") && !page.contains(evil), "{path}: {page}");
    }
    // The office: a verdict needs its reason, the end its own, and both show.
    let verdict = format!("{OFFICE}/notes/{id}");
    assert_eq!(organizer.send(&verdict, &[("decision", "hide"), ("verdict", "")]).await.status().as_u16(), 422);
    let hidden = organizer.send(&verdict, &[("decision", "hide"), ("verdict", "与活动无关")]).await;
    assert_eq!(hidden.status().as_u16(), 303);
    assert!(him.get(PAGE).await.1.contains("主办方已隐藏") && !her.get(PAGE).await.1.contains(&id));
    let day = organizer.send(&format!("{OFFICE}/last-day"), &[("last_day", "2020-01-01"), ("reason", "改期")]).await;
    let (status, page) = read(day).await;
    assert!(status == 422 && page.contains("这一天已经过去了"), "{page}");
    let down = him.send(&format!("{PAGE}/notes/{id}/down"), &[("to", PAGE)]).await;
    assert_eq!(down.status().as_u16(), 303);
    assert_eq!(him.send(&format!("{PAGE}/leave"), &[]).await.status().as_u16(), 303);
    assert!(him.get(PAGE).await.1.contains("要不要加入"));
    let ended = organizer.send(&format!("{OFFICE}/end"), &[("why", "够了"), ("ending", "yes")]).await;
    assert_eq!(ended.status().as_u16(), 303);
    for (browser, path) in [(&her, PAGE), (&organizer, OFFICE)] {
        assert!(browser.get(path).await.1.contains("活动圈已经结束"), "{path}");
    }
    let request = her.request(reqwest::Method::GET, PAGE).header("Accept-Language", "en").send().await.unwrap();
    assert!(read(request).await.1.contains("The circle has ended"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_takes_home_what_one_said_and_is_forgotten(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = joined(engine, 2).await else { return };
    let (he, she) = (&hall.men[0], &hall.women[0]);
    let id = say(she, "她的话").await;
    say(he, "他的话").await;
    assert_eq!(report_it(he, &id, "他的理由").await.status, 204);
    let zip = hall.evening.takes_home(he).await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip.bytes)).unwrap();
    let told = std::io::read_to_string(zip.by_name("circle.json").unwrap()).unwrap();
    assert!(told.contains("他的话") && told.contains("他的理由") && !told.contains("她的话"), "{told}");
    assert_eq!(hall.evening.leaves(he).await.status, 204);
    assert_eq!(reads(she).await, ["她的话"]);
    assert!(!she.get(&format!("{CIRCLE}/members")).await.text().contains("男001"));
    let queue = hall.evening.organizer.get(&format!("{CIRCLE}/moderation")).await.text();
    assert!(queue.contains("她的话") && !queue.contains("他的"), "{queue}");
}
