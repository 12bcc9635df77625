//! Stories of whom a couple is not for: either of the two, whoever looked after them before, an organizer.

use queqiao::events::crew::Role;
use rstest::rstest;
use serde_json::json;

use super::cared;
use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::person::refused;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_looks_after_themself(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let (hall, he) = (&cared.hall, &cared.hall.men[0]);
    hall.evening.appoint(he, Role::Volunteer).await;
    // He is given nothing of his own, not by who looks after them either.
    let holder = Browser::of(&hall.evening, &cared.volunteer).await;
    let (case, to) = (format!("/volunteer/c/{}", cared.couple), he.account_id.to_string());
    assert!(!holder.get(&case).await.1.contains(&to), "he is offered as who may look after himself");
    let hand_over = format!("{case}/hand-over");
    assert_eq!(holder.send(&hand_over, &[("to", to.as_str())]).await.status().as_u16(), 422);
    // In nobody's care he finds it nowhere and takes it by no call.
    assert_eq!(holder.send(&hand_over, &[("to", "")]).await.status().as_u16(), 303);
    assert_eq!(he.get("/api/v1/me/cases").await.json["items"], json!([]));
    for (call, body) in [
        ("case", json!({})),
        ("contact", json!({})),
        ("letters", json!({ "body": "在吗" })),
        ("follow-ups", json!({ "state": "dating", "note": "" })),
    ] {
        refused(&he.post(&format!("/api/v1/couples/{}/{call}", cared.couple), body).await, 404, "not_found");
    }
    let his = Browser::of(&hall.evening, he).await;
    assert_eq!(his.get(&case).await.0, 404);
    for form in ["take", "contact", "hand-over"] {
        assert_eq!(his.send(&format!("{case}/{form}"), &[]).await.status().as_u16(), 404, "{form}");
    }
    // What is due is written to the others who serve.
    cared.days(3).await;
    assert!(hall.evening.letters_to(he, "case_due").await.is_empty());
    assert_eq!(hall.evening.letters_to(&cared.other, "case_due").await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_left_to_one_volunteer_is_not_handed_on(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let (hall, he) = (&cared.hall, &cared.hall.men[0]);
    let (case, path) = (format!("/volunteer/c/{}", cared.couple), format!("/api/v1/couples/{}", cared.couple));
    let contact = format!("{path}/contact");
    cared.lets_see(he, true, json!(["phone"])).await;
    assert_eq!(cared.volunteer.post(&contact, json!({})).await.json["items"][0]["phone"], "13800000000");
    assert_eq!(cared.volunteer.post(&format!("{path}/letters"), json!({ "body": "昨夜星辰" })).await.status, 204);
    let holder = Browser::of(&hall.evening, &cared.volunteer).await;
    let to = cared.other.account_id.to_string();
    let handed = holder.send(&format!("{case}/hand-over"), &[("to", to.as_str())]).await;
    assert_eq!(handed.status().as_u16(), 303);
    assert_eq!(cared.other.post(&contact, json!({})).await.json["items"], json!([]));
    cared.lets_see(he, true, json!(["phone"])).await;
    assert_eq!(cared.other.post(&contact, json!({})).await.json["items"][0]["phone"], "13800000000");
    // An organizer who takes them over reads neither letters nor contact details.
    let organizer = Browser::of(&hall.evening, &hall.evening.organizer).await;
    assert_eq!(organizer.send(&format!("{case}/hand-over"), &[("to", "")]).await.status().as_u16(), 303);
    assert_eq!(hall.evening.organizer.post(&format!("{path}/case"), json!({})).await.status, 204);
    cared.lets_see(he, true, json!(["phone"])).await;
    refused(&hall.evening.organizer.post(&contact, json!({})).await, 409, "not_in_your_care");
    let (status, page) = organizer.get(&case).await;
    assert!(status == 200 && !page.contains("昨夜星辰") && !page.contains("看联系方式"), "{page}");
}
