//! The house itself.

use queqiao::events::phase::Phase;
use rstest::rstest;

use crate::evening::Engine::{self, Postgres, Sqlite};
use crate::evening::Evening;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_house_says_that_it_stands_and_is_ready(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let visitor = evening.visitor();
    assert_eq!(visitor.get("/healthz").await.status, 200);
    assert_eq!(visitor.get("/readyz").await.status, 200);
    assert_eq!(visitor.get("/api/v1/openapi.json").await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_not_there_is_a_problem_with_a_code(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let answer = evening.visitor().get("/api/v1/nothing").await;
    assert_eq!((answer.status, answer.code()), (404, "not_found"));
}
