//! People apply, change their minds, and are decided on.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Duration;
use futures_util::future::join_all;
use queqiao::accounts::account;
use queqiao::accounts::consent;
use queqiao::accounts::profile::{self, Gender};
use queqiao::database::Write;
use queqiao::events::access::Guest;
use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::language::Language;
use queqiao::organizations::organization;
use queqiao::registrations::apply::{Request, apply_all};
use queqiao::registrations::registration::{self, Status};
use queqiao::units::unit;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Answer, Person};

const PATH: &str = "/api/v1/events/qixi/registrations";

async fn apply(evening: &Evening, person: &Person) -> Answer {
    person.post(PATH, json!({ "unit_id": evening.units[0].id })).await
}

async fn on_record(evening: &Evening) -> Vec<registration::Model> {
    let rows = registration::Entity::find().order_by_asc(registration::Column::Number);
    rows.all(evening.app.database.reader()).await.unwrap()
}

async fn plan(evening: &Evening, settings: Value) {
    evening.change(|row| row.settings = Set(settings)).await;
}

async fn mail_domain(evening: &Evening, domain: &str) {
    let txn = evening.app.database.begin_write().await.unwrap();
    let row = unit::ActiveModel {
        id: Set(evening.units[0].id),
        mail_domain: Set(Some(domain.to_owned())),
        ..Default::default()
    };
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
}

async fn unverify(evening: &Evening, person: &Person) {
    let txn = evening.app.database.begin_write().await.unwrap();
    let row = account::ActiveModel { id: Set(person.account_id), verified_at: Set(None), ..Default::default() };
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_application_gets_the_next_number_and_a_side(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let mut happenings = evening.app.happenings.listen();
    let (him, her) = (evening.account("him", Gender::Male).await, evening.account("her", Gender::Female).await);
    let first = apply(&evening, &him).await;
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(
        (&first.json["number"], &first.json["status"], &first.json["side"]),
        (&json!("A0001"), &json!("applied"), &json!("men"))
    );
    let answers = json!({ "unit_id": evening.units[1].id, "answers": { "才艺": "古筝 🎶\n书法" } });
    let second = her.post(PATH, answers).await;
    assert_eq!((&second.json["number"], &second.json["side"]), (&json!("A0002"), &json!("women")));
    assert_eq!(on_record(&evening).await[1].answers, json!({ "才艺": "古筝 🎶\n书法" }));
    assert_eq!(happenings.try_recv().unwrap().what, What::RegistrationsChanged);
    // Nobody has decided anything, so nobody gets a letter.
    assert!(evening.letters().await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_cannot_be_applied_for_is_refused(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let person = evening.account("him", Gender::Male).await;
    let unit = evening.units[0].id;
    for (body, status, field) in [
        (json!({}), 422, "unit_id"),
        (json!({ "unit_id": "x" }), 422, "unit_id"),
        (json!({ "unit_id": evening.event.id }), 422, "unit_id"),
        (json!({ "unit_id": unit, "side": "women" }), 422, "side"),
        (json!({ "unit_id": unit, "answers": { "a": "长".repeat(501) } }), 422, "answers"),
        (json!({ "unit_id": unit, "answers": { "a": "\u{0}" } }), 422, "answers"),
        (json!({ "unit_id": unit, "answers": { "a": 1 } }), 422, "answers.a"),
    ] {
        let answer = person.post(PATH, body.clone()).await;
        assert_eq!((answer.status, answer.code()), (status, "invalid"), "{body} {}", answer.text());
        let named = answer.json["errors"][0]["field"].as_str().unwrap().to_owned();
        assert!(named == field || field == "unit_id" || field == "side", "{body} {named}");
    }
    let gone = person.post("/api/v1/events/nothing/registrations", json!({ "unit_id": unit })).await;
    assert_eq!((gone.status, gone.code()), (404, "not_found"));
    assert_eq!(apply(&evening, &evening.visitor()).await.code(), "not_signed_in");
    unverify(&evening, &person).await;
    let unproven = apply(&evening, &person).await;
    assert_eq!((unproven.status, unproven.code()), (403, "mail_not_verified"));
    let other = evening.account("other", Gender::Male).await;
    for phase in [Phase::Online, Phase::Screening, Phase::Confirmation, Phase::OnSite, Phase::Closed] {
        evening.move_to(phase).await;
        let late = apply(&evening, &other).await;
        assert_eq!((late.status, late.code()), (409, "phase_closed"));
    }
    evening.move_to(Phase::Draft).await;
    assert_eq!(apply(&evening, &other).await.status, 404);
    assert!(on_record(&evening).await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_unit_of_another_union_is_unknown_here(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let stranger = evening.stranger().await;
    let unions = organization::Entity::find().filter(organization::Column::Slug.ne("yanyuan"));
    let other = unions.one(evening.app.database.reader()).await.unwrap().unwrap();
    let txn = evening.app.database.begin_write().await.unwrap();
    let row = unit::ActiveModel {
        id: Set(evening.app.new_id()),
        organization_id: Set(other.id),
        name: Set("别家".to_owned()),
        name_folded: Set("别家".to_owned()),
        mail_domain: Set(None),
        created_at: Set(evening.app.now()),
        typed_at: Set(None),
    };
    let theirs = row.insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let answer = stranger.post(PATH, json!({ "unit_id": theirs.id })).await;
    assert_eq!((answer.status, &answer.json["errors"][0]["code"]), (422, &json!("unknown_unit")));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_person_applying_from_32_connections_is_registered_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let person = evening.account("him", Gender::Male).await;
    let answers = join_all((0..32).map(|_| apply(&evening, &person))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!((refused.status, refused.code()), (409, "already_registered"));
    }
    assert_eq!(on_record(&evening).await.len(), 1);
    // A refusal takes no number.
    let next = evening.account("her", Gender::Female).await;
    assert_eq!(apply(&evening, &next).await.json["number"], "A0002");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hall_of_256_applying_at_once_is_numbered_without_gaps(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let names: Vec<String> = (0..256).map(|number| format!("p{number}")).collect();
    let people = evening.accounts(&names, Gender::Female).await;
    let begun = std::time::Instant::now();
    let answers = join_all(people.iter().map(|person| apply(&evening, person))).await;
    println!("{engine:?}: 256 applications at once in {} ms", begun.elapsed().as_millis());
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    let seen: BTreeSet<String> =
        answers.iter().map(|answer| answer.json["number"].as_str().unwrap().to_owned()).collect();
    let expected: BTreeSet<String> = (1..=256).map(|number| format!("A{number:04}")).collect();
    assert_eq!(seen, expected);
    let numbers: Vec<i32> = on_record(&evening).await.into_iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=256).collect::<Vec<_>>());
}

/// What somebody sends, for applications that come in one moment.
fn sends(evening: &Evening, person: &Person, application: Value) -> Request {
    Request {
        guest: Guest { account: person.signed_in(), event: evening.event.clone() },
        application: serde_json::from_value(application).unwrap(),
        read_in: Language::Zh,
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_applications_that_come_in_one_moment_each_is_judged_by_itself(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Registration).await else { return };
    mail_domain(&evening, "example.com").await;
    evening.event = evening.change(|row| row.settings = Set(json!({ "approval": { "by_mail_domain": true } }))).await;
    let names: Vec<String> = (0..6).map(|number| format!("p{number}")).collect();
    let people = evening.accounts(&names, Gender::Female).await;
    let registered = evening.participant("men").await;
    let first = registration::Entity::find_by_id(registered.registration_id);
    let first = first.one(evening.app.database.reader()).await.unwrap().unwrap().number;
    unverify(&evening, &people[3]).await;
    let (ours, theirs) = (json!({ "unit_id": evening.units[0].id }), json!({ "unit_id": evening.units[1].id }));
    let written = |name: &str| json!({ "unit_name": name, "consents": ["may_show"] });
    let mut requests = Vec::new();
    for (person, application) in [
        (&people[0], &ours),
        (&people[3], &written("没有确认")),
        (&people[1], &written("新单位")),
        (&registered, &written("已经报名")),
        (&people[4], &json!({})),
        (&people[4], &json!({ "unit_id": evening.event.id })),
        // Both their fingers, in this very moment.
        (&people[0], &written("又报一次")),
        (&people[2], &written(" 新单位 ")),
        (&people[5], &theirs),
    ] {
        requests.push(sends(&evening, person, application.clone()));
    }
    let answers = apply_all(&evening.app, &requests).await.unwrap();
    let answered: Vec<String> = answers
        .iter()
        .map(|answer| match answer {
            Ok(entered) => format!("{} {:?}", entered.number - first, entered.status),
            Err(refused) => refused.code().to_owned(),
        })
        .collect();
    assert_eq!(
        answered,
        [
            "1 Approved",
            "mail_not_verified",
            "2 Applied",
            "already_registered",
            "invalid",
            "invalid",
            "already_registered",
            "3 Applied",
            "4 Applied"
        ]
    );
    let (db, entered): (_, Vec<&registration::Model>) =
        (evening.app.database.reader(), answers.iter().flatten().collect());
    assert_eq!(on_record(&evening).await.iter().skip_while(|row| row.number <= first).collect::<Vec<_>>(), entered);
    // Two wrote the same name; whoever was refused left none.
    let typed = unit::Entity::find().filter(unit::Column::TypedAt.is_not_null()).all(db).await.unwrap();
    assert_eq!(typed.iter().map(|unit| unit.name.as_str()).collect::<Vec<_>>(), ["新单位"]);
    assert_eq!([entered[1].unit_id, entered[2].unit_id], [typed[0].id; 2]);
    // Each agreed for themself.
    let agreed = consent::Entity::find().filter(consent::Column::RegistrationId.is_not_null()).all(db).await.unwrap();
    let by: BTreeSet<Uuid> = agreed.iter().map(|row| row.account_id).collect();
    assert_eq!(by, [people[1].account_id, people[2].account_id].into());
    let letters = evening.letters().await;
    let to: Vec<&str> = letters.iter().map(|letter| letter.recipient.as_str()).collect();
    assert_eq!(to, [people[0].email.as_str()]);
}

/// The organizer closes registration amid a crowd: who was answered is on record, under numbers without a
/// gap, and nobody else is.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_that_applies_while_registration_closes_is_entered_or_refused(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let names: Vec<String> = (0..48).map(|number| format!("p{number}")).collect();
    let people = evening.accounts(&names, Gender::Female).await;
    let entered = Arc::new(Semaphore::new(0));
    let unit = json!({ "unit_id": evening.units[0].id });
    // Each with two hands.
    let applying = people.iter().flat_map(|person| [person, person]).map(|person| {
        let (person, unit, entered) = (person.clone(), unit.clone(), Arc::clone(&entered));
        tokio::spawn(async move {
            let answer = person.post(PATH, unit).await;
            if answer.status == 201 {
                entered.add_permits(1);
            }
            answer
        })
    });
    let applying: Vec<_> = applying.collect();
    entered.acquire_many(3).await.unwrap().forget();
    let txn = evening.app.database.begin_write().await.unwrap();
    evening.closing(&txn).await;
    txn.commit().await.unwrap();
    let mut numbers = BTreeSet::new();
    for answer in join_all(applying).await {
        let answer = answer.unwrap();
        match (answer.status, answer.code()) {
            (201, _) => assert!(numbers.insert(answer.json["number"].as_str().unwrap().to_owned())),
            (409, "already_registered" | "phase_closed") => {}
            _ => panic!("{}", answer.text()),
        }
    }
    assert_eq!(numbers, (1..=numbers.len()).map(|number| format!("A{number:04}")).collect());
    let on_record: Vec<String> = on_record(&evening).await.iter().map(registration::Model::label).collect();
    assert_eq!(on_record, numbers.into_iter().collect::<Vec<_>>());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_proved_address_of_the_units_domain_vouches(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    mail_domain(&evening, "example.com").await;
    let (him, her) = (evening.account("him", Gender::Male).await, evening.account("her", Gender::Female).await);
    // The unit has a domain, but the event does not rely on it.
    assert_eq!(apply(&evening, &him).await.json["status"], "applied");
    plan(&evening, json!({ "approval": { "by_mail_domain": true } })).await;
    assert_eq!(apply(&evening, &her).await.json["status"], "approved");
    let letters = evening.letters_to(&her, "approved").await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].subject, "情定七夕：报名已通过");
    assert!(letters[0].plain.contains("A0002"), "{}", letters[0].plain);
    // Who applied before the event relied on it is found when the organizer asks.
    let late = json!({ "decision": "approve", "waiting": { "vouched": true } });
    let late = evening.organizer.post(&format!("{PATH}/decisions"), late).await;
    assert_eq!(late.json["decided"].as_array().unwrap().len(), 1, "{}", late.text());
    assert_eq!(evening.letters_to(&him, "approved").await.len(), 1);
    // Where somebody works elsewhere, the domain says nothing.
    let third = evening.account("third", Gender::Male).await;
    let answer = third.post(PATH, json!({ "unit_id": evening.units[1].id })).await;
    assert_eq!(answer.json["status"], "applied");
    mail_domain(&evening, "ample.com").await;
    let fourth = evening.account("fourth", Gender::Male).await;
    assert_eq!(apply(&evening, &fourth).await.json["status"], "applied");
    assert_eq!(evening.letters().await.len(), 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_withdraws_may_apply_again_under_a_new_number(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let person = evening.account("him", Gender::Male).await;
    let me = format!("{PATH}/me");
    assert_eq!(person.delete(&me).await.code(), "not_registered");
    apply(&evening, &person).await;
    assert_eq!(person.delete(&me).await.status, 204);
    assert_eq!(person.delete(&me).await.code(), "not_registered");
    assert_eq!(apply(&evening, &person).await.json["number"], "A0002");
    let statuses: Vec<Status> = on_record(&evening).await.into_iter().map(|row| row.status).collect();
    assert_eq!(statuses, [Status::Withdrawn, Status::Applied]);
    // Many hands on one seat give it back once.
    let selected = evening.participant_as("women", Status::Selected).await;
    let mut happenings = evening.app.happenings.listen();
    let held = evening.app.database.begin_write().await.unwrap();
    let row = registration::Entity::find_by_id(selected.registration_id).lock_exclusive();
    row.one(&held).await.unwrap();
    let opens = async {
        evening.until_waiting(6).await;
        drop(held);
    };
    let many = join_all((0..6).map(|_| selected.delete(&me)));
    let (answers, ()) = futures_util::future::join(many, opens).await;
    let codes: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(codes.iter().filter(|status| **status == 204).count(), 1, "{codes:?}");
    assert!(codes.iter().all(|status| [204, 403, 404].contains(status)), "{codes:?}");
    let announced: Vec<What> =
        std::iter::from_fn(|| happenings.try_recv().ok()).map(|happening| happening.what).collect();
    assert_eq!(announced, [What::RegistrationsChanged, What::SeatsMoved]);
    evening.move_to(Phase::OnSite).await;
    let late = person.delete(&me).await;
    assert_eq!((late.status, late.code()), (409, "phase_closed"));
}

/// An organizer has moved the event on and is about to commit: who applies, withdraws or decides in
/// that instant is judged by where the event was moved to.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_slips_through_while_the_phase_moves(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.account("her", Gender::Female).await;
    let leaving = evening.participant("men").await;
    let waiting = evening.participant_as("men", Status::Applied).await;
    let before = on_record(&evening).await;
    let me = format!("{PATH}/me");
    let (decision, verdict) =
        (format!("{PATH}/{}/decision", waiting.registration_id), json!({ "decision": "approve" }));
    let requests = futures_util::future::join3(
        apply(&evening, &her),
        leaving.delete(&me),
        evening.organizer.post(&decision, verdict),
    );
    let (applied, left, decided) = evening.amid(async |txn| evening.closing(txn).await, 3, requests).await;
    for answer in [applied, left, decided] {
        assert_eq!((answer.status, answer.code()), (409, "phase_closed"), "{}", answer.text());
    }
    assert_eq!(on_record(&evening).await, before);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_organizer_approves_and_rejects_with_a_reason_and_a_letter(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let person = evening.participant_as("men", Status::Applied).await;
    let path = format!("{PATH}/{}/decision", person.registration_id);
    let approved = evening.organizer.post(&path, json!({ "decision": "approve" })).await;
    assert_eq!((approved.status, &approved.json["status"]), (200, &json!("approved")), "{}", approved.text());
    let again = evening.organizer.post(&path, json!({ "decision": "approve" })).await;
    assert_eq!((again.status, again.code()), (409, "not_decidable"));
    assert_eq!(again.json["registration_status"], "approved");
    for body in [json!({ "decision": "reject" }), json!({ "decision": "reject", "reason": "  " })] {
        let unreasoned = evening.organizer.post(&path, body).await;
        assert_eq!((unreasoned.status, unreasoned.code()), (422, "invalid"));
    }
    let reject = json!({ "decision": "reject", "reason": "不在本系统工作" });
    let rejected = evening.organizer.post(&path, reject).await;
    assert_eq!((&rejected.json["status"], &rejected.json["reason"]), (&json!("rejected"), &json!("不在本系统工作")));
    assert_eq!(evening.letters_to(&person, "approved").await.len(), 0, "called back: it is no longer so");
    let letters = evening.letters_to(&person, "rejected").await;
    assert!(letters[0].plain.contains("原因：不在本系统工作"), "{}", letters[0].plain);
    // The person may try again, and be turned down again with a letter of its own.
    let second = apply(&evening, &person).await;
    assert_eq!(second.status, 201);
    let path = format!("{PATH}/{}/decision", second.json["id"].as_str().unwrap());
    evening.organizer.post(&path, json!({ "decision": "reject", "reason": "同上" })).await;
    assert_eq!(evening.letters_to(&person, "rejected").await.len(), 2);
    let unknown = format!("{PATH}/{}/decision", evening.event.id);
    assert_eq!(evening.organizer.post(&unknown, json!({ "decision": "approve" })).await.status, 404);
    for (who, status) in [(evening.stranger().await, 403), (person.clone(), 403), (evening.visitor(), 401)] {
        assert_eq!(who.post(&path, json!({ "decision": "approve" })).await.status, status);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn letters_speak_the_language_of_their_reader(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let person = evening.participant_as("women", Status::Applied).await;
    let txn = evening.app.database.begin_write().await.unwrap();
    let english = Set(queqiao::language::Language::En);
    let row = account::ActiveModel { id: Set(person.account_id), language: english, ..Default::default() };
    row.update(&txn).await.unwrap();
    let nickname = Set("Zoë & <b>👩‍🚀".to_owned());
    let row = profile::ActiveModel { account_id: Set(person.account_id), nickname, ..Default::default() };
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let path = format!("{PATH}/{}/decision", person.registration_id);
    evening.organizer.post(&path, json!({ "decision": "approve" })).await;
    let letter = evening.letters_to(&person, "approved").await.remove(0);
    assert_eq!(letter.subject, "Qixi Night: you are in the pool");
    assert!(letter.plain.contains("Dear Zoë & <b>👩‍🚀,"), "{}", letter.plain);
    assert!(
        letter.html.contains("Zoë &#38; &#60;b&#62;👩‍🚀") || letter.html.contains("Zoë &amp; &lt;b&gt;👩‍🚀"),
        "{}",
        letter.html
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_verdict_covers_many(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let men = evening.participants("men", 3, Status::Applied).await;
    let women = evening.participants("women", 6, Status::Applied).await;
    let gone = evening.participant_as("men", Status::Withdrawn).await;
    let path = format!("{PATH}/decisions");
    let ids = [men[0].registration_id, gone.registration_id, evening.event.id];
    let decided = evening.organizer.post(&path, json!({ "decision": "approve", "ids": ids })).await;
    assert_eq!(decided.json["decided"], json!([men[0].registration_id]), "{}", decided.text());
    assert_eq!(
        decided.json["unchanged"],
        json!([
            { "id": evening.event.id, "code": "not_found", "status": null },
            { "id": gone.registration_id, "code": "not_decidable", "status": "withdrawn" },
        ])
    );
    let unit = evening.units[0].id;
    let theirs = json!({ "decision": "approve", "waiting": { "side": "women", "unit": unit } });
    assert_eq!(evening.organizer.post(&path, theirs).await.json["decided"].as_array().unwrap().len(), 2);
    let rest = json!({ "decision": "reject", "reason": "名额有限", "waiting": {} });
    assert_eq!(evening.organizer.post(&path, rest).await.json["decided"].as_array().unwrap().len(), 6);
    assert_eq!(evening.letters().await.len(), 9);
    for (body, code) in [
        (json!({ "decision": "approve" }), "nobody_named"),
        (json!({ "decision": "approve", "ids": ids, "waiting": {} }), "nobody_named"),
        (json!({ "decision": "reject", "waiting": {} }), "required"),
        (json!({ "decision": "approve", "ids": [] }), "invalid"),
        (json!({ "decision": "perhaps", "ids": ids }), "wrong_type"),
    ] {
        let refused = evening.organizer.post(&path, body.clone()).await;
        assert_eq!((refused.status, refused.json["errors"][0]["code"].as_str()), (422, Some(code)), "{body}");
    }
    evening.move_to(Phase::Confirmation).await;
    let late = json!({ "decision": "approve", "ids": [women[0].registration_id] });
    assert_eq!(evening.organizer.post(&path, late).await.code(), "phase_closed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_roll_is_filtered_searched_and_paged(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    evening.participants("men", 3, Status::Approved).await;
    evening.participants("women", 4, Status::Applied).await;
    let (mut seen, mut next) = (Vec::new(), Value::Null);
    loop {
        let cursor = next.as_str().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = evening.organizer.get(&format!("{PATH}?limit=3{cursor}")).await.json;
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["number"].as_str().unwrap().to_owned()));
        next = page["next"].clone();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(seen, (1..=7).map(|number| format!("A{number:04}")).collect::<Vec<_>>());
    let found = async |query: &str| {
        let answer = evening.organizer.get(&format!("{PATH}?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        answer.json["items"].as_array().unwrap().len()
    };
    let unit = evening.units[0].id;
    for (query, expected) in [
        ("status=approved", 3),
        ("side=women", 4),
        ("side=women&status=approved", 0),
        (&*format!("unit={unit}"), 2),
        ("q=A0003", 1),
        ("q=3", 1),
        ("q=GUEST-5", 1),
        ("q=guest", 7),
        ("q=%25", 0),
        ("q=_", 0),
        ("q=%5C", 0),
        ("q=%27%20or%201%3D1", 0),
    ] {
        assert_eq!(found(query).await, expected, "{query}");
    }
    for query in [
        "limit=0",
        "limit=201",
        "limit=x",
        "status=lost",
        "side=x",
        "unit=x",
        "cursor=x",
        "colour=red",
        &format!("q={}", "a".repeat(61)),
    ] {
        let refused = evening.organizer.get(&format!("{PATH}?{query}")).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"), "{query}");
    }
    for (who, status) in
        [(evening.stranger().await, 403), (evening.participant("men").await, 403), (evening.visitor(), 401)]
    {
        assert_eq!(who.get(PATH).await.status, status);
        assert_eq!(who.get(&format!("{PATH}/counts")).await.status, status);
    }
    let counts = evening.organizer.get(&format!("{PATH}/counts")).await.json;
    assert_eq!(
        counts["items"],
        json!([
            { "side": "men", "status": "approved", "count": 4 },
            { "side": "women", "status": "applied", "count": 4 },
        ])
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_notice_board_counts_nobody_who_could_be_recognised(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Registration).await else { return };
    evening.participants("men", 4, Status::Approved).await;
    evening.participants("women", 5, Status::Applied).await;
    evening.participants("men", 3, Status::Withdrawn).await;
    let event = evening.visitor().get("/api/v1/events/qixi").await;
    assert_eq!((event.status, &event.json["phase"]), (200, &json!("registration")), "{}", event.text());
    assert_eq!(event.json["applicants"], json!({ "men": null, "women": 5 }));
    assert_eq!(event.json["phases"][0]["phase"], "registration");
    let listed = evening.visitor().get("/api/v1/events?organization=yanyuan&limit=1").await;
    assert_eq!((&listed.json["items"][0]["slug"], &listed.json["next"]), (&json!("qixi"), &Value::Null));
    assert_eq!(listed.json["items"][0]["applicants"]["women"], 5);
    assert_eq!(evening.visitor().get("/api/v1/events?organization=nobody").await.json["items"], json!([]));
    assert_eq!(evening.visitor().get("/api/v1/events?limit=0").await.status, 422);
    evening.move_to(Phase::Draft).await;
    for who in [evening.visitor(), evening.stranger().await, evening.participant("men").await] {
        assert_eq!(who.get("/api/v1/events/qixi").await.status, 404);
        assert_eq!(who.get("/api/v1/events").await.json["items"], json!([]));
    }
    assert_eq!(evening.organizer.get("/api/v1/events/qixi").await.json["phase"], "draft");
    assert_eq!(evening.organizer.get("/api/v1/events").await.json["items"][0]["slug"], "qixi");
    // Another clock, another phase: nothing is stored that could be forgotten.
    evening.move_to(Phase::Registration).await;
    evening.clock.advance(Duration::hours(24));
    assert_eq!(evening.visitor().get("/api/v1/events/qixi").await.json["phase"], "online");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_organizers_deciding_one_application_decide_it_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let person = evening.participant_as("men", Status::Applied).await;
    let (one, many) = (format!("{PATH}/{}/decision", person.registration_id), format!("{PATH}/decisions"));
    let ids = [person.registration_id];
    let alone = (0..3).map(|_| evening.organizer.post(&one, json!({ "decision": "approve" })));
    let listed = (0..3).map(|_| evening.organizer.post(&many, json!({ "decision": "approve", "ids": ids })));
    let requests = futures_util::future::join(join_all(alone), join_all(listed));
    // Everybody stands before the same application when it comes free.
    let row = registration::Entity::find_by_id(person.registration_id).lock_exclusive();
    let held = async |txn: &Write| assert!(row.one(txn).await.unwrap().is_some());
    let (alone, listed) = evening.amid(held, 6, requests).await;
    assert!(alone.iter().all(|answer| answer.status == 200 || answer.code() == "not_decidable"));
    let once = alone.iter().filter(|answer| answer.status == 200).count();
    let decided = |answer: &&Answer| answer.json["decided"] == json!(ids);
    assert_eq!(once + listed.iter().filter(decided).count(), 1);
    assert_eq!(evening.letters_to(&person, "approved").await.len(), 1);
}
