//! The clock of a round: it can stand still, go on at the same second, and be given more time; between
//! two rounds the hall changes tables; and who came or went is told before a round is called.

use chrono::Duration;
use queqiao::audit::entry;
use queqiao::dates::{date_plan, date_round, end_with_event};
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Side;
use rstest::rstest;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Statement,
};
use serde_json::{Value, json};

use crate::fixtures::browser::Browser;
use crate::fixtures::ear::Ear;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::the_hour;
use crate::fixtures::hall::{Hall, guest};
use crate::fixtures::person::{Answer, Person};

const DATES: &str = "/api/v1/events/qixi/dates";

async fn begin(engine: Engine, pairs: u32, pause_seconds: u32) -> Option<Hall> {
    let dates = json!({ "rounds": 3, "minutes": 8, "pause_seconds": pause_seconds });
    let hall = Hall::planned(engine, (pairs, pairs), dates).await?;
    assert_eq!(hall.host.post(&format!("{DATES}/plan"), json!({})).await.status, 200);
    Some(hall)
}

async fn turn(person: &Person, round: i32, step: &str) -> Answer {
    person.post(&format!("{DATES}/rounds/{round}/{step}"), json!({})).await
}

async fn done(hall: &Hall, round: i32, step: &str) {
    let answer = turn(&hall.host, round, step).await;
    assert_eq!(answer.status, 204, "{step}: {}", answer.text());
}

/// How a program reads a round: its state, and when its minutes begin, end and stand still.
async fn clock(hall: &Hall, round: usize) -> Value {
    let seen = hall.host.get(DATES).await.json["rounds"][round - 1].clone();
    json!([seen["state"], seen["started_at"], seen["ends_at"], seen["paused_at"], seen["finished_at"]])
}

/// So many seconds after the story began.
fn at(seconds: i64) -> Value {
    serde_json::to_value(the_hour() + Duration::seconds(seconds)).unwrap()
}

fn pass(hall: &Hall, seconds: i64) {
    hall.evening.clock.advance(Duration::seconds(seconds));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_round_goes_on_at_the_second_at_which_it_was_paused_or_ended(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = begin(engine, 3, 0).await else { return };
    done(&hall, 1, "start").await;
    pass(&hall, 60);
    done(&hall, 1, "pause").await;
    assert_eq!(clock(&hall, 1).await, json!(["running", at(0), at(480), at(60), null]));
    let phone = Browser::of(&hall.evening, &hall.men[0]).await;
    assert!(phone.get("/e/qixi/dates").await.1.contains("暂停一下"));
    pass(&hall, 40);
    done(&hall, 1, "resume").await;
    assert_eq!(clock(&hall, 1).await, json!(["running", at(0), at(520), null, null]));
    // A slip of the hand, with seven minutes left: taken up again two minutes later.
    done(&hall, 1, "finish").await;
    assert_eq!(clock(&hall, 1).await[0], "finished");
    pass(&hall, 120);
    done(&hall, 1, "resume").await;
    assert_eq!(clock(&hall, 1).await, json!(["running", at(0), at(640), null, null]));
    let longer = hall.host.post(&format!("{DATES}/rounds/1/extend"), json!({ "seconds": 60 })).await;
    assert_eq!((longer.status, clock(&hall, 1).await[2].clone()), (204, at(700)));
    let entries = entry::Entity::find().order_by_asc(entry::Column::Id).all(hall.evening.app.database.reader()).await;
    let deeds: Vec<String> = entries.unwrap().into_iter().map(|entry| entry.action).collect();
    let wanted = ["date_round_paused", "date_round_resumed", "date_round_resumed", "date_round_extended"];
    assert!(deeds.ends_with(&wanted.map(str::to_owned)), "{deeds:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_cannot_be_done_to_a_clock_is_refused(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = begin(engine, 3, 90).await else { return };
    let refused = async |round: i32, step: &str| {
        let answer = turn(&hall.host, round, step).await;
        (answer.status, answer.code().to_owned())
    };
    let conflict = |code: &str| (409, code.to_owned());
    for step in ["pause", "resume", "begin"] {
        assert_eq!(refused(1, step).await, conflict("wrong_round_state"), "{step}");
        assert_eq!(refused(9, step).await.0, 404, "{step}");
        for (person, status) in [(&hall.men[0], 403), (&hall.evening.crew(Role::Desk).await, 403)] {
            assert_eq!(turn(person, 1, step).await.status, status, "{step}");
        }
    }
    let extend =
        async |seconds: Value| hall.host.post(&format!("{DATES}/rounds/1/extend"), json!({ "seconds": seconds })).await;
    assert_eq!(extend(json!(60)).await.code(), "wrong_round_state");
    done(&hall, 1, "start").await;
    for seconds in [json!(0), json!(-601), json!(601)] {
        assert_eq!(extend(seconds).await.code(), "invalid");
    }
    assert_eq!(hall.men[0].post(&format!("{DATES}/rounds/1/extend"), json!({ "seconds": 60 })).await.status, 403);
    done(&hall, 1, "pause").await;
    assert_eq!(refused(1, "pause").await, conflict("wrong_round_state"));
    done(&hall, 1, "resume").await;
    assert_eq!(refused(1, "resume").await, conflict("wrong_round_state"));
    assert_eq!(refused(2, "pause").await, conflict("wrong_round_state"));
    done(&hall, 1, "finish").await;
    assert_eq!(extend(json!(60)).await.code(), "wrong_round_state");
    // Ten minutes later it is over for good, and so it is once the next was called.
    pass(&hall, 600);
    assert_eq!(refused(1, "resume").await, conflict("round_over"));
    done(&hall, 2, "start").await;
    done(&hall, 2, "finish").await;
    done(&hall, 3, "start").await;
    assert_eq!(refused(2, "resume").await, conflict("round_over"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_hall_changes_tables_before_the_minutes_begin(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = begin(engine, 3, 90).await else { return };
    done(&hall, 1, "start").await;
    assert_eq!(clock(&hall, 1).await[1], at(0), "nobody has a table to leave before the first");
    pass(&hall, 480);
    done(&hall, 1, "finish").await;
    done(&hall, 2, "start").await;
    assert_eq!(clock(&hall, 2).await, json!(["running", at(570), at(1050), null, null]));
    let mut screen = Ear::of(&hall.host, "?as=screen", None).await;
    let heard = screen.hear().await.unwrap();
    assert_eq!((&heard["dates"]["current"]["started_at"], &heard["dates"]["current"]["round"]), (&at(570), &json!(2)));
    let phone = Browser::of(&hall.evening, &hall.men[0]).await;
    let (_, page) = phone.get("/e/qixi/dates").await;
    assert!(page.contains("换桌时间") && page.contains("data-begins=\"2026-08-22T06:09:30Z\""), "{page}");
    // A pause while they walk is added to the walk; then they need not wait for the rest of it.
    pass(&hall, 30);
    done(&hall, 2, "pause").await;
    pass(&hall, 100);
    done(&hall, 2, "resume").await;
    assert_eq!(clock(&hall, 2).await[1], at(670));
    done(&hall, 2, "begin").await;
    assert_eq!(clock(&hall, 2).await, json!(["running", at(610), at(1090), null, null]));
    assert_eq!(turn(&hall.host, 2, "begin").await.code(), "wrong_round_state");
    screen.hear_that(|heard| heard["dates"]["current"]["started_at"] == at(610)).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_came_or_went_is_told_to_the_host_before_a_round(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = begin(engine, 3, 0).await else { return };
    let mut console = Ear::of(&hall.host, "", None).await;
    let heard = console.hear_that(|heard| heard["out_of_step"].is_object()).await;
    assert_eq!(heard["out_of_step"], json!({ "came": [], "left": [] }));
    hall.evening.goes(&hall.women[0]).await;
    guest(&hall.evening, Side::Men, 9).await;
    let wanted = json!({ "came": ["男009"], "left": ["女001"] });
    console.hear_that(|heard| heard["out_of_step"] == wanted).await;
    for (person, query) in [(&hall.men[0], ""), (&hall.host, "?as=screen")] {
        assert_eq!(Ear::of(person, query, None).await.hear().await.unwrap()["out_of_step"], Value::Null);
    }
    let planned = hall.host.post(&format!("{DATES}/plan"), json!({})).await;
    assert_eq!(planned.status, 200, "{}", planned.text());
    console.hear_that(|heard| heard["out_of_step"] == json!({ "came": [], "left": [] })).await;
    assert!(!planned.json["rounds"].to_string().contains("女001"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_round_ends_with_its_event(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = begin(engine, 2, 0).await else { return };
    done(&hall, 1, "start").await;
    pass(&hall, 60);
    end_with_event::due(&hall.evening.app).await.unwrap();
    assert_eq!(clock(&hall, 1).await[0], "running", "the evening goes on");
    hall.evening.move_to(Phase::Closed).await;
    end_with_event::due(&hall.evening.app).await.unwrap();
    let over = clock(&hall, 1).await;
    assert_eq!((&over[0], &over[4]), (&json!("finished"), &at(60 - 3600)), "with the end of the event: {over}");
    assert_eq!(clock(&hall, 2).await[0], "planned");
    end_with_event::due(&hall.evening.app).await.unwrap();
    assert_eq!(clock(&hall, 1).await, over, "safe to repeat");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_minute_given_is_taken_back(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = begin(engine, 3, 90).await else { return };
    for step in ["start", "finish"] {
        done(&hall, 1, step).await;
    }
    done(&hall, 2, "start").await;
    let extend =
        async |seconds: i64| hall.host.post(&format!("{DATES}/rounds/2/extend"), json!({ "seconds": seconds })).await;
    // While tables are changed, too: it is the minutes that follow which become more or fewer.
    for (seconds, ends) in [(60, 90 + 540), (-60, 90 + 480), (-420, 90 + 60)] {
        assert_eq!(extend(seconds).await.status, 204);
        assert_eq!(clock(&hall, 2).await, json!(["running", at(90), at(ends), null, null]), "{seconds}");
    }
    // A round is not ended that way.
    assert_eq!((extend(-60).await.status, extend(-60).await.code().to_owned()), (409, "too_little_left".to_owned()));
    pass(&hall, 100);
    assert_eq!(extend(-50).await.code(), "too_little_left");
    assert_eq!(extend(-49).await.status, 204);
    let entries = entry::Entity::find().order_by_asc(entry::Column::Id).all(hall.evening.app.database.reader()).await;
    let deeds: Vec<String> = entries.unwrap().into_iter().map(|entry| entry.action).collect();
    assert!(deeds.ends_with(&["date_round_shortened".to_owned()]), "{deeds:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_broken_event_keeps_no_other_round_from_ending(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = begin(engine, 2, 0).await else { return };
    done(&hall, 1, "start").await;
    hall.evening.move_to(Phase::Closed).await;
    let (_, other) = hall.evening.other_union(Phase::Closed).await;
    let app = &hall.evening.app;
    let txn = app.database.begin_write().await.unwrap();
    date_plan::hold(&txn, other.id).await.unwrap();
    let running = date_round::Entity::find().filter(date_round::Column::State.eq(date_round::State::Running));
    let round = running.one(&txn).await.unwrap().unwrap();
    let theirs = date_round::Model { id: app.new_id(), event_id: other.id, ..round };
    let theirs = theirs.into_active_model().reset_all().insert(&txn).await.unwrap();
    let broken = Statement::from_string(txn.get_database_backend(), "UPDATE event SET sides = 'x' WHERE slug = 'qixi'");
    txn.execute_raw(broken).await.unwrap();
    txn.commit().await.unwrap();
    end_with_event::due(app).await.unwrap();
    let ended = date_round::Entity::find_by_id(theirs.id).one(app.database.reader()).await.unwrap().unwrap();
    assert_eq!(ended.state, date_round::State::Finished);
}
