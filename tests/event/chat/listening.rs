//! What is heard as it is said: once, in order, by those who may.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use queqiao::chat::channels::Rooms;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::registrations::group_member;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::json;

use super::{CHAT, LINES, bodies, chatting, decide, ear, hears_until, news, quick, reads, report_it, say};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::Hall;
use crate::fixtures::person::{Person, refused};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_line_is_heard_at_once_in_one_order_and_never_twice(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((_evening, people)) = chatting(engine, 3, quick()).await else { return };
    let mut early = ear(&people[1], "all", Some(0)).await;
    assert_eq!(news(&mut early).await.unwrap()["room"], json!({"open": true, "read_only": false, "slow_seconds": 0}));
    let texts: Vec<String> = (0..12).map(|number| format!("第{number}句")).collect();
    join_all(texts.iter().map(|body| say(&people[0], body))).await;
    say(&people[2], "先到这里").await;
    let (heard, at) = hears_until(&mut early, "先到这里").await;
    assert_eq!(heard, reads(&people[1]).await);
    drop(early);
    // The link is lost; meanwhile somebody goes on.
    say(&people[0], "断线时说的").await;
    say(&people[0], "再说一句").await;
    let mut back = ear(&people[1], "all", Some(at)).await;
    let (missed, _) = hears_until(&mut back, "再说一句").await;
    assert_eq!(missed, ["断线时说的", "再说一句"]);
    // Whoever has heard nothing is told what was said last.
    let (first, _) = hears_until(&mut ear(&people[2], "all", None).await, "再说一句").await;
    assert_eq!(first.len(), 15);
    let own = people[0].get(LINES).await.json["lines"][0]["mine"].clone();
    assert_eq!(own, json!(true));
}

/// Whoever is out of somebody's sight is not heard either, whichever of the two said so, from the next line on.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn blocks_are_honoured_both_ways(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::begin(engine, 2).await else { return };
    hall.evening.event = hall.evening.change(|row| row.settings = Set(quick())).await;
    let (she, he, other) = (&hall.women[0], &hall.men[0], &hall.men[1]);
    let hers_before = say(she, "她在").await;
    let his_before = say(he, "他在").await;
    let (mut hers, mut his) = (ear(she, "all", None).await, ear(he, "all", None).await);
    hears_until(&mut hers, "他在").await;
    hears_until(&mut his, "他在").await;
    let block = json!({ "badge": "男001", "because": "blocked" });
    let blocked = she.post("/api/v1/events/qixi/dates/exclusions", block).await;
    assert!(blocked.status < 300, "{}", blocked.text());
    assert_eq!(reads(she).await, ["她在"]);
    assert_eq!(reads(he).await, ["他在"]);
    // What stands on an open page goes there too, and stays away where its author takes it down.
    assert_eq!(news(&mut hers).await.unwrap()["gone"], json!([his_before]));
    assert_eq!(news(&mut his).await.unwrap()["gone"], json!([hers_before]));
    // Likewise on the page of whoever slept meanwhile.
    let mut woken = ear(she, "all", Some(2)).await;
    assert_eq!(news(&mut woken).await.unwrap()["gone"], json!([his_before]));
    hall.evening.clock.advance(chrono::Duration::seconds(5));
    let line = say(he, "他又说").await;
    say(she, "她又说").await;
    say(other, "别人说").await;
    assert_eq!(hears_until(&mut hers, "别人说").await.0, ["她又说", "别人说"]);
    assert_eq!(hears_until(&mut his, "别人说").await.0, ["他又说", "别人说"]);
    refused(&report_it(she, &line).await, 404, "not_found");
    let line = &other.get(LINES).await.json["lines"][1];
    assert_eq!(line["author"], json!({ "badge": "男001", "nickname": he.nickname() }));
}

/// Whoever is shut out goes from every page at once, with what they said: on pages that are open, and on those of whoever
/// comes back.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_is_shut_out_goes_from_every_page(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, people)) = chatting(engine, 3, quick()).await else { return };
    let id = say(&people[0], "骚扰").await;
    let (_, at) = hears_until(&mut ear(&people[1], "all", None).await, "骚扰").await;
    let mut open = ear(&people[1], "all", None).await;
    hears_until(&mut open, "骚扰").await;
    evening.stands(&people[0], Status::Rejected).await;
    evening.app.happenings.announce(evening.event.id, What::RegistrationsChanged);
    assert_eq!(news(&mut open).await.unwrap()["gone"], json!([id]));
    let mut woken = ear(&people[1], "all", Some(at)).await;
    assert_eq!(news(&mut woken).await.unwrap()["gone"], json!([id]));
    say(&people[2], "清净了").await;
    let last = news(&mut open).await.unwrap();
    assert_eq!((bodies(&last["lines"]), &last["gone"]), (vec!["清净了".to_owned()], &json!([])), "and once");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_goes_out_of_sight_goes_from_every_page(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, people)) = chatting(engine, 4, quick()).await else { return };
    let id = say(&people[0], "加我微信").await;
    let mut ears = vec![ear(&people[1], "all", None).await, ear(&people[2], "all", None).await];
    let mut own = ear(&people[0], "all", None).await;
    for ear in ears.iter_mut().chain([&mut own]) {
        hears_until(ear, "加我微信").await;
    }
    for person in [&people[2], &people[3]] {
        assert_eq!(report_it(person, &id).await.status, 204);
    }
    for ear in &mut ears {
        assert_eq!(news(ear).await.unwrap()["gone"], json!([id]));
    }
    assert_eq!(news(&mut own).await.unwrap()["lines"][0]["state"], "reported", "to its author");
    assert_eq!(reads(&people[1]).await, [""; 0]);
    assert_eq!(decide(&evening.organizer, &id, "show").await.status, 200);
    for ear in &mut ears {
        assert_eq!(bodies(&news(ear).await.unwrap()["lines"]), ["加我微信"]);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_group_has_a_room_of_its_own(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::begin(engine, 2).await else { return };
    hall.evening.event = hall.evening.change(|row| row.settings = Set(quick())).await;
    let evening = &hall.evening;
    let group = async |person: &Person, number: i32| {
        let txn = evening.app.database.begin_write().await.unwrap();
        group_member::Entity::delete_by_id(person.registration_id).exec(&txn).await.unwrap();
        let row = group_member::Model {
            registration_id: person.registration_id,
            event_id: evening.event.id,
            group_number: number,
            joined_at: evening.app.now(),
        };
        group_member::Entity::insert(row.into_active_model()).exec_without_returning(&txn).await.unwrap();
        txn.commit().await.unwrap();
        evening.app.happenings.announce(evening.event.id, What::GroupsFormed);
    };
    let (she, he, other) = (&hall.women[0], &hall.men[0], &hall.women[1]);
    group(she, 1).await;
    group(he, 1).await;
    group(other, 2).await;
    let [first, second] = ["1", "2"].map(|room| format!("{CHAT}/{room}/lines"));
    assert_eq!(she.post(&first, json!({ "body": "我们组" })).await.status, 201);
    assert_eq!(bodies(&he.get(&first).await.json["lines"]), ["我们组"]);
    assert_eq!(reads(he).await, [""; 0], "not in everybody's");
    refused(&other.get(&first).await, 404, "not_found");
    refused(&other.post(&first, json!({ "body": "偷看" })).await, 404, "not_found");
    refused(&hall.men[1].get(&second).await, 404, "not_found");
    assert_eq!(other.get(&format!("{CHAT}/1/live")).await.status, 404);
    let mut his = ear(he, "1", None).await;
    hears_until(&mut his, "我们组").await;
    // Whoever joins later reads what is said from then on, and whoever leaves hears no more.
    evening.clock.advance(chrono::Duration::seconds(30));
    group(other, 1).await;
    assert_eq!(bodies(&other.get(&first).await.json["lines"]), [""; 0]);
    assert_eq!(other.post(&first, json!({ "body": "我来了" })).await.status, 201);
    hears_until(&mut his, "我来了").await;
    group(he, 2).await;
    assert!(news(&mut his).await.is_none(), "the stream goes on");
    let mut host = ear(&hall.host, "1", None).await;
    assert_eq!(hears_until(&mut host, "我来了").await.0, ["我们组", "我来了"], "the host looks after every room");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_right_that_is_taken_away_ends_the_stream(#[values(Sqlite, Postgres)] engine: Engine) {
    let begun = Evening::begin_with(engine, Phase::Online, |settings| settings.live.heartbeat_seconds = 1).await;
    let Some(evening) = begun else { return };
    evening.change(|row| row.settings = Set(quick())).await;
    let her = evening.participant("women").await;
    for (person, status) in [(evening.stranger().await, 403), (evening.crew(Role::Desk).await, 403)] {
        assert_eq!(person.get(&format!("{CHAT}/all/live")).await.status, status);
    }
    let mut ear = ear(&her, "all", Some(0)).await;
    news(&mut ear).await.unwrap();
    evening.stands(&her, Status::Rejected).await;
    assert!(news(&mut ear).await.is_none(), "the stream goes on");
}

/// Nobody learns who listens: the answers to others are the same whether one is there or not.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_hear_a_line_that_was_read_once() {
    let Some((evening, people)) = chatting(Sqlite, 2, quick()).await else { return };
    let alone = people[0].get(LINES).await.text();
    let mut ears = Vec::new();
    for _ in 0..200 {
        let mut one = ear(&people[1], "all", Some(0)).await;
        news(&mut one).await.unwrap();
        ears.push(one);
    }
    assert_eq!(evening.app.extensions.get_or_default::<Rooms>().rooms_on_air(), 1);
    assert_eq!(people[0].get(LINES).await.text(), alone);
    say(&people[0], "听得见吗").await;
    let begun = Instant::now();
    join_all(ears.iter_mut().map(|one| hears_until(one, "听得见吗"))).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "took {:?}", begun.elapsed());
    drop(ears);
    let patience = Instant::now() + Duration::from_secs(20);
    while evening.app.extensions.get_or_default::<Rooms>().rooms_on_air() > 0 {
        // A server learns that a listener is gone when it next says something.
        say(&people[0], "还有人吗").await;
        assert!(Instant::now() < patience, "still on the air");
        tokio::task::yield_now().await;
    }
}
