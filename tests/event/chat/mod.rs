//! 互动聊天: one order for everybody, each line once, and nothing that is told of anybody.

mod ending;
mod lines;
mod listening;
mod moderation;

use std::time::Duration;

use queqiao::events::phase::Phase;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::fixtures::ear::Ear;
use crate::fixtures::evening::{Engine, Evening};
use crate::fixtures::person::{Answer, Person};
use crate::fixtures::photos;

const CHAT: &str = "/api/v1/events/qixi/chat";
const LINES: &str = "/api/v1/events/qixi/chat/all/lines";
const PAGE: &str = "/e/qixi/chat";
const OFFICE: &str = "/office/e/qixi/chat";
const QUEUE: &str = "/api/v1/events/qixi/chat/moderation";

/// An online phase with a chat, and so many approved people, men and women in turn.
async fn chatting(engine: Engine, people: u32, terms: Value) -> Option<(Evening, Vec<Person>)> {
    let mut evening = Evening::begin(engine, Phase::Online).await?;
    evening.event = evening.change(|row| row.settings = Set(terms)).await;
    let mut all = Vec::new();
    for at in 0..people {
        all.push(evening.participant(if at % 2 == 0 { "men" } else { "women" }).await);
    }
    Some((evening, all))
}

/// Without a pause between two lines.
fn quick() -> Value {
    json!({ "chat": { "open": true, "slow_seconds": 0, "groups": true } })
}

async fn say(person: &Person, body: &str) -> String {
    let answer = person.post(LINES, json!({ "body": body })).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json["id"].as_str().unwrap().to_owned()
}

async fn say_with_picture(person: &Person, body: &str) -> Answer {
    let form = Form::new().text("body", body.to_owned());
    let form = form.part("photo", Part::bytes(photos::jpeg(64, 48)).file_name("a.jpg"));
    person.send(person.request(Method::POST, LINES).multipart(form)).await
}

async fn report_it(person: &Person, id: &str) -> Answer {
    person.post(&format!("{LINES}/{id}/reports"), json!({ "reason": "广告" })).await
}

async fn decide(organizer: &Person, id: &str, decision: &str) -> Answer {
    organizer.post(&format!("{QUEUE}/{id}"), json!({ "decision": decision, "reason": "看过了" })).await
}

/// What a person reads, in the order it was said.
async fn reads(person: &Person) -> Vec<String> {
    bodies(&person.get(LINES).await.json["lines"])
}

fn bodies(lines: &Value) -> Vec<String> {
    lines.as_array().unwrap().iter().map(|line| line["body"].as_str().unwrap().to_owned()).collect()
}

/// Somebody's ear in a room.
async fn ear(person: &Person, room: &str, heard: Option<i64>) -> Ear {
    let mut request = person.request(Method::GET, &format!("{CHAT}/{room}/live"));
    if let Some(heard) = heard {
        request = request.header("last-event-id", heard);
    }
    Ear::to(request).await
}

/// The next news; None when the stream has ended.
async fn news(ear: &mut Ear) -> Option<Value> {
    let next = async {
        loop {
            let block = ear.block().await?;
            if let Some(data) = block.lines().find_map(|line| line.strip_prefix("data: ")) {
                let news: Value = serde_json::from_str(data).unwrap();
                assert!(block.contains(&format!("id: {}", news["last"])), "{block}");
                return Some(news);
            }
        }
    };
    timeout(Duration::from_secs(30), next).await.expect("no news within half a minute")
}

/// The bodies that are heard until this one, and the number of the last.
async fn hears_until(ear: &mut Ear, body: &str) -> (Vec<String>, i64) {
    let mut heard = Vec::new();
    loop {
        let news = news(ear).await.expect("the stream ended");
        heard.extend(bodies(&news["lines"]));
        if heard.iter().any(|one| one == body) {
            return (heard, news["last"].as_i64().unwrap());
        }
    }
}
