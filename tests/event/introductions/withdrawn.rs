//! Stories of who asked and withdrew their application.

use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::introductions::request;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::{PROPOSALS, REQUEST, REQUESTS, asks};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::refused;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_withdrew_is_seen_no_more_and_takes_back_what_they_asked(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let he = evening.participant_as("men", Status::NotSelected).await;
    let she = evening.participant_as("women", Status::NotSelected).await;
    let volunteer = evening.crew(Role::Volunteer).await;
    for person in [&he, &she] {
        asks(person).await;
    }
    let both = volunteer.get(REQUESTS).await.json["items"].clone();
    let pair = json!({ "one": both[0]["id"], "other": both[1]["id"] });
    let left = she.delete("/api/v1/events/qixi/registrations/me").await;
    assert_eq!(left.status, 204, "{}", left.text());
    assert_eq!(volunteer.get(REQUESTS).await.json["items"], json!([both[0]]));
    refused(&volunteer.post(PROPOSALS, pair).await, 404, "not_found");
    for _ in 0..2 {
        assert_eq!(she.delete(REQUEST).await.status, 204);
    }
    assert_eq!(request::Entity::find().count(evening.app.database.reader()).await.unwrap(), 1);
}
