//! Whoever invites does not learn who has an account.

use std::time::{Duration, Instant};

use queqiao::accounts::profile;
use queqiao::accounts::profile::Gender;
use queqiao::events::phase::Phase;
use queqiao::invitations::invitation;
use queqiao::registrations::registration;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::{CREW, MINE, claimed, crew_of, import};
use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Answer, Person};

/// What only the person's account knows.
const OWN: [&str; 7] = ["机密昵称", "王机密", ">1987<", "机密学历", "机密区", "13911112222", "wx-secret"];

async fn somebody_with_secrets(evening: &Evening) -> Person {
    let person = evening.participant("women").await;
    let txn = evening.app.database.begin_write().await.unwrap();
    let [real_name, phone, wechat] = [OWN[1], OWN[5], OWN[6]].map(|own| Some(own.to_owned()));
    let own = profile::Private { real_name, born_on: None, phone, wechat };
    let row = profile::ActiveModel {
        account_id: Set(person.account_id),
        nickname: Set(OWN[0].to_owned()),
        education: Set(Some(OWN[3].to_owned())),
        district: Set(Some(OWN[4].to_owned())),
        ..own.sealed(&evening.app.secrets, person.account_id).unwrap()
    };
    let row = profile::ActiveModel { birth_year: Set(Some(1987)), ..row };
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    claimed(evening, &person).await;
    person
}

/// An answer without what differs between any two invitations.
fn masked(answer: &Answer, email: &str) -> String {
    let mut json = answer.json.clone();
    for (field, mask) in [("id", "#"), ("invited_at", "@"), ("sent_at", "@"), ("expires_at", "@")] {
        if json.get(field).is_some() {
            json[field] = json!(mask);
        }
    }
    format!("{} {}", answer.status, json).replace(email, "ADDRESS")
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn not_one_byte_of_an_account_reaches_another_union(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = somebody_with_secrets(&evening).await;
    let (other, event) = evening.other_union(Phase::Registration).await;
    let unit = other.post("/api/v1/units", json!({ "organization": "other", "name": "外单位" })).await;
    let unit = unit.json["id"].as_str().unwrap().to_owned();
    let mut answers: Vec<String> = Vec::new();
    for email in [her.email.as_str(), "nobody-at-all@example.com"] {
        let list = format!("邮箱,性别,单位,姓名,昵称,出生年份\n{email},男,外单位,名单里的名字,名单昵称,1990\n");
        let mut records = masked(&import(&other, "other", &list).await, email);
        for role in ["desk", "host", "volunteer"] {
            let wish = json!({ "email": email, "role": role });
            records += &masked(&other.post("/api/v1/events/other/crew", wish).await, email);
        }
        let wish = json!({ "email": email, "role": "organizer" });
        records += &masked(&other.post("/api/v1/organizations/other/staff", wish).await, email);
        let wish = json!({ "email": email });
        records += &masked(&other.post(&format!("/api/v1/units/{unit}/contacts"), wish).await, email);
        // Named a second time, too.
        let wish = json!({ "email": email, "role": "desk" });
        records += &masked(&other.post("/api/v1/events/other/crew", wish).await, email);
        records += &masked(&import(&other, "other", &list).await, email);
        answers.push(records);
    }
    assert!(answers[0].contains("201") && answers[0] == answers[1], "{answers:#?}");

    let letters: Vec<_> = evening.letters().await.into_iter().filter(|letter| letter.kind == "invitation").collect();
    assert_eq!(letters.len(), 12);
    let text = |letter: &crate::fixtures::letter::Letter, email: &str| {
        let plain = letter.plain.split("token=").next().unwrap();
        format!("{:?} {:?} {} {plain}", letter.account_id, letter.language, letter.subject).replace(email, "ADDRESS")
    };
    for (hers, nobodys) in letters[..6].iter().zip(&letters[6..]) {
        assert_eq!(text(hers, &her.email), text(nobodys, "nobody-at-all@example.com"));
    }

    // Everything the other union can read anywhere.
    let browser = Browser::of(&evening, &other).await;
    let mut seen = String::new();
    for path in [
        "/api/v1/events/other/registrations",
        "/api/v1/events/other/registrations/counts",
        "/api/v1/events/other/invitations",
        "/api/v1/events/other/crew",
        "/api/v1/events/other",
        "/api/v1/events/other/report",
        "/api/v1/organizations/other/invitations",
        "/api/v1/organizations/other/staff",
        &format!("/api/v1/units/{unit}/contacts"),
    ] {
        let answer = other.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        seen += &answer.text();
    }
    for path in [
        "/office",
        "/office/e/other",
        "/office/e/other/registrations",
        "/office/e/other/registrations/invitations",
        "/office/e/other/staff",
        "/office/e/other/audit",
        "/office/o/other/staff",
        "/office/o/other/units",
        &format!("/office/o/other/units/{unit}"),
        "/e/other",
    ] {
        let (status, page) = browser.get(path).await;
        assert_eq!(status, 200, "{path}: {page}");
        seen += &page;
    }
    let file = browser.send("/office/e/other/registrations/export", &[]).await;
    seen += &file.text().await.unwrap();
    for own in OWN.into_iter().chain(["\"birth_year\":1987"]) {
        assert!(!seen.contains(own), "{own}");
    }
    assert!(seen.contains("名单里的名字") && seen.contains(&her.email), "their own words, they do read");
    let there = registration::Entity::of_event(event.id).count(evening.app.database.reader()).await.unwrap();
    assert_eq!((there, crew_of(&evening).await), (0, 0));

    // Once she says yes, she is there in her own words, and the list is told apart from them.
    for sight in her.get(MINE).await.json["items"].as_array().unwrap() {
        let path = format!("{MINE}/{}/accept", sight["id"].as_str().unwrap());
        assert_eq!(her.post(&path, json!({})).await.status, 200);
    }
    let roll = other.get("/api/v1/events/other/registrations").await.json["items"].clone();
    assert_eq!((&roll[0]["nickname"], &roll[0]["real_name"]), (&json!(OWN[0]), &json!(OWN[1])));
    let one = format!("/office/e/other/registrations/{}", roll[0]["id"].as_str().unwrap());
    let (_, page) = browser.get(&one).await;
    assert!(page.contains("名单里这样写") && page.contains("名单里的名字"), "{page}");
    assert_eq!(crew_of(&evening).await, 3);
}

/// How likely one of the first is to be above one of the second (0.5: nobody could tell them apart).
fn auc(first: &[Duration], second: &[Duration]) -> f64 {
    let above = |one: &Duration| -> f64 {
        second
            .iter()
            .map(|other| {
                if one > other {
                    1.0
                } else if one == other {
                    0.5
                } else {
                    0.0
                }
            })
            .sum()
    };
    let pairs = f64::from(u32::try_from(first.len() * second.len()).unwrap());
    let auc = first.iter().map(above).sum::<f64>() / pairs;
    auc.max(1.0 - auc)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_clock_does_not_tell_who_has_an_account(#[values(Sqlite, Postgres)] engine: Engine) {
    const SAMPLES: usize = 300;
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let names: Vec<String> = (0..SAMPLES).map(|number| format!("known-{number:03}")).collect();
    evening.accounts(&names, Gender::Female).await;
    // A machine with other work now and then says nothing of ours: three tries, each on its own.
    for what in ["crew", "import"] {
        let mut records = Vec::new();
        for round in 0..3 {
            let role = ["desk", "host", "volunteer"][round];
            let (mut known, mut unknown) = (Vec::new(), Vec::new());
            for number in 0..SAMPLES {
                let (one, two) = (format!("known-{number:03}@example.com"), format!("never-{number:03}@example.com"));
                // Whoever comes first has it no better.
                let mut pair = [(one, true), (two, false)];
                if number % 2 == 0 {
                    pair.reverse();
                }
                for (email, is_known) in pair {
                    let begun = Instant::now();
                    let answer = match what {
                        "crew" => evening.organizer.post(CREW, json!({ "email": email, "role": role })).await,
                        _ => import(&evening.organizer, "qixi", &format!("邮箱,性别,单位\n{email},女,电力局\n")).await,
                    };
                    let took = begun.elapsed();
                    assert!([201, 422].contains(&answer.status), "{}", answer.text());
                    if is_known { known.push(took) } else { unknown.push(took) }
                }
            }
            records.push(auc(&known, &unknown));
            if records.last().is_some_and(|auc| *auc < 0.6) {
                break;
            }
        }
        assert!(records.iter().any(|auc| *auc < 0.6), "{what}: {records:?}");
        println!("{what}: {records:?}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_export_tells_who_invited_one_and_what_their_list_said(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.account("her", Gender::Female).await;
    import(&evening.organizer, "qixi", "邮箱,性别,单位,姓名\nher@example.com,女,电力局,名单上的她\n").await;
    let txn_free = evening.app.database.reader();
    let records =
        queqiao::invitations::personal::export(txn_free, &evening.app, her.account_id, &her.email).await.unwrap();
    assert_eq!((&records[0]["words"]["real_name"], &records[0]["state"]), (&json!("名单上的她"), &json!("open")));
    let file = evening.takes_home(&her).await;
    assert!(file.status == 200 && file.text().contains("invitations.json"));
    let sent = invitation::Entity::find().filter(invitation::Column::State.eq(invitation::State::Open));
    assert_eq!(sent.count(txn_free).await.unwrap(), 1);
}
