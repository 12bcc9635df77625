//! Who is in the circle, and who hears of it.

use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Side;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use super::{
    CIRCLE, MEMBERSHIP, NOTES, OFFICE, PAGE, answer, bodies, decide, join, joined, over, reads, refused_everywhere,
    rows, say,
};
use crate::fixtures::browser::{Browser, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::{Hall, absent};
use crate::fixtures::person::refused;

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
    refused(&stayed_away.post(MEMBERSHIP, json!({})).await, 403, "did_not_come");
    assert_eq!(stayed_away.get(CIRCLE).await.json["state"], "not_admitted");
    assert_eq!(rows(&hall.evening).await, (0, 0, 0));
    join(&hall.men[0]).await;
    join(&hall.men[0]).await;
    let hello = say(&hall.men[0], " 大家好 ").await;
    refused(&hall.women[0].get(NOTES).await, 403, "not_in_circle");
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
    refused(&hall.men[0].post(MEMBERSHIP, json!({})).await, 409, "phase_closed");
    let last_day = json!({ "last_day": "2026-09-30", "reason": "大家舍不得" });
    let organizer = hall.evening.organizer.clone();
    refused(&organizer.put(&format!("{CIRCLE}/last-day"), last_day.clone()).await, 409, "phase_closed");
    refused(&organizer.post(&format!("{CIRCLE}/announcements"), json!({ "body": "好" })).await, 409, "phase_closed");
    hall.evening.move_to(Phase::Closed).await;
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
        refused(&person.post(MEMBERSHIP, json!({})).await, 403, "not_registered");
        let browser = Browser::of(&hall.evening, person).await;
        for path in [PAGE, &format!("{PAGE}/notes/{id}"), &format!("{PAGE}/report/{id}")] {
            assert_eq!(browser.get(path).await.0, 403, "{path}");
        }
    }
    refused_everywhere(&hall.evening.visitor(), &id, 401, "not_signed_in").await;
    for person in [&desk, &host, &stranger, &contact, &hall.men[0]] {
        for path in ["figures", "moderation"] {
            refused(&person.get(&format!("{CIRCLE}/{path}")).await, 403, "wrong_role");
        }
        let note = json!({ "body": "我是主办方" });
        refused(&person.post(&format!("{CIRCLE}/announcements"), note).await, 403, "wrong_role");
        refused(&person.post(&format!("{CIRCLE}/end"), json!({ "reason": "够了" })).await, 403, "wrong_role");
        refused(
            &person.put(&format!("{CIRCLE}/last-day"), json!({ "last_day": "2026-09-01", "reason": "够了" })).await,
            403,
            "wrong_role",
        );
        refused(&decide(person, &id, "hide").await, 403, "wrong_role");
        assert_eq!(Browser::of(&hall.evening, person).await.get(OFFICE).await.0, 403);
    }
    assert_eq!(reads(&hall.women[0]).await, ["只给来过的人"]);
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
async fn the_pages_say_first_what_joining_means(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = over(engine, 2).await else { return };
    let evening = &hall.evening;
    let him = Browser::of(evening, &hall.men[0]).await;
    let (_, journey) = him.get("/e/qixi/me").await;
    assert!(journey.contains("看看活动圈") && journey.contains("9月20日"), "{journey}");
    let (status, page) = him.get(PAGE).await;
    assert_eq!(status, 200);
    for text in ["你的昵称和号码牌", "没有人被默认放进来", "到期以后全部删除", "9月20日", "加入活动圈"]
    {
        assert!(page.contains(text), "{text}: {page}");
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
