//! 抽奖: a list whose fingerprint is published first, and an outcome anybody can compute again.

mod lists;
mod pages;
mod recomputed;
mod rules;

use serde_json::{Value, json};

use crate::fixtures::person::{Answer, Person};

const DRAWS: &str = "/api/v1/events/qixi/draws";
const BEACON: &str = "01 05 09 17 22 31+08";
/// As it counts, however it was typed.
const SPELLED: &str = "01 05 09 17 22 31 08";

/// A draw among whoever is inside, by a public number.
fn public(prizes: &Value) -> Value {
    json!({
        "name": "到场抽奖", "among": { "kind": "inside" }, "prizes": prizes,
        "source": { "kind": "public", "named": "双色球 2026090 期" },
    })
}

/// A draw by numbers called from the floor.
fn by_calls(prizes: &Value) -> Value {
    json!({ "name": "现场抽奖", "among": { "kind": "inside" }, "prizes": prizes, "source": { "kind": "hall" } })
}

fn one(name: &str, seats: u32) -> Value {
    json!([{ "name": name, "seats": seats }])
}

/// Sets a draw up; its number.
async fn planned(by: &Person, wish: Value) -> i64 {
    let planned = by.post(DRAWS, wish).await;
    assert_eq!((planned.status, &planned.json["state"]), (201, &json!("planned")), "{}", planned.text());
    planned.json["number"].as_i64().unwrap()
}

/// Sets a draw up and fixes its list; its number.
async fn fixed(by: &Person, wish: Value) -> i64 {
    let number = planned(by, wish).await;
    let fixed = fix(by, number).await;
    assert_eq!((fixed.status, &fixed.json["state"]), (200, &json!("fixed")), "{}", fixed.text());
    number
}

async fn fix(by: &Person, number: i64) -> Answer {
    by.post(&format!("{DRAWS}/{number}/fix"), json!({})).await
}

async fn hold(by: &Person, number: i64, beacon: Option<&str>) -> Answer {
    by.post(&format!("{DRAWS}/{number}/hold"), json!({ "beacon": beacon })).await
}

async fn call(by: &Person, number: i64, badge: &str, called: i32, from: usize) -> Answer {
    let call = json!({ "badge": badge, "number": called, "from": from });
    by.post(&format!("{DRAWS}/{number}/calls"), call).await
}

/// Who won the prize in this place.
fn winners(draw: &Value, prize: usize) -> Vec<String> {
    let won = draw["prizes"][prize]["winners"].as_array().unwrap();
    won.iter().map(|one| one["badge"].as_str().unwrap().to_owned()).collect()
}
