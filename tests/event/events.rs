//! An organizer sets up an event and moves it through its phases.

use chrono::Duration;
use queqiao::accounts::profile::Gender;
use queqiao::audit::entry;
use queqiao::commands::doctor::examine;
use queqiao::events::crew::Role;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::picks::round;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, the_hour};
use crate::fixtures::person::Answer;

/// A mixer three months ahead; the story changes what it is about.
fn wish(change: Value) -> Value {
    let mut wish = json!({
        "organization": "yanyuan", "template": "mixer", "slug": "aiqing-yinyuehui", "title": "爱情音乐会",
        "venue": "工人文化宫", "starts_at": "2026-11-21T06:00:00Z", "ends_at": "2026-11-21T10:00:00Z",
    });
    for (field, value) in change.as_object().unwrap() {
        wish[field] = value.clone();
    }
    wish
}

async fn drawn_up(evening: &Evening, change: Value) -> Answer {
    evening.organizer.post("/api/v1/events", wish(change)).await
}

/// (field, code) of every fault.
fn faults(answer: &Answer) -> Vec<(&str, &str)> {
    let errors = answer.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().map(|error| (error["field"].as_str().unwrap(), error["code"].as_str().unwrap())).collect()
}

async fn events_on_record(evening: &Evening) -> u64 {
    event::Entity::find().count(evening.app.database.reader()).await.unwrap()
}

async fn deeds(evening: &Evening) -> Vec<entry::Model> {
    entry::Entity::find().all(evening.app.database.reader()).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_organizer_draws_up_a_publishable_event_from_a_template(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Closed).await else { return };
    let hosts = json!([{ "role": "organizer", "name": "市总工会" }, { "role": "supporter", "name": "𠮷田👩‍🚀基金会" }]);
    let drawn = drawn_up(&evening, json!({ "hosts": hosts, "seats": 301 })).await;
    assert_eq!(drawn.status, 201, "{}", drawn.text());
    assert_eq!(drawn.json["phase"], "draft");
    assert_eq!(drawn.json["published_at"], Value::Null);
    assert_eq!(drawn.json["hosts"], hosts);
    assert_eq!(drawn.json["organization"]["slug"], "yanyuan");
    let registration =
        json!({ "phase": "registration", "starts_at": "2026-10-31T01:00:00Z", "ends_at": "2026-11-09T01:00:00Z" });
    assert_eq!(drawn.json["phases"][0], registration);
    let plan = &drawn.json["plan"];
    assert_eq!(plan["screening"]["seats"], 301);
    assert_eq!(plan["screening"]["side"]["men"], json!({ "min": 150, "max": 151 }));
    assert_eq!(plan["picks"], json!({ "limit": 3, "event_limit": 6 }));
    assert_eq!((&plan["screening"]["standby"], &plan["screening"]["by_history"]), (&json!(151), &json!(true)));
    assert_eq!(plan["points"]["post"], json!({ "per_day": [4, 2], "cap": 30 }));
    let published = evening.organizer.post("/api/v1/events/aiqing-yinyuehui/publish", json!({})).await;
    assert_eq!(published.status, 200, "{}", published.text());
    assert_eq!(published.json["phase"], "draft");
    let again = evening.organizer.post("/api/v1/events/aiqing-yinyuehui/publish", json!({})).await;
    assert_eq!((again.status, again.code()), (409, "already_published"));
    let actions: Vec<String> = deeds(&evening).await.into_iter().map(|deed| deed.action).collect();
    assert_eq!(actions, ["event_drawn_up", "event_published"]);
    evening.clock.advance(Duration::days(70) + Duration::hours(20));
    let path = "/api/v1/events/aiqing-yinyuehui/phase";
    let late = evening.again(&evening.organizer).post(path, json!({ "phase": "draft", "reason": "x" })).await;
    // The clock opened registration meanwhile; nobody had to do anything.
    assert_eq!(late.json["phase"], "registration");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_cannot_be_held_is_refused_field_by_field(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let at = |phase: &str, starts_at: &str| json!({ "phase": phase, "starts_at": starts_at });
    let (open, online) = (at("registration", "2026-10-01T00:00:00Z"), at("online", "2026-10-05T00:00:00Z"));
    let cases: Vec<(Value, Vec<(&str, &str)>)> = vec![
        (json!({ "title": "" }), vec![("title", "blank")]),
        (json!({ "title": " \u{3000} " }), vec![("title", "blank")]),
        (json!({ "title": "长".repeat(81) }), vec![("title", "too_long")]),
        (json!({ "title": "a\u{0}b" }), vec![("title", "control_characters")]),
        (json!({ "title": 7 }), vec![("title", "wrong_type")]),
        (json!({ "slug": "Qixi Night" }), vec![("slug", "bad_slug")]),
        (json!({ "seats": 0 }), vec![("seats", "out_of_range")]),
        (json!({ "seats": 20_001 }), vec![("seats", "out_of_range")]),
        (json!({ "seats": "many" }), vec![("seats", "wrong_type")]),
        (json!({ "timezone": "Asia/Peking" }), vec![("timezone", "unknown_timezone")]),
        (json!({ "template": "wedding" }), vec![("template", "wrong_type")]),
        (json!({ "starts_at": "22 August" }), vec![("starts_at", "wrong_type")]),
        (json!({ "starts_at": "2026-02-30T00:00:00Z" }), vec![("starts_at", "wrong_type")]),
        (json!({ "ends_at": "2026-11-21T06:00:00Z", "phases": [] }), vec![("ends_at", "before_start")]),
        (json!({ "ends_at": "2026-12-21T06:00:00Z", "phases": [] }), vec![("ends_at", "too_long")]),
        (
            json!({ "starts_at": "2036-11-21T06:00:00Z", "ends_at": "2036-11-21T09:00:00Z", "phases": [] }),
            vec![("starts_at", "too_far"), ("ends_at", "too_far")],
        ),
        (
            json!({ "starts_at": "2026-08-21T06:00:00Z", "ends_at": "2026-08-23T06:00:00Z", "phases": [] }),
            vec![("starts_at", "in_the_past")],
        ),
        (
            json!({ "phases": [at("registration", "2026-08-22T05:00:00Z")] }),
            vec![("phases[0].starts_at", "in_the_past")],
        ),
        (
            json!({ "phases": [online, at("registration", "2026-10-06T00:00:00Z")] }),
            vec![("phases[0].starts_at", "out_of_order")],
        ),
        (
            json!({ "phases": [open, at("online", "2026-10-01T00:00:00Z")] }),
            vec![("phases[1].starts_at", "out_of_order")],
        ),
        (json!({ "phases": [open, open] }), vec![("phases[1].phase", "twice")]),
        (json!({ "phases": [at("draft", "2026-10-01T00:00:00Z")] }), vec![("phases[0].phase", "not_scheduled")]),
        (
            json!({ "phases": [at("on_site", "2026-11-21T06:00:01Z")] }),
            vec![("phases[0].starts_at", "after_the_start")],
        ),
        (json!({ "phases": [at("closed", "2026-11-21T09:59:59Z")] }), vec![("phases[0].starts_at", "before_the_end")]),
        (json!({ "hosts": [{ "role": "organizer", "name": "" }] }), vec![("hosts[0].name", "blank")]),
        (json!({ "hosts": [{ "role": "主办", "name": "a" }] }), vec![("hosts[0].role", "wrong_type")]),
        (json!({ "organization": "nobody" }), vec![("organization", "unknown_organization")]),
        (json!({ "series": "nobody" }), vec![("series", "unknown_series")]),
        (
            json!({ "screening": { "side": { "men": { "min": 200, "max": 200 }, "women": { "min": 150, "max": 150 } } } }),
            vec![("screening.side", "seats_not_met")],
        ),
        (json!({ "screening": { "unit_side": { "max": 0 } } }), vec![("screening.unit_side.max", "out_of_range")]),
        (
            json!({ "screening": { "band": [{ "side": "women", "name": "35+", "min": 151, "max": 160 }] } }),
            vec![("screening.band", "seats_not_met")],
        ),
        (json!({ "points": { "likes": { "per_day": [1], "cap": 5 } } }), vec![("points.likes", "unknown_action")]),
        (json!({ "points": { "post": { "per_day": [2, 4], "cap": 5 } } }), vec![("points.post", "invalid")]),
        (json!({ "picks": { "limit": 3, "event_limit": 0 } }), vec![("picks.event_limit", "out_of_range")]),
        (json!({ "picks": { "limit": 0 } }), vec![("picks.limit", "out_of_range")]),
        (json!({ "picks": { "limit": 11 } }), vec![("picks.limit", "out_of_range")]),
        (json!({ "picks": { "limit": 5, "event_limit": 4 } }), vec![("picks.event_limit", "below_limit")]),
        (json!({ "screening": { "standby": -1 } }), vec![("screening.standby", "out_of_range")]),
        (json!({ "dates": { "rounds": 0, "minutes": 8 } }), vec![("dates.rounds", "out_of_range")]),
    ];
    for (change, expected) in cases {
        let answer = drawn_up(&evening, change.clone()).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid"), "{change}: {}", answer.text());
        assert_eq!(faults(&answer), expected, "{change}");
    }
    let unknown = drawn_up(&evening, json!({ "colour": "red" })).await;
    assert_eq!((unknown.status, unknown.code()), (422, "invalid"), "{}", unknown.text());
    assert_eq!(events_on_record(&evening).await, 1);
    assert!(deeds(&evening).await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_slug_is_taken_once_however_many_reach_for_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let taken = drawn_up(&evening, json!({ "slug": "qixi" })).await;
    assert_eq!((taken.status, taken.code(), faults(&taken)), (409, "slug_taken", vec![("slug", "slug_taken")]));
    let many = (0..16).map(|_| drawn_up(&evening, json!({})));
    let answers = futures_util::future::join_all(many).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.code() == "slug_taken"));
    assert_eq!(events_on_record(&evening).await, 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_the_unions_own_organizers_set_up_its_events(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let (stranger, guest, desk) =
        (evening.stranger().await, evening.account("a", Gender::Male).await, evening.crew(Role::Desk).await);
    for (person, status, code) in
        [(&stranger, 403, "wrong_role"), (&guest, 403, "wrong_role"), (&evening.visitor(), 401, "not_signed_in")]
    {
        let answer = person.post("/api/v1/events", wish(json!({}))).await;
        assert_eq!((answer.status, answer.code()), (status, code));
        let answer =
            person.post("/api/v1/series", json!({ "organization": "yanyuan", "slug": "abc", "name": "a" })).await;
        assert_eq!((answer.status, answer.code()), (status, code));
    }
    // A draft is nobody else's to know of.
    for person in [&stranger, &guest, &desk] {
        for (path, body) in [
            ("/api/v1/events/qixi/publish", json!({})),
            ("/api/v1/events/qixi/phase", json!({ "phase": "online", "reason": "x" })),
            ("/api/v1/events/qixi/crew", json!({ "email": "a@example.com", "role": "desk" })),
        ] {
            let answer = person.post(path, body).await;
            assert_eq!((answer.status, answer.code()), (404, "not_found"), "{path}");
        }
        let answer = person.patch("/api/v1/events/qixi", json!({ "title": "x" })).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"));
    }
    assert_eq!(events_on_record(&evening).await, 1);
    assert!(deeds(&evening).await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_phase_moves_by_hand_with_a_reason_and_is_announced(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let mut happenings = evening.app.happenings.listen();
    let to = |phase: &'static str| {
        evening.organizer.post("/api/v1/events/qixi/phase", json!({ "phase": phase, "reason": "下雨" }))
    };
    let moved = to("screening").await;
    assert_eq!((moved.status, moved.json["phase"].as_str()), (200, Some("screening")), "{}", moved.text());
    // The online phase was skipped, and says so.
    assert_eq!(moved.json["phases"][1]["starts_at"], Value::Null);
    assert_eq!(moved.json["phases"][2]["starts_at"], json!(the_hour()));
    assert_eq!(happenings.try_recv().unwrap().what, What::PhaseMoved);
    let deed = deeds(&evening).await.remove(0);
    assert_eq!((deed.action.as_str(), deed.reason.as_deref()), ("phase_moved", Some("下雨")));
    assert_eq!((&deed.detail["from"], &deed.detail["to"]), (&json!("registration"), &json!("screening")));
    assert_eq!(to("screening").await.code(), "already_there");
    // Back, because nobody was told anything yet.
    assert_eq!(to("online").await.json["phase"], "online");
    let back = to("registration").await;
    assert_eq!(back.json["phase"], "registration");
    // What had begun is open again and waits for a hand.
    assert_eq!(back.json["phases"][2]["starts_at"], Value::Null);
    assert_eq!(to("confirmation").await.json["phase"], "confirmation");
    let refused = to("online").await;
    assert_eq!((refused.status, refused.code()), (409, "phase_passed"));
    assert_eq!(to("draft").await.code(), "phase_passed");
    for phase in ["on_site", "confirmation", "closed", "on_site"] {
        assert_eq!(to(phase).await.json["phase"], phase);
    }
    let unreasoned =
        evening.organizer.post("/api/v1/events/qixi/phase", json!({ "phase": "closed", "reason": "" })).await;
    assert_eq!((unreasoned.status, faults(&unreasoned)), (422, vec![("reason", "blank")]));
    let unknown = evening.organizer.post("/api/v1/events/qixi/phase", json!({ "phase": "party", "reason": "x" })).await;
    assert_eq!((unknown.status, faults(&unknown)), (422, vec![("phase", "wrong_type")]));
    assert_eq!(deeds(&evening).await.len(), 8);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_draft_cannot_be_moved_and_a_stale_one_not_published(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let moved = evening.organizer.post("/api/v1/events/qixi/phase", json!({ "phase": "online", "reason": "x" })).await;
    assert_eq!((moved.status, moved.code()), (409, "not_published"));
    evening.clock.advance(Duration::days(30));
    let stale = evening.again(&evening.organizer).post("/api/v1/events/qixi/publish", json!({})).await;
    assert_eq!((stale.status, stale.code()), (409, "not_ready"));
    assert_eq!(faults(&stale), [("starts_at", "in_the_past"), ("phases", "in_the_past")]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_changes_only_where_nobody_relies_on_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Closed).await else { return };
    let closed = evening.organizer.patch("/api/v1/events/qixi", json!({ "title": "x" })).await;
    assert_eq!((closed.status, closed.code()), (409, "event_closed"));
    assert_eq!(drawn_up(&evening, json!({})).await.status, 201);
    let path = "/api/v1/events/aiqing-yinyuehui";
    let changes = json!({ "title": "音乐会", "seats": 100, "slug": "concert", "hosts": [{ "role": "assistant", "name": "协会" }] });
    let amended = evening.organizer.patch(path, changes).await;
    assert_eq!(amended.status, 200, "{}", amended.text());
    assert_eq!((&amended.json["title"], &amended.json["seats"]), (&json!("音乐会"), &json!(100)));
    // Shares nobody chose follow the seats; the rest of the plan stays.
    assert_eq!(amended.json["plan"]["screening"]["side"]["women"], json!({ "min": 50, "max": 50 }));
    assert_eq!(amended.json["plan"]["screening"]["unit_side"], json!({ "max": 3 }));
    assert_eq!(amended.json["hosts"][0]["role"], "assistant");
    assert_eq!(evening.organizer.patch(path, json!({ "title": "x" })).await.status, 404);
    let taken = evening.organizer.patch("/api/v1/events/concert", json!({ "slug": "qixi" })).await;
    assert_eq!((taken.status, taken.code()), (409, "slug_taken"));
    let past = json!({ "phases": [{ "phase": "online", "starts_at": "2026-08-01T00:00:00Z" }] });
    let past = evening.organizer.patch("/api/v1/events/concert", past).await;
    assert_eq!((past.status, faults(&past)[0]), (422, ("phases[0].starts_at", "in_the_past")));

    evening.move_to(Phase::Confirmation).await;
    let late = json!({ "seats": 8, "points": {}, "sides": "open", "slug": "other", "screening": {},
        "phases": [{ "phase": "online", "starts_at": "2026-09-01T00:00:00Z" }] });
    let late = evening.organizer.patch("/api/v1/events/qixi", late).await;
    assert_eq!((late.status, late.code()), (409, "too_late"));
    let fields: Vec<&str> = faults(&late).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["sides", "points", "seats", "screening", "slug", "phases[0].starts_at"]);
    assert_eq!(
        evening.organizer.patch("/api/v1/events/qixi", json!({ "venue": "体育馆" })).await.json["venue"],
        "体育馆"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_edition_appears_under_its_series(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Closed).await else { return };
    let wish_of = |slug: &str| json!({ "organization": "yanyuan", "slug": slug, "name": "燕缘际会" });
    let begun = evening.organizer.post("/api/v1/series", wish_of("yanyuan-jihui")).await;
    assert_eq!((begun.status, &begun.json["name"]), (201, &json!("燕缘际会")));
    let twice = evening.organizer.post("/api/v1/series", wish_of("yanyuan-jihui")).await;
    assert_eq!((twice.status, twice.code()), (409, "slug_taken"));
    let bad = evening.organizer.post("/api/v1/series", wish_of("-")).await;
    assert_eq!((bad.status, faults(&bad)), (422, vec![("slug", "bad_slug")]));
    let drawn = drawn_up(&evening, json!({ "series": "yanyuan-jihui" })).await;
    assert_eq!(drawn.json["series"]["name"], "燕缘际会");
    let listed = evening.visitor().get("/api/v1/series?organization=yanyuan").await;
    assert_eq!(listed.json["items"][0]["slug"], "yanyuan-jihui");
    assert_eq!(evening.visitor().get("/api/v1/series?organization=nobody").await.json["items"], json!([]));
    assert_eq!(evening.visitor().get("/api/v1/series?organisation=x").await.status, 422);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_crew_is_enlisted_and_dismissed(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let desk = evening.account("desk", Gender::Male).await;
    let path = "/api/v1/events/qixi/crew";
    let invited = evening.organizer.post(path, json!({ "email": "Desk@Example.com", "role": "desk" })).await;
    assert_eq!((invited.status, &invited.json["email"]), (201, &json!("desk@example.com")), "{}", invited.text());
    let again = evening.organizer.post(path, json!({ "email": "desk@example.com", "role": "desk" })).await;
    assert_eq!((again.status, &again.json["id"]), (200, &invited.json["id"]));
    assert_eq!(evening.organizer.get(path).await.json["items"], json!([]), "nobody is appointed who did not accept");
    assert_eq!(desk.accepts_all().await, 1);
    let listed = evening.organizer.get(path).await;
    assert_eq!(listed.json["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed.json["items"][0]["nickname"], "desk");
    assert_eq!(listed.json["items"][0]["account_id"], json!(desk.account_id));
    let held = evening.organizer.post(path, json!({ "email": "desk@example.com", "role": "desk" })).await;
    assert_eq!((held.status, held.code()), (409, "role_held"));
    for (body, code) in [
        (json!({ "role": "desk" }), "wrong_type"),
        (json!({ "role": "desk", "email": "a@b.cn", "account_id": desk.account_id }), "wrong_type"),
        (json!({ "role": "desk", "email": "no address" }), "mail_address"),
        (json!({ "role": "boss", "email": "desk@example.com" }), "wrong_type"),
    ] {
        let refused = evening.organizer.post(path, body.clone()).await;
        assert_eq!((refused.status, faults(&refused)[0].1), (422, code), "{body}");
    }
    // The desk itself cannot hand out roles.
    assert_eq!(desk.post(path, json!({ "email": "desk@example.com", "role": "host" })).await.code(), "wrong_role");
    let grant = format!("{path}/{}", listed.json["items"][0]["id"].as_str().unwrap());
    assert_eq!(evening.stranger().await.delete(&grant).await.code(), "wrong_role");
    assert_eq!(evening.organizer.delete(&grant).await.status, 204);
    assert_eq!(evening.organizer.delete(&grant).await.status, 404);
    assert_eq!(evening.organizer.delete(&format!("{path}/x")).await.status, 404);
    let actions: Vec<String> = deeds(&evening).await.into_iter().map(|deed| deed.action).collect();
    assert_eq!(actions, ["invited", "crew_enlisted", "crew_dismissed"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_four_templates_are_there_to_choose_from(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Closed).await else { return };
    let templates = evening.visitor().get("/api/v1/event-templates").await;
    let names: Vec<&str> =
        templates.json["items"].as_array().unwrap().iter().map(|of| of["template"].as_str().unwrap()).collect();
    assert_eq!(names, ["mixer", "concert", "sports_day", "speed_dating"]);
    for (name, at) in names.iter().zip(0..) {
        let slug = format!("event-{at}");
        let drawn = drawn_up(&evening, json!({ "template": name, "slug": slug })).await;
        assert_eq!(drawn.status, 201, "{name}: {}", drawn.text());
        let published = evening.organizer.post(&format!("/api/v1/events/{slug}/publish"), json!({})).await;
        assert_eq!(published.status, 200, "{name}: {}", published.text());
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_hands_on_a_phase_one_moves_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let wish = || json!({ "phase": "online", "reason": "x" });
    let many = (0..6).map(|_| evening.organizer.post("/api/v1/events/qixi/phase", wish()));
    // Everybody stands at the same door before it opens. A shared hold, as that of somebody who is
    // just withdrawing, would let in whoever holds the event no better, and two who have both read
    // where it stands cannot both write.
    let held = evening.app.database.begin_write().await.unwrap();
    event::hold_shared(&held, evening.event.id).await.unwrap();
    let opens = async {
        evening.until_waiting(6).await;
        drop(held);
    };
    let (answers, ()) = futures_util::future::join(futures_util::future::join_all(many), opens).await;
    let outcomes: Vec<(u16, &str)> = answers.iter().map(|answer| (answer.status, answer.code())).collect();
    assert_eq!(outcomes.iter().filter(|outcomes| **outcomes == (200, "")).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcomes| **outcomes == (409, "already_there")).count(), 5, "{outcomes:?}");
    assert_eq!(deeds(&evening).await.len(), 1);
}

/// What is wrong with the settings of events.
async fn unreadable(evening: &Evening) -> Vec<String> {
    let keys = round::keys(&evening.app).await.unwrap();
    let findings = examine(evening.app.database.reader(), &keys).await.unwrap();
    findings.into_iter().find(|finding| finding.check == "settings").unwrap().wrong
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_decided_and_does_not_read_is_a_fault_and_no_default(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let rules = "/api/v1/events/qixi/ledger/rules";
    for (settings, member) in [
        (json!({ "dates": { "rounds": "many", "minutes": 8 } }), "dates"),
        (json!({ "picks": { "event_limit": 4 } }), "picks"),
        (json!({ "screening": "by points" }), "screening"),
        (json!({ "points": { "post": { "per_day": 4 } } }), "points"),
        (json!("nothing"), "approval"),
    ] {
        evening.change(|row| row.settings = Set(settings)).await;
        let answer = evening.organizer.get("/api/v1/events/qixi").await;
        assert_eq!((answer.status, answer.code()), (500, "fault"), "{member}: {}", answer.text());
        let faults = unreadable(&evening).await;
        let names = |line: &String| line.contains(&evening.event.id.to_string()) && line.contains(member);
        assert!(faults.len() == 1 && faults.iter().all(names), "{member}: {faults:?}");
    }
    assert_eq!(evening.organizer.get(rules).await.status, 500);
    let likes = json!({ "points": { "likes": { "per_day": [4], "cap": 9 } } });
    evening.change(|row| row.settings = Set(likes)).await;
    assert_eq!((evening.organizer.get(rules).await.status, unreadable(&evening).await.len()), (500, 1));
    evening.change(|row| row.settings = Set(json!({}))).await;
    assert_eq!((evening.organizer.get(rules).await.status, unreadable(&evening).await), (200, Vec::new()));
    assert_eq!(evening.organizer.get("/api/v1/events/qixi").await.status, 200);
}
