//! What the hosts share though each request comes to one of them: what is heard, what was answered before, how often
//! somebody guessed, and who writes the letters.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;

use crate::fixtures::ear::Ear;
use crate::fixtures::person::{PASSWORD, refused};
use crate::fixtures::until::until;
use crate::rig::{HOSTS, Rig};

/// Somebody watches at each host while another one opens a round and a third closes it.
pub async fn what_becomes_true_at_one_host_is_heard_at_all(rig: &Rig) {
    let mut ears = Vec::new();
    for host in 0..HOSTS {
        let mut ear = Ear::of(&rig.at(&rig.hall.women[host], host), "", None).await;
        ear.hear().await.unwrap();
        ears.push(ear);
    }
    // Through the doors as well: nothing on the way holds a stream back.
    ears.push(Ear::of(&rig.comes(&rig.hall.women[0]), "", None).await);
    let planned = rig.says(0, "").await;
    let n = &planned.json["number"];
    assert_eq!(rig.says(1, &format!("/{n}/open")).await.status, 200);
    for ear in &mut ears {
        ear.hear_until("/picks/state", json!("open")).await;
    }
    assert_eq!(rig.says(2, &format!("/{n}/close")).await.status, 200);
    for ear in &mut ears {
        ear.hear_until("/picks/state", json!("tallied")).await;
    }
}

pub async fn what_one_host_answered_another_answers_again(rig: &Rig) {
    let letter = json!({ "subject": "东门集合", "text": "请提前十分钟到东门集合。" });
    let mut answers = Vec::new();
    for host in [0, 1, 2, 0] {
        let organizer = rig.at(&rig.hall.evening.organizer, host);
        let request = organizer.request(Method::POST, "/api/v1/events/qixi/announcements").json(&letter);
        answers.push(organizer.send(request.header("Idempotency-Key", "once")).await);
    }
    assert_eq!(answers[0].status, 201, "{}", answers[0].text());
    assert!(answers.iter().all(|answer| (answer.status, &answer.bytes) == (201, &answers[0].bytes)), "{answers:?}");
}

pub async fn guesses_at_a_password_are_counted_on_all_hosts_together(rig: &Rig) {
    let guest = &rig.hall.men[0];
    rig.hall.evening.with_password(guest, PASSWORD).await;
    let guess = async |host: usize, password: &str| {
        let visitor = rig.at(&rig.hall.evening.visitor(), host);
        visitor.post("/api/v1/auth/login", json!({ "email": guest.email, "password": password })).await
    };
    for turn in 0..10 {
        refused(&guess(turn % HOSTS, "the herd boy's ox").await, 401, "wrong_credentials");
    }
    for host in 0..HOSTS {
        refused(&guess(host, PASSWORD).await, 429, "too_many_requests");
    }
}

/// Three postmen, one bag.
pub async fn every_letter_went_once(rig: &Rig) {
    let twice: Vec<_> = every_letter_arrived(rig).await.into_iter().filter(|(_, times)| *times > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// How often each came. Where a database was lost in the midst of it that may be twice, under one Message-ID.
pub async fn every_letter_arrived(rig: &Rig) -> BTreeMap<String, usize> {
    let written = rig.hall.evening.letters().await.len();
    assert!(written > 0);
    until("letters wait", async || {
        let mut arrived = BTreeMap::new();
        for letter in rig.mail.accepted() {
            *arrived.entry(letter.id).or_default() += 1;
        }
        (arrived.len() == written).then_some(arrived)
    })
    .await
}
