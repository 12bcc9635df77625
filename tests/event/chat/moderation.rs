//! What the organizer decides, and how hosts hold the rooms.

use futures_util::future::join_all;
use queqiao::audit::entry;
use queqiao::chat::report;
use queqiao::events::crew::Role;
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::{CHAT, LINES, OFFICE, PAGE, QUEUE, chatting, decide, ear, hears_until, news, quick, reads, report_it, say};
use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::person::refused;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_reports_take_a_line_out_of_sight_and_the_last_word_is_the_organizers(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some((evening, people)) = chatting(engine, 4, quick()).await else { return };
    let organizer = &evening.organizer;
    let id = say(&people[0], "买东西找我").await;
    refused(&report_it(&people[0], &id).await, 409, "not_anothers");
    let reported = join_all((0..5).map(|_| report_it(&people[1], &id))).await;
    assert_eq!(reported.iter().filter(|answer| answer.status == 204).count(), 1, "one person counts once");
    assert_eq!(reads(&people[3]).await, ["买东西找我"]);
    assert_eq!(report_it(&people[2], &id).await.status, 204);
    assert_eq!(reads(&people[3]).await, [""; 0]);
    let queue = organizer.get(QUEUE).await;
    let first = &queue.json["items"][0];
    assert_eq!(
        (&first["state"], &first["reports"], &first["room"]),
        (&json!("reported"), &json!(["广告", "广告"]), &json!("all"))
    );
    for person in &people {
        assert!(!queue.text().contains(&person.registration_id.to_string()), "who reports is told to nobody");
        assert_eq!(person.get(QUEUE).await.status, 403);
    }
    assert_eq!(decide(organizer, &id, "show").await.status, 200);
    assert_eq!(report_it(&people[3], &id).await.status, 204);
    assert_eq!(reads(&people[1]).await, ["买东西找我"], "kept, whoever reports it now");
    assert_eq!(decide(organizer, &id, "hide").await.status, 200);
    let own = people[0].get(LINES).await.json;
    assert_eq!((&own["lines"][0]["state"], &own["lines"][0]["reason"]), (&json!("hidden"), &json!("看过了")));
    assert_eq!(reads(&people[1]).await, [""; 0]);
    assert_eq!(people[0].delete(&format!("{LINES}/{id}")).await.status, 204);
    refused(&decide(organizer, &id, "show").await, 409, "withdrawn");
    assert_eq!(people[1].delete(&format!("{LINES}/{id}")).await.status, 404);
    let (other, _) = evening.other_union(queqiao::events::phase::Phase::Online).await;
    assert_eq!(decide(&other, &id, "hide").await.status, 403);
    assert_eq!(report::Entity::find().count(evening.app.database.reader()).await.unwrap(), 3);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_host_holds_the_room_and_closes_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, people)) = chatting(engine, 2, quick()).await else { return };
    let host = evening.crew(Role::Host).await;
    let mut hers = ear(&people[1], "all", Some(0)).await;
    news(&mut hers).await.unwrap();
    assert_eq!(
        host.put(&format!("{CHAT}/all/rules"), json!({ "read_only": true, "slow_seconds": 5 })).await.status,
        204
    );
    assert_eq!(news(&mut hers).await.unwrap()["room"], json!({ "open": true, "read_only": true, "slow_seconds": 5 }));
    refused(&people[0].post(LINES, json!({ "body": "在吗" })).await, 409, "chat_read_only");
    let announced = host.post(&format!("{CHAT}/all/announcements"), json!({ "body": "今晚八点" })).await;
    assert_eq!(announced.status, 201, "{}", announced.text());
    hears_until(&mut hers, "今晚八点").await;
    // No group is formed yet, and so there is none to close for good.
    let nowhere = format!("{CHAT}/7");
    let rules = json!({ "read_only": true, "slow_seconds": 5 });
    refused(&host.put(&format!("{nowhere}/rules"), rules).await, 404, "not_found");
    refused(&host.post(&format!("{nowhere}/announcements"), json!({ "body": "喂" })).await, 404, "not_found");
    refused(&host.post(&format!("{nowhere}/close"), json!({ "reason": "空的" })).await, 404, "not_found");
    assert_eq!(host.get(&format!("{nowhere}/live")).await.status, 404);
    let line = people[0].get(LINES).await.json["lines"][0].clone();
    assert_eq!((&line["announcement"], &line["author"]), (&json!(true), &json!(null)));
    refused(&report_it(&people[0], line["id"].as_str().unwrap()).await, 409, "not_anothers");
    assert_eq!(host.get(QUEUE).await.status, 403, "what waits is the organizer's");
    let rooms = host.get(CHAT).await.json;
    assert_eq!((&rooms["items"][0]["room"], &rooms["items"][0]["lines"]), (&json!("all"), &json!(1)), "{rooms}");
    let page = Browser::of(&evening, &host).await.get(OFFICE).await.1;
    assert!(page.contains("以主办方的名义") && !page.contains("id=\"queue\""));
    let office = Browser::of(&evening, &evening.organizer).await;
    assert!(office.get(OFFICE).await.1.contains("id=\"queue\""));
    let open = [("slow_seconds", "0")];
    assert_eq!(office.send(&format!("{OFFICE}/all/rules"), &open).await.status().as_u16(), 303);
    let id = say(&people[0], "谢谢").await;
    let hide = [("decision", "hide"), ("verdict", "跑题")];
    assert_eq!(office.send(&format!("{OFFICE}/lines/{id}"), &hide).await.status().as_u16(), 303);
    assert_eq!(office.send(&format!("{OFFICE}/all/close"), &[("reason", "")]).await.status().as_u16(), 422);
    assert_eq!(people[0].post(&format!("{CHAT}/all/close"), json!({ "reason": "我说" })).await.status, 403);
    assert_eq!(host.post(&format!("{CHAT}/all/close"), json!({ "reason": "聊够了" })).await.status, 204);
    while news(&mut hers).await.is_some() {}
    for answer in [people[0].get(LINES).await, people[0].post(LINES, json!({ "body": "还在吗" })).await] {
        refused(&answer, 409, "chat_over");
    }
    refused(&host.post(&format!("{CHAT}/all/close"), json!({ "reason": "再关" })).await, 409, "chat_over");
    refused(&decide(&evening.organizer, &id, "show").await, 409, "chat_over");
    assert_eq!(evening.organizer.get(&format!("{QUEUE}?show=hidden")).await.json["items"], json!([]));
    assert_eq!(Browser::of(&evening, &people[0]).await.get(PAGE).await.0, 409);
    let deeds = entry::Entity::find().filter(entry::Column::Action.starts_with("chat"));
    let deeds = deeds.order_by_asc(entry::Column::Id).all(evening.app.database.reader()).await.unwrap();
    let deeds: Vec<String> = deeds.into_iter().map(|deed| deed.action).collect();
    assert_eq!(deeds, ["chat_rules_set", "chat_announced", "chat_rules_set", "chat_moderated", "chat_closed"]);
}
