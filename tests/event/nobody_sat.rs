//! A round that is ended while the hall still changes tables: it is over, and nobody met.

use std::collections::HashSet;

use chrono::Duration;
use queqiao::dates::end_with_event;
use queqiao::events::phase::Phase;
use rstest::rstest;
use serde_json::{Value, json};

use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::Hall;

const DATES: &str = "/api/v1/events/qixi/dates";

/// Three pairs, and nobody has a colleague; the first round was played, and the second called.
async fn second_round_called(engine: Engine) -> Option<Hall> {
    let dates = json!({ "rounds": 3, "minutes": 8, "pause_seconds": 90, "tables": 3 });
    let hall = Hall::planned(engine, (3, 3), dates).await?;
    hall.evening.without_colleagues().await;
    plan(&hall, 3).await;
    done(&hall, 1, "start").await;
    pass(&hall, 480);
    done(&hall, 1, "finish").await;
    done(&hall, 2, "start").await;
    Some(hall)
}

async fn plan(hall: &Hall, rounds: u32) -> Value {
    let planned = hall.host.post(&format!("{DATES}/plan"), json!({ "rounds": rounds })).await;
    assert_eq!(planned.status, 200, "{}", planned.text());
    planned.json
}

async fn done(hall: &Hall, round: usize, step: &str) {
    let answer = hall.host.post(&format!("{DATES}/rounds/{round}/{step}"), json!({})).await;
    assert_eq!(answer.status, 204, "{step}: {}", answer.text());
}

fn pass(hall: &Hall, seconds: i64) {
    hall.evening.clock.advance(Duration::seconds(seconds));
}

/// The pairs of a round in the order of their tables, and which of them took place.
fn tables(plan: &Value, round: usize) -> (Vec<String>, Vec<bool>) {
    let tables = plan["rounds"][round - 1]["tables"].as_array().unwrap();
    tables.iter().map(|table| (table["badges"].to_string(), table["held"].as_bool().unwrap())).unzip()
}

async fn held(hall: &Hall, round: usize) -> Vec<bool> {
    tables(&hall.host.get(DATES).await.json, round).1
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_round_that_ends_while_tables_are_changed_is_nobodys_date(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = second_round_called(engine).await else { return };
    let (never, at_first) = tables(&hall.host.get(DATES).await.json, 2);
    assert_eq!(at_first, [true; 3]);
    pass(&hall, 89);
    done(&hall, 2, "finish").await;
    let seen = hall.host.get(DATES).await.json;
    assert_eq!(seen["rounds"][1]["state"], "finished");
    assert_eq!((tables(&seen, 1).1, tables(&seen, 2).1), (vec![true; 3], vec![false; 3]));
    // Six dates, played and to come; nobody was passed over.
    let figures = &seen["figures"];
    assert_eq!(
        (&figures["dates"], &figures["most_dates"], &figures["most_sat_out"]),
        (&json!(6), &json!(2), &json!(0)),
        "{figures}"
    );
    let mine = hall.men[0].get(&format!("{DATES}/me")).await.json;
    let of_mine = |round: usize| mine["rounds"][round]["held"].clone();
    assert_eq!((of_mine(0), of_mine(1), of_mine(2)), (json!(true), json!(false), json!(true)), "{mine}");
    // Whoever picks is shown as met with whom they talked, and nobody else.
    hall.open(2).await;
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    let (_, page) = him.get("/e/qixi/picks").await;
    let met = page.split("聊过的人").nth(1).unwrap().split("在场的其他人").next().unwrap();
    let met: Vec<String> = (1..=3).map(|woman| format!("女{woman:03}")).filter(|badge| met.contains(badge)).collect();
    let partner = mine["rounds"][0]["partner"]["badge"].as_str().unwrap();
    assert_eq!(met, [partner], "{page}");
    // All whom it would have put together sit together in the two rounds left: there is nobody else left to meet.
    let again = plan(&hall, 4).await;
    let to_come: HashSet<String> = [3, 4].into_iter().flat_map(|round| tables(&again, round).0).collect();
    assert_eq!(to_come.len(), 6, "{again}");
    assert!(never.iter().all(|pair| to_come.contains(pair)), "{never:?} {to_come:?}");
    hall.evening.move_to(Phase::Closed).await;
    let organizer = hall.evening.again(&hall.evening.organizer);
    let report = organizer.get("/api/v1/events/qixi/report").await.json["dates"].clone();
    assert_eq!(report, json!({ "rounds": 1, "dates": 3 }));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_round_whose_minutes_began_is_a_date_however_soon_it_ends(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = second_round_called(engine).await else { return };
    pass(&hall, 90);
    done(&hall, 2, "finish").await;
    assert_eq!(held(&hall, 2).await, [true; 3]);
    // Nor is a round unheld that was begun by hand, or comes first: nobody has a table to leave.
    done(&hall, 3, "start").await;
    done(&hall, 3, "begin").await;
    done(&hall, 3, "finish").await;
    assert_eq!(held(&hall, 3).await, [true; 3]);
    let Some(hall) = Hall::planned(engine, (2, 2), json!({ "rounds": 1, "minutes": 8, "tables": 2 })).await else {
        return;
    };
    hall.evening.without_colleagues().await;
    plan(&hall, 1).await;
    done(&hall, 1, "start").await;
    done(&hall, 1, "finish").await;
    assert_eq!(held(&hall, 1).await, [true; 2]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_round_that_is_taken_up_again_is_everybodys_date_after_all(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = second_round_called(engine).await else { return };
    pass(&hall, 30);
    done(&hall, 2, "finish").await;
    pass(&hall, 60);
    done(&hall, 2, "resume").await;
    assert_eq!(held(&hall, 2).await, [true; 3]);
    // Again; but somebody leaves before it is taken up.
    done(&hall, 2, "finish").await;
    assert_eq!(held(&hall, 2).await, [false; 3]);
    let (pairs, _) = tables(&hall.host.get(DATES).await.json, 2);
    hall.evening.goes(&hall.men[1]).await;
    done(&hall, 2, "resume").await;
    let wanted: Vec<bool> = pairs.iter().map(|pair| !pair.contains("男002")).collect();
    assert_eq!(held(&hall, 2).await, wanted);
    pass(&hall, 95);
    done(&hall, 2, "finish").await;
    assert_eq!(held(&hall, 2).await, wanted);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_was_seated_together_elsewhere_is_not_seated_twice(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = second_round_called(engine).await else { return };
    done(&hall, 2, "finish").await;
    let again = plan(&hall, 4).await;
    assert_eq!(tables(&again, 2).1, [false; 3]);
    done(&hall, 2, "resume").await;
    assert_eq!(held(&hall, 2).await, [false; 3], "each of them is planned in a round to come");
    done(&hall, 2, "finish").await;
    done(&hall, 3, "start").await;
    assert_eq!(held(&hall, 3).await, [true; 3]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_round_that_its_event_ends_before_its_minutes_is_nobodys_date(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = second_round_called(engine).await else { return };
    hall.evening.move_to(Phase::Closed).await;
    end_with_event::due(&hall.evening.app).await.unwrap();
    let organizer = hall.evening.again(&hall.evening.organizer);
    let seen = organizer.get(DATES).await.json;
    assert_eq!((&seen["rounds"][1]["state"], tables(&seen, 2).1), (&json!("finished"), vec![false; 3]));
    let report = organizer.get("/api/v1/events/qixi/report").await.json["dates"].clone();
    assert_eq!(report, json!({ "rounds": 1, "dates": 3 }));
}
