//! Who may draw, who is passed over, and what is called off.

use std::collections::HashSet;

use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::{Side, Status};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use super::recomputed::mine;
use super::{BEACON, DRAWS, by_calls, call, fix, fixed, hold, one, planned, public, winners};
use crate::fixtures::ear::Ear;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::Hall;
use crate::fixtures::person::refused;
use crate::fixtures::stage::{show, stage};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_withdrew_or_left_is_passed_over_where_the_draw_says_so(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 4).await else { return };
    let organizer = &hall.evening.organizer;
    let with = |present: bool| {
        let mut wish = public(&one("书", 8));
        wish["present"] = json!(present);
        wish["again"] = json!(true);
        wish
    };
    let (here, anywhere) = (fixed(organizer, with(true)).await, fixed(organizer, with(false)).await);
    hall.evening.goes(&hall.men[0]).await;
    hall.evening.stands(&hall.men[1], Status::Withdrawn).await;
    assert_eq!(hall.evening.leaves(&hall.women[3]).await.status, 204);
    let everybody: HashSet<String> =
        (1..=4).flat_map(|number| ["男", "女"].map(|side| format!("{side}{number:03}"))).collect();
    for (number, gone) in [(here, &["男001", "男002", "女004"][..]), (anywhere, &["男002", "女004"])] {
        let held = hold(organizer, number, Some(BEACON)).await.json;
        assert_eq!((&held["people"], &held["passed_over"]), (&json!(8), &json!(gone.len())), "{held}");
        let won: HashSet<String> = winners(&held, 0).into_iter().collect();
        let expected: HashSet<String> = everybody.iter().filter(|one| !gone.contains(&one.as_str())).cloned().collect();
        assert_eq!(won, expected);
    }
    let left = mine(&hall.men[0]).await;
    let standing: Vec<(&Value, &Value)> =
        left.as_array().unwrap().iter().map(|draw| (&draw["passed_over"], &draw["won"])).collect();
    assert_eq!(standing, [(&Value::Null, &json!(["书"])), (&json!("not_inside"), &json!([]))]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_wins_twice_unless_the_draw_says_so(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 3).await else { return };
    let organizer = &hall.evening.organizer;
    // Both lists are fixed before either is drawn.
    let (first, second) =
        (fixed(organizer, public(&one("书", 2))).await, fixed(organizer, public(&one("笔", 6))).await);
    let won: HashSet<String> = winners(&hold(organizer, first, Some(BEACON)).await.json, 0).into_iter().collect();
    let after = hold(organizer, second, Some(BEACON)).await.json;
    let others: HashSet<String> = winners(&after, 0).into_iter().collect();
    assert_eq!((won.len(), others.len(), won.is_disjoint(&others)), (2, 4, true), "{after}");
    assert_eq!(after["passed_over"], 2);
    // Everybody has won: there is nobody left, but for a draw that says so.
    let third = planned(organizer, public(&one("花", 1))).await;
    refused(&fix(organizer, third).await, 409, "nobody_to_draw");
    let mut wish = public(&json!([{ "name": "花", "seats": 6 }, { "name": "茶", "seats": 6 }]));
    wish["again"] = json!(true);
    let held = fixed(organizer, wish).await;
    let held = hold(organizer, held, Some(BEACON)).await.json;
    assert_eq!((winners(&held, 0).len(), winners(&held, 1).len()), (6, 6), "{held}");
}

/// Whoever organizes cannot thin out a list that is published by holding another draw among it first.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_draw_that_is_fixed_later_takes_nobody_out_of_an_earlier_one(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 3).await else { return };
    let organizer = &hall.evening.organizer;
    let (first, second) =
        (fixed(organizer, public(&one("书", 6))).await, fixed(organizer, public(&one("贴纸", 5))).await);
    assert_eq!(winners(&hold(organizer, second, Some(BEACON)).await.json, 0).len(), 5);
    let held = hold(organizer, first, Some(BEACON)).await.json;
    assert_eq!((winners(&held, 0).len(), &held["passed_over"]), (6, &json!(0)), "{held}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_published_draw_that_is_called_off_stays_published(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let organizer = &hall.evening.organizer;
    let number = fixed(organizer, public(&one("书", 1))).await;
    let path = format!("{DRAWS}/{number}/call-off");
    assert_eq!(organizer.post(&path, json!({ "reason": " " })).await.status, 422);
    assert_eq!(organizer.post(&path, json!({ "reason": "奖品没到" })).await.status, 200);
    refused(&hold(organizer, number, Some(BEACON)).await, 409, "draw_called_off");
    refused(&fix(organizer, number).await, 409, "draw_called_off");
    refused(&organizer.post(&path, json!({ "reason": "再来" })).await, 409, "draw_called_off");
    let published = hall.evening.visitor().get(DRAWS).await.json["items"][0].clone();
    assert_eq!((&published["state"], &published["reason"]), (&json!("called_off"), &json!("奖品没到")));
    assert!(published["fingerprint"].is_string());
    let secret = planned(organizer, public(&one("书", 1))).await;
    assert_eq!(organizer.post(&format!("{DRAWS}/{secret}/call-off"), json!({ "reason": "算了" })).await.status, 200);
    assert_eq!(hall.evening.visitor().get(DRAWS).await.json["items"].as_array().unwrap().len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn organizers_draw_at_any_time_and_a_host_on_the_evening(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let (host, desk) = (evening.crew(Role::Host).await, evening.crew(Role::Desk).await);
    let guest = evening.participant_as("men", Status::Confirmed).await;
    let wish = json!({
        "name": "抽奖", "among": { "kind": "taking_part" }, "prizes": one("书", 1),
        "source": { "kind": "public", "named": "drand 4242" },
    });
    refused(&host.post(DRAWS, wish.clone()).await, 409, "phase_closed");
    let number = fixed(&evening.organizer, wish.clone()).await;
    for person in [&desk, &guest] {
        refused(&person.post(DRAWS, wish.clone()).await, 403, "wrong_role");
        refused(&fix(person, number).await, 403, "wrong_role");
        refused(&hold(person, number, Some("1")).await, 403, "wrong_role");
        refused(&call(person, number, "男001", 1, 0).await, 403, "wrong_role");
        refused(&person.get("/api/v1/events/qixi/draw-plans").await, 403, "wrong_role");
    }
    refused(&hold(&host, number, Some("1")).await, 409, "phase_closed");
    let stranger = evening.stranger().await;
    refused(&hold(&stranger, number, Some("1")).await, 403, "wrong_role");
    refused(&evening.visitor().post(DRAWS, wish).await, 401, "not_signed_in");
    refused(&fix(&evening.organizer, 99).await, 404, "not_found");
    // Whoever gave the seat back takes part no more.
    evening.stands(&guest, Status::Declined).await;
    let held = hold(&evening.organizer, number, Some("1")).await;
    assert_eq!((held.status, &held.json["passed_over"]), (200, &json!(1)), "{}", held.text());
    // Another union's draw of the same number is not this one's.
    let (other, event) = evening.other_union(Phase::OnSite).await;
    refused(&other.post(&format!("/api/v1/events/{}/draws/1/fix", event.slug), json!({})).await, 404, "not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_wall_shows_the_fingerprint_the_numbers_and_who_won(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 3).await else { return };
    let number = planned(&hall.host, by_calls(&one("书", 2))).await;
    assert_eq!(stage(&hall.host).await["draws"], json!([]), "nothing is shown before the list is fixed");
    assert_eq!(fix(&hall.host, number).await.status, 200);
    let offered = stage(&hall.host).await["draws"][0].clone();
    assert_eq!(offered["state"], "waiting");
    let cue = json!({ "kind": "draw", "draw": offered["id"] });
    let mut screen = Ear::of(&hall.host, "?as=screen", None).await;
    assert_eq!(show(&hall.host, cue).await.json["draws"][0]["state"], "revealed");
    let heard = screen.hear_until("/stage/shows/kind", json!("draw")).await;
    let shows = &heard["stage"]["shows"];
    assert_eq!((&shows["people"], &shows["held"]), (&json!(6), &json!(false)), "{heard}");
    assert_eq!(shows["fingerprint"], offered["scene"]["fingerprint"]);
    for (from, badge) in ["女001", "男002", "女003"].into_iter().enumerate() {
        assert_eq!(call(&hall.host, number, badge, 7, from).await.status, 200);
    }
    screen.hear_until("/stage/shows/calls", json!([7, 7, 7])).await;
    // Nobody writes on the wall by renaming themselves: they are called as they came through the door.
    for person in hall.men.iter().chain(&hall.women) {
        assert_eq!(person.patch("/api/v1/me", json!({ "nickname": "改了名" })).await.status, 200);
    }
    let held = hold(&hall.host, number, None).await.json;
    let heard = screen.hear_until("/stage/shows/held", json!(true)).await;
    let faces = heard["stage"]["shows"]["prizes"][0]["winners"].as_array().unwrap().clone();
    let badges: Vec<&str> = faces.iter().map(|face| face["badge"].as_str().unwrap()).collect();
    assert_eq!(badges, winners(&held, 0));
    assert!(faces.iter().all(|face| face["nickname"].as_str().unwrap().starts_with("guest-")), "{heard}");
    // Phones are told numbers and no names.
    let phone = Ear::of(&hall.men[1], "", None).await.hear().await.unwrap();
    assert_eq!(phone["stage"]["shows"]["kind"], "draw");
    assert!(!phone.to_string().contains("guest-"), "{phone}");
    // Nor does the screen tell them at an event that tells none.
    hall.evening.change(|row| row.settings = Set(json!({ "stage": { "nicknames": false } }))).await;
    let mut shy = Ear::of(&hall.host, "?as=screen", None).await;
    let winner = |seen: &Value| seen["stage"]["shows"]["prizes"][0]["winners"][0].clone();
    shy.hear_that(|seen| winner(seen)["badge"].is_string() && winner(seen)["nickname"].is_null()).await;
    let unknown = json!({ "kind": "draw", "draw": hall.evening.event.id });
    assert_eq!(show(&hall.host, unknown).await.code(), "not_for_stage");
    let late = crate::fixtures::hall::guest(&hall.evening, Side::Men, 9).await;
    assert_eq!(mine(&late).await, json!([]), "whoever came later is not in the list");
}
