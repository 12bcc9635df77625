//! Stories of events that are drawn up like others, and of drafts that are thrown away.

use chrono::{Datelike, Timelike};
use futures_util::future::join_all;
use queqiao::events::phase::Phase;
use queqiao::events::{crew, event, host};
use queqiao::plaza::quiz;
use queqiao::registrations::registration::{self, Status};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use Engine::{Postgres, Sqlite};

use crate::fixtures::browser::Browser;
use crate::fixtures::evening::{Engine, Evening, hours};
use crate::fixtures::person::refused;

const COPIES: &str = "/api/v1/events/qixi/copies";

async fn find(evening: &Evening, slug: &str) -> Option<event::Model> {
    event::by_slug(evening.app.database.reader(), slug).await.unwrap()
}

async fn quizzes(evening: &Evening, of: &event::Model) -> Vec<quiz::Model> {
    let quizzes = quiz::Entity::find().filter(quiz::Column::EventId.eq(of.id));
    quizzes.all(evening.app.database.reader()).await.unwrap()
}

/// A question that the event asks.
async fn asks(evening: &Evening, slug: &str) {
    let now = evening.app.now();
    let quiz = json!({
        "title": "七夕", "opens_at": now + hours(1), "closes_at": now + hours(5),
        "questions": [{ "text": "牛郎织女在哪里相会？", "options": ["鹊桥", "断桥"], "correct": 0 }],
    });
    let answer = evening.organizer.post(&format!("/api/v1/events/{slug}/quizzes"), quiz).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_copy_has_everything_but_people_and_dates(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    evening.participants("men", 2, Status::Approved).await;
    evening.crew(crew::Role::Desk).await;
    asks(&evening, "qixi").await;
    let hosts = json!({ "hosts": [{ "role": "organizer", "name": "市总工会" }] });
    assert_eq!(evening.organizer.patch("/api/v1/events/qixi", hosts).await.status, 200);
    let old = find(&evening, "qixi").await.unwrap();
    let made = evening.organizer.post(COPIES, json!({ "slug": "qixi-2027" })).await;
    assert_eq!((made.status, &made.json["phase"]), (201, &json!("draft")), "{}", made.text());
    let new = find(&evening, "qixi-2027").await.unwrap();
    assert_eq!((new.published_at, new.moved), (None, 0));
    assert_eq!(
        (&new.settings, &new.title, &new.title_en, &new.venue, new.seats, new.template),
        (&old.settings, &old.title, &old.title_en, &old.venue, old.seats, old.template)
    );
    let zone = old.zone();
    let (before, after) = (old.starts_at.with_timezone(&zone), new.starts_at.with_timezone(&zone));
    assert_eq!((after.weekday(), after.hour()), (before.weekday(), before.hour()));
    assert!(new.registration_at.unwrap() > evening.app.now() && new.ends_at - new.starts_at == hours(4));
    let (former, copied) = (quizzes(&evening, &old).await, quizzes(&evening, &new).await);
    assert_eq!((copied.len(), &copied[0].questions), (1, &former[0].questions));
    assert_eq!(new.starts_at - copied[0].opens_at, old.starts_at - former[0].opens_at);
    let reader = evening.app.database.reader();
    assert_eq!(host::of_event(reader, new.id).await.unwrap()[0].name, "市总工会");
    assert_eq!(registration::Entity::of_event(new.id).count(reader).await.unwrap(), 0);
    assert_eq!(crew::Entity::find().filter(crew::Column::EventId.eq(new.id)).count(reader).await.unwrap(), 0);
    let published = evening.organizer.post("/api/v1/events/qixi-2027/publish", json!({})).await;
    assert_eq!(published.status, 200, "{}", published.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_that_was_called_off_is_copied_with_proposed_phases(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let closed = json!({ "phase": "closed", "reason": "台风" });
    assert_eq!(evening.organizer.post("/api/v1/events/qixi/phase", closed).await.status, 200);
    let made = evening.organizer.post(COPIES, json!({ "slug": "qixi-2027", "title": "七夕再会" })).await;
    assert_eq!((made.status, &made.json["title"]), (201, &json!("七夕再会")), "{}", made.text());
    let new = find(&evening, "qixi-2027").await.unwrap();
    assert!(new.on_site_at.unwrap() < new.starts_at && new.closed_at.unwrap() > new.ends_at, "{new:?}");
    assert_eq!(new.title_en, None);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_address_is_one_copys(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Closed).await else { return };
    let hands = (0..6).map(|_| {
        let organizer = evening.organizer.clone();
        tokio::spawn(async move { organizer.post(COPIES, json!({ "slug": "qixi-2027" })).await })
    });
    let mut statuses: Vec<u16> = join_all(hands).await.into_iter().map(|answer| answer.unwrap().status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
    let (theirs, _) = evening.other_union(Phase::Closed).await;
    refused(&theirs.post(COPIES, json!({ "slug": "geheim" })).await, 403, "wrong_role");
    refused(&evening.organizer.post(COPIES, json!({ "slug": "qixi" })).await, 409, "slug_taken");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_draft_goes_with_everything_of_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Closed).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let made = browser.send("/office/e/qixi/copy", &[("slug", "qixi-2027"), ("title", "七夕")]).await;
    assert_eq!(made.headers()["location"], "/office/e/qixi-2027/settings");
    asks(&evening, "qixi-2027").await;
    let device = evening.organizer.post("/api/v1/events/qixi-2027/devices", json!({})).await;
    assert!((200..300).contains(&device.status), "{}", device.text());
    let draft = find(&evening, "qixi-2027").await.unwrap();
    let gone = evening.organizer.delete("/api/v1/events/qixi-2027").await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    assert!(find(&evening, "qixi-2027").await.is_none() && quizzes(&evening, &draft).await.is_empty());
    assert_eq!(evening.organizer.get("/api/v1/events/qixi-2027").await.status, 404);
    refused(&evening.organizer.delete("/api/v1/events/qixi-2027").await, 404, "not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_ever_published_is_not_thrown_away(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    refused(&evening.organizer.delete("/api/v1/events/qixi").await, 409, "already_published");
    assert_eq!(evening.organizer.post(COPIES, json!({ "slug": "qixi-2027" })).await.status, 201);
    assert_eq!(evening.organizer.post("/api/v1/events/qixi-2027/publish", json!({})).await.status, 200);
    let back = json!({ "phase": "draft", "reason": "还要改" });
    assert_eq!(evening.organizer.post("/api/v1/events/qixi-2027/phase", back).await.status, 200);
    refused(&evening.organizer.delete("/api/v1/events/qixi-2027").await, 409, "already_published");
    let (theirs, _) = evening.other_union(Phase::Closed).await;
    evening.change(|row| row.published_at = Set(None)).await;
    refused(&theirs.delete("/api/v1/events/qixi").await, 404, "not_found");
}
