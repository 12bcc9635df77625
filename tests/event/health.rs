//! The house itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use queqiao::events::phase::Phase;
use queqiao::organizations::organization;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_house_says_that_it_stands_and_is_ready(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let visitor = evening.visitor();
    assert_eq!(visitor.get("/healthz").await.status, 200);
    assert_eq!(visitor.get("/readyz").await.status, 200);
    assert_eq!(visitor.get("/api/v1/openapi.json").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_house_whose_file_is_gone_from_its_place_is_not_ready() {
    let Some(evening) = Evening::begin(Sqlite, Phase::Registration).await else { return };
    let visitor = evening.visitor();
    assert_eq!(visitor.get("/readyz").await.status, 200);
    let url = evening.app.settings.database.url.clone();
    let file = queqiao::database::address::file_of(&url).unwrap();
    // What a restore or a copy by hand does to it: what is written from now on, nobody finds again.
    let (copy, aside) = (file.with_extension("copy"), file.with_extension("aside"));
    std::fs::copy(&file, &copy).unwrap();
    std::fs::rename(&file, &aside).unwrap();
    std::fs::rename(&copy, &file).unwrap();
    let until = async |status: u16| {
        let patience = Instant::now() + Duration::from_secs(10);
        while visitor.get("/readyz").await.status != status {
            assert!(Instant::now() < patience, "never {status}");
        }
    };
    until(503).await;
    std::fs::rename(&aside, &file).unwrap();
    until(200).await;
}

/// Once they were closed after nearly every use, and everything took five times as long.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_to_postgresql_are_kept() {
    let Some(evening) = Evening::begin(Postgres, Phase::Registration).await else { return };
    let mut apart = evening.app.database.own_connection().await.unwrap();
    let mut connected = async || {
        let others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        sqlx::query_scalar::<_, i32>(others).fetch_all(&mut apart).await.unwrap()
    };
    let before = connected().await;
    assert!(!before.is_empty());
    let guest = evening.participant("women").await;
    for _ in 0..20 {
        assert_eq!(guest.get("/api/v1/me").await.status, 200);
    }
    let after = connected().await;
    assert!(before.iter().all(|connection| after.contains(connection)), "{before:?} became {after:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_not_there_is_a_problem_with_a_code(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let answer = evening.visitor().get("/api/v1/nothing").await;
    assert_eq!((answer.status, answer.code()), (404, "not_found"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn verbs_that_share_a_commit_keep_their_own_refusals(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let mut verbs = Vec::new();
    for number in 0..90 {
        let app = Arc::clone(&evening.app);
        verbs.push(tokio::spawn(async move {
            let txn = app.database.begin_write().await.unwrap();
            let row = organization::ActiveModel {
                id: Set(app.new_id()),
                slug: Set(format!("in-line-{number}")),
                name: Set("并排".to_owned()),
                name_en: Set(None),
                created_at: Set(app.now()),
                demands_second_factor: Set(false),
            };
            row.insert(&txn).await.unwrap();
            match number % 3 {
                0 => txn.commit().await.unwrap(),
                // A refusal: the verb returns and its transaction is dropped.
                1 => drop(txn),
                // A statement that fails takes nobody else along.
                _ => {
                    let twice = organization::ActiveModel {
                        id: Set(app.new_id()),
                        slug: Set(format!("in-line-{number}")),
                        name: Set(String::new()),
                        name_en: Set(None),
                        created_at: Set(app.now()),
                        demands_second_factor: Set(false),
                    };
                    twice.insert(&txn).await.unwrap_err();
                }
            }
        }));
    }
    for verb in verbs {
        verb.await.unwrap();
    }
    let kept = organization::Entity::find().filter(organization::Column::Slug.starts_with("in-line-"));
    assert_eq!(kept.count(evening.app.database.reader()).await.unwrap(), 30);
}
