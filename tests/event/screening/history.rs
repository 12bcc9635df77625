//! Who was there lately lets others go first.

use queqiao::accounts::profile::Gender;
use queqiao::badges::number::Number;
use queqiao::checkin::{attempt, presence};
use queqiao::commands::verify;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::{self, Side, Status};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Cast, LIST, ME, RUNS, cast, rules, standing_as};
use crate::fixtures::door::{issue, put_inside};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};
use crate::fixtures::person::Person;

/// An evening of a union that was so many days before ours.
pub(super) async fn earlier(evening: &Evening, days: i64, organization_id: Uuid) -> Uuid {
    let (id, starts) = (evening.app.new_id(), evening.event.starts_at - hours(24 * days));
    let mut row = event::ActiveModel::from(evening.event.clone());
    row.id = Set(id);
    row.organization_id = Set(organization_id);
    row.slug = Set(format!("earlier-{id}"));
    row.starts_at = Set(starts);
    row.ends_at = Set(starts + hours(4));
    row.closed_at = Set(Some(starts + hours(6)));
    let txn = evening.app.database.begin_write().await.unwrap();
    let row = row.reset_all().insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
    row.id
}

/// Somebody confirmed a seat there, and came or did not.
pub(super) async fn confirmed(evening: &Evening, event_id: Uuid, person: &Person, number: i32, came: bool) {
    let (registration_id, attempt_id) = (evening.app.new_id(), evening.app.new_id());
    let txn = evening.app.database.begin_write().await.unwrap();
    let event = event::Entity::find_by_id(event_id).one(&txn).await.unwrap().unwrap();
    let (before, begun) = (event.starts_at - hours(24), event.starts_at);
    let worn = Number { side: Side::Men, number };
    let row = registration::ActiveModel {
        id: Set(registration_id),
        event_id: Set(event_id),
        account_id: Set(person.account_id),
        unit_id: Set(evening.units[0].id),
        side: Set(worn.side),
        number: Set(number),
        status: Set(Status::Confirmed),
        class: Set(1),
        held: Set(false),
        answers: Set(json!({})),
        applied_at: Set(before),
        decided_at: Set(Some(before)),
        ..Default::default()
    };
    row.insert(&txn).await.unwrap();
    issue(&evening.app, &txn, event_id, registration_id, worn).await;
    if came {
        let row = attempt::ActiveModel {
            id: Set(attempt_id),
            event_id: Set(event_id),
            account_id: Set(evening.organizer.account_id),
            device: Set("desk".to_owned()),
            nonce: Set(attempt_id.to_string()),
            request_digest: Set(vec![0; 32]),
            kind: Set(attempt::Kind::Entry),
            typed: Set(Some(worn.to_string())),
            registration_id: Set(Some(registration_id)),
            result: Set(attempt::Verdict::Admitted),
            at: Set(begun),
            received_at: Set(begun),
            offline: Set(false),
            answer: Set(vec![]),
            ..Default::default()
        };
        row.insert(&txn).await.unwrap();
        let (nickname, device) = (None, "desk");
        let step =
            presence::Step { event_id, registration_id, worn, nickname, at: begun, device, attempt_id, now: true };
        put_inside(&txn, step).await;
    }
    txn.commit().await.unwrap();
}

/// A cast with a past: of the men the first was at an evening two months ago and the second stayed
/// away from it; of the women each has a past that does not count.
async fn cast_with_a_past(engine: Engine) -> Option<Cast> {
    let cast = cast(engine).await?;
    let Cast { evening, men, women } = &cast;
    rules(evening, json!({ "by_history": true })).await;
    let ours = evening.event.organization_id;
    let stranger = evening.stranger().await;
    let other = staff_of(evening, &stranger).await;
    let lately = earlier(evening, 60, ours).await;
    confirmed(evening, lately, &men[0], 1, true).await;
    confirmed(evening, lately, &men[1], 2, false).await;
    let long_ago = earlier(evening, 200, ours).await;
    confirmed(evening, long_ago, &women[0], 1, true).await;
    let too_long_ago = earlier(evening, 380, ours).await;
    confirmed(evening, too_long_ago, &women[1], 1, false).await;
    confirmed(evening, too_long_ago, &men[2], 2, true).await;
    let elsewhere = earlier(evening, 60, other).await;
    confirmed(evening, elsewhere, &women[2], 1, false).await;
    confirmed(evening, elsewhere, &women[3], 2, true).await;
    let without_doors = earlier(evening, 60, ours).await;
    confirmed(evening, without_doors, &women[4], 1, false).await;
    Some(cast)
}

async fn staff_of(evening: &Evening, person: &Person) -> Uuid {
    let staff = queqiao::organizations::staff::Entity::find().all(evening.app.database.reader()).await.unwrap();
    staff.into_iter().find(|staff| staff.account_id == person.account_id).unwrap().organization_id
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_was_there_lately_lets_others_go_first_and_who_stayed_away_stands_last(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(Cast { evening, men, women }) = cast_with_a_past(engine).await else { return };
    assert_eq!(evening.organizer.post(LIST, json!({ "draw": "drand 7" })).await.status, 201);
    assert_eq!(evening.organizer.post(RUNS, json!({ "beacon": "7" })).await.status, 201);
    let me = async |person: &Person| person.get(ME).await.json;
    for (place, class, status, standby, sentence) in [
        (0, 2, "waitlisted", json!(1), "近六个月参加过"),
        (1, 3, "waitlisted", json!(2), "没有到场"),
        (2, 1, "selected", Value::Null, ""),
        (3, 1, "selected", Value::Null, ""),
    ] {
        let mine = me(&men[place]).await;
        assert_eq!(
            (&mine["class"], &mine["status"], &mine["standby_place"]),
            (&json!(class), &json!(status), &standby)
        );
        let sentences = mine["explanation"]["words"].to_string();
        assert!(sentences.contains(sentence) && (class > 1 || !sentences.contains("规则，排在")), "{sentences}");
        let [letter] = &evening.letters_to(&men[place], "screened").await[..] else { panic!("one letter") };
        assert!(letter.plain.contains(sentence), "{}", letter.plain);
    }
    for woman in &women {
        assert_eq!(me(woman).await["class"], 1, "what is long ago, elsewhere, or not known, does not count");
    }
    let file = evening.organizer.get(&format!("{RUNS}/1/file")).await;
    let record = verify::holds(&file.bytes).unwrap();
    let mut classes: Vec<i32> = record.applicants.iter().map(|listed| listed.applicant.class).collect();
    classes.sort_unstable();
    assert_eq!(classes, [1, 1, 1, 1, 1, 1, 1, 1, 2, 3]);
    let unlucky = standing_as(&evening, &women, Status::NotSelected).await;
    assert_eq!(unlucky.len(), 2);
    for person in &unlucky {
        let [letter] = &evening.letters_to(person, "screened").await[..] else { panic!("one letter") };
        assert!(letter.subject.contains("这一次没有入选"), "{}", letter.subject);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_union_may_leave_the_past_alone_and_keep_no_line(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, men, women }) = cast_with_a_past(engine).await else { return };
    rules(&evening, json!({ "by_history": false, "standby": 0 })).await;
    let run = evening.organizer.post(RUNS, json!({})).await;
    assert_eq!((&run.json["selected"], &run.json["waitlisted"]), (&json!(4), &json!(0)), "{}", run.text());
    for person in men.iter().chain(&women) {
        let mine = person.get(ME).await.json;
        assert_eq!(mine["class"], 1);
        assert!(["selected", "not_selected"].contains(&mine["status"].as_str().unwrap()));
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_applicant_reads_from_the_first_day_where_the_past_puts_them(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    rules(&evening, json!({ "by_history": true })).await;
    let (there, away) = (evening.account("there", Gender::Male).await, evening.account("away", Gender::Male).await);
    let lately = earlier(&evening, 60, evening.event.organization_id).await;
    confirmed(&evening, lately, &there, 1, true).await;
    confirmed(&evening, lately, &away, 2, false).await;
    for (person, class) in [(&there, 2), (&away, 3)] {
        let applied = person.post("/api/v1/events/qixi/registrations", json!({ "unit_id": evening.units[0].id })).await;
        assert_eq!(applied.status, 201, "{}", applied.text());
        assert_eq!(person.get(ME).await.json["class"], class);
    }
}
