//! Stories of what its author takes down again.

use futures_util::future::{join, join_all};
use queqiao::events::phase::Phase;
use queqiao::plaza::{complaint, contribution, photo};
use queqiao::registrations::registration::Status;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Answer, Person};
use crate::fixtures::photos::jpeg;

const EVENT: &str = "/api/v1/events/qixi";

async fn does(person: &Person, path: &str, body: Value) -> Answer {
    let answer = person.post(&format!("{EVENT}{path}"), body).await;
    assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
    answer
}

async fn posts(person: &Person) -> String {
    let put = does(person, "/posts", json!({ "body": "周末爱爬山" })).await;
    put.json["id"].as_str().unwrap().to_owned()
}

async fn decides(evening: &Evening, id: &str, decision: &str) -> Answer {
    evening.organizer.post(&format!("{EVENT}/moderation/{id}/decision"), json!({ "decision": decision })).await
}

async fn takes_down(person: &Person, id: &str) -> Answer {
    person.delete(&format!("{EVENT}/contributions/{id}")).await
}

async fn points(person: &Person) -> i64 {
    person.get(&format!("{EVENT}/ledger/me")).await.json["points"].as_i64().unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_somebody_takes_back_is_gone_with_its_points(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let db = evening.app.database.reader();
    let post = posts(&her).await;
    decides(&evening, &post, "approve").await;
    assert!(points(&her).await > 0);
    does(&him, "/complaints", json!({ "contribution_id": post, "reason": "广告" })).await;
    let comment = does(&him, &format!("/posts/{post}/comments"), json!({ "body": "哪座山" })).await.json["id"].clone();

    assert_eq!(takes_down(&him, &post).await.status, 404, "somebody else's");
    assert_eq!(takes_down(&evening.organizer, &post).await.code(), "not_registered");
    for _ in 0..2 {
        assert_eq!(takes_down(&her, &post).await.status, 204);
    }
    assert_eq!(points(&her).await, 0);
    for person in [&her, &him] {
        assert_eq!(person.get(&format!("{EVENT}/posts")).await.json["items"], json!([]));
        assert_eq!(person.get(&format!("{EVENT}/posts/{post}/comments")).await.status, 404);
    }
    let row = contribution::Entity::find_by_id(post.parse::<Uuid>().unwrap()).one(db).await.unwrap().unwrap();
    assert_eq!((row.state, row.body.as_str()), (contribution::State::Withdrawn, ""));
    let settled = complaint::Entity::find().one(db).await.unwrap().unwrap();
    assert_eq!((settled.state, settled.decided_by), (complaint::State::Upheld, None));
    for decision in ["approve", "remove", "reject"] {
        assert_eq!(decides(&evening, &post, decision).await.code(), "wrong_state");
    }
    // His words below it are his to take down, too.
    assert_eq!(takes_down(&him, comment.as_str().unwrap()).await.status, 204);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_portrait_leaves_no_photo_and_the_card_shows_the_one_before(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let mut portraits = Vec::new();
    for side in [200, 300] {
        let request = her.request(Method::POST, &format!("{EVENT}/portraits")).header("content-type", "image/jpeg");
        let put = her.send(request.body(jpeg(side, side))).await;
        portraits.push(put.json["id"].as_str().unwrap().to_owned());
        decides(&evening, portraits.last().unwrap(), "approve").await;
    }
    let portrait_width =
        async || him.get(&format!("{EVENT}/people")).await.json["items"][0]["portrait"]["width"].clone();
    assert_eq!(portrait_width().await, 300);
    assert_eq!(takes_down(&her, &portraits[1]).await.status, 204);
    assert_eq!(portrait_width().await, 200);
    assert_eq!(takes_down(&her, &portraits[0]).await.status, 204);
    assert_eq!(portrait_width().await, json!(null));
    assert_eq!(her.get(&format!("{EVENT}/portraits/me")).await.status, 404);
    assert_eq!(photo::Entity::find().count(evening.app.database.reader()).await.unwrap(), 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_the_freeze_words_go_and_points_stay(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let post = posts(&her).await;
    decides(&evening, &post, "approve").await;
    let earned = points(&her).await;
    evening.move_to(Phase::Screening).await;
    let organizer = evening.again(&evening.organizer);
    does(&organizer, "/ledger/freeze", json!({})).await;
    let her = evening.again(&her);
    assert_eq!(takes_down(&her, &post).await.status, 204);
    assert_eq!(points(&her).await, earned);
    assert_eq!(her.get(&format!("{EVENT}/posts")).await.json["items"], json!([]));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_leaves_the_event_takes_their_words_along(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let (hers, his) = (posts(&her).await, posts(&him).await);
    for post in [&hers, &his] {
        decides(&evening, post, "approve").await;
    }
    let comments = format!("/posts/{hers}/comments");
    does(&him, &comments, json!({ "body": "哪座山" })).await;
    assert_eq!(her.get(&format!("{EVENT}/posts")).await.json["items"].as_array().unwrap().len(), 2);
    assert_eq!(him.delete(&format!("{EVENT}/registrations/me")).await.status, 204);
    let left = her.get(&format!("{EVENT}/posts")).await.json;
    let seen: Vec<&Value> = left["items"].as_array().unwrap().iter().map(|note| &note["id"]).collect();
    assert_eq!((seen, &left["items"][0]["comments"]), (vec![&json!(hers)], &json!(0)), "{left}");
    assert_eq!(her.get(&format!("{EVENT}{comments}")).await.json["items"], json!([]));
    assert_eq!(her.post(&format!("{EVENT}/posts/{his}/likes"), json!({})).await.status, 404);
}

/// The organizer approves at the moment the author thinks better of it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_earns_from_what_was_taken_back_meanwhile(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let authors = evening.participants("women", 8, Status::Approved).await;
    let mut written = Vec::new();
    for author in &authors {
        written.push((author, posts(author).await));
    }
    let rushed =
        written.iter().map(|(author, post)| join(decides(&evening, post, "approve"), takes_down(author, post)));
    for (decided, taken) in join_all(rushed).await {
        assert_eq!(taken.status, 204);
        assert!(decided.status == 200 || decided.code() == "wrong_state", "{}", decided.text());
    }
    for author in &authors {
        assert_eq!(points(author).await, 0);
    }
    let left = contribution::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert!(left.iter().all(|row| row.state == contribution::State::Withdrawn), "{left:?}");
}
