//! 八分钟约会: who sits with whom.

use std::collections::{HashMap, HashSet};

use queqiao::accounts::profile::Gender;
use queqiao::badges::badge;
use queqiao::dates::{date_round, sitting};
use queqiao::events::crew::Role;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::registrations::registration::{self, Side, Status};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::Hall;
use crate::fixtures::person::Answer;

const PLAN: &str = "/api/v1/events/qixi/dates/plan";
const WHOLE: &str = "/api/v1/events/qixi/dates";
const MINE: &str = "/api/v1/events/qixi/dates/me";
const EXCLUSIONS: &str = "/api/v1/events/qixi/dates/exclusions";

impl Hall {
    async fn plan(&self) -> Value {
        let answer = self.host.post(PLAN, json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json
    }

    async fn call(&self, round: i32, step: &str) -> Answer {
        self.host.post(&format!("/api/v1/events/qixi/dates/rounds/{round}/{step}"), json!({})).await
    }

    async fn play(&self, round: i32) {
        for step in ["start", "finish"] {
            let answer = self.call(round, step).await;
            assert_eq!(answer.status, 204, "{}", answer.text());
        }
    }

    async fn table(&self, round: i32, table: i64, held: bool) -> Answer {
        let path = format!("/api/v1/events/qixi/dates/rounds/{round}/tables/{table}");
        self.host.put(&path, json!({ "held": held })).await
    }

    /// The unit each badge works for.
    async fn units(&self) -> HashMap<String, Uuid> {
        let db = self.evening.app.database.reader();
        let badges = badge::Entity::find().all(db).await.unwrap();
        let registrations = registration::Entity::find().all(db).await.unwrap();
        let unit = |id| registrations.iter().find(|registration| registration.id == id).unwrap().unit_id;
        badges.into_iter().map(|badge| (badge.label(), unit(badge.registration_id))).collect()
    }
}

/// The pairs of each round, by badge, tables that did not take place left out.
fn pairs(plan: &Value) -> Vec<Vec<(String, String)>> {
    let badge = |table: &Value, at: usize| table["badges"][at].as_str().unwrap().to_owned();
    let round = |round: &Value| {
        let tables = round["tables"].as_array().unwrap().iter().filter(|table| table["held"] == true);
        tables.map(|table| (badge(table, 0), badge(table, 1))).collect()
    };
    plan["rounds"].as_array().unwrap().iter().map(round).collect()
}

fn seated(round: &[(String, String)]) -> HashSet<&str> {
    round.iter().flat_map(|(one, other)| [one.as_str(), other.as_str()]).collect()
}

/// Nobody twice in a round, no pair twice in the evening, no two of one unit.
async fn assert_lawful(hall: &Hall, plan: &Value) {
    let units = hall.units().await;
    let mut met = HashSet::new();
    for round in pairs(plan) {
        assert_eq!(seated(&round).len(), round.len() * 2, "somebody sits twice: {round:?}");
        for (one, other) in round {
            assert_ne!(units[&one], units[&other], "{one} and {other} are colleagues");
            assert!(met.insert((one.clone(), other.clone())), "{one} and {other} meet again");
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_sits_with_a_colleague_and_no_pair_meets_twice(#[values(Sqlite, Postgres)] engine: Engine) {
    let terms = json!({ "rounds": 5, "minutes": 8, "pause_seconds": 0, "tables": 7 });
    let Some(hall) = Hall::planned(engine, (9, 8), terms).await else { return };
    let plan = hall.plan().await;
    assert_lawful(&hall, &plan).await;
    assert_eq!(pairs(&plan).len(), 5);
    assert!(pairs(&plan).iter().all(|round| round.len() == 7), "every table is used");
    let figures = &plan["figures"];
    assert_eq!((figures["people"].as_u64(), figures["dates"].as_u64()), (Some(17), Some(35)));
    // 35 dates among nine men and among eight women: 3 or 4, and 4 or 5.
    assert_eq!((figures["fewest_dates"].as_u64(), figures["most_dates"].as_u64()), (Some(3), Some(5)));
    assert_eq!((figures["proven_best"].as_bool(), figures["reached_percent"].as_f64()), (Some(true), Some(100.0)));
    assert_eq!(plan["rounds"][0]["sitting_out"].as_array().unwrap().len(), 3);
    assert_eq!(hall.host.get(WHOLE).await.json, plan);
    let kind = hall.host.post(PLAN, json!({ "look_after_the_lowest": true })).await.json;
    assert_lawful(&hall, &kind).await;
    assert_eq!(
        (&kind["figures"]["fewest_dates"], &kind["look_after_the_lowest"]),
        (&figures["fewest_dates"], &json!(true))
    );
    let plan = hall.host.post(PLAN, json!({ "look_after_the_lowest": false })).await.json;
    // What each participant is told is the same plan, and nothing of anybody else's.
    for (at, man) in hall.men.iter().enumerate() {
        let mine = man.get(MINE).await;
        assert_eq!(mine.status, 200, "{}", mine.text());
        let me = format!("男{:03}", at + 1);
        for (round, pairs) in mine.json["rounds"].as_array().unwrap().iter().zip(pairs(&plan)) {
            let partner = pairs.iter().find(|(one, _)| *one == me).map(|(_, other)| other.as_str());
            assert_eq!(round["partner"]["badge"].as_str(), partner);
            assert_eq!(round["partner"]["nickname"].is_string(), partner.is_some());
            assert_eq!(round["table"].is_number(), partner.is_some());
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_late_guest_is_planned_from_the_next_round(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) =
        Hall::planned(engine, (5, 5), json!({ "rounds": 4, "minutes": 8, "pause_seconds": 0, "tables": 5 })).await
    else {
        return;
    };
    let late = hall.evening.participants("women", 1, Status::Confirmed).await.remove(0);
    hall.evening.without_colleagues().await;
    hall.evening.change_profile(&late, |row| row.birth_year = Set(Some(1960))).await;
    let before = hall.plan().await;
    hall.play(1).await;
    hall.play(2).await;
    hall.evening.comes_in(&late, Side::Women, 6).await;
    assert_eq!(hall.host.get(WHOLE).await.json["not_planned"], json!(["女006"]));
    let after = hall.plan().await;
    assert_lawful(&hall, &after).await;
    assert_eq!(pairs(&before)[..2], pairs(&after)[..2], "a played round stays as it was");
    // Ten seats for six women in the two rounds left. Everybody had as many chances as the late one
    // missed, so she is the one who suits least, not the one who is owed two dates.
    let late_dates = pairs(&after).iter().filter(|round| seated(round).contains("女006")).count();
    assert_eq!(late_dates, 1);
    assert_eq!(after["not_planned"], json!([]));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_person_who_left_is_not_planned(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) =
        Hall::planned(engine, (4, 4), json!({ "rounds": 3, "minutes": 8, "pause_seconds": 0, "tables": 4 })).await
    else {
        return;
    };
    hall.plan().await;
    hall.play(1).await;
    hall.evening.goes(&hall.men[0]).await;
    assert_eq!(hall.host.get(WHOLE).await.json["left"], json!(["男001"]));
    let after = hall.plan().await;
    assert_lawful(&hall, &after).await;
    assert!(pairs(&after).iter().skip(1).all(|round| !seated(round).contains("男001")));
    assert_eq!((after["left"].clone(), after["figures"]["people"].as_u64()), (json!([]), Some(7)));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn planning_again_leaves_played_rounds_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::planned(engine, (6, 6), json!({ "rounds": 4, "minutes": 8, "pause_seconds": 0 })).await
    else {
        return;
    };
    let mut seen = hall.host.post(PLAN, json!({ "tables": 5 })).await.json;
    for round in 1..=4 {
        let answer = hall.call(round, "start").await;
        assert_eq!(answer.status, 204, "{}", answer.text());
        // A round that was called out is not planned any more, even while it runs.
        if round < 4 {
            let again = hall.plan().await;
            let played = usize::try_from(round).unwrap();
            assert_eq!(seen["rounds"][played - 1]["tables"], again["rounds"][played - 1]["tables"]);
            assert_eq!(pairs(&seen)[..played], pairs(&again)[..played]);
            assert_lawful(&hall, &again).await;
            seen = again;
        }
        assert_eq!(hall.call(round, "finish").await.status, 204);
    }
    let over = hall.host.post(PLAN, json!({})).await;
    assert_eq!((over.status, over.code()), (409, "all_rounds_played"));
    let longer = hall.host.post(PLAN, json!({ "rounds": 5 })).await;
    assert_eq!(longer.status, 200);
    assert_eq!(pairs(&longer.json)[..4], pairs(&seen)[..4]);
    assert_lawful(&hall, &longer.json).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn people_who_are_kept_apart_never_meet(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) =
        Hall::planned(engine, (3, 3), json!({ "rounds": 3, "minutes": 8, "pause_seconds": 0, "tables": 3 })).await
    else {
        return;
    };
    let before = hall.plan().await;
    let together = |plan: &Value, pair: (&str, &str)| {
        pairs(plan).iter().flatten().any(|(one, other)| (one.as_str(), other.as_str()) == pair)
    };
    // Whom 女001 would meet in the last round.
    let partner = pairs(&before)[1].iter().find(|(_, other)| other == "女001").map(|(one, _)| one.clone()).unwrap();
    let apart = hall.women[0].post(EXCLUSIONS, json!({ "badge": partner, "because": "blocked" })).await;
    assert_eq!(apart.status, 204, "{}", apart.text());
    // At once, without anybody planning again.
    let now = hall.host.get(WHOLE).await.json;
    assert!(!together(&now, (&partner, "女001")));
    assert!(now["rounds"][1]["sitting_out"].as_array().unwrap().contains(&json!("女001")));
    let again = hall.plan().await;
    assert!(!together(&again, (&partner, "女001")));
    assert_lawful(&hall, &again).await;
    // The other one is not told.
    let at = partner.trim_start_matches('男').parse::<usize>().unwrap() - 1;
    assert_eq!(hall.men[at].get(EXCLUSIONS).await.json, json!({ "items": [], "next": null }));
    let listed = json!({ "items": [{ "badge": partner, "because": "blocked" }], "next": null });
    assert_eq!(hall.women[0].get(EXCLUSIONS).await.json, listed);
    // Taken back, they may meet again.
    assert_eq!(hall.women[0].delete(&format!("{EXCLUSIONS}/{partner}")).await.status, 204);
    assert!(together(&hall.plan().await, (&partner, "女001")));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_exclusion_names_somebody_else_at_this_event(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::planned(engine, (2, 2), json!({ "rounds": 2, "minutes": 8, "pause_seconds": 0 })).await
    else {
        return;
    };
    let say =
        async |badge: &str| hall.men[0].post(EXCLUSIONS, json!({ "badge": badge, "because": "acquainted" })).await;
    for (badge, code) in [("女099", "unknown_badge"), ("whoever", "unknown_badge"), ("男001", "oneself")] {
        let answer = say(badge).await;
        assert_eq!((answer.status, answer.json["errors"][0]["code"].as_str()), (422, Some(code)), "{badge}");
    }
    assert_eq!(say("女００２").await.status, 204);
    assert_eq!(say("女2").await.status, 204, "saying it twice is saying it once");
    assert_eq!(hall.men[0].get(EXCLUSIONS).await.json["items"].as_array().unwrap().len(), 1);
    let plan = hall.plan().await;
    assert!(!pairs(&plan).iter().flatten().any(|pair| *pair == ("男001".to_owned(), "女002".to_owned())));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_hosts_and_organizers_plan(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::planned(engine, (2, 2), json!({ "rounds": 2, "minutes": 8, "pause_seconds": 0 })).await
    else {
        return;
    };
    let desk = hall.evening.crew(Role::Desk).await;
    let nobody = hall.evening.account("nobody", Gender::Male).await;
    let round = "/api/v1/events/qixi/dates/rounds/1/start";
    for person in [&desk, &hall.men[0], &nobody, &hall.evening.stranger().await] {
        for (path, body) in [(PLAN, json!({})), (round, json!({}))] {
            let answer = person.post(path, body).await;
            assert_eq!((answer.status, answer.code()), (403, "wrong_role"), "{path}");
        }
        assert_eq!(person.get(WHOLE).await.status, 403);
    }
    assert_eq!(hall.evening.visitor().post(PLAN, json!({})).await.status, 401);
    assert_eq!((nobody.get(MINE).await.status, hall.host.get(MINE).await.status), (403, 403));
    let rounds = date_round::Entity::find().all(hall.evening.app.database.reader()).await.unwrap();
    assert_eq!(rounds, [], "nothing was written");
    assert_eq!(hall.evening.organizer.post(PLAN, json!({})).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_plan_is_refused_with_a_reason(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::planned(engine, (0, 0), json!({ "rounds": 2, "minutes": 8, "pause_seconds": 0 })).await
    else {
        return;
    };
    let mut overheard = hall.evening.app.happenings.listen();
    let empty = hall.host.post(PLAN, json!({})).await;
    assert_eq!((empty.status, empty.code()), (409, "nobody_present"));
    for body in [json!({ "rounds": 0 }), json!({ "tables": 0 }), json!({ "rounds": "many" }), json!({ "chairs": 3 })] {
        let answer = hall.host.post(PLAN, body.clone()).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid"), "{body}");
    }
    assert!(overheard.try_recv().is_err(), "a refusal is not news");
    hall.evening.move_to(Phase::Confirmation).await;
    let mut overheard = hall.evening.app.happenings.listen();
    let early = hall.host.post(PLAN, json!({})).await;
    assert_eq!((early.status, early.code()), (409, "phase_closed"));
    assert!(overheard.try_recv().is_err(), "a refusal is not news");
    hall.evening.move_to(Phase::OnSite).await;
    hall.arrive(Side::Men, 1, 1).await;
    let mut overheard = hall.evening.app.happenings.listen();
    let lonely = hall.plan().await;
    assert_eq!(lonely["few_partners"], json!([{ "partners": 0, "badge": "男001" }]));
    assert_eq!(overheard.try_recv().unwrap().what, What::DatesPlanned);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rounds_are_called_one_after_the_other(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::planned(engine, (3, 3), json!({ "rounds": 2, "minutes": 8, "pause_seconds": 0 })).await
    else {
        return;
    };
    assert_eq!(hall.call(1, "start").await.status, 404, "nothing is planned yet");
    hall.plan().await;
    let refused = async |round, step: &str| {
        let answer = hall.call(round, step).await;
        (answer.status, answer.code().to_owned())
    };
    let conflict = |code: &str| (409, code.to_owned());
    assert_eq!(refused(2, "start").await, conflict("not_its_turn"));
    assert_eq!(refused(1, "finish").await, conflict("wrong_round_state"));
    assert_eq!(hall.call(1, "start").await.status, 204);
    assert_eq!(refused(1, "start").await, conflict("wrong_round_state"));
    assert_eq!(refused(2, "start").await, conflict("not_its_turn"));
    assert_eq!(hall.call(1, "finish").await.status, 204);
    assert_eq!(refused(1, "finish").await, conflict("wrong_round_state"));
    assert_eq!(refused(3, "start").await.0, 404);
    let seen = hall.host.get(WHOLE).await.json;
    assert_eq!(
        (seen["rounds"][0]["state"].as_str(), seen["rounds"][1]["state"].as_str()),
        (Some("finished"), Some("planned"))
    );
    assert!(seen["rounds"][0]["started_at"].is_string() && seen["rounds"][1]["started_at"].is_null());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_table_that_did_not_take_place_is_no_date(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::planned(engine, (1, 2), json!({ "rounds": 3, "minutes": 8, "pause_seconds": 0 })).await
    else {
        return;
    };
    let plan = hall.host.post(PLAN, json!({ "rounds": 1 })).await.json;
    let table = plan["rounds"][0]["tables"][0]["table"].as_i64().unwrap();
    let planned = hall.table(1, table, false).await;
    assert_eq!((planned.status, planned.code()), (409, "round_not_played"));
    hall.play(1).await;
    assert_eq!(hall.table(1, 99, false).await.status, 404);
    assert_eq!(hall.table(1, table, false).await.status, 204);
    assert_eq!(hall.table(1, table, false).await.status, 204, "saying it twice changes nothing");
    let again = hall.host.post(PLAN, json!({ "rounds": 3 })).await.json;
    // The pair is planned again: the man has two partners at most, and two rounds left.
    assert_eq!(again["figures"]["fewest_sat_out"], 1);
    assert!(pairs(&again)[1..].iter().flatten().any(|pair| *pair == pairs(&plan)[0][0]));
    let back = hall.table(1, table, true).await;
    assert_eq!((back.status, back.code()), (409, "seated_again"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_plans_at_once_leave_one_consistent_plan(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) =
        Hall::planned(engine, (8, 8), json!({ "rounds": 5, "minutes": 8, "pause_seconds": 0, "tables": 7 })).await
    else {
        return;
    };
    hall.plan().await;
    hall.play(1).await;
    let first = pairs(&hall.host.get(WHOLE).await.json)[0].clone();
    let mut tasks = tokio::task::JoinSet::new();
    for tables in [3, 4, 5, 6, 7, 3, 4, 5] {
        let host = hall.host.clone();
        tasks.spawn(async move { host.post(PLAN, json!({ "tables": tables })).await });
    }
    let host = hall.host.clone();
    tasks.spawn(async move { host.post("/api/v1/events/qixi/dates/rounds/2/start", json!({})).await });
    let (mut planned, mut started) = (0, false);
    for answer in tasks.join_all().await {
        started |= answer.status == 204;
        assert!([200, 204, 409].contains(&answer.status), "{}", answer.text());
        assert!(answer.status != 409 || answer.code() == "hall_changed", "{}", answer.text());
        planned += usize::from(answer.status == 200);
    }
    assert!(planned > 0);
    let plan = hall.host.get(WHOLE).await.json;
    assert_lawful(&hall, &plan).await;
    assert_eq!((pairs(&plan).len(), &pairs(&plan)[0]), (5, &first));
    // Whoever planned from what was there before the call must not have undone the call.
    assert_eq!(plan["rounds"][1]["state"], if started { "running" } else { "planned" });
    let db = hall.evening.app.database.reader();
    let rounds: HashSet<Uuid> =
        date_round::Entity::find().all(db).await.unwrap().iter().map(|round| round.id).collect();
    assert_eq!(rounds.len(), 5);
    let sittings = sitting::Entity::find().all(db).await.unwrap();
    assert!(sittings.iter().all(|sitting| rounds.contains(&sitting.round_id)));
    assert_eq!(sittings.len(), pairs(&plan).iter().map(Vec::len).sum::<usize>());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn where_anybody_may_meet_anybody_women_sit_with_women_too(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::planned(engine, (0, 6), json!({ "rounds": 3, "minutes": 8, "pause_seconds": 0 })).await
    else {
        return;
    };
    hall.evening.change(|row| row.sides = Set(event::Sides::Open)).await;
    let plan = hall.host.post(PLAN, json!({ "tables": 3 })).await.json;
    assert_lawful(&hall, &plan).await;
    assert!(pairs(&plan).iter().all(|round| round.len() == 3), "{plan}");
}
