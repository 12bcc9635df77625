//! Points become credit once, and nothing of it touches the ledger of the event.

use chrono::Duration;
use futures_util::future::join_all;
use queqiao::events::phase::Phase;
use queqiao::goods::{book, booking, credit, line};
use queqiao::points::{close_books, digest, entry};
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait};
use serde_json::json;

use super::{adds_up, balance, mug, offered, opens, take};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};

const SIGN_INS: &str = "/api/v1/events/qixi/sign-ins";

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_earned_is_booked_once_when_the_books_are_closed(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    opens(&evening, true).await;
    let people = evening.participants("men", 3, Status::Approved).await;
    for person in &people[..2] {
        assert_eq!(person.post(SIGN_INS, json!({})).await.status, 201);
    }
    let points = people[0].get("/api/v1/events/qixi/ledger/me").await.json["points"].as_i64().unwrap();
    assert!(points > 0);
    book::due(&evening.app).await.unwrap();
    assert_eq!(booking::Entity::find().count(evening.app.database.reader()).await.unwrap(), 0, "not before it is over");
    let before = (
        entry::Entity::find().all(evening.app.database.reader()).await.unwrap(),
        people[2].get("/api/v1/events/qixi/leaderboard").await.json["top"].clone(),
    );
    evening.clock.advance(hours(2));
    evening.move_to(Phase::Closed).await;
    book::due(&evening.app).await.unwrap();
    assert_eq!(
        booking::Entity::find().count(evening.app.database.reader()).await.unwrap(),
        0,
        "not before it is frozen"
    );
    close_books::due(&evening.app).await.unwrap();
    // However many processes go round at once.
    for done in join_all((0..8).map(|_| book::due(&evening.app))).await {
        done.unwrap();
    }
    let booked = booking::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert_eq!((booked.len(), booked[0].people, booked[0].credit), (1, 2, 2 * points));
    let again = |person| evening.again(person);
    assert_eq!(balance(&again(&people[0])).await, points);
    assert_eq!(again(&people[2]).get("/api/v1/me/credit").await.json["items"], json!([]));
    // Spending moves no ranking, and no line of the event.
    let id = offered(&evening, mug(&evening, points, 1, 1)).await;
    assert_eq!(take(&evening, &again(&people[0]), &id).await.status, 201);
    assert_eq!(balance(&again(&people[0])).await, 0);
    let after = entry::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert_eq!(after, before.0);
    assert_eq!(again(&people[2]).get("/api/v1/events/qixi/leaderboard").await.json["top"], before.1);
    let digests = digest::of_event(evening.app.database.reader(), evening.event.id).await.unwrap();
    let anew = digest::taken_anew(evening.app.database.reader(), &evening.event).await.unwrap();
    assert!(digests.iter().zip(anew).all(|(kept, (_, anew))| kept.digest == anew));
    adds_up(&evening).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_closed_before_the_union_said_so_is_not_booked(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    let person = evening.participant("men").await;
    assert_eq!(person.post(SIGN_INS, json!({})).await.status, 201);
    evening.move_to(Phase::Closed).await;
    close_books::due(&evening.app).await.unwrap();
    opens(&evening, true).await;
    evening.clock.advance(Duration::hours(1));
    book::due(&evening.app).await.unwrap();
    assert_eq!(booking::Entity::find().count(evening.app.database.reader()).await.unwrap(), 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn lines_stay_as_they_were_written_and_a_balance_that_lies_is_found(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let person = evening.participant("men").await;
    super::earns(&evening, &person, 30).await;
    adds_up(&evening).await;
    for change in ["UPDATE credit_entry SET amount = 300", "DELETE FROM credit_entry"] {
        let txn = evening.app.database.begin_write().await.unwrap();
        assert!(txn.execute_unprepared(change).await.is_err(), "{change}");
    }
    // What an event earned somebody is booked once, whoever tries.
    let txn = evening.app.database.begin_write().await.unwrap();
    let own = credit::hold(&txn, evening.event.organization_id, person.account_id).await.unwrap();
    assert!(own.add(&txn, &evening.app, line::Kind::Earned, 1, credit::Of::Event(evening.event.id)).await.is_err());
    drop(txn);
    let txn = evening.app.database.begin_write().await.unwrap();
    let mut row = credit::Entity::find().one(&txn).await.unwrap().unwrap().into_active_model();
    row.balance = Set(300);
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let keys = queqiao::picks::round::keys(&evening.app).await.unwrap();
    let findings = queqiao::commands::doctor::examine(evening.app.database.reader(), &keys).await.unwrap();
    let wrong: Vec<_> = findings.iter().filter(|one| !one.wrong.is_empty()).map(|one| one.check).collect();
    assert_eq!(wrong, ["credit"]);
}
