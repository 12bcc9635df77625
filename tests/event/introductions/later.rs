//! Stories of what changes after somebody was proposed.

use queqiao::registrations::registration::Side;
use rstest::rstest;
use serde_json::{Value, json};

use super::{REQUEST, after, asks, wish};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::person::Person;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_shows_less_by_now_is_shown_less(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(after) = after(engine).await else { return };
    let (he, she) = (&after.men[0], &after.women[0]);
    asks(she).await;
    let sees = async |shows: &[&str]| {
        assert_eq!(he.put(REQUEST, wish("", shows)).await.status, 204);
        after.mine(she).await["open"][0]["person"].clone()
    };
    assert_eq!(he.put(REQUEST, wish("", &["age", "nickname"])).await.status, 204);
    assert_eq!(after.propose(he, she).await.status, 201);
    assert_eq!(sees(&["age", "nickname"]).await["nickname"], json!(he.nickname()));
    let less = sees(&["age", "district", "about"]).await;
    assert_eq!((&less["nickname"], &less["district"], &less["about"]), (&Value::Null, &Value::Null, &Value::Null));
    // Once taken back nothing more is told by it.
    let before = after.mine(she).await;
    assert_eq!(sees(&["age", "nickname"]).await["nickname"], json!(he.nickname()));
    assert_eq!(he.delete(REQUEST).await.status, 204);
    assert_eq!(after.mine(she).await["open"].as_array().unwrap().len(), before["open"].as_array().unwrap().len());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_who_was_forgotten_nobody_is_asked_by_name(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(after) = after(engine).await else { return };
    let (he, she) = (&after.men[0], &after.women[0]);
    asks(she).await;
    assert_eq!(he.put(REQUEST, wish("", &["nickname"])).await.status, 204);
    assert_eq!(after.propose(he, she).await.status, 201);
    assert!(after.page(she).await.contains(&he.nickname()));
    assert_eq!(after.evening.leaves(he).await.status, 204);
    let mine = after.mine(she).await;
    assert_eq!((&mine["open"], &mine["past"]), (&json!([]), &json!(1)), "{mine}");
    assert!(!after.page(she).await.contains("已注销"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_given_is_closed_to_who_was_blocked_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(after) = after(engine).await else { return };
    let (he, she) = (&after.men[0], &after.women[0]);
    after.evening.wears(he, Side::Men, 1).await;
    after.evening.wears(she, Side::Women, 1).await;
    let id = after.proposed().await;
    for person in [he, she] {
        assert_eq!(after.says(person, &id, true).await, 204);
    }
    let keeps_away = async |person: &Person, badge: &str, because: &str| {
        let apart = json!({ "badge": badge, "because": because });
        assert_eq!(person.post("/api/v1/events/qixi/dates/exclusions", apart).await.status, 204);
    };
    let sees = async |person: &Person| after.mine(person).await["introduced"][0].clone();
    // That they know each other, now that they do, closes nothing.
    keeps_away(he, "女001", "acquainted").await;
    for person in [he, she] {
        let contact = format!("/api/v1/introductions/{id}/contact");
        assert_eq!(person.post(&contact, json!({ "fields": ["phone"] })).await.status, 204);
    }
    for person in [he, she] {
        assert_eq!(sees(person).await["theirs"]["phone"], "13800000000");
    }
    keeps_away(she, "男001", "blocked").await;
    assert_eq!(sees(she).await["theirs"]["phone"], "13800000000", "she did not block herself");
    let his = sees(he).await;
    assert_eq!((&his["theirs"], &his["person"]["nickname"]), (&Value::Null, &json!(she.nickname())), "{his}");
    assert_eq!((&his["person"]["age"], &his["person"]["about"]), (&Value::Null, &Value::Null), "{his}");
}
