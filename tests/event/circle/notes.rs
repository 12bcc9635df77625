//! What is said in the circle, and what becomes of it.

use chrono::Duration;
use futures_util::future::join_all;
use queqiao::circle::note;
use queqiao::database::Write;
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{CIRCLE, MEMBERSHIP, NOTES, PAGE, answer, audited, bodies, decide, join, joined, reads, report_it, say};
use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::person::{Answer, refused};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_reports_hide_and_the_organizer_has_the_last_word(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = joined(engine, 3).await else { return };
    let organizer = &hall.evening.organizer;
    let id = say(&hall.men[0], "加我微信").await;
    refused(&report_it(&hall.men[0], &id, "我自己").await, 409, "not_another_members");
    assert_eq!(report_it(&hall.women[0], &id, "留联系方式").await.status, 204);
    refused(&report_it(&hall.women[0], &id, "再说一遍").await, 409, "already_reported");
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
    let page_text = waiting.to_string();
    assert!(
        !page_text.contains("guest-4") && page_text.contains("guest-1"),
        "who reports is told to nobody: {page_text}"
    );
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
    let announcement = json!({ "body": "下月还有一场" });
    let made = organizer.post(&format!("{CIRCLE}/announcements"), announcement).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let announced = hall.women[0].get(NOTES).await.json["items"][0].clone();
    assert_eq!((&announced["announcement"], &announced["author"]), (&json!(true), &Value::Null));
    let post_id = made.json["id"].as_str().unwrap();
    refused(&report_it(&hall.women[0], post_id, "广告").await, 409, "not_another_members");
    assert_eq!(answer(&hall.women[0], post_id, "来").await.status, 201);
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
    refused(&decide(&hall.evening.organizer, &id, "show").await, 409, "withdrawn");
    assert_eq!(answer(he, &kept, "自己答自己").await.status, 201);
    let reply = answer(she, &kept, "再答").await.json["id"].as_str().unwrap().to_owned();
    refused(&answer(he, &reply, "答一个答").await, 409, "answers_an_answer");
    // Leaving takes his words along, and leaves hers.
    let hers = say(&hall.women[1], "我在").await;
    assert_eq!(answer(he, &hers, "我也在").await.status, 201);
    for _ in 0..2 {
        assert_eq!(he.delete(MEMBERSHIP).await.status, 204);
    }
    refused(&he.get(NOTES).await, 403, "not_in_circle");
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
async fn one_takes_home_what_one_said_and_is_forgotten(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = joined(engine, 2).await else { return };
    let (he, she) = (&hall.men[0], &hall.women[0]);
    let id = say(she, "她的话").await;
    say(he, "他的话").await;
    assert_eq!(report_it(he, &id, "他的理由").await.status, 204);
    let zip = hall.evening.takes_home(he).await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip.bytes)).unwrap();
    let page_text = std::io::read_to_string(zip.by_name("circle.json").unwrap()).unwrap();
    assert!(
        page_text.contains("他的话") && page_text.contains("他的理由") && !page_text.contains("她的话"),
        "{page_text}"
    );
    assert_eq!(hall.evening.leaves(he).await.status, 204);
    assert_eq!(reads(she).await, ["她的话"]);
    assert!(!she.get(&format!("{CIRCLE}/members")).await.text().contains("男001"));
    let queue = hall.evening.organizer.get(&format!("{CIRCLE}/moderation")).await.text();
    assert!(queue.contains("她的话") && !queue.contains("他的"), "{queue}");
}
