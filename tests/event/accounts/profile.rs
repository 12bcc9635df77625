//! What somebody says of themself.

use queqiao::accounts::profile;
use queqiao::events::phase::Phase;
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::wrong_field;
use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::evening::{Engine, Evening};
use crate::fixtures::person::refused;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_person_describes_themself(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let guest = evening.participant("men").await;
    let changes = json!({"nickname": " 牛郎 ", "born_on": "1994-07-07", "education": "本科", "district": "海淀",
        "interests": ["爬山", "👾"], "about": "第一行\n第二行", "real_name": "李雷", "phone": "+86 138-0000-0000",
        "wechat": "lilei", "language": "en"});
    let answer = guest.patch("/api/v1/me", changes).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json["nickname"], "牛郎");
    assert_eq!(answer.json["interests"], json!(["爬山", "👾"]));
    let answer = guest.patch("/api/v1/me", json!({"real_name": null, "interests": []})).await;
    assert_eq!((&answer.json["real_name"], &answer.json["wechat"]), (&Value::Null, &json!("lilei")));
    assert_eq!(guest.get("/api/v1/me").await.json, answer.json);

    for (field, value, code) in [
        ("nickname", json!(""), "blank"),
        ("born_on", json!("2008-08-23"), "under_age"),
        ("born_on", json!("1900-01-01"), "out_of_range"),
        ("born_on", json!("2026-08-23"), "out_of_range"),
        ("born_on", json!("1990"), "wrong_type"),
        ("born_on", json!(1990), "wrong_type"),
        ("about", json!("鹊".repeat(1001)), "too_long"),
        ("phone", json!("call me"), "phone_number"),
        ("interests[0]", json!([""]), "blank"),
        ("gender", json!(null), "ok"),
    ] {
        let mut body = json!({});
        body[field.split('[').next().unwrap()] = value;
        let answer = guest.patch("/api/v1/me", body).await;
        if code == "ok" {
            assert_eq!(answer.status, 200, "{}", answer.text());
        } else {
            wrong_field(&answer, field, code);
        }
    }
    let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
    refused(&guest.patch("/api/v1/me", json!({"interests": many})).await, 422, "invalid");
    refused(&guest.patch("/api/v1/me", json!({"administrator": true})).await, 422, "invalid");
    refused(&evening.visitor().patch("/api/v1/me", json!({})).await, 401, "not_signed_in");
    let stored = profile::Entity::find_by_id(guest.account_id).one(evening.app.database.reader()).await.unwrap();
    assert_eq!(stored.unwrap().interests(), Vec::<String>::new());
}
