//! One event of which nobody can read any more how it is held: people were promised something, so its own pages say
//! that it is broken. Everybody else's events go on.

use chrono::Duration;
use queqiao::circle::{member, note};
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::server::jobs;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::Hall;

async fn notes(evening: &Evening, event_id: Uuid) -> u64 {
    let notes = note::Entity::find().filter(note::Column::EventId.eq(event_id));
    notes.count(evening.app.database.reader()).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_keeps_nobody_from_the_other_events(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::begin(engine, 1).await else { return };
    hall.evening.change(|row| row.settings = Set(json!({ "circle": { "days": 2 } }))).await;
    hall.evening.move_to(Phase::Closed).await;
    let evening = &hall.evening;
    let (other_organizer, other) = evening.other_union(Phase::Closed).await;
    let txn = evening.app.database.begin_write().await.unwrap();
    let with_circle = event::ActiveModel {
        id: Set(other.id),
        settings: Set(json!({ "circle": { "days": 2 } })),
        ..Default::default()
    };
    with_circle.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let organizer = evening.again(&evening.organizer);
    for (organizer, slug) in [(&organizer, "qixi"), (&other_organizer, "other")] {
        let path = format!("/api/v1/events/{slug}/circle/announcements");
        let announced = organizer.post(&path, json!({ "body": "谢谢大家" })).await;
        assert_eq!(announced.status, 201, "{}", announced.text());
    }
    let guest = evening.again(&hall.women[0]);
    assert_eq!(guest.post("/api/v1/events/qixi/circle/membership", json!({})).await.status, 204);

    evening.change(|row| row.settings = Set(json!({ "circle": { "days": "many" } }))).await;

    let listed = evening.visitor().get("/api/v1/events").await;
    assert_eq!(listed.status, 200, "{}", listed.text());
    let slugs: Vec<&str> =
        listed.json["items"].as_array().unwrap().iter().map(|it| it["slug"].as_str().unwrap()).collect();
    assert_eq!(slugs, ["other"]);
    let (status, front) = Browser::open(evening).get("/").await;
    assert_eq!((status, front.contains("/e/other\""), front.contains("/e/qixi\"")), (200, true, false), "{front}");
    // Its organizers see that it is there, and its own pages say that something is wrong.
    let office = Browser::of(evening, &organizer).await;
    let (status, dashboard) = office.get("/office").await;
    assert_eq!((status, dashboard.contains("/office/e/qixi\"")), (200, true), "{dashboard}");
    let (status, dashboard) = Browser::of(evening, &other_organizer).await.get("/office").await;
    assert_eq!((status, dashboard.contains("/office/e/other\"")), (200, true), "{dashboard}");
    assert_eq!(office.get("/e/qixi").await.0, 500);
    assert_eq!(organizer.get("/api/v1/events/qixi").await.status, 500);
    assert_eq!(organizer.get("/api/v1/events/other").await.status, 200);
    // A guest's own page goes on without it.
    let (status, home) = Browser::of(evening, &guest).await.get("/me").await;
    assert_eq!((status, home.contains("/e/qixi/me\"")), (200, false), "{home}");

    // The clock erases the circles that are over; of the broken event nobody knows when that is.
    evening.clock.set(evening.app.now() + Duration::days(20));
    jobs::once(&evening.app).await;
    assert_eq!((notes(evening, evening.event.id).await, notes(evening, other.id).await), (1, 0));
    evening.change(|row| row.settings = Set(json!({ "circle": { "days": 2 } }))).await;
    jobs::once(&evening.app).await;
    assert_eq!(notes(evening, evening.event.id).await, 0);
    assert_eq!(member::Entity::find().count(evening.app.database.reader()).await.unwrap(), 0);
    assert_eq!(office.get("/e/qixi").await.0, 200);
}
