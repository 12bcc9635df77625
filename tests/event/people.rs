//! Stories of the room `people`, and of the photos people show each other.

use std::collections::BTreeSet;

use queqiao::events::phase::Phase;
use queqiao::plaza::photo;
use queqiao::registrations::registration::Status;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};
use crate::fixtures::person::{Answer, Person, refused};
use crate::fixtures::photos::jpeg;

const PEOPLE: &str = "/api/v1/events/qixi/people";
const POSTS: &str = "/api/v1/events/qixi/posts";
const PORTRAITS: &str = "/api/v1/events/qixi/portraits";

async fn met(person: &Person, query: &str) -> Value {
    let answer = person.get(&format!("{PEOPLE}?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json
}

fn nicknames(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|card| card["nickname"].as_str().unwrap().to_owned()).collect()
}

async fn sends_photo(person: &Person, key: &str, bytes: Vec<u8>) -> Answer {
    let request = person.request(Method::POST, PORTRAITS).header("content-type", "image/jpeg");
    person.send(request.header("Idempotency-Key", key.to_owned()).body(bytes)).await
}

async fn approve(evening: &Evening, put: &Answer) {
    let path = format!("/api/v1/events/qixi/moderation/{}/decision", put.json["id"].as_str().unwrap());
    assert_eq!(evening.organizer.post(&path, json!({"decision": "approve"})).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn people_are_met_page_by_page_and_nobody_twice(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let men = evening.participants("men", 5, Status::Approved).await;
    let her = evening.participant("women").await;
    let about = json!({"born_on": "1996-01-05", "interests": ["爬山"], "about": "周末在山上", "real_name": "赵本名"});
    assert_eq!(men[0].patch("/api/v1/me", about).await.status, 200);

    let mut page = met(&her, "limit=2").await;
    let mut seen = nicknames(&page);
    let on_page = page.to_string();
    while let Some(next) = page["next"].as_str() {
        // Midnight passes while she reads; the list she began is read to its end in its own order.
        evening.clock.advance(hours(24));
        page = met(&evening.again(&her), &format!("limit=2&cursor={next}")).await;
        seen.extend(nicknames(&page));
    }
    assert_eq!((seen.len(), seen.into_iter().collect::<BTreeSet<_>>().len()), (5, 5));
    let her = evening.again(&her);
    let climbers = met(&her, "interest=%E7%88%AC%E5%B1%B1&age=30-34").await;
    assert_eq!(climbers["items"].as_array().unwrap().len(), 1, "{climbers}");
    let card = &climbers["items"][0];
    assert_eq!((&card["age"], &card["about"], &card["side"]), (&json!("30-34"), &json!("周末在山上"), &json!("men")));
    assert_eq!(met(&her, "age=under-25").await["items"], json!([]));
    for listing in [on_page, climbers.to_string()] {
        for secret in ["赵本名", "1996", &men[0].registration_id.to_string(), &men[0].account_id.to_string()] {
            assert!(!listing.contains(secret), "{secret}: {listing}");
        }
    }
    for cursor in ["nonsense", "MjAyNi0xMy00MQ", "%F0%9F%90%A6"] {
        refused(&her.get(&format!("{PEOPLE}?cursor={cursor}")).await, 422, "invalid");
    }
    refused(&evening.again(&evening.organizer).get(PEOPLE).await, 403, "not_registered");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_blocked_is_out_of_sight_and_is_not_told(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let handle = |page: &Value| page["items"][0]["handle"].as_str().unwrap().to_owned();
    let (he, she) = (handle(&met(&her, "").await), handle(&met(&him, "").await));
    let apart = format!("{PEOPLE}/{he}/apart");
    assert_eq!(her.put(&apart, json!({"because": "acquainted"})).await.status, 204);
    let known = her.get(&format!("{PEOPLE}/{he}")).await.json;
    assert_eq!((&known["apart"], &known["me"]), (&json!("acquainted"), &json!(false)));
    assert_eq!(her.put(&apart, json!({"because": "blocked"})).await.status, 204);
    refused(&her.get(&format!("{PEOPLE}/{he}")).await, 404, "not_found");
    refused(&him.get(&format!("{PEOPLE}/{she}")).await, 404, "not_found");
    refused(&him.put(&format!("{PEOPLE}/{she}/apart"), json!({"because": "blocked"})).await, 404, "not_found");
    assert_eq!((met(&her, "").await["items"].clone(), met(&him, "").await["items"].clone()), (json!([]), json!([])));
    assert_eq!(him.get(&format!("{PEOPLE}/apart")).await.json["items"], json!([]), "he is not told");
    assert_eq!(him.delete(&format!("{PEOPLE}/{she}/apart")).await.status, 204, "nothing was said, nothing changes");
    let kept_apart = her.get(&format!("{PEOPLE}/apart")).await.json;
    assert_eq!(
        (&kept_apart["items"][0]["handle"], &kept_apart["items"][0]["because"]),
        (&json!(he), &json!("blocked"))
    );
    assert_eq!(her.delete(&apart).await.status, 204);
    assert_eq!(him.get(&format!("{PEOPLE}/{she}")).await.status, 200);
    let own = him.get(&format!("{PEOPLE}/{he}")).await.json;
    assert_eq!(own["me"], true);
    refused(&him.put(&apart, json!({"because": "blocked"})).await, 422, "invalid");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_post_and_a_portrait_with_photos_go_through_the_api(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let db = evening.app.database.reader();
    let photos = |count: usize| {
        (0..count).fold(Form::new().text("body", "香山的红叶"), |form, _| {
            form.part("photo", Part::bytes(jpeg(640, 480)).file_name("a.jpg").mime_str("image/jpeg").unwrap())
        })
    };
    let posted = async |form| her.send(her.request(Method::POST, POSTS).multipart(form)).await;
    refused(&posted(photos(4)).await, 422, "invalid");
    refused(&posted(Form::new().text("body", " ")).await, 422, "invalid");
    let svg = Part::bytes(b"<svg onload=alert(1)>".to_vec()).file_name("a.jpg").mime_str("image/jpeg").unwrap();
    refused(&posted(Form::new().text("body", "红叶").part("photo", svg)).await, 422, "invalid");
    assert_eq!(photo::Entity::find().count(db).await.unwrap(), 0);
    let put = posted(photos(2)).await;
    assert_eq!((put.status, &put.json["state"]), (201, &json!("pending")), "{}", put.text());
    let post = her.get(POSTS).await.json["items"][0].clone();
    assert_eq!(post["photos"].as_array().unwrap().len(), 2, "{post}");
    let picture = format!("/api/v1/events/qixi/photos/{}/small", post["photos"][1]["id"].as_str().unwrap());
    refused(&him.get(&picture).await, 404, "not_found");
    approve(&evening, &put).await;
    let seen = him.get(&picture).await;
    assert_eq!((seen.status, &seen.headers["content-type"]), (200, &"image/jpeg".parse().unwrap()));
    assert_eq!(image::load_from_memory(&seen.bytes).unwrap().width(), 320);
    refused(&evening.stranger().await.get(&picture).await, 404, "not_found");

    refused(&her.get(&format!("{PORTRAITS}/me")).await, 404, "not_found");
    refused(&sends_photo(&her, "empty", Vec::new()).await, 422, "invalid");
    refused(&sends_photo(&her, "text", b"no picture".to_vec()).await, 422, "invalid");
    // Sent twice because the answer was slow: one portrait.
    let put = sends_photo(&her, "once", jpeg(400, 400)).await;
    let again = sends_photo(&her, "once", jpeg(400, 400)).await;
    assert_eq!((put.status, put.text()), (201, again.text()));
    assert_eq!(photo::Entity::find().count(db).await.unwrap(), 3);
    let mine = her.get(&format!("{PORTRAITS}/me")).await.json;
    assert_eq!((&mine["id"], &mine["state"]), (&put.json["id"], &json!("pending")));
    assert_eq!(met(&him, "").await["items"][0]["portrait"], Value::Null);
    approve(&evening, &put).await;
    assert_eq!(met(&him, "").await["items"][0]["portrait"]["id"], mine["photo"]["id"]);
}
