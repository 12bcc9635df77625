//! Somebody whose employer the union does not know applies all the same, and the union looks at it.

use queqiao::accounts::profile::Gender;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration;
use queqiao::units::unit;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Person, refused};

const APPLY: &str = "/api/v1/events/qixi/registrations";
const TICKED: [(&str, &str); 4] = [("grown_up", "yes"), ("may_keep", "yes"), ("may_show", "yes"), ("may_check", "yes")];

async fn applies(evening: &Evening, name: &str, employer: &str) -> (Person, Value) {
    let person = evening.account(name, Gender::Female).await;
    let applied = person.post(APPLY, json!({ "unit_name": employer })).await;
    assert_eq!(applied.status, 201, "{}", applied.text());
    (person, applied.json)
}

async fn unit_of(evening: &Evening, applied: &Value) -> unit::Model {
    let db = evening.app.database.reader();
    let id = applied["id"].as_str().unwrap().parse::<uuid::Uuid>().unwrap();
    let row = registration::Entity::find_by_id(id).one(db).await.unwrap().unwrap();
    unit::Entity::find_by_id(row.unit_id).one(db).await.unwrap().unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_employer_nobody_knows_is_typed_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.account("her", Gender::Female).await;
    let browser = Browser::of(&evening, &her).await;
    // Something near is asked about once; what is meant as it was written is taken.
    let mut form = [[("unit", "第一医院分院"), ("born_on", "1996-08-02")].as_slice(), &TICKED].concat();
    let (status, page) = read(browser.send("/e/qixi/register", &form).await).await;
    assert!(status == 422 && page.contains("市第一医院") && page.contains("value=\"typed\""), "{page}");
    assert!(!page.contains("先空着"), "{page}");
    form.push(("unit_id", "typed"));
    let answer = browser.send("/e/qixi/register", &form).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/e/qixi/me"));
    // Where nothing is near, nothing is asked.
    let him = evening.account("him", Gender::Male).await;
    let form = [[("unit", "Nowhere Ltd."), ("born_on", "1996-08-02")].as_slice(), &TICKED].concat();
    let answer = Browser::of(&evening, &him).await.send("/e/qixi/register", &form).await;
    assert_eq!(answer.status().as_u16(), 303);
    // It is offered to nobody, and the union reads who waits for it.
    let visitor = evening.visitor();
    assert_eq!(visitor.get("/units/names?q=nowhere").await.json, json!({ "names": [] }));
    let office = Browser::of(&evening, &evening.organizer).await;
    let (_, page) = office.get("/office/o/yanyuan/units").await;
    for said in ["申请人手填的单位", "第一医院分院", "Nowhere Ltd.", "value=\"市第一医院\""] {
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_is_approved_before_the_union_has_looked(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let (_, first) = applies(&evening, "first", "一医院").await;
    let (_, second) = applies(&evening, "second", " 一 医院").await;
    let (_, third) = applies(&evening, "third", "鹊桥工作室").await;
    let typed = unit_of(&evening, &first).await;
    assert_eq!(typed.id, unit_of(&evening, &second).await.id, "the same words are the same employer");
    let one = |applied: &Value| format!("{APPLY}/{}/decision", applied["id"].as_str().unwrap());
    refused(&evening.organizer.post(&one(&first), json!({ "decision": "approve" })).await, 409, "employer_unsettled");
    let all =
        evening.organizer.post(&format!("{APPLY}/decisions"), json!({ "decision": "approve", "waiting": {} })).await;
    assert_eq!(all.json["decided"], json!([]), "{}", all.text());
    assert_eq!(all.json["unchanged"][0]["code"], "employer_unsettled");
    let office = Browser::of(&evening, &evening.organizer).await;
    let (_, page) = office.get(&format!("/office/e/qixi/registrations/{}", first["id"].as_str().unwrap())).await;
    assert!(page.contains("手填，未核对") && page.contains("/office/o/yanyuan/units"), "{page}");

    // One is a unit the union has, the other is new to it.
    let settles = |unit: &unit::Model| format!("/api/v1/units/{}/settlement", unit.id);
    let known = evening.units[0].clone();
    let mapped = evening.organizer.post(&settles(&typed), json!({ "into": known.id })).await;
    assert_eq!((mapped.status, &mapped.json["id"]), (200, &json!(known.id)), "{}", mapped.text());
    for applied in [&first, &second] {
        assert_eq!(unit_of(&evening, applied).await.id, known.id);
    }
    let new = unit_of(&evening, &third).await;
    let form = [("act", "add"), ("into", "")];
    let answer = office.send(&format!("/office/o/yanyuan/units/{}/settle", new.id), &form).await;
    assert_eq!(answer.status().as_u16(), 303);
    assert_eq!(unit_of(&evening, &third).await.typed_at, None);
    refused(&evening.organizer.post(&settles(&new), json!({})).await, 409, "unit_settled");
    for applied in [&first, &second, &third] {
        let approved = evening.organizer.post(&one(applied), json!({ "decision": "approve" })).await;
        assert_eq!((approved.status, &approved.json["status"]), (200, &json!("approved")), "{}", approved.text());
    }
    let units = unit::Entity::find().count(evening.app.database.reader()).await.unwrap();
    assert_eq!(units, 4, "what was mapped is gone");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn unions_do_not_mix(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let (theirs, other) = evening.other_union(Phase::Registration).await;
    let (_, applied) = applies(&evening, "her", "鹊桥工作室").await;
    let typed = unit_of(&evening, &applied).await;
    assert_eq!(typed.organization_id, evening.event.organization_id);
    let guest = evening.account("guest", Gender::Male).await;
    let there =
        guest.post(&format!("/api/v1/events/{}/registrations", other.slug), json!({ "unit_name": "鹊桥工作室" })).await;
    assert_eq!(there.status, 201, "{}", there.text());
    let of_other = unit_of(&evening, &there.json).await;
    assert_eq!(of_other.organization_id, other.organization_id);
    assert_ne!(typed.id, of_other.id, "each union has its own");
    let settles = format!("/api/v1/units/{}/settlement", typed.id);
    assert_eq!(theirs.post(&settles, json!({})).await.status, 404);
    let foreign = evening.organizer.post(&settles, json!({ "into": of_other.id })).await;
    assert_eq!(
        (foreign.status, &foreign.json["errors"][0]["code"]),
        (422, &json!("unknown_unit")),
        "{}",
        foreign.text()
    );
    let by_id = guest.post(APPLY, json!({ "unit_id": of_other.id })).await;
    assert_eq!(by_id.status, 422, "{}", by_id.text());
    for both in [json!({}), json!({ "unit_id": typed.id, "unit_name": "x y" })] {
        let answer = guest.post(APPLY, both).await;
        assert_eq!((answer.status, &answer.json["errors"][0]["field"]), (422, &json!("unit_id")), "{}", answer.text());
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_unit_that_is_added_by_name_takes_in_whoever_wrote_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let (_, applied) = applies(&evening, "her", "鹊桥工作室").await;
    let added = evening.organizer.post("/api/v1/units", json!({ "name": "鹊桥 工作室" })).await;
    assert_eq!((added.status, &added.json["typed"]), (201, &json!(false)), "{}", added.text());
    assert_eq!(added.json["id"], json!(unit_of(&evening, &applied).await.id));
    let again = evening.organizer.post("/api/v1/units", json!({ "name": "鹊桥工作室" })).await;
    refused(&again, 409, "unit_exists");
}
