//! An event that is moved or called off, and what is on record of a change.

use chrono::{DateTime, Duration, Utc};
use queqiao::accounts::address::read_address;
use queqiao::accounts::appoint_administrator::appoint_administrator;
use queqiao::audit::entry;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};
use crate::fixtures::person::{PASSWORD, refused};

const EVENT: &str = "/api/v1/events/qixi";

fn begins(poster: &Value, phase: &str) -> DateTime<Utc> {
    let phases = poster["phases"].as_array().unwrap();
    let found = phases.iter().find(|stretch| stretch["phase"] == phase).unwrap();
    found["starts_at"].as_str().unwrap().parse().unwrap()
}

async fn deed(evening: &Evening, action: &str) -> entry::Model {
    let deeds = entry::Entity::find().filter(entry::Column::Action.eq(action));
    deeds.all(evening.app.database.reader()).await.unwrap().pop().unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_doors_move_with_the_evening(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let before = evening.organizer.get(EVENT).await.json;
    let week = Duration::days(7);
    let (starts, ends) = (evening.event.starts_at + week, evening.event.ends_at + week);
    let moved = evening.organizer.patch(EVENT, json!({ "starts_at": starts, "ends_at": ends })).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    for (phase, by) in [("on_site", week), ("closed", week), ("confirmation", Duration::zero())] {
        assert_eq!(begins(&moved.json, phase), begins(&before, phase) + by, "{phase}");
    }
    // Doors that open days before are no doors of this evening.
    let early = json!({ "phases": [{ "phase": "on_site", "starts_at": starts - hours(25) }] });
    let refusal = evening.organizer.patch(EVENT, early).await;
    refused(&refusal, 422, "invalid");
    assert_eq!(refusal.json["errors"][0]["code"], "before_the_day");
    let named = json!({
        "starts_at": starts + week, "ends_at": ends + week,
        "phases": [{ "phase": "on_site", "starts_at": starts + week - hours(2) }],
    });
    let named = evening.organizer.patch(EVENT, named).await;
    assert_eq!(begins(&named.json, "on_site"), starts + week - hours(2), "{}", named.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_stayed_away_from_an_evening_that_was_not_held(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let guest = evening.participant_as("women", Status::Confirmed).await;
    let waiting = evening.participant_as("men", Status::Waitlisted).await;
    let closed = json!({ "phase": "closed", "reason": "台风" });
    assert_eq!(evening.organizer.post(&format!("{EVENT}/phase"), closed).await.status, 200);
    for person in [&guest, &waiting] {
        let (_, page) = Browser::of(&evening, person).await.get("/e/qixi/me").await;
        assert!(page.contains("活动没有举行") && !page.contains("没有见到你"), "{page}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_change_is_on_record_with_what_stood_there_before(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let changes = json!({
        "venue": "市图书馆", "seats": 6,
        "phases": [{ "phase": "online", "starts_at": evening.app.now() + hours(30) }],
        "hosts": [{ "role": "organizer", "name": "燕缘工会" }],
    });
    let amended = evening.organizer.patch(EVENT, changes).await;
    assert_eq!(amended.status, 200, "{}", amended.text());
    let answer = deed(&evening, "event_amended").await;
    assert_eq!(answer.actor_id, Some(evening.organizer.account_id));
    let answer = answer.detail["changes"].as_array().unwrap().clone();
    let of = |field: &str| answer.iter().find(|one| one["field"] == field).cloned().unwrap_or_default();
    assert_eq!(of("venue"), json!({ "field": "venue", "old": "工人文化宫", "new": "市图书馆" }));
    assert_eq!((&of("seats")["old"], &of("seats")["new"]), (&json!(4), &json!(6)));
    assert_eq!(of("hosts[0].name")["new"], "燕缘工会");
    assert!(of("phases.online")["old"].is_string(), "{answer:?}");
    assert_eq!(of("title"), Value::Null, "what stayed is not told");
    let moved = json!({ "phase": "online", "reason": "提前" });
    assert_eq!(evening.organizer.post(&format!("{EVENT}/phase"), moved).await.status, 200);
    let (_, page) = Browser::of(&evening, &evening.organizer).await.get("/office/e/qixi/audit").await;
    for answer in ["地点：工人文化宫 → 市图书馆", "总席位：4 → 6", "阶段：报名 → 互动广场"]
    {
        assert!(page.contains(answer), "{answer}: {page}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_record_names_who_did_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Screening).await else { return };
    let men = evening.participants("men", 3, Status::Approved).await;
    evening.participants("women", 2, Status::Approved).await;
    assert_eq!(evening.organizer.post(&format!("{EVENT}/ledger/freeze"), json!({})).await.status, 200);
    assert_eq!(evening.organizer.post(&format!("{EVENT}/screening/runs"), json!({})).await.status, 201);
    for man in &men {
        if evening.status(man).await == Status::Selected {
            let reply = man.post(&format!("{EVENT}/registrations/me/reply"), json!({ "reply": "decline" })).await;
            assert_eq!(reply.status, 200, "{}", reply.text());
            assert_eq!(deed(&evening, "seat_moved").await.actor_id, Some(man.account_id));
            break;
        }
    }
    let address = read_address("root@example.com").unwrap();
    let appointed = appoint_administrator(&evening.app, &address, PASSWORD).await.unwrap();
    assert!(appointed.is_ok());
    let answer = deed(&evening, "administrator_appointed").await;
    assert_eq!((answer.actor_id, &answer.detail["by"]), (None, &json!("command")));
    let administrator = evening.administrator().await;
    let (_, page) = Browser::of(&evening, &administrator).await.get("/admin/audit").await;
    assert!(page.contains("服务器上的命令"), "{page}");
}
