//! Processes are exchanged one by one while guests come and go: a newer binary, a newer schema.

use std::sync::atomic::Ordering;

use migration::Migrator;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use sea_orm_migration::MigratorTrait;

use crate::crowd::Crowd;
use crate::fixtures::person::Person;
use crate::rig::{HOSTS, Rig};

/// The schema as the binary before the newest migration had it, and three processes of that binary.
pub async fn begins_with_the_former_binary(rig: &mut Rig) {
    rig.hall.evening.app.database.migrate_down(1).await.unwrap();
    for host in 0..HOSTS {
        rig.serve(host, &["--former", "1"]);
    }
    rig.is_ready().await;
}

/// One after the other is told to stop and begins anew as the newer binary; the first of them migrates while the
/// others serve. Nobody's request fails.
pub async fn a_rolling_upgrade_migrates_while_it_serves_and_no_request_fails(rig: &mut Rig, desk: &Person) {
    assert!(!is_migrated(rig).await);
    let crowd = Crowd::of(rig, desk).await;
    let hosts = &mut *rig;
    crowd
        .meanwhile(async {
            for host in 0..HOSTS {
                crowd.goes_on(30).await;
                let process = hosts.hosts[host].process.take().unwrap();
                process.terminated().await;
                crowd.goes_on(30).await;
                hosts.serve(host, &[]);
                hosts.is_ready().await;
                assert!(is_migrated(hosts).await);
            }
            crowd.goes_on(60).await;
        })
        .await;
    crowd.finds_everything(rig).await;
    assert_eq!(crowd.failed.load(Ordering::SeqCst), 0, "{:?}", crowd.book.statuses());
    let statuses = crowd.book.statuses();
    eprintln!("    {statuses:?}");
    // On a machine that has something else to do somebody may have to wait too long for the database.
    let put_off: u64 = statuses.iter().filter(|((status, _), _)| *status == 503).map(|(_, times)| times).sum();
    assert!(put_off * 100 <= statuses.values().sum(), "{statuses:?}");
}

/// Whether the newest migration is there.
async fn is_migrated(rig: &Rig) -> bool {
    let newest = Migrator::migrations().last().unwrap().name().to_owned();
    let question = "SELECT 1 FROM seaql_migrations WHERE version = $1";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, question, [newest.into()]);
    rig.hall.evening.app.database.reader().query_one_raw(statement).await.unwrap().is_some()
}
