//! 流程: the evening as it is run.

use std::collections::{HashMap, HashSet};

use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::programme::{cue, icebreaker, talent};
use queqiao::registrations::registration::{Side, Status};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::browser::{Browser, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::Hall;
use crate::fixtures::person::Answer;

const PROGRAMME: &str = "/api/v1/events/qixi/programme";
const CUES: &str = "/api/v1/events/qixi/programme/cues";
const EXCLUSIONS: &str = "/api/v1/events/qixi/dates/exclusions";
const GROUPS: &str = "/api/v1/events/qixi/programme/groups";
const ICE: &str = "/api/v1/events/qixi/programme/icebreakers";
const TALENT: &str = "/api/v1/events/qixi/programme/talent";
const MINE: &str = "/api/v1/events/qixi/programme/me";

async fn hall(engine: Engine, people: (u32, u32)) -> Option<Hall> {
    let mut hall = Hall::planned(engine, people, json!({ "rounds": 8, "minutes": 8 })).await?;
    let segment = |kind, title, minutes| json!({ "kind": kind, "title": title, "minutes": minutes });
    let programme = json!([
        segment("icebreaker", "破冰", 30),
        segment("talent_show", "才艺", 20),
        segment("dates", "八分钟约会", 80),
    ]);
    hall.evening.event = hall.evening.change(|row| row.settings = Set(json!({ "programme": programme }))).await;
    Some(hall)
}

async fn call(hall: &Hall, segment: Option<i32>, from: &Value) -> Answer {
    hall.host.post(CUES, json!({ "segment": segment, "from": from })).await
}

/// The state of every segment.
fn states(sheet: &Value) -> Vec<&str> {
    sheet["segments"].as_array().unwrap().iter().map(|line| line["state"].as_str().unwrap()).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_host_steps_through_the_run_sheet_and_takes_a_slip_back(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, (1, 1)).await else { return };
    let mut overheard = hall.evening.app.happenings.listen();
    let before = hall.men[0].get(PROGRAMME).await.json;
    assert_eq!((states(&before), &before["current"]), (vec!["upcoming"; 3], &Value::Null));

    let first = call(&hall, Some(1), &Value::Null).await;
    assert_eq!((first.status, states(&first.json)), (200, vec!["running", "upcoming", "upcoming"]), "{}", first.text());
    assert_eq!(overheard.recv().await.unwrap().what, What::ProgrammeMoved);
    let slip = call(&hall, Some(3), &first.json["cue"]).await.json;
    assert_eq!(states(&slip), ["over", "skipped", "running"]);

    let back = format!("{CUES}/{}", slip["cue"].as_str().unwrap());
    let undone = hall.host.delete(&back).await;
    assert_eq!((undone.status, &undone.json), (200, &first.json), "as if it had never been called");
    assert_eq!(hall.host.delete(&back).await.status, 200, "said twice");
    let second = call(&hall, Some(2), &first.json["cue"]).await.json;
    assert_eq!(states(&second), ["over", "running", "upcoming"]);
    let interval = call(&hall, None, &second["cue"]).await.json;
    assert_eq!((states(&interval), &interval["current"]), (vec!["over", "over", "upcoming"], &Value::Null));
    assert_eq!(hall.men[0].get(PROGRAMME).await.json["current"], Value::Null);
    let cues = cue::Entity::find().count(hall.evening.app.database.reader()).await.unwrap();
    assert_eq!(cues, 4, "what was taken back stays on record");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_consoles_that_call_at_once_one_is_told(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, (1, 1)).await else { return };
    let calls = (0..8).map(|at| call(&hall, Some(at % 3 + 1), &Value::Null));
    let answers = futures_util::future::join_all(calls).await;
    let called = answers.iter().filter(|answer| answer.status == 200).count();
    let moved = answers.iter().filter(|answer| answer.code() == "programme_moved").count();
    assert_eq!((called, moved), (1, 7));
    assert_eq!(cue::Entity::find().count(hall.evening.app.database.reader()).await.unwrap(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_cannot_be_called_is_refused(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = hall(engine, (1, 1)).await else { return };
    for segment in [0, 4, -1] {
        assert_eq!(call(&hall, Some(segment), &Value::Null).await.status, 422, "{segment}");
    }
    let unknown = format!("{CUES}/{}", Uuid::from_u128(7));
    assert_eq!(hall.host.delete(&unknown).await.status, 404);
    assert_eq!(hall.men[0].post(CUES, json!({ "segment": 1, "from": null })).await.status, 403);
    let stranger = hall.evening.stranger().await;
    assert_eq!(stranger.post(CUES, json!({ "segment": 1, "from": null })).await.status, 403);
    let first = call(&hall, Some(1), &Value::Null).await.json;
    let second = call(&hall, Some(2), &first["cue"]).await.json;
    let early = hall.host.delete(&format!("{CUES}/{}", first["cue"].as_str().unwrap())).await;
    assert_eq!((early.status, early.code(), &early.json["cue"]), (409, "programme_moved", &second["cue"]));
    // Through another event's address nothing of this one is taken back.
    let other = json!({
        "organization": "yanyuan", "template": "mixer", "slug": "other", "title": "爱情音乐会",
        "venue": "工人文化宫", "starts_at": "2026-11-21T06:00:00Z", "ends_at": "2026-11-21T10:00:00Z",
    });
    let organizer = &hall.evening.organizer;
    let on_site = json!({ "phase": "on_site", "reason": "开门" });
    for (step, body) in [("", other), ("/other/publish", json!({})), ("/other/phase", on_site)] {
        let stepped = organizer.post(&format!("/api/v1/events{step}"), body).await;
        assert!(stepped.status < 300, "{}", stepped.text());
    }
    let last = second["cue"].as_str().unwrap();
    assert_eq!(organizer.delete(&format!("/api/v1/events/other/programme/cues/{last}")).await.status, 404);
    assert_eq!(hall.host.get(PROGRAMME).await.json["cue"], second["cue"]);
    hall.evening.move_to(Phase::Closed).await;
    let host = hall.evening.again(&hall.host);
    let late =
        [host.delete(&format!("{CUES}/{last}")).await, hall.men[0].put(TALENT, json!({ "title": "吉他" })).await];
    assert_eq!(late.each_ref().map(Answer::code), ["phase_closed"; 2]);
    let late = host.post(CUES, json!({ "segment": 3, "from": second["cue"] })).await;
    assert_eq!((late.status, late.code()), (409, "phase_closed"));
    for (path, body) in [(GROUPS, json!({ "groups": 2 })), (ICE, json!({}))] {
        let late = if path == ICE { host.post(path, body).await } else { host.put(path, body).await };
        assert_eq!((late.status, late.code()), (409, "phase_closed"), "{path}");
    }
}

/// The badges of every group.
fn members(groups: &Value) -> Vec<Vec<String>> {
    let badges = |group: &Value| {
        let members = group["members"].as_array().unwrap().iter();
        members.map(|member| member["badge"].as_str().unwrap().to_owned()).collect()
    };
    groups["groups"].as_array().unwrap().iter().map(badges).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn groups_are_alike_and_late_guests_join_the_smallest(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, (7, 6)).await else { return };
    let formed = hall.host.put(GROUPS, json!({ "groups": 3 })).await;
    assert_eq!(formed.status, 200, "{}", formed.text());
    let before = members(&formed.json);
    let of_side = |side: &str| -> Vec<usize> {
        before.iter().map(|group| group.iter().filter(|badge| badge.starts_with(side)).count()).collect()
    };
    assert!(of_side("男").iter().all(|men| [2, 3].contains(men)), "{before:?}");
    assert_eq!(of_side("女"), [2, 2, 2], "{before:?}");
    let mine = hall.men[0].get(MINE).await.json;
    let own = before.iter().position(|group| group.contains(&"男001".to_owned())).unwrap() + 1;
    assert_eq!(mine["group"], json!(own));

    hall.arrive(Side::Women, 2, 7).await;
    assert_eq!(hall.host.get(GROUPS).await.json["without"].as_array().unwrap().len(), 2);
    let joined = members(&hall.host.put(GROUPS, json!({ "groups": 3 })).await.json);
    assert!(before.iter().zip(&joined).all(|(before, now)| before.iter().all(|badge| now.contains(badge))));
    assert!(joined.iter().all(|group| group.len() == 5), "{joined:?}");
    let fewer = members(&hall.host.put(GROUPS, json!({ "groups": 2 })).await.json);
    assert_eq!(fewer.iter().map(Vec::len).sum::<usize>(), 15);
    assert_eq!(fewer.len(), 2, "nobody stays in a group that is gone");
    let anew = members(&hall.host.put(GROUPS, json!({ "groups": 5, "anew": true })).await.json);
    assert_eq!(anew.iter().map(Vec::len).collect::<Vec<_>>(), [3; 5]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_kept_apart_is_in_no_group_together(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, (3, 2)).await else { return };
    let group_of = |groups: &[Vec<String>], badge: &str| {
        groups.iter().position(|group| group.iter().any(|member| member == badge)).unwrap()
    };
    let formed = members(&hall.host.put(GROUPS, json!({ "groups": 2 })).await.json);
    let beside = formed[group_of(&formed, "男001")].iter().find(|badge| *badge != "男001").unwrap().clone();
    let apart = json!({ "badge": beside, "because": "blocked" });
    assert!(hall.men[0].post(EXCLUSIONS, apart).await.status < 300);
    let anew = members(&hall.host.put(GROUPS, json!({ "groups": 2, "anew": true })).await.json);
    assert_ne!(group_of(&anew, "男001"), group_of(&anew, &beside), "{anew:?}");

    let smallest = anew.iter().min_by_key(|group| group.len()).unwrap();
    let late = hall.arrive(Side::Women, 1, 3).await;
    for badge in smallest {
        let apart = json!({ "badge": badge, "because": "acquainted" });
        assert!(late[0].post(EXCLUSIONS, apart).await.status < 300);
    }
    let joined = members(&hall.host.put(GROUPS, json!({ "groups": 2 })).await.json);
    assert_ne!(joined[group_of(&joined, "女003")], joined[group_of(&joined, &smallest[0])], "{joined:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_ice_is_broken_with_somebody_new_each_game(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, (4, 4)).await else { return };
    hall.evening.without_colleagues().await;
    let apart = json!({ "badge": "女001", "because": "acquainted" });
    assert!(hall.men[0].post(EXCLUSIONS, apart).await.status < 300);
    let mut met = HashSet::from([("女001".to_owned(), "男001".to_owned())]);
    for game in 1..=3 {
        let drawn = hall.host.post(ICE, json!({})).await;
        assert_eq!(drawn.status, 200, "{}", drawn.text());
        let latest = &drawn.json["items"][0];
        assert_eq!(latest["game"], json!(game));
        for pair in latest["pairs"].as_array().unwrap() {
            let mut badges: Vec<String> =
                pair.as_array().unwrap().iter().map(|one| one["badge"].as_str().unwrap().to_owned()).collect();
            badges.sort();
            assert_eq!(badges.len(), 2, "{pair}");
            assert!(badges[0].starts_with('女') && badges[1].starts_with('男'), "{pair}");
            assert!(met.insert((badges[0].clone(), badges[1].clone())), "{badges:?} met before");
        }
        let mine = hall.men[1].get(MINE).await.json;
        let with = mine["icebreaker"][0]["badge"].as_str().unwrap().to_owned();
        assert!(met.contains(&(with, "男002".to_owned())));
    }
    let seeds: HashMap<i32, Vec<u8>> = icebreaker::Entity::find()
        .all(hall.evening.app.database.reader())
        .await
        .unwrap()
        .into_iter()
        .map(|game| (game.game, game.seed))
        .collect();
    assert!(seeds.values().all(|seed| seed.len() == 32) && seeds[&1] != seeds[&2]);
    assert_eq!(hall.men[0].get(ICE).await.status, 403, "who is paired with whom is not for everybody to read");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_alone_breaks_any_ice(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, (1, 0)).await else { return };
    let alone = hall.host.post(ICE, json!({})).await;
    assert_eq!((alone.status, alone.code()), (409, "too_few_present"));
    hall.evening.goes(&hall.men[0]).await;
    let empty = hall.host.put(GROUPS, json!({ "groups": 2 })).await;
    assert_eq!((empty.status, empty.code()), (409, "nobody_present"));
    for groups in [0, 201] {
        assert_eq!(hall.host.put(GROUPS, json!({ "groups": groups })).await.status, 422);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_comes_may_show_something(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, (2, 1)).await else { return };
    let me = &hall.men[0];
    for (offer, status) in [("吉他弹唱", 204), ("吉他弹唱《小幸运》", 204), ("", 422), ("两\n行", 422)] {
        assert_eq!(me.put(TALENT, json!({ "title": offer })).await.status, status, "{offer}");
    }
    assert_eq!(me.get(MINE).await.json["talent"], json!("吉他弹唱《小幸运》"));
    hall.women[0].put(TALENT, json!({ "title": "朗诵" })).await;
    hall.host.put(GROUPS, json!({ "groups": 1 })).await;
    let talents = hall.host.get("/api/v1/events/qixi/programme/talents").await.json;
    let items = talents["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["group"]), (2, &json!(1)));
    assert_eq!(items[0]["by"]["badge"], json!("男001"));
    for _ in 0..2 {
        assert_eq!(me.delete(TALENT).await.status, 204);
    }
    assert_eq!(talent::Entity::find().count(hall.evening.app.database.reader()).await.unwrap(), 1);

    hall.evening.stands(&hall.men[1], Status::Declined).await;
    let declined = hall.men[1].put(TALENT, json!({ "title": "魔术" })).await;
    assert_eq!((declined.status, declined.code()), (409, "not_confirmed"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_office_groups_and_the_phones_say_where_to_go(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, (3, 3)).await else { return };
    hall.evening.without_colleagues().await;
    let (office, phone) = ("/office/e/qixi/groups", "/e/qixi/programme");
    let host = Browser::of(&hall.evening, &hall.host).await;
    let guest = Browser::of(&hall.evening, &hall.men[0]).await;
    let (status, page) = host.get(office).await;
    assert!(status == 200 && page.contains("6 人还没有小组"), "{page}");
    let (status, page) = read(host.send(office, &[("groups", "许多")]).await).await;
    assert!(status == 422 && page.contains("aria-invalid") && page.contains("value=\"许多\""), "{page}");
    assert_eq!(host.send(office, &[("groups", "2")]).await.status().as_u16(), 303);
    let (_, page) = host.get(office).await;
    assert!(page.contains("第 2 组") && page.contains("男001") && !page.contains("还没有小组"), "{page}");
    assert_eq!(host.send(&format!("{office}/icebreakers"), &[]).await.status().as_u16(), 303);
    assert!(host.get(office).await.1.contains("3 对"));

    let (_, page) = guest.get(phone).await;
    for text in ["你在第", "你的破冰搭档", "女00", "八分钟约会"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let evil = "<b>吉他</b>";
    assert_eq!(guest.send(&format!("{phone}/talent"), &[("title", evil)]).await.status().as_u16(), 303);
    let (_, page) = host.get(office).await;
    assert!(page.contains("&#60;b&#62;吉他") && !page.contains(evil), "{page}");
    let (status, page) = read(guest.send(&format!("{phone}/talent"), &[("title", "")]).await).await;
    assert!(status == 422 && page.contains("aria-invalid"), "{page}");
    assert_eq!(guest.send(&format!("{phone}/talent/withdraw"), &[]).await.status().as_u16(), 303);
    assert_eq!(talent::Entity::find().count(hall.evening.app.database.reader()).await.unwrap(), 0);
    call(&hall, Some(1), &Value::Null).await;
    let (_, page) = guest.get(phone).await;
    assert!(page.contains("正在进行") && page.contains("aria-current=\"step\""), "{page}");
    let stranger = Browser::of(&hall.evening, &hall.evening.stranger().await).await;
    assert_eq!((guest.get(office).await.0, stranger.get(office).await.0), (403, 403));
    assert_eq!(stranger.get(phone).await.0, 403, "who is not registered has no evening");
}
