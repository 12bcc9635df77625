//! An answer that is kept for repetition is one person's, and outlives a crash.

use queqiao::events::phase::Phase;
use queqiao::idempotency;
use queqiao::registrations::registration::Status;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{EntityTrait, QuerySelect};
use serde_json::{Value, json};

use super::POSTS;
use crate::fixtures::door::{DOOR, paired};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Answer, PASSWORD, Person};
use crate::fixtures::process;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_answer_kept_for_repetition_says_nothing_to_a_reader(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let keyed = |person: &Person, key: &str| {
        let request = person.request(Method::POST, POSTS).header("Idempotency-Key", key).json(&json!({"body": "一"}));
        let person = person.clone();
        async move { person.send(request).await }
    };
    let first = keyed(&her, "mine").await;
    assert_eq!(first.status, 201, "{}", first.text());
    let kept = idempotency::Entity::find().all(evening.app.database.reader()).await.unwrap().remove(0);
    let sealed = kept.answer.unwrap();
    let id = first.json["id"].as_str().unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains(id));
    // Nor does the house's own secret open it for whoever does not have the key.
    for purpose in ["queqiao/once/answer/v1", "queqiao/once/answer/v1/"] {
        assert!(evening.app.secrets.open(purpose, &kept.claim, &sealed).is_err());
    }
    let again = keyed(&her, "mine").await;
    assert_eq!((again.status, &again.bytes), (201, &first.bytes));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    // The same key of somebody else is another request.
    let other = keyed(&evening.participant("men").await, "mine").await;
    assert!(other.status == 201 && other.json["id"] != first.json["id"], "{}", other.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_answer_is_repeated_to_nobody_who_was_sent_away(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let keyed = async |person: &Person, path: &str, body: Value| {
        person.send(person.request(Method::POST, path).header("Idempotency-Key", "mine").json(&body)).await
    };
    let post = async |person: &Person| keyed(person, POSTS, json!({"body": "一"})).await;
    let away =
        |answer: &Answer| assert_eq!((answer.status, answer.code()), (401, "not_signed_in"), "{}", answer.text());
    let her = evening.participant("women").await;
    evening.with_password(&her, PASSWORD).await;
    let signed_in =
        evening.visitor().post("/api/v1/auth/login", json!({"email": her.email, "password": PASSWORD})).await;
    let mut elsewhere = her.clone();
    elsewhere.token = signed_in.json["access_token"].as_str().map(str::to_owned);
    let first = post(&elsewhere).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let spent = json!({"refresh_token": signed_in.json["refresh_token"]});
    assert_eq!(evening.visitor().post("/api/v1/auth/logout", spent).await.status, 204);
    away(&post(&elsewhere).await);
    // Where she is still signed in, it is her own request still.
    let again = post(&her).await;
    assert_eq!((again.status, &again.bytes), (201, &first.bytes));
    assert_eq!(evening.leaves(&her).await.status, 204);
    away(&post(&her).await);

    let desk = paired(&evening, "东门").await;
    let devices = "/api/v1/events/qixi/devices";
    let search = async || keyed(&desk, &format!("{DOOR}/search"), json!({"name": "guest"})).await;
    assert_eq!(search().await.status, 200);
    let id = evening.organizer.get(devices).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(evening.organizer.delete(&format!("{devices}/{id}")).await.status, 204);
    away(&search().await);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_device_is_not_given_to_whoever_repeats_its_pairing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let invited = evening.organizer.post("/api/v1/events/qixi/devices", json!({})).await;
    assert_eq!(invited.status, 201, "{}", invited.text());
    let wish = json!({"token": invited.json["token"], "name": "东门"});
    let visitor = evening.visitor();
    let pair = || {
        let request = visitor.request(Method::POST, "/api/v1/devices/pair").header("Idempotency-Key", "k");
        visitor.send(request.json(&wish))
    };
    let paired = pair().await;
    assert_eq!(paired.status, 201, "{}", paired.text());
    let token = paired.json["token"].as_str().unwrap().to_owned();
    let again = pair().await;
    assert!(again.status >= 400 && !again.text().contains(&token), "{}", again.text());
    let kept: Vec<Option<Vec<u8>>> = idempotency::Entity::find()
        .select_only()
        .column(idempotency::Column::Answer)
        .into_tuple()
        .all(evening.app.database.reader())
        .await
        .unwrap();
    assert!(kept.is_empty());
}

/// Requests with a key, of which the process dies after every possible number of statements: a retry
/// elsewhere always gets the answer, and everything was done once.
async fn answers_outlive(
    evening: &Evening,
    mut request: impl AsyncFnMut(usize) -> (Person, String, Value),
    mut made: impl AsyncFnMut() -> usize,
) {
    let before = made().await;
    for statements in 0.. {
        process::catch_up(evening);
        let (person, path, body) = request(statements).await;
        let keyed = |person: &Person| {
            person.request(Method::POST, &path).header("Idempotency-Key", format!("k{statements}")).json(&body)
        };
        let outlived = {
            let house = process::serve(evening, i64::try_from(statements).unwrap());
            let there = person.at(&house.address);
            there.send_or_lose(keyed(&there)).await
        };
        process::catch_up(evening);
        let again = person.send(keyed(&person)).await;
        assert!((200..300).contains(&again.status), "{path} after {statements} statements: {}", again.text());
        assert_eq!(made().await, before + statements + 1, "{path} after {statements} statements");
        if let Some(outlived) = outlived {
            assert_eq!(outlived.bytes, again.bytes, "{path}");
            assert!(statements > 4, "{path}: the plug was pulled {statements} times");
            break;
        }
        // And once more.
        let third = person.send(keyed(&person)).await;
        assert_eq!((third.status, third.bytes), (again.status, again.bytes), "{path}");
    }
}

/// Rows of a table.
async fn rows<E: EntityTrait>(evening: &Evening) -> usize {
    E::find().all(evening.app.database.reader()).await.unwrap().len()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_crash_comes_between_an_application_and_its_answer(#[values(Sqlite, Postgres)] engine: Engine) {
    use queqiao::accounts::profile::Gender;
    use queqiao::audit::entry;
    use queqiao::registrations::registration;
    let Some(evening) = process::begin(engine, Phase::Registration).await else { return };
    let unit = evening.units[0].id;
    let apply = async |number: usize| {
        let person = evening.account(&format!("applicant-{number}"), Gender::Female).await;
        let body = json!({"unit_id": unit});
        (person, "/api/v1/events/qixi/registrations".to_owned(), body)
    };
    answers_outlive(&evening, apply, async || rows::<registration::Entity>(&evening).await).await;
    let decide = async |_| {
        let waiting = evening.participant_as("men", Status::Applied).await;
        let path = format!("/api/v1/events/qixi/registrations/{}/decision", waiting.registration_id);
        (evening.again(&evening.organizer), path, json!({"decision": "approve"}))
    };
    answers_outlive(&evening, decide, async || rows::<entry::Entity>(&evening).await).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_crash_comes_between_a_post_or_points_and_their_answer(#[values(Sqlite, Postgres)] engine: Engine) {
    use queqiao::plaza::contribution;
    use queqiao::points::entry;
    let Some(evening) = process::begin(engine, Phase::Online).await else { return };
    let post = async |_| (evening.participant("women").await, POSTS.to_owned(), json!({"body": "一"}));
    answers_outlive(&evening, post, async || rows::<contribution::Entity>(&evening).await).await;
    let award = async |_| {
        let person = evening.participant("men").await;
        let body = json!({"registrations": [person.registration_id], "rule": "sign_in", "reason": "现场核对"});
        (evening.again(&evening.organizer), "/api/v1/events/qixi/ledger/entries".to_owned(), body)
    };
    answers_outlive(&evening, award, async || rows::<entry::Entity>(&evening).await).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_crash_comes_between_badges_and_their_answer(#[values(Sqlite, Postgres)] engine: Engine) {
    use queqiao::badges::badge;
    let Some(evening) = process::begin(engine, Phase::OnSite).await else { return };
    let badge = async |_| {
        evening.participants("men", 1, Status::Confirmed).await;
        (evening.again(&evening.organizer), "/api/v1/events/qixi/badges".to_owned(), json!({}))
    };
    answers_outlive(&evening, badge, async || rows::<badge::Entity>(&evening).await).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_crash_comes_between_a_round_and_its_answer(#[values(Sqlite, Postgres)] engine: Engine) {
    use queqiao::picks::round;
    let Some(evening) = process::begin(engine, Phase::OnSite).await else { return };
    let plan = async |_| {
        let host = evening.crew(queqiao::events::crew::Role::Host).await;
        (host, "/api/v1/events/qixi/pick-rounds".to_owned(), json!({"limit": 1}))
    };
    answers_outlive(&evening, plan, async || rows::<round::Entity>(&evening).await).await;
}
