//! 大屏: what the hall sees, step by step.

use chrono::Duration;
use futures_util::future::join_all;
use queqiao::database::Write;
use queqiao::events::crew::Role;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::plaza::contribution;
use queqiao::stage::pass;
use reqwest::{Method, Response, StatusCode};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::browser::{Browser, header};
use crate::fixtures::couples::consent;
use crate::fixtures::ear::Ear;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::Hall;
use crate::fixtures::stage::{STAGE, show};
use crate::fixtures::stage::{couple, matched, stage};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_couple_is_revealed_numbers_first_and_every_step_can_be_taken_back(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some((hall, matches)) = matched(engine, 2, 2).await else { return };
    let mut screen = Ear::of(&hall.host, "?as=screen", None).await;
    screen.hear_until("/stage/shows/kind", json!("welcome")).await;
    for person in [&hall.men[0], &hall.women[0]] {
        consent(person, &matches[0], true, false).await;
    }
    let id = stage(&hall.host).await["couples"][0]["id"].clone();
    let early = show(&hall.host, couple(&id, "nicknames")).await;
    assert_eq!((early.status, early.code()), (409, "too_soon"));
    let answer = show(&hall.host, couple(&id, "numbers")).await;
    assert_eq!((answer.status, &answer.json["couples"][0]["state"]), (200, &json!("revealed")), "{}", answer.text());
    let heard = screen.hear_until("/stage/shows/reveals", json!("numbers")).await;
    let pair = &heard["stage"]["shows"]["pair"];
    assert_eq!((&pair[0]["badge"], &pair[1]["badge"]), (&json!("女001"), &json!("男001")));
    assert!(pair[0]["nickname"].is_null() && !heard.to_string().contains("guest-"), "no name before its time: {heard}");
    assert_eq!(show(&hall.host, couple(&id, "nicknames")).await.status, 200);
    let heard = screen.hear_until("/stage/shows/reveals", json!("nicknames")).await;
    assert!(heard["stage"]["shows"]["pair"][0]["nickname"].as_str().unwrap().starts_with("guest-"));
    // A phone is told that a couple is on, and never who they are by name.
    let phone = Ear::of(&hall.men[1], "", None).await.hear().await.unwrap();
    assert_eq!(phone["stage"]["shows"]["kind"], "couple");
    assert!(!phone.to_string().contains("guest-"), "{phone}");
    assert_eq!(show(&hall.host, couple(&id, "bridge")).await.json["couples"][0]["state"], "crossed");
    for before in ["nicknames", "numbers"] {
        let from = stage(&hall.host).await["moves"].clone();
        let undone = hall.host.post(&format!("{STAGE}/undo"), json!({ "from": from })).await;
        assert_eq!((undone.status, &undone.json["shows"]["reveals"]), (200, &json!(before)), "{}", undone.text());
        screen.hear_until("/stage/shows/reveals", json!(before)).await;
    }
    let from = stage(&hall.host).await["moves"].clone();
    assert_eq!(hall.host.post(&format!("{STAGE}/undo"), json!({ "from": from })).await.json["can_undo"], false);
    let nothing = hall.host.post(&format!("{STAGE}/undo"), json!({ "from": stage(&hall.host).await["moves"] })).await;
    assert_eq!((nothing.status, nothing.code()), (409, "nothing_to_undo"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_who_both_said_yes_is_called_however_late_and_may_leave_at_once(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some((hall, matches)) = matched(engine, 3, 2).await else { return };
    // The first couple says yes, of the second only one, and the third, who would not go on stage when
    // they lit their lamps, would now.
    for person in [&hall.men[0], &hall.women[0]] {
        consent(person, &matches[0], true, false).await;
    }
    consent(&hall.men[1], &matches[1], true, false).await;
    for person in [&hall.men[2], &hall.women[2]] {
        consent(person, &matches[2], true, false).await;
    }
    let couples = stage(&hall.host).await["couples"].clone();
    let called: Vec<&Value> = couples.as_array().unwrap().iter().map(|couple| &couple["pair"][0]["badge"]).collect();
    assert_eq!(called, ["女001", "女003"], "{couples}");
    assert_eq!(hall.men[2].get("/api/v1/matches").await.json["items"][0]["on_stage"], true);
    let late = couples[1]["id"].clone();
    assert_eq!(show(&hall.host, couple(&late, "numbers")).await.status, 200);
    consent(&hall.women[2], &matches[2], false, false).await;
    let refused = show(&hall.host, couple(&late, "nicknames")).await;
    assert_eq!((refused.status, refused.code()), (409, "not_for_stage"));
    let from = stage(&hall.host).await["moves"].clone();
    let refused = hall.host.post(&format!("{STAGE}/set-aside"), json!({ "from": from, "couple": late })).await;
    assert_eq!((refused.status, refused.code()), (409, "not_for_stage"));
    assert_eq!(stage(&hall.host).await["couples"].as_array().unwrap().len(), 1);
    let id = couples[0]["id"].clone();
    let mut screen = Ear::of(&hall.host, "?as=screen", None).await;
    show(&hall.host, couple(&id, "numbers")).await;
    show(&hall.host, couple(&id, "nicknames")).await;
    screen.hear_until("/stage/shows/reveals", json!("nicknames")).await;
    consent(&hall.women[0], &matches[0], false, false).await;
    let gone = screen.hear_until("/stage/shows/kind", json!("blank")).await;
    let left = gone["stage"].to_string();
    assert!(!left.contains("guest-") && !left.contains("001"), "{left}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_was_blocked_since_is_called_by_nobody(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, matches)) = matched(engine, 2, 2).await else { return };
    for (at, id) in matches.iter().enumerate() {
        for person in [&hall.men[at], &hall.women[at]] {
            consent(person, id, true, false).await;
        }
    }
    let couples = stage(&hall.host).await["couples"].clone();
    assert_eq!(couples.as_array().unwrap().len(), 2, "{couples}");
    let has =
        |couple: &Value, badge: &str| couple["pair"].as_array().unwrap().iter().any(|face| face["badge"] == badge);
    let first = couples.as_array().unwrap().iter().find(|couple| has(couple, "女001")).unwrap()["id"].clone();
    let block = json!({ "badge": "女001", "because": "blocked" });
    assert_eq!(hall.men[0].post("/api/v1/events/qixi/dates/exclusions", block).await.status, 204);
    let left = stage(&hall.host).await["couples"].clone();
    assert!(left.as_array().unwrap().len() == 1 && !has(&left[0], "女001"), "{left}");
    let refused = show(&hall.host, couple(&first, "numbers")).await;
    assert_eq!((refused.status, refused.code()), (409, "not_for_stage"));
    let from = stage(&hall.host).await["moves"].clone();
    let refused = hall.host.post(&format!("{STAGE}/set-aside"), json!({ "from": from, "couple": first })).await;
    assert_eq!((refused.status, refused.code()), (409, "not_for_stage"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_consoles_one_acts_and_the_other_looks_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, matches)) = matched(engine, 1, 1).await else { return };
    for person in [&hall.men[0], &hall.women[0]] {
        consent(person, &matches[0], true, false).await;
    }
    let from = stage(&hall.host).await["moves"].clone();
    let (path, body) = (format!("{STAGE}/show"), |kind: &str| json!({ "from": from, "cue": { "kind": kind } }));
    let (one, other) = tokio::join!(hall.host.post(&path, body("dates")), hall.host.post(&path, body("choosing")));
    let mut answers = [(one.status, one.code().to_owned()), (other.status, other.code().to_owned())];
    answers.sort();
    assert_eq!(answers, [(200, String::new()), (409, "stage_moved".to_owned())]);
    // Set aside, the couple is still there and can be called.
    let id = stage(&hall.host).await["couples"][0]["id"].clone();
    show(&hall.host, couple(&id, "numbers")).await;
    let from = stage(&hall.host).await["moves"].clone();
    let aside = hall.host.post(&format!("{STAGE}/set-aside"), json!({ "from": from, "couple": id })).await;
    assert_eq!((&aside.json["shows"]["kind"], &aside.json["couples"][0]["state"]), (&json!("blank"), &json!("aside")));
    assert_eq!(show(&hall.host, couple(&id, "numbers")).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_stage_is_the_hosts(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let desk = hall.evening.crew(Role::Desk).await;
    let stranger = hall.evening.stranger().await;
    for (person, status) in [(&hall.men[0], 403), (&desk, 403), (&stranger, 403), (&hall.evening.visitor(), 401)] {
        assert_eq!(person.get(STAGE).await.status, status);
        let answer = person.post(&format!("{STAGE}/show"), json!({ "from": 0, "cue": { "kind": "blank" } })).await;
        assert_eq!(answer.status, status);
        for page in ["/e/qixi/console", "/e/qixi/stage"] {
            assert_ne!(person.get(page).await.status, 200, "{page}");
        }
    }
    for page in ["/e/qixi/console", "/e/qixi/stage"] {
        assert_eq!(hall.host.get(page).await.status, 200, "{page}");
    }
}

/// They say yes on their phones, and the host need do nothing to see them.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_console_hears_of_a_couple(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, matches)) = matched(engine, 1, 1).await else { return };
    let mut console = Ear::of(&hall.host, "", None).await;
    let before = console.hear().await.unwrap()["personal"].clone();
    assert!(before.is_u64());
    for person in [&hall.men[0], &hall.women[0]] {
        consent(person, &matches[0], true, false).await;
    }
    while console.hear().await.unwrap()["personal"] == before {}
    assert_eq!(stage(&hall.host).await["couples"].as_array().unwrap().len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_wall_on_the_screen_is_what_was_approved(#[values(Sqlite, Postgres)] engine: Engine) {
    use contribution::State::{Approved, Pending, Rejected, Removed};
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let app = &hall.evening.app;
    let txn = app.database.begin_write().await.unwrap();
    for (body, state) in [("星河为证", Approved), ("等一等", Pending), ("不妥", Rejected), ("撤下", Removed)]
    {
        let decided = state != Pending;
        let row = contribution::ActiveModel {
            id: Set(app.new_id()),
            event_id: Set(hall.evening.event.id),
            registration_id: Set(hall.men[0].registration_id),
            kind: Set(contribution::Kind::Declaration),
            post_id: Set(None),
            body: Set(body.to_owned()),
            day: Set(app.now().date_naive()),
            state: Set(state),
            reason: Set(None),
            decided_by: Set(decided.then_some(hall.evening.organizer.account_id)),
            decided_at: Set(decided.then(|| app.now())),
            at: Set(app.now()),
        };
        row.insert(&txn).await.unwrap();
    }
    txn.commit().await.unwrap();
    assert_eq!(show(&hall.host, json!({ "kind": "declarations" })).await.status, 200);
    for (person, query, texts) in [(&hall.host, "?as=screen", json!(["星河为证"])), (&hall.women[0], "", json!([]))]
    {
        let mut ear = Ear::of(person, query, None).await;
        let heard = ear.hear_until("/stage/shows/kind", json!("declarations")).await;
        assert_eq!(heard["stage"]["shows"]["texts"], texts, "{query}");
    }
}

/// Six consoles press the same key at once, and all have seen the same scene.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_consoles_that_act_at_once_one_does(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, matches)) = matched(engine, 1, 1).await else { return };
    for person in [&hall.men[0], &hall.women[0]] {
        consent(person, &matches[0], true, false).await;
    }
    let id = stage(&hall.host).await["couples"][0]["id"].clone();
    for act in ["show", "set-aside", "undo"] {
        let from = stage(&hall.host).await["moves"].clone();
        let body = match act {
            "show" => json!({ "from": from, "cue": couple(&id, "numbers") }),
            "set-aside" => json!({ "from": from, "couple": id }),
            _ => json!({ "from": from }),
        };
        let path = format!("{STAGE}/{act}");
        let hands = join_all((0..6).map(|_| hall.host.post(&path, body.clone())));
        // They stand before the evening together: a shared hold lets in whoever holds it no better.
        let held = async |txn: &Write| assert!(event::hold_shared(txn, hall.evening.event.id).await.is_ok());
        let answers = hall.evening.amid(held, 6, hands).await;
        let acted = answers.iter().filter(|answer| answer.status == 200).count();
        let looked = answers.iter().filter(|answer| (answer.status, answer.code()) == (409, "stage_moved")).count();
        assert_eq!((acted, looked), (1, 5), "{act}: {answers:?}");
        assert_eq!(stage(&hall.host).await["moves"].as_i64(), from.as_i64().map(|from| from + 1));
    }
}

/// The browser that opened a link: what it may do, it may do by its cookie alone.
async fn screen_of(hall: &Hall) -> Browser {
    let link = link_of(hall).await;
    let mut screen = Browser::open(&hall.evening);
    assert_eq!(screen.get(&link).await.0, 200, "looking at a link does not use it up");
    let became = screen.send(&link, &[]).await;
    assert_eq!((became.status().as_u16(), header(&became, "location")), (303, "/e/qixi/stage"));
    let cookie = header(&became, "set-cookie").split(';').next().unwrap().to_owned();
    assert!(!cookie.contains(link.rsplit('/').next().unwrap()), "the link is no pass");
    screen.cookie = Some(cookie);
    screen
}

async fn link_of(hall: &Hall) -> String {
    let mut console = Browser::of(&hall.evening, &hall.host).await;
    let made = console.send("/e/qixi/console/screens", &[]).await;
    let (status, page) = console.arrive(made).await;
    let token = page.split("/screen/").nth(1).unwrap_or_default().split('<').next().unwrap();
    assert!(status == 200 && token.len() > 20, "{page}");
    format!("/screen/{token}")
}

async fn listens(screen: &Browser, query: &str) -> Response {
    screen.request(Method::GET, &format!("/api/v1/events/qixi/live{query}")).send().await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_makes_one_screen_which_watches_and_does_nothing_else(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let screen = screen_of(&hall).await;
    assert_eq!(screen.get("/e/qixi/stage").await.0, 200);
    assert_eq!(listens(&screen, "?as=screen").await.status(), 200);
    for query in ["", "?as=host", "?as=guest", "?as=desk"] {
        assert_eq!(listens(&screen, query).await.status(), 401, "{query}");
    }
    for page in ["/e/qixi/console", "/me"] {
        assert_ne!(screen.get(page).await.0, 200, "{page}");
    }
    let answer =
        screen.request(Method::POST, &format!("{STAGE}/show")).json(&json!({ "from": 0, "cue": { "kind": "blank" } }));
    assert_eq!(answer.send().await.unwrap().status(), 401);

    let own = screen.cookie.as_deref().unwrap().split('=').nth(1).unwrap();
    let (visitor, own) = (Browser::open(&hall.evening), format!("/screen/{own}"));
    assert_eq!((visitor.send(&own, &[]).await.status(), visitor.get(&own).await.0), (StatusCode::NOT_FOUND, 404));

    // A link is used once, and waits a quarter of an hour. It is no pass itself.
    let (used, late) = (link_of(&hall).await, link_of(&hall).await);
    let mut other = Browser::open(&hall.evening);
    other.cookie = screen.cookie.as_ref().map(|cookie| {
        let name = cookie.split('=').next().unwrap();
        format!("{name}={}", used.rsplit('/').next().unwrap())
    });
    assert_eq!(listens(&other, "?as=screen").await.status(), 401);
    assert_eq!(visitor.send(&used, &[]).await.status(), 303);
    assert_eq!((visitor.send(&used, &[]).await.status(), visitor.get(&used).await.0), (StatusCode::NOT_FOUND, 404));
    hall.evening.clock.advance(Duration::minutes(15));
    assert_eq!((visitor.send(&late, &[]).await.status(), visitor.get(&late).await.0), (StatusCode::NOT_FOUND, 404));
    // The screen keeps its picture until half a day after the evening.
    hall.evening.clock.advance(Duration::hours(14));
    assert_eq!(listens(&screen, "?as=screen").await.status(), 200);
    hall.evening.clock.advance(Duration::hours(1));
    assert_eq!(listens(&screen, "?as=screen").await.status(), 401);
    assert_ne!(screen.get("/e/qixi/stage").await.0, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_browsers_that_open_one_link_one_is_the_screen(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let (link, visitor) = (link_of(&hall).await, Browser::open(&hall.evening));
    let held = async |txn: &Write| {
        assert!(pass::Entity::find().lock_exclusive().one(txn).await.unwrap().is_some());
    };
    let opened = join_all((0..6).map(|_| visitor.send(&link, &[])));
    let opened = hall.evening.amid(held, 6, opened).await;
    let screens = opened.iter().filter(|answer| answer.status() == StatusCode::SEE_OTHER).count();
    let late = opened.iter().filter(|answer| answer.status() == StatusCode::NOT_FOUND).count();
    assert_eq!((screens, late), (1, 5));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn screens_that_are_sent_away_hear_nothing_more(#[values(Sqlite, Postgres)] engine: Engine) {
    let begun = Evening::begin_with(engine, Phase::OnSite, |settings| settings.live.heartbeat_seconds = 1).await;
    let Some(evening) = begun else { return };
    let hall = Hall::fill(evening, 1).await;
    let (screen, waiting) = (screen_of(&hall).await, link_of(&hall).await);
    let mut ear = Ear::to(screen.request(Method::GET, "/api/v1/events/qixi/live?as=screen")).await;
    ear.hear().await.unwrap();
    let console = Browser::of(&hall.evening, &hall.host).await;
    assert_eq!(console.send("/e/qixi/console/screens/revoke", &[]).await.status(), 303);
    ear.hear_out().await;
    assert_eq!(listens(&screen, "?as=screen").await.status(), 401);
    assert_eq!(Browser::open(&hall.evening).send(&waiting, &[]).await.status(), 404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_screen_watches_its_own_evening_and_no_other(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let other = json!({
        "organization": "yanyuan", "template": "mixer", "slug": "other", "title": "爱情音乐会",
        "venue": "工人文化宫", "starts_at": "2026-11-21T06:00:00Z", "ends_at": "2026-11-21T10:00:00Z",
    });
    assert_eq!(hall.evening.organizer.post("/api/v1/events", other).await.status, 201);
    assert_eq!(hall.evening.organizer.post("/api/v1/events/other/publish", json!({})).await.status, 200);
    let screen = screen_of(&hall).await;
    assert_eq!(screen.request(Method::GET, "/api/v1/events/other/live?as=screen").send().await.unwrap().status(), 401);
    assert_ne!(screen.get("/e/other/stage").await.0, 200);
    let office = Browser::of(&hall.evening, &hall.evening.organizer).await;
    assert_eq!(office.send("/e/other/console/screens/revoke", &[]).await.status(), 303);
    assert_eq!(listens(&screen, "?as=screen").await.status(), 200, "sent away from elsewhere");
    // Nobody but the host makes links, or sends screens away.
    let desk = hall.evening.crew(Role::Desk).await;
    for person in [&hall.men[0], &desk, &hall.evening.stranger().await] {
        let browser = Browser::of(&hall.evening, person).await;
        for path in ["/e/qixi/console/screens", "/e/qixi/console/screens/revoke"] {
            assert_eq!(browser.send(path, &[]).await.status(), 403, "{path}");
        }
        for act in ["set-aside", "undo"] {
            let body = json!({ "from": 0, "couple": Uuid::nil() });
            assert_eq!(person.post(&format!("{STAGE}/{act}"), body).await.status, 403, "{act}");
        }
    }
    assert_eq!(listens(&screen, "?as=screen").await.status(), 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_went_home_is_called_by_nobody_until_they_are_back(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, matches)) = matched(engine, 2, 2).await else { return };
    for (at, id) in matches.iter().enumerate() {
        for person in [&hall.men[at], &hall.women[at]] {
            consent(person, id, true, false).await;
        }
    }
    let mut console = Ear::of(&hall.host, "", None).await;
    let before = console.hear_that(|heard| heard["personal"].is_number()).await["personal"].clone();
    let couples = stage(&hall.host).await["couples"].clone();
    let of = |couples: &Value, badge: &str| {
        let has = |couple: &&Value| couple["pair"].to_string().contains(badge);
        couples.as_array().unwrap().iter().find(has).unwrap().clone()
    };
    let id = of(&couples, "女001")["id"].clone();
    assert_eq!(show(&hall.host, couple(&id, "numbers")).await.status, 200);
    let mut screen = Ear::of(&hall.host, "?as=screen", None).await;
    hall.evening.goes(&hall.women[0]).await;
    // The console hears of it, and what the hall sees stays.
    console.hear_that(|heard| heard["personal"] != before).await;
    assert_eq!(of(&stage(&hall.host).await["couples"], "女001")["state"], "gone");
    assert_eq!(of(&stage(&hall.host).await["couples"], "女002")["state"], "waiting");
    for reveals in ["nicknames", "bridge"] {
        let refused = show(&hall.host, couple(&id, reveals)).await;
        assert_eq!((refused.status, refused.code()), (409, "gone_home"), "{reveals}");
    }
    assert_eq!(screen.hear().await.unwrap()["stage"]["shows"]["reveals"], "numbers");
    hall.evening.comes_back(&hall.women[0]).await;
    assert_eq!(of(&stage(&hall.host).await["couples"], "女001")["state"], "revealed");
    assert_eq!(show(&hall.host, couple(&id, "nicknames")).await.status, 200);
}
