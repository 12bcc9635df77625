//! One person's own way through the pages: from a poster to a badge, and out again.

mod applying;
mod hours;
mod one_truth;
mod standing;
mod typed_employer;
mod work;
mod own_data;

use serde_json::json;

use crate::fixtures::evening::Evening;
use crate::fixtures::person::Person;

const EVIL: &str = "<b>1</b>\"'&";

async fn enter_points(evening: &Evening, person: &Person, rule: &str) {
    let line = json!({ "registrations": [person.registration_id], "rule": rule, "reason": "现场核对" });
    let entered = evening.organizer.post("/api/v1/events/qixi/ledger/entries", line).await;
    assert!(entered.status < 300, "{}", entered.text());
}
