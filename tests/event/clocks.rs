//! A machine's clock is set while the house stands, by hand or by a time server gone mad.

use std::collections::BTreeSet;
use std::process::Stdio;

use chrono::{Duration, TimeDelta};
use queqiao::accounts::profile::Gender;
use queqiao::audit::entry;
use queqiao::circle::member;
use queqiao::clock::Clock;
use queqiao::clock_watch;
use queqiao::commands::doctor::examine;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::mail::letter::State;
use queqiao::mail::postman::Postman;
use queqiao::picks::round;
use queqiao::points::frozen;
use queqiao::registrations::registration::{Side, Status};
use queqiao::server::jobs;
use queqiao::settings::Delivery;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::json;

use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};
use crate::fixtures::letter::{draft, post};
use crate::fixtures::mail_server::{MailServer, Mood};
use crate::fixtures::person::Person;
use crate::fixtures::process;

const WEEK: TimeDelta = Duration::days(7);

/// Somebody invited, with two days to answer.
async fn invited(evening: &Evening) -> Person {
    let guest = evening.participant_as("women", Status::Selected).await;
    evening.change_registration(&guest, |row| row.reply_by = Set(Some(evening.app.now() + hours(48)))).await;
    guest
}

/// Somebody in the circle of an evening that is over.
async fn in_the_circle(evening: &mut Evening) {
    evening.move_to(Phase::OnSite).await;
    evening.change(|row| row.settings = Set(json!({ "circle": { "days": 5 } }))).await;
    let guest = evening.participant_as("men", Status::Confirmed).await;
    evening.comes_in(&guest, Side::Men, 1).await;
    evening.move_to(Phase::Closed).await;
    let joined = guest.post("/api/v1/events/qixi/circle/membership", json!({})).await;
    assert_eq!(joined.status, 204, "{}", joined.text());
}

async fn members(evening: &Evening) -> u64 {
    member::Entity::find().count(evening.app.database.reader()).await.unwrap()
}

async fn is_frozen(evening: &Evening) -> bool {
    frozen::of_event(evening.app.database.reader(), evening.event.id).await.unwrap().is_some()
}

/// What doctor says about one thing: what is wrong, and what is worth a look.
async fn doctor_on(evening: &Evening, check: &str) -> (Vec<String>, Vec<String>) {
    let keys = round::keys(&evening.app).await.unwrap();
    let findings = examine(evening.app.database.reader(), &keys).await.unwrap();
    let finding = findings.into_iter().find(|finding| finding.check == check).unwrap();
    (finding.wrong, finding.worth_a_look)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_week_ahead_for_twelve_seconds_undoes_nothing(
    #[values(Sqlite, Postgres)] engine: Engine,
    #[values("an invitation", "a ledger", "a circle")] what: &str,
) {
    let phase = match what {
        "an invitation" => Phase::Confirmation,
        "a ledger" => Phase::Online,
        _ => Phase::Closed,
    };
    let Some(mut evening) = Evening::begin(engine, phase).await else { return };
    let guest = invited(&evening).await;
    if what == "a circle" {
        in_the_circle(&mut evening).await;
    }
    let untouched = async || match what {
        "an invitation" => evening.status(&guest).await == Status::Selected,
        "a ledger" => !is_frozen(&evening).await,
        _ => members(&evening).await == 1,
    };
    jobs::once(&evening.app).await;
    assert!(untouched().await);
    evening.clock.jump(WEEK);
    for _ in 0..12 {
        jobs::once(&evening.app).await;
        evening.clock.advance(Duration::seconds(1));
    }
    assert!(untouched().await, "the clock was set, and nothing has passed");
    assert_eq!(doctor_on(&evening, "clock").await.0.len(), 1);
    evening.clock.jump(-WEEK);
    jobs::once(&evening.app).await;
    assert!(untouched().await);
    assert_eq!(doctor_on(&evening, "clock").await.0, [""; 0]);
    evening.clock.advance(WEEK);
    jobs::once(&evening.app).await;
    assert!(!untouched().await, "and then it has");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn people_go_on_by_the_time_that_has_passed(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let guest = invited(&evening).await;
    evening.clock.jump(WEEK);
    let replied = guest.post("/api/v1/events/qixi/registrations/me/reply", json!({ "reply": "confirm" })).await;
    assert_eq!(replied.status, 200, "{}", replied.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_clock_that_was_set_and_goes_on_is_believed(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let guest = invited(&evening).await;
    jobs::once(&evening.app).await;
    evening.clock.jump(Duration::days(1));
    for minutes in [0, 20, 9] {
        evening.clock.advance(Duration::minutes(minutes));
        jobs::once(&evening.app).await;
        assert!(!evening.clock.is_sure(), "it was set and may be set back");
    }
    // Set again: the half hour begins anew.
    evening.clock.jump(Duration::days(2));
    for _ in 0..3 {
        jobs::once(&evening.app).await;
        assert_eq!(evening.status(&guest).await, Status::Selected);
        evening.clock.advance(Duration::minutes(10));
    }
    jobs::once(&evening.app).await;
    assert!(evening.clock.is_sure());
    assert_eq!(evening.app.now(), evening.clock.by_the_machine());
    assert_eq!(evening.status(&guest).await, Status::Expired);
    let written = clock_watch::written(evening.app.database.reader()).await.unwrap().unwrap();
    assert_eq!((written.unsure_since, written.seen_at), (None, evening.app.now()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_administrator_says_that_the_clock_is_right(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let account = evening.administrator().await;
    let administrator = Browser::of(&evening, &account).await;
    let (_, page) = administrator.get("/admin").await;
    assert!(!page.contains("/admin/clock"), "{page}");
    evening.clock.jump(Duration::days(1));
    jobs::once(&evening.app).await;
    let (_, page) = administrator.get("/admin").await;
    assert!(page.contains("机器的时间被改过") && page.contains("2026-08-22 14:00:00"), "{page}");
    assert!(page.contains("2026-08-23 14:00:00"), "{page}");
    let organizer = Browser::of(&evening, &evening.organizer).await;
    assert_eq!(organizer.send("/admin/clock", &[]).await.status().as_u16(), 403);
    assert!(!evening.clock.is_sure());
    assert_eq!(administrator.send("/admin/clock", &[]).await.status().as_u16(), 303);
    assert!(evening.clock.is_sure());
    assert_eq!(evening.app.now(), evening.clock.by_the_machine());
    assert_eq!(doctor_on(&evening, "clock").await.0, [""; 0]);
    let deed = entry::Entity::find().filter(entry::Column::Action.eq("clock_confirmed"));
    let deed = deed.one(evening.app.database.reader()).await.unwrap().unwrap();
    assert_eq!(deed.actor_id, Some(account.account_id));
    // Nothing more to say, and nothing more on record.
    administrator.send("/admin/clock", &[]).await;
    assert_eq!(entry::Entity::find().count(evening.app.database.reader()).await.unwrap(), 1);
}

/// The wrong time was believed for a while.
fn believed(evening: &Evening, by: TimeDelta) {
    evening.clock.jump(by);
    evening.clock.confirm();
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_wrong_day_locks_nobody_out_for_a_day(
    #[values(Sqlite, Postgres)] engine: Engine,
    #[values(true, false)] was_believed: bool,
) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let guest = evening.account("guest", Gender::Female).await;
    let body = json!({ "email": guest.email, "password": "a password that is wrong" });
    let knock = async || evening.visitor().post("/api/v1/auth/login", body.clone()).await.status;
    if was_believed {
        believed(&evening, Duration::days(1));
    } else {
        evening.clock.jump(Duration::days(1));
    }
    for _ in 0..10 {
        assert_eq!(knock().await, 401);
    }
    assert_eq!(knock().await, 429);
    if was_believed {
        believed(&evening, Duration::days(-1));
    } else {
        evening.clock.jump(Duration::days(-1));
    }
    evening.clock.advance(Duration::minutes(15));
    assert_eq!(knock().await, 401, "a quarter of an hour is over");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_wrong_day_holds_no_letter_for_a_day(
    #[values(Sqlite, Postgres)] engine: Engine,
    #[values(true, false)] was_believed: bool,
) {
    let server = MailServer::open(Mood::Refuses(450));
    let url = format!("smtp://postman:knock@{}", server.address);
    let change = move |settings: &mut queqiao::settings::Settings| {
        settings.mail.delivery = Delivery::Smtp;
        settings.mail.url = url.into();
    };
    let Some(evening) = Evening::begin_with(engine, Phase::Registration, change).await else { return };
    post(&evening, draft("li")).await;
    let jump = |by| if was_believed { believed(&evening, by) } else { evening.clock.jump(by) };
    jump(Duration::days(1));
    let postman = Postman::new(&evening.app).unwrap();
    assert_eq!(postman.step().await.unwrap().put_off, 1);
    jump(Duration::days(-1));
    server.becomes(Mood::Accepts);
    evening.clock.advance(Duration::minutes(2));
    assert_eq!(postman.step().await.unwrap().sent, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_came_in_before_the_clock_went_back_can_leave(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let guest = evening.participant_as("women", Status::Confirmed).await;
    let issued = evening.organizer.post("/api/v1/events/qixi/badges", json!({})).await;
    assert_eq!(issued.status, 200, "{}", issued.text());
    let desk = evening.crew(Role::Desk).await;
    let scan = async |number: u32, kind: &str| {
        let scan = json!({ "badge": "女001", "nonce": format!("{number:032}"), "device": "desk-1", "kind": kind });
        let answer = evening.again(&desk).post("/api/v1/events/qixi/check-ins", scan).await;
        answer.json["result"].as_str().unwrap_or_default().to_owned()
    };
    believed(&evening, Duration::hours(1));
    assert_eq!(scan(1, "entry").await, "admitted");
    believed(&evening, Duration::hours(-1));
    assert_eq!(scan(2, "exit").await, "admitted");
    assert_eq!(scan(3, "entry").await, "admitted", "and come back");
    let _ = guest;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_house_that_starts_behind_what_it_has_seen_says_so(#[values(Sqlite, Postgres)] engine: Engine) {
    let change = |settings: &mut queqiao::settings::Settings| {
        settings.security.secret = "a secret that two processes of one story share".into();
    };
    let Some(evening) = Evening::begin_with(engine, Phase::Confirmation, change).await else { return };
    jobs::once(&evening.app).await;
    let next = |by| Clock::stopped_at(evening.app.now() + by);
    let started = async |clock: &Clock| {
        let secrets = queqiao::secrets::Secrets::load(&evening.app.settings.security).unwrap();
        let app = queqiao::app::App::build(evening.app.settings.clone(), clock.clone(), secrets).await.unwrap();
        clock_watch::begin(&app).await.unwrap();
        app
    };
    for (by, sure, logged) in
        [(Duration::minutes(10), true, 0), (Duration::days(3), false, 0), (Duration::hours(-5), false, 1)]
    {
        let clock = next(by);
        let app = started(&clock).await;
        assert_eq!((clock.is_sure(), doctor_on(&evening, "clock").await.0.len()), (sure, logged), "{by}");
        clock.advance(Duration::minutes(30));
        clock_watch::attend(&app).await.unwrap();
        assert!(clock.is_sure(), "{by}");
        assert_eq!(doctor_on(&evening, "clock").await.0.len(), 0, "{by}");
        // As it was for the next one.
        let txn = evening.app.database.begin_write().await.unwrap();
        clock_watch::Entity::delete_many().exec(&txn).await.unwrap();
        txn.commit().await.unwrap();
        jobs::once(&evening.app).await;
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_served_house_does_nothing_by_a_clock_that_was_set(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = process::begin(engine, Phase::Confirmation).await else { return };
    let guest = invited(&evening).await;
    let shift = evening.folder().join("shift");
    std::fs::write(&shift, "0").unwrap();
    let mut command = process::program(&evening, &["serve", "--clock-shift", shift.to_str().unwrap()]);
    let served = process::open(command.stderr(Stdio::null()));
    assert!(!served.address.is_empty());
    let until_unsure = async |unsure: bool| {
        let looking = async {
            while clock_watch::written(evening.app.database.reader())
                .await
                .unwrap()
                .is_none_or(|written| written.unsure_since.is_some() != unsure)
            {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), looking).await.unwrap();
    };
    until_unsure(false).await;
    let doctor = || process::program(&evening, &["doctor"]).output().unwrap();
    std::fs::write(&shift, (7 * 24 * 3600).to_string()).unwrap();
    until_unsure(true).await;
    let logged = doctor();
    assert_eq!(logged.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&logged.stdout).contains("unsure since"), "{logged:?}");
    assert_eq!(evening.visitor().at(&served.address).get("/api/v1/events/qixi").await.json["phase"], "confirmation");
    std::fs::write(&shift, "0").unwrap();
    until_unsure(false).await;
    assert_eq!(evening.status(&guest).await, Status::Selected);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn doctor_tells_of_letters_that_were_given_up_and_rounds_that_are_void(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some((evening, _)) = crate::fixtures::one_of_everything::one_of_everything(engine).await else { return };
    assert_eq!(doctor_on(&evening, "outbox").await, (vec![], vec![]));
    let letter = evening.letters().await.remove(0);
    let id = letter.id;
    let txn = evening.app.database.begin_write().await.unwrap();
    let mut letter = letter.row.into_active_model();
    letter.state = Set(State::Failed);
    letter.update(&txn).await.unwrap();
    let mut rounds = BTreeSet::new();
    for found in round::Entity::find().all(&txn).await.unwrap() {
        rounds.insert(found.id);
        let mut found = found.into_active_model();
        found.state = Set(round::State::Void);
        found.update(&txn).await.unwrap();
    }
    txn.commit().await.unwrap();
    let (wrong, logged) = doctor_on(&evening, "outbox").await;
    assert!(wrong.is_empty() && logged.len() == 1 && logged[0].contains(&id.to_string()), "{wrong:?} {logged:?}");
    let (_, logged) = doctor_on(&evening, "pick rounds").await;
    let named = |id: &uuid::Uuid| logged.iter().any(|line| line.contains(&id.to_string()) && line.contains("void"));
    assert!(!rounds.is_empty() && rounds.iter().all(named), "{logged:?}");
}
