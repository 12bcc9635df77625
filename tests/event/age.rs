//! Age is judged by the date of birth, which nobody else is told.

use chrono::NaiveDate;
use queqiao::accounts::profile;
use queqiao::events::phase::Phase;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::evening::{Engine, Evening};
use crate::fixtures::person::{Answer, Person, refused};

/// What is known of somebody's birth, as old profiles and lists have it too.
async fn born(evening: &Evening, person: &Person, on: Option<&str>, year: Option<i32>) {
    let born_on: Option<NaiveDate> = on.map(|on| on.parse().unwrap());
    let birth = |row: &mut profile::ActiveModel| {
        row.set_born_on(&evening.app.secrets, person.account_id, born_on).unwrap();
        row.birth_year = Set(year);
    };
    evening.change_profile(person, birth).await;
}

async fn apply(evening: &Evening, person: &Person) -> Answer {
    person.post("/api/v1/events/qixi/registrations", json!({"unit_id": evening.units[0].id})).await
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn somebody_of_seventeen_is_refused_to_the_day(#[values(Sqlite, Postgres)] engine: Engine) {
    // It is 22 August 2026, two in the afternoon in Shanghai: of the 22nd nobody west of it has half.
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.account("her", profile::Gender::Female).await;
    born(&evening, &her, None, None).await;
    let say = async |date: &str| her.patch("/api/v1/me", json!({ "born_on": date })).await;
    let young = say("2008-08-22").await;
    refused(&young, 422, "invalid");
    assert_eq!(
        (&young.json["errors"][0]["field"], &young.json["errors"][0]["code"]),
        (&json!("born_on"), &json!("under_age"))
    );
    refused(&her.patch("/api/v1/me", json!({"birth_year": 2008})).await, 422, "invalid");
    let browser = Browser::of(&evening, &her).await;
    let form = [
        ("unit", "市第一医院"),
        ("born_on", "2008-08-22"),
        ("may_show", "yes"),
        ("may_check", "yes"),
        ("grown_up", "yes"),
        ("may_keep", "yes"),
    ];
    let (status, page) = read(browser.send("/e/qixi/register", &form).await).await;
    assert!(status == 422 && page.contains("年满 18 周岁才能参加") && page.contains("id=\"born_on-wrong\""), "{page}");
    let stored = profile::Entity::find_by_id(her.account_id).one(evening.app.database.reader()).await.unwrap();
    assert_eq!(stored.unwrap().born_on, None);
    assert_eq!(say("2008-08-21").await.json["birth_year"], 2008);
    assert_eq!(apply(&evening, &her).await.status, 201);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_year_alone_is_never_judged_in_favour(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    for (year, status, code) in [(2007, 201, ""), (2008, 409, "birthday_missing"), (2009, 403, "under_age")] {
        let person = evening.account(&format!("born-{year}"), profile::Gender::Male).await;
        born(&evening, &person, None, Some(year)).await;
        refused(&apply(&evening, &person).await, status, code);
    }
    let person = evening.account("seventeen", profile::Gender::Male).await;
    born(&evening, &person, Some("2008-12-01"), Some(2008)).await;
    refused(&apply(&evening, &person).await, 403, "under_age");
    // Whoever has told only a year is asked for the date when they apply.
    let person = evening.account("asked", profile::Gender::Male).await;
    let browser = Browser::of(&evening, &person).await;
    assert!(browser.get("/e/qixi/register").await.1.contains("name=\"born_on\""));
    let form = [
        ("unit", "市第一医院"),
        ("born_on", "1995-03-01"),
        ("may_show", "yes"),
        ("may_check", "yes"),
        ("grown_up", "yes"),
        ("may_keep", "yes"),
    ];
    let answer = browser.send("/e/qixi/register", &form).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/e/qixi/me"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_date_of_birth_is_shown_to_nobody_else(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let him = evening.participant("men").await;
    let her = evening.participant("women").await;
    // The event is three days ahead: she is 30 on the day.
    assert_eq!(her.patch("/api/v1/me", json!({"born_on": "1996-08-24", "nickname": "小云"})).await.status, 200);
    let roll = "/api/v1/events/qixi/registrations";
    let one = format!("/office/e/qixi/registrations/{}", her.registration_id);
    let organizer = Browser::of(&evening, &evening.organizer).await;
    let other = Browser::of(&evening, &him).await;
    let listed = evening.organizer.get(roll).await;
    let row = listed.json["items"].as_array().unwrap().iter().find(|row| row["nickname"] == "小云").unwrap().clone();
    assert_eq!(row["age"], 30, "{row}");
    let mut seen = vec![listed.text(), him.get("/api/v1/events/qixi/people").await.text()];
    for path in ["/office/e/qixi/registrations", one.as_str()] {
        seen.push(organizer.get(path).await.1);
    }
    seen.push(read(organizer.send("/office/e/qixi/registrations/export", &[]).await).await.1);
    seen.push(other.get("/e/qixi/people").await.1);
    for text in seen {
        assert!(text.contains("小云"), "{text}");
        for trace in ["1996-08", "1996年", "born_on", "birth_year"] {
            assert!(!text.contains(trace), "{trace}: {text}");
        }
    }
    // Whoever has told only a year keeps it when the profile is saved without a date.
    born(&evening, &him, None, Some(1995)).await;
    let form = [("nickname", "他"), ("gender", "male"), ("born_on", "")];
    assert_eq!(other.send("/me/profile", &form).await.status().as_u16(), 303);
    assert_eq!(him.get("/api/v1/me").await.json["birth_year"], 1995);
    // It is the person's own, to see and to take home.
    assert_eq!(her.get("/api/v1/me").await.json["born_on"], "1996-08-24");
    assert!(Browser::of(&evening, &her).await.get("/me/profile").await.1.contains("value=\"1996-08-24\""));
    assert_eq!(her.patch("/api/v1/me", json!({"born_on": Value::Null})).await.json["birth_year"], Value::Null);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_day_that_never_was_is_no_date_of_birth(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.account("her", profile::Gender::Female).await;
    born(&evening, &her, Some("1990-02-28"), Some(1990)).await;
    let answer = her.patch("/api/v1/me", json!({ "born_on": "1990-02-30" })).await;
    refused(&answer, 422, "invalid");
    assert_eq!(answer.json["errors"][0]["field"], "born_on");
    let browser = Browser::of(&evening, &her).await;
    for (field, value, words) in
        [("born_on", "1990年2月30日", "1995-08-02"), ("nickname", "男 008", "看起来像胸牌号或报名号")]
    {
        let (_, page) = browser.get("/me/profile").await;
        assert!(page.contains("name=\"nickname\""), "{page}");
        let mut form = vec![("nickname", "云上的喜鹊"), ("gender", "female"), ("born_on", "1990-02-28")];
        form.iter_mut().filter(|(name, _)| *name == field).for_each(|it| it.1 = value);
        let (status, page) = read(browser.send("/me/profile", &form).await).await;
        assert!(status == 422 && page.contains(words) && page.contains(value), "{field}: {page}");
        assert!(page.contains(&format!("id=\"{field}-wrong\"")), "{field}: {page}");
    }
    let named = her.patch("/api/v1/me", json!({ "nickname": "A012" })).await;
    assert_eq!(
        (&named.json["errors"][0]["field"], &named.json["errors"][0]["code"]),
        (&json!("nickname"), &json!("like_a_number"))
    );
    let stored = profile::Entity::find_by_id(her.account_id).one(evening.app.database.reader()).await.unwrap().unwrap();
    assert_eq!(stored.born_on(&evening.app.secrets).unwrap().unwrap().to_string(), "1990-02-28");
    let visitor = evening.visitor();
    let form = json!({ "email": "new@example.com", "nickname": "w8", "gender": "female" });
    let signed_up = visitor.post("/api/v1/auth/register", form).await;
    assert_eq!((signed_up.status, &signed_up.json["errors"][0]["code"]), (422, &json!("like_a_number")));
}
