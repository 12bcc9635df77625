//! `queqiao doctor`: what was promised is there exactly once, and where it is not, it is named.

use queqiao::commands::doctor::{Finding, examine};
use queqiao::picks::round;
use queqiao::points::entry;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::one_of_everything::one_of_everything;

/// The checks that find something wrong.
async fn wrong(evening: &Evening) -> Vec<&'static str> {
    let keys = round::keys(&evening.app).await.unwrap();
    let findings = examine(evening.app.database.reader(), &keys).await.unwrap();
    findings.into_iter().filter(|finding| !finding.wrong.is_empty()).map(|finding| finding.check).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_whole_event_is_found_well_and_whatever_is_tampered_with_is_named(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some((evening, _)) = one_of_everything(engine).await else { return };
    let keys = round::keys(&evening.app).await.unwrap();
    let findings = examine(evening.app.database.reader(), &keys).await.unwrap();
    // Nobody drew there: tests/event/draws has a draw looked at.
    let examined = |finding: &Finding| finding.examined > 0 || finding.check == "draws";
    assert!(findings.iter().all(|finding| finding.wrong.is_empty() && examined(finding)), "{findings:?}");
    for (check, tampering, mending) in [
        ("seats", "UPDATE event SET seats = 3", "UPDATE event SET seats = 4"),
        (
            "screenings",
            "UPDATE screening_run SET selected = selected + 1",
            "UPDATE screening_run SET selected = selected - 1",
        ),
        (
            "letters",
            "UPDATE letter SET account_id = NULL WHERE id = (SELECT id FROM letter WHERE kind = 'screened' ORDER BY id LIMIT 1)",
            "",
        ),
        ("check-ins", "UPDATE presence SET attempt_id = registration_id", ""),
        ("pick rounds", "UPDATE pick_round SET matches = 9", "UPDATE pick_round SET matches = NULL"),
        ("badges", "UPDATE registration SET side = 'men'", ""),
    ] {
        let txn = evening.app.database.begin_write().await.unwrap();
        txn.execute_unprepared(tampering).await.unwrap_or_else(|fault| panic!("{tampering}: {fault}"));
        txn.commit().await.unwrap();
        assert!(wrong(&evening).await.contains(&check), "{check} after: {tampering}");
        if !mending.is_empty() {
            let txn = evening.app.database.begin_write().await.unwrap();
            txn.execute_unprepared(mending).await.unwrap();
            txn.commit().await.unwrap();
            assert!(!wrong(&evening).await.contains(&check), "{check} after: {mending}");
        }
    }
    // The database lets nobody change or take away a line of the ledger; one that is slipped in is found.
    let txn = evening.app.database.begin_write().await.unwrap();
    let line = entry::Entity::find().one(&txn).await.unwrap().unwrap();
    let more = entry::ActiveModel {
        id: Set(evening.app.new_id()),
        subject: Set("slipped in".to_owned()),
        ..line.into_active_model().reset_all()
    };
    more.insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
    assert!(wrong(&evening).await.contains(&"ledgers"));
}
