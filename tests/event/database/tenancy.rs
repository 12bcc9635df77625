//! One service for each embedded database, several on PostgreSQL.

use queqiao::events::phase::Phase;

use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::process;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_second_service_on_an_embedded_database_is_refused_until_the_first_is_gone() {
    let Some(evening) = process::begin(Sqlite, Phase::Registration).await else { return };
    let first = process::serve_on(&evening);
    for command in [&["serve"][..], &["migrate", "up"], &["migrate", "down"]] {
        let (status, message) = process::told_by(&evening, command);
        assert_eq!((status, message.lines().count()), (1, 1), "{command:?}: {message}");
        assert!(message.contains("queqiao.sqlite3: process"), "{command:?}: {message}");
        assert!(message.contains("an embedded database has one service at a time"), "{command:?}: {message}");
    }
    let copy = evening.folder().join("copy.sqlite3").display().to_string();
    for command in [&["backup", &copy][..], &["migrate", "status"], &["doctor"]] {
        assert_eq!(process::told_by(&evening, command), (0, String::new()), "{command:?}");
    }
    assert_eq!(evening.visitor().at(&first.address).get("/readyz").await.status, 200);
    // Killed, not stopped.
    drop(first);
    let second = process::serve_on(&evening);
    assert_eq!(evening.visitor().at(&second.address).get("/readyz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_services_share_one_postgresql() {
    let Some(evening) = process::begin(Postgres, Phase::Registration).await else { return };
    let processes = [process::serve_on(&evening), process::serve_on(&evening)];
    for process in &processes {
        assert_eq!(evening.visitor().at(&process.address).get("/readyz").await.status, 200);
    }
}
