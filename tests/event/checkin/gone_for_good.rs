//! Somebody erases their account in the middle of the evening: out of every plan, group, round and figure at once.

use queqiao::happening::What;
use rstest::rstest;
use serde_json::{Value, json};

use Engine::{Postgres, Sqlite};

use crate::fixtures::browser::Browser;
use crate::fixtures::door::{DOOR, admitted, but, code_of, nonce, queue, turned_away, typed};
use crate::fixtures::evening::Engine;
use crate::fixtures::hall::{Hall, light, mine};

const GROUPS: &str = "/api/v1/events/qixi/programme/groups";
const ICE: &str = "/api/v1/events/qixi/programme/icebreakers";

/// Everything of an evening that names people by what they wear.
async fn on_paper(hall: &Hall) -> String {
    let plan = hall.host.get("/api/v1/events/qixi/dates").await;
    let groups = hall.host.get(GROUPS).await;
    let pairs = hall.host.get(ICE).await;
    format!("{} {} {}", plan.json, groups.json, pairs.json)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_erases_their_account_inside_is_in_no_plan_any_more(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::planned(engine, (4, 4), json!({"rounds": 3, "minutes": 8, "tables": 4})).await else {
        return;
    };
    hall.evening.without_colleagues().await;
    let (him, code) = (hall.men[1].clone(), code_of(&hall.men[1]).await);
    let planned = hall.host.post("/api/v1/events/qixi/dates/plan", json!({})).await;
    assert_eq!(planned.status, 200, "{}", planned.text());
    assert_eq!(hall.host.put(GROUPS, json!({"groups": 2})).await.status, 200);
    assert!(hall.host.post(ICE, json!({})).await.status < 300);
    assert!(on_paper(&hall).await.contains("男002"));
    let partner = planned.json["rounds"][0]["tables"].as_array().unwrap().iter().find_map(|table| {
        let badges = table["badges"].as_array().unwrap();
        badges.contains(&json!("男002")).then(|| badges[1].as_str().unwrap().to_owned())
    });
    let mut heard = hall.evening.app.happenings.listen();

    assert_eq!(hall.evening.leaves(&him).await.status, 204);
    let mut news = Vec::new();
    while let Ok(happening) = heard.try_recv() {
        news.push(happening.what);
    }
    assert!(news.contains(&What::GuestLeft) && news.contains(&What::DatesPlanned), "{news:?}");
    let paper = on_paper(&hall).await;
    assert!(!paper.contains("男002") && !paper.contains("已注销"), "{paper}");
    let counts = json!({"men": 3, "women": 4});
    assert_eq!(hall.evening.organizer.get(&format!("{DOOR}/counts")).await.json, counts);
    let plan = hall.host.get("/api/v1/events/qixi/dates").await.json;
    assert_eq!(plan["rounds"][0]["sitting_out"], json!([partner.unwrap()]), "{plan}");
    assert_eq!(plan["left"], json!([]), "{plan}");
    // Nor is he in what is made from now on.
    assert_eq!(hall.host.put(GROUPS, json!({"groups": 2, "anew": true})).await.status, 200);
    assert_eq!(hall.host.post("/api/v1/events/qixi/dates/plan", json!({})).await.status, 200);
    assert!(hall.host.post(ICE, json!({})).await.status < 300);
    assert!(!on_paper(&hall).await.contains("男002"));

    // Nobody can pick him, and what the others pick counts.
    let round = hall.open(2).await;
    let unknown = light(&hall.women[0], round, &["男002"]).await;
    assert_eq!((unknown.status, &unknown.json["badge"]), (422, &json!("男002")), "{}", unknown.text());
    assert_eq!(light(&hall.women[0], round, &["男001"]).await.status, 200);
    assert_eq!(light(&hall.men[0], round, &["女001"]).await.status, 200);
    assert_eq!(hall.close(round).await.status, 200);
    assert_eq!(mine(&hall.men[0], round).await.json["badges"], json!(["女001"]));

    // The door brings him back by nothing.
    let desk = &hall.evening.organizer;
    for scan in [typed("m2"), but(&typed("m2"), json!({"badge": null, "code": code}))] {
        let answer = desk.post(DOOR, scan.clone()).await;
        turned_away(&answer, "withdrawn");
        assert!(answer.json.get("participant").is_none(), "{}", answer.text());
        let late = but(&scan, json!({"offline": true, "nonce": nonce()}));
        let uploaded = desk.post(&format!("{DOOR}/batch"), queue(&[late])).await;
        assert_eq!(uploaded.json["items"][0]["answer"]["counts"], counts, "{}", uploaded.text());
    }
    assert_eq!(desk.post(&format!("{DOOR}/search"), json!({"name": "已注销"})).await.json["items"], json!([]));
    let roster = desk.get(&format!("{DOOR}/roster")).await.json;
    assert_eq!((&roster["expected"], &roster["doors"]["男002"]), (&counts, &Value::Null), "{roster}");
    let (_, page) = Browser::of(&hall.evening, desk).await.get("/e/qixi/desk").await;
    assert!(page.contains("data-expected-men=\"3\""), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_table_of_the_running_round_is_given_up_and_no_undo_brings_anybody_back(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(hall) = Hall::planned(engine, (2, 2), json!({"rounds": 2, "minutes": 8})).await else { return };
    hall.evening.without_colleagues().await;
    let desk = &hall.evening.organizer;
    let left = desk.post(DOOR, but(&typed("w2"), json!({"kind": "exit"}))).await;
    admitted(&left);
    admitted(&desk.post(DOOR, typed("w2")).await);
    let left = desk.post(DOOR, but(&typed("w2"), json!({"kind": "exit"}))).await;
    assert_eq!(hall.evening.leaves(&hall.women[1]).await.status, 204);
    let undo = json!({"nonce": nonce(), "device": "desk-1", "reason": "看错了"});
    let path = format!("{DOOR}/{}/undo", left.json["attempt"].as_str().unwrap());
    let undone = desk.post(&path, undo).await;
    assert_eq!((undone.status, undone.code()), (409, "overtaken"), "{}", undone.text());

    assert_eq!(hall.host.post("/api/v1/events/qixi/dates/plan", json!({})).await.status, 200);
    assert_eq!(hall.host.post("/api/v1/events/qixi/dates/rounds/1/start", json!({})).await.status, 204);
    assert_eq!(hall.evening.leaves(&hall.women[0]).await.status, 204);
    let plan = hall.host.get("/api/v1/events/qixi/dates").await.json;
    assert_eq!(plan["rounds"][0]["tables"][0]["held"], false, "{plan}");
    assert_eq!(plan["rounds"][1]["tables"], json!([]), "{plan}");
    assert_eq!(desk.get(&format!("{DOOR}/counts")).await.json, json!({"men": 2, "women": 0}));
}
