//! The PostgreSQL that takes writes is lost in the midst of it, and its standby takes over: the house follows by itself,
//! says meanwhile when to come again, and nothing that was answered is lost.

use std::time::Instant;

use futures_util::future::join;
use reqwest::Method;
use serde_json::json;
use sqlx::Executor;

use crate::crowd::Crowd;
use crate::fixtures::hall::{ROUNDS, light, mine};
use crate::fixtures::person::Person;
use crate::fixtures::process::Process;
use crate::fixtures::until::until;
use crate::rig::Rig;

const CHECK_INS: &str = "/api/v1/events/qixi/check-ins";

/// What is committed and not yet on the standby is answered to nobody as done, however the wait for it ends: whoever
/// asked gives up, or somebody at the server ends the connection, and the server then holds it for committed.
pub async fn what_the_standby_does_not_have_is_not_answered(rig: &Rig, desk: &Person) {
    // Nobody asks these whether they are ready: that would cost them the witness they had before.
    let apart = [rig.serves_apart(), rig.serves_apart()];
    let scan = |number: u32| json!({ "badge": "男004", "nonce": format!("{number:032x}"), "device": "alone", "kind": "entry" });
    let scans = |at: &Process, number: u32| {
        let (desk, scan) = (desk.at(&at.address), scan(number));
        async move { desk.post(CHECK_INS, scan).await }
    };
    rig.standby().pause().unwrap();
    let ended = join(scans(&apart[0], 1), until("nobody waits for the standby", async || ends_who_waits(rig).await));
    let (ended, waited) = (ended.await.0, scans(&apart[1], 2).await);
    rig.standby().resume().unwrap();
    for (number, answer) in [(1, ended), (2, waited)] {
        assert_eq!((answer.status, answer.code()), (503, "outcome_unknown"), "{number}: {}", answer.text());
        assert!(answer.headers.contains_key("retry-after"));
        // The same scan again is told what came of it.
        let again = until("it is not answered", async || {
            Some(scans(&apart[0], number).await).filter(|answer| answer.status == 200)
        });
        again.await;
    }
}

/// Ends the connection of whoever waits for the standby with a commit, where there is one.
async fn ends_who_waits(rig: &Rig) -> Option<()> {
    let mut operator = rig.primary().connect().await.unwrap();
    let end =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query = 'COMMIT'";
    operator.fetch_optional(end).await.unwrap().map(drop)
}

pub async fn the_primary_dies_under_load_and_the_standby_takes_over(rig: &mut Rig, desk: &Person) {
    let crowd = Crowd::of(rig, desk).await;
    let planned = rig.says(0, "").await;
    let n = planned.json["number"].as_i64().unwrap();
    assert_eq!(rig.says(0, &format!("/{n}/open")).await.status, 200);
    for (person, badge) in [(&rig.hall.men[0], "女001"), (&rig.hall.women[0], "男001")] {
        assert_eq!(light(&rig.at(person, 1), n, &[badge]).await.status, 200);
    }
    let (mut away, mut back) = (Instant::now(), Instant::now());
    crowd
        .meanwhile(async {
            crowd.goes_on(60).await;
            rig.primary_dies();
            away = Instant::now();
            crowd.are_put_off().await;
            rig.standby_takes_over().await;
            back = Instant::now();
            crowd.goes_on(1).await;
            eprintln!("    answered again {:?} after the promotion", back.elapsed());
            crowd.goes_on(200).await;
        })
        .await;
    rig.a_standby_follows_again().await;
    rig.is_ready().await;
    let found = crowd.finds_everything(rig).await;
    let put_off: u64 = crowd.book.statuses().iter().filter(|((status, _), _)| *status == 503).map(|(_, n)| n).sum();
    eprintln!("    {found} scans found; away for {:?}; put off {put_off} times", back - away);
    for ((status, code), _) in crowd.book.statuses() {
        assert!(matches!(status, 0 | 200 | 201 | 503), "{status} {code}: {:?}", crowd.book.statuses());
    }
    let hall = &rig.hall;
    // A round that was open goes on: its ballots came along, and its key is where it was.
    assert_eq!(light(&rig.at(&hall.men[1], 2), n, &["女001"]).await.status, 200);
    let closed = rig.says(1, &format!("/{n}/close")).await;
    assert_eq!(closed.status, 200, "{}", closed.text());
    assert_eq!(mine(&rig.at(&hall.men[0], 0), n).await.json["badges"], json!(["女001"]));
    let bulletin = rig.comes(rig.host()).get(&format!("{ROUNDS}/{n}")).await;
    assert_eq!(bulletin.json["receipts"].as_array().unwrap().len(), 10, "{}", bulletin.text());
    let written = rig.at(&hall.women[2], 0).request(Method::GET, "/e/qixi");
    assert_eq!(hall.women[2].send(written).await.status, 200);
}
