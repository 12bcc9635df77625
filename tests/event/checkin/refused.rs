//! Stories of those who are not let in, and of requests that are not understood.

use queqiao::checkin::presence;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::json;

use Engine::{Postgres, Sqlite};

use crate::fixtures::door::{DOOR, admitted, attempts, but, code_of, doors_open, entry_of, queue, turned_away, typed};
use crate::fixtures::evening::Engine;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_refusal_says_why(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let guest = &guests[0];
    let code = code_of(guest).await;
    for (status, reason) in [
        (Status::Selected, "unconfirmed"),
        (Status::Expired, "unconfirmed"),
        (Status::Waitlisted, "waitlisted"),
        (Status::NotSelected, "not_selected"),
        (Status::Approved, "not_selected"),
        (Status::Withdrawn, "withdrawn"),
        (Status::Declined, "declined"),
    ] {
        evening.stands(guest, status).await;
        let answer = desk.post(DOOR, entry_of(&code)).await;
        turned_away(&answer, reason);
        assert_eq!(answer.json["participant"]["badge"], "男001");
    }
    evening.stands(guest, Status::Confirmed).await;
    for read in ["", "   "] {
        assert_eq!(desk.post(DOOR, entry_of(read)).await.status, 422);
    }
    for read in ["x", "https://example.com/", "微信", "NOBODYNOBODYNOBODYNOBODYNO"] {
        let answer = desk.post(DOOR, entry_of(read)).await;
        turned_away(&answer, "unknown_code");
        assert!(answer.json.get("participant").is_none());
    }
    for number in ["男002", "女001", "13", "x1"] {
        turned_away(&desk.post(DOOR, typed(number)).await, "unknown_code");
    }
    // A replaced code opens nothing and tells nothing; the new one opens.
    evening.organizer.post("/api/v1/events/qixi/badges/m1/reissue", json!({"reason": "丢了"})).await;
    let old = desk.post(DOOR, entry_of(&code)).await;
    turned_away(&old, "revoked_code");
    assert!(old.json.get("participant").is_none());
    // A guest without a badge is named by the applicant number, and gets one first.
    evening.participant_as("women", Status::Waitlisted).await;
    turned_away(&desk.post(DOOR, typed("A0002")).await, "waitlisted");
    evening.participant_as("women", Status::Confirmed).await;
    let badgeless = desk.post(DOOR, typed("a3")).await;
    turned_away(&badgeless, "needs_review");
    assert_eq!(badgeless.json["participant"]["attention"], json!(["no_badge"]));
    assert!(presence::Entity::find().all(evening.app.database.reader()).await.unwrap().is_empty());
    admitted(&desk.post(DOOR, entry_of(&code_of(guest).await)).await);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_door_opens_and_closes_with_the_evening(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((mut evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let code = code_of(&guests[0]).await;
    evening.move_to(Phase::Confirmation).await;
    turned_away(&desk.post(DOOR, entry_of(&code)).await, "too_early");
    evening.move_to(Phase::Closed).await;
    turned_away(&desk.post(DOOR, entry_of(&code)).await, "event_closed");
    evening.move_to(Phase::OnSite).await;
    admitted(&desk.post(DOOR, entry_of(&code)).await);
    // Validity is judged before duplication.
    evening.move_to(Phase::Closed).await;
    turned_away(&desk.post(DOOR, entry_of(&code)).await, "event_closed");
    evening.stands(&guests[0], Status::Withdrawn).await;
    turned_away(&desk.post(DOOR, entry_of(&code)).await, "withdrawn");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_badge_for_another_event_opens_nothing_here(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let code = code_of(&guests[0]).await;
    let txn = evening.app.database.begin_write().await.unwrap();
    let mut other: queqiao::events::event::ActiveModel = evening.event.clone().into();
    other.id = Set(evening.app.new_id());
    other.slug = Set("music".to_owned());
    let other = other.insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let answer = evening.organizer.post("/api/v1/events/music/check-ins", entry_of(&code)).await;
    turned_away(&answer, "wrong_event");
    assert!(answer.json.get("participant").is_none() && !answer.text().contains("guest-1"));
    assert_eq!(desk.post("/api/v1/events/music/check-ins", entry_of(&code)).await.status, 403);
    let recorded = attempts(&evening).await;
    assert_eq!((recorded.len(), recorded[0].event_id, recorded[0].registration_id), (1, other.id, None));
    admitted(&desk.post(DOOR, entry_of(&code)).await);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_wrong_with_a_request_is_told_and_nothing_is_written(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let scan = entry_of(&code_of(&guests[0]).await);
    let wrong = [
        json!({"badge": "m1"}),
        json!({"code": null}),
        json!({"nonce": "short"}),
        json!({"nonce": "n".repeat(65)}),
        json!({"device": ""}),
        json!({"device": "desk\n1"}),
        json!({"kind": "undo"}),
        json!({"kind": 1}),
        json!({"at": "yesterday"}),
        json!({"at": "+262142-01-01T00:00:00Z"}),
        json!({"offline": "yes"}),
        json!({"more": 1}),
        json!({"code": "x".repeat(501)}),
    ];
    for change in wrong {
        let answer = desk.post(DOOR, but(&scan, change.clone())).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid"), "{change}: {}", answer.text());
    }
    for (who, status) in [(evening.visitor(), 401), (guests[0].clone(), 403), (evening.stranger().await, 403)] {
        for (path, body) in
            [("", scan.clone()), ("/batch", queue(std::slice::from_ref(&scan))), ("/search", json!({"name": "guest"}))]
        {
            assert_eq!(who.post(&format!("{DOOR}{path}"), body).await.status, status, "{path}");
        }
        assert_eq!(who.get(&format!("{DOOR}/counts")).await.status, status);
    }
    for path in [DOOR, &format!("{DOOR}/reviews")] {
        assert_eq!(desk.get(path).await.status, 403, "a desk may not browse");
    }
    assert_eq!(desk.post("/api/v1/events/other/check-ins", scan).await.status, 404);
    assert!(attempts(&evening).await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn codes_are_recorded_as_digests_only(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let code = code_of(&guests[0]).await;
    desk.post(DOOR, entry_of(&code)).await;
    desk.post(DOOR, entry_of("13800000000")).await;
    desk.post(DOOR, typed("13800000000")).await;
    for attempt in attempts(&evening).await {
        let kept = format!("{attempt:?}{}", String::from_utf8_lossy(&attempt.answer));
        assert!(!kept.contains(&code) && !kept.contains("13800000000"), "{kept}");
    }
}
