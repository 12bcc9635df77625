//! A round is the host's, and its bulletin everybody's.

use queqiao::accounts::profile::Gender;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::{Hall, ROUNDS, light};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_round_is_the_hosts_and_goes_one_way(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::begin(engine, 1).await else { return };
    for wrong in [json!({ "limit": 0 }), json!({ "limit": 11 }), json!({ "limit": 2, "sides": "open" }), json!({})] {
        assert_eq!(hall.host.post(ROUNDS, wrong).await.code(), "invalid");
    }
    let stranger = hall.evening.stranger().await;
    let desk = hall.evening.crew(Role::Desk).await;
    for person in [&hall.men[0], &desk, &stranger] {
        assert_eq!(person.post(ROUNDS, json!({ "limit": 2 })).await.code(), "wrong_role");
        for step in ["open", "close"] {
            assert_eq!(person.post(&format!("{ROUNDS}/1/{step}"), json!({})).await.code(), "wrong_role");
        }
    }
    let planned = hall.host.post(ROUNDS, json!({ "limit": 2, "sides": "two" })).await;
    assert_eq!((planned.status, &planned.json["number"]), (201, &json!(1)));
    assert_eq!(hall.host.post(ROUNDS, json!({ "limit": 1 })).await.json["number"], 2);
    let (first, second) = (format!("{ROUNDS}/1"), format!("{ROUNDS}/2"));
    assert_eq!(hall.close(1).await.code(), "round_not_open");
    assert_eq!(light(&hall.men[0], 1, &[]).await.code(), "round_not_open");
    assert_eq!(hall.host.post(&format!("{ROUNDS}/9/open"), json!({})).await.status, 404);
    assert_eq!(hall.host.post(&format!("{ROUNDS}/x/open"), json!({})).await.status, 404);
    hall.evening.move_to(Phase::Confirmation).await;
    assert_eq!(hall.host.post(&format!("{first}/open"), json!({})).await.code(), "phase_closed");
    hall.evening.move_to(Phase::OnSite).await;
    assert_eq!(hall.host.post(&format!("{first}/open"), json!({})).await.status, 200);
    assert_eq!(hall.host.post(&format!("{first}/open"), json!({})).await.code(), "round_open");
    assert_eq!(hall.host.post(&format!("{second}/open"), json!({})).await.code(), "another_round_open");
    let bulletin = hall.close(1).await;
    assert_eq!(hall.close(1).await.bytes, bulletin.bytes, "closing twice gave two bulletins");
    assert_eq!(hall.host.post(&format!("{first}/open"), json!({})).await.code(), "round_closed");
    assert_eq!(light(&hall.men[0], 1, &[]).await.code(), "round_closed");
    assert_eq!(hall.men[0].get(&first).await.bytes, bulletin.bytes);
    let listed = hall.men[0].get(ROUNDS).await;
    assert_eq!(listed.json["items"][1]["state"], "planned");
    assert_eq!(listed.json["items"][0]["ballots"], Value::Null, "a small room's totals tell about persons");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn totals_are_told_where_enough_people_sent_a_ballot(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 10).await else { return };
    let totals = async |n: i64| {
        let closed = hall.close(n).await.json;
        assert_eq!(closed["receipts"].as_array().unwrap().len(), 20);
        json!([closed["ballots"], closed["picks"], closed["matches"]])
    };
    // Twenty badges were laid out, and three people chose.
    let n = hall.open(3).await;
    light(&hall.men[0], n, &["女001", "女002"]).await;
    light(&hall.women[0], n, &["男001"]).await;
    light(&hall.women[1], n, &[]).await;
    assert_eq!(totals(n).await, json!([null, null, null]));
    // Everybody sends one; two who found each other could be pointed at, six pairs could not.
    for (pairs, matches) in [(1, Value::Null), (6, json!(6)), (0, json!(0))] {
        let n = hall.open(1).await;
        for (pair, number) in (0..10).zip(1..) {
            light(&hall.men[pair], n, &[&format!("女{number:03}")]).await;
            let hers = format!("男{number:03}");
            light(&hall.women[pair], n, if pair < pairs { vec![hers.as_str()] } else { vec![] }.as_slice()).await;
        }
        assert_eq!(totals(n).await, json!([20, 10 + pairs, matches]));
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_bulletin_is_for_the_people_of_its_event(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let n = hall.open(1).await;
    hall.close(n).await;
    let paths = [ROUNDS.to_owned(), format!("{ROUNDS}/{n}")];
    let desk = hall.evening.crew(Role::Desk).await;
    let passer_by = hall.evening.account("passer-by", Gender::Male).await;
    for path in &paths {
        for person in [&hall.men[0], &hall.host, &desk, &hall.evening.organizer] {
            assert_eq!(person.get(path).await.status, 200, "{path}");
        }
        for person in [&passer_by, &hall.evening.stranger().await] {
            let refused = person.get(path).await;
            assert_eq!((refused.status, refused.code()), (403, "not_registered"), "{path}");
        }
        assert_eq!(hall.evening.visitor().get(path).await.status, 401);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_evening_allows_only_so_many_questions(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    hall.evening.change(|row| row.settings = Set(json!({ "picks": { "limit": 3, "event_limit": 4 } }))).await;
    assert_eq!(hall.host.post(ROUNDS, json!({ "limit": 3 })).await.status, 201);
    let refused = hall.host.post(ROUNDS, json!({ "limit": 2 })).await;
    assert_eq!((refused.status, refused.code()), (409, "too_many_picks"));
    assert_eq!(hall.host.post(ROUNDS, json!({ "limit": 1 })).await.status, 201);
}
