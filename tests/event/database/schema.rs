//! Two binaries on one schema, the older and the newer.

use queqiao::events::phase::Phase;
use rstest::rstest;
use sea_orm::ConnectionTrait;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::process;
use crate::fixtures::until::until;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_older_binary_serves_below_a_newer_schema_that_says_so(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = process::begin(engine, Phase::Registration).await else { return };
    let visitor = evening.visitor();
    assert_eq!(visitor.get("/readyz").await.status, 200);
    let schema = evening.app.database.writer_for_schema();
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_tomorrow', 0)";
    schema.execute_unprepared("INSERT INTO schema_mark (name) VALUES ('m9999_of_tomorrow')").await.unwrap();
    schema.execute_unprepared(newer).await.unwrap();
    let process = process::serve_on(&evening);
    assert_eq!(visitor.at(&process.address).get("/readyz").await.status, 200);
    assert_eq!(visitor.get("/readyz").await.status, 200);
    drop(process);
    // A migration that says nothing is one the older binary cannot live with.
    schema.execute_unprepared("DELETE FROM schema_mark WHERE name = 'm9999_of_tomorrow'").await.unwrap();
    let message = "this binary is older than the database: a newer one applied m9999_of_tomorrow, with which this one \
        cannot live; start the newer one";
    until("it serves below a schema that is not for it", async || {
        let answer = visitor.get("/readyz").await;
        (answer.status == 503).then(|| assert_eq!(answer.text(), message))
    })
    .await;
    assert_eq!(process::told_by(&evening, &["serve"]), (1, format!("queqiao: {message}\n")));
    if engine == Postgres {
        // The file of an embedded database is in the story's own hands, which is refused before.
        let taken_back = "queqiao: a newer binary applied m9999_of_tomorrow; only that one can take it back\n";
        assert_eq!(process::told_by(&evening, &["migrate", "down"]), (1, taken_back.to_owned()));
    }
}
