//! 现场: what is true now, told to everybody who listens.

use std::sync::Arc;
use std::time::Duration;

use queqiao::accounts::profile::Gender;
use queqiao::accounts::session;
use queqiao::app::App;
use queqiao::events::crew::{self, Role};
use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::live::channels::Channels;
use queqiao::registrations::registration::Status;
use queqiao::relay;
use queqiao::secrets::Secrets;
use reqwest::Method;
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::fixtures::ear::{Ear, LIVE};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::{Hall, light};
use crate::fixtures::process;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_hears_what_their_role_may_know(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let evening = &hall.evening;
    assert_eq!(hall.host.post("/api/v1/events/qixi/dates/plan", json!({ "rounds": 1 })).await.status, 200);
    hall.open(1).await;
    let host = Ear::of(&hall.host, "", None).await.hear().await.unwrap();
    assert_eq!((&host["audience"], &host["inside"]), (&json!("host"), &json!({ "men": 2, "women": 2 })));
    assert_eq!(host["phase"], "on_site");
    let guest = Ear::of(&hall.men[0], "", None).await.hear().await.unwrap();
    assert_eq!((&guest["audience"], &guest["inside"]), (&json!("guest"), &Value::Null));
    assert!(guest["personal"].is_u64());
    let desk = evening.crew(Role::Desk).await;
    let door = Ear::of(&desk, "", None).await.hear().await.unwrap();
    assert_eq!((&door["audience"], &door["dates"], &door["picks"]), (&json!("desk"), &Value::Null, &Value::Null));
    let screen = Ear::of(&hall.host, "?as=screen", None).await.hear().await.unwrap();
    assert_eq!(screen["audience"], "screen");
    for (person, query, status) in [
        (&hall.men[0], "?as=host", 403),
        (&hall.men[0], "?as=screen", 403),
        (&desk, "?as=guest", 403),
        (&evening.stranger().await, "", 404),
        (&evening.account("passer-by", Gender::Male).await, "", 404),
        (&evening.visitor(), "", 401),
        (&hall.host, "?as=nobody", 422),
    ] {
        let path = format!("{LIVE}{query}");
        let answer = timeout(Duration::from_secs(30), person.get(&path)).await.expect("let in, and heard for ever");
        assert_eq!(answer.status, status, "{query}: {}", answer.text());
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_changes_is_heard_and_what_was_heard_is_not_repeated(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let mut ear = Ear::of(&hall.women[0], "", None).await;
    let first = ear.hear().await.unwrap();
    assert_eq!(first["picks"], Value::Null);
    let n = hall.open(3).await;
    let open = ear.hear_until("/picks/state", json!("open")).await;
    assert!(open["version"].as_i64() > first["version"].as_i64());
    assert_eq!(open["picks"]["chosen"], Value::Null, "nobody but the screen is told, and no small hall");
    // Whoever comes back with the last version hears only what comes after it.
    let mut back = Ear::of(&hall.women[0], "", open["version"].as_i64()).await;
    assert_eq!(hall.close(n).await.status, 200);
    let next = back.hear().await.unwrap();
    assert_ne!(next["version"], open["version"]);
    ear.hear_until("/picks/state", json!("tallied")).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_sided_picks_change_nothing_anybody_hears(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut evenings = Vec::new();
    for picked in ["女002", "女003"] {
        let Some(hall) = Hall::begin(engine, 12).await else { return };
        let mut screen = Ear::of(&hall.host, "?as=screen", None).await;
        let mut guest = Ear::of(&hall.women[1], "", None).await;
        let n = hall.open(3).await;
        assert_eq!(light(&hall.men[0], n, &["女001", picked]).await.status, 200);
        assert_eq!(light(&hall.women[0], n, &["男001"]).await.status, 200);
        let counted = screen.hear_until("/picks/chosen", json!(2)).await;
        let phone = Ear::of(&hall.women[1], "", None).await.hear_until("/picks/state", json!("open")).await;
        assert_eq!(phone["picks"]["chosen"], Value::Null);
        assert_eq!(hall.close(n).await.status, 200);
        let heard = [
            counted,
            screen.hear_until("/picks/state", json!("tallied")).await,
            guest.hear_until("/picks/state", json!("tallied")).await,
        ];
        evenings.push(heard.map(|mut snapshot| {
            snapshot.as_object_mut().unwrap().retain(|name, _| name != "version");
            snapshot.to_string()
        }));
    }
    assert_eq!(evenings[0], evenings[1]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_heartbeat_comes_and_a_revoked_session_ends_the_stream(#[values(Sqlite, Postgres)] engine: Engine) {
    let begun = Evening::begin_with(engine, Phase::OnSite, |settings| settings.live.heartbeat_seconds = 1).await;
    let Some(evening) = begun else { return };
    let person = evening.participant("women").await;
    let txn = evening.app.database.begin_write().await.unwrap();
    let token = session::Entity::open(&txn, &evening.app, person.account_id).await.unwrap();
    txn.commit().await.unwrap();
    let visitor = evening.visitor();
    let request = visitor.request(Method::GET, LIVE).header("cookie", format!("queqiao={token}"));
    let mut ear = Ear::to(request).await;
    ear.hear().await.unwrap();
    while ear.comments == 0 {
        ear.comments += usize::from(ear.block().await.unwrap().starts_with(':'));
    }
    let txn = evening.app.database.begin_write().await.unwrap();
    session::Entity::end_all(&txn, person.account_id, None).await.unwrap();
    txn.commit().await.unwrap();
    let end = async {
        while let Some(block) = ear.block().await {
            assert!(block.starts_with(':'), "told something after the session was revoked: {block}");
        }
    };
    timeout(Duration::from_secs(30), end).await.expect("the stream goes on");
}

/// Who hears as the host because of a role is not heard out as a guest, who they are as well.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_role_that_is_taken_away_ends_the_stream(#[values(Sqlite, Postgres)] engine: Engine) {
    let begun = Evening::begin_with(engine, Phase::OnSite, |settings| settings.live.heartbeat_seconds = 1).await;
    let Some(evening) = begun else { return };
    let person = evening.participant_as("women", Status::Confirmed).await;
    evening.appoint(&person, Role::Host).await;
    let mut ear = Ear::of(&person, "", None).await;
    assert_eq!(ear.hear().await.unwrap()["audience"], "host");
    let txn = evening.app.database.begin_write().await.unwrap();
    crew::Entity::delete_many().exec(&txn).await.unwrap();
    txn.commit().await.unwrap();
    ear.hear_out().await;
    assert_eq!(Ear::of(&person, "", None).await.hear().await.unwrap()["audience"], "guest");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_channel_is_made_once_and_ends_with_its_last_listener() {
    let Some(hall) = Hall::begin(Sqlite, 2).await else { return };
    let station = hall.evening.app.extensions.get_or_default::<Channels>();
    let mut ears = Vec::new();
    for person in hall.men.iter().chain(&hall.women) {
        let mut ear = Ear::of(person, "", None).await;
        ear.hear().await.unwrap();
        ears.push(ear);
    }
    assert_eq!(station.channels_on_air(), 1);
    drop(ears);
    let patience = std::time::Instant::now() + Duration::from_secs(20);
    while station.channels_on_air() > 0 {
        // A server learns that a listener is gone when it next says something.
        hall.evening.app.happenings.announce(hall.evening.event.id, What::EventChanged);
        hall.evening.clock.advance(chrono::Duration::hours(24));
        assert!(std::time::Instant::now() < patience, "still on the air");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_on_one_database_hear_each_other() {
    let Some(evening) = process::begin(Postgres, Phase::OnSite).await else { return };
    let settings = evening.app.settings.clone();
    let secrets = Secrets::load(&settings.security).unwrap();
    let sibling: Arc<App> = App::build(settings, evening.clock.clone(), secrets).await.unwrap();
    let closing = CancellationToken::new();
    let carrier = relay::start(&sibling, closing.clone()).await.unwrap();
    let (mut here, mut there) = (evening.app.happenings.listen(), sibling.happenings.listen());
    evening.app.happenings.announce(evening.event.id, What::GuestArrived);
    let heard = timeout(Duration::from_secs(20), there.recv()).await.unwrap().unwrap();
    assert_eq!((heard.event, heard.what), (evening.event.id, What::GuestArrived));
    sibling.happenings.announce(evening.event.id, What::PhaseMoved);
    // Its own came at once and does not come again.
    assert_eq!(here.recv().await.unwrap().what, What::GuestArrived);
    let heard = timeout(Duration::from_secs(20), here.recv()).await.unwrap().unwrap();
    assert_eq!(heard.what, What::PhaseMoved);
    closing.cancel();
    carrier.await.unwrap();
}

/// Every change is made at one process and heard at the other. Without the relay the other would find
/// out by looking again, which it does every five seconds: far too late for ten changes in a row.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_listens_at_another_process_hears_it_at_once() {
    let Some(evening) = process::begin(Postgres, Phase::OnSite).await else { return };
    let host = evening.crew(Role::Host).await;
    let guests = evening.participants("women", 3, Status::Confirmed).await;
    let beside = process::serve_on(&evening);
    let mut ears = vec![Ear::of(&host.at(&beside.address), "?as=screen", None).await];
    for guest in &guests {
        ears.push(Ear::of(&guest.at(&beside.address), "", None).await);
    }
    for ear in &mut ears {
        ear.hear_until("/stage/moves", json!(0)).await;
    }
    let begun = std::time::Instant::now();
    for moves in 0..10 {
        let cue = json!({ "kind": if moves % 2 == 0 { "dates" } else { "choosing" } });
        let answer = host.post("/api/v1/events/qixi/stage/show", json!({ "from": moves, "cue": cue })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        for ear in &mut ears {
            ear.hear_until("/stage/moves", json!(moves + 1)).await;
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
