//! Stories of the room `couples`.

use std::sync::Arc;

use queqiao::couples::{couple, given_contact, opening};
use queqiao::events::crew::Role;
use queqiao::happening::What;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::fixtures::browser::Browser;
use crate::fixtures::couples::consent;
use crate::fixtures::couples::matched;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::{light, mine};
use crate::fixtures::person::Person;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn contact_details_move_when_both_have_offered(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, id)) = matched(engine).await else { return };
    let (he, she) = (&hall.men[0], &hall.women[0]);
    let path = format!("/api/v1/matches/{id}/contact");
    let his = he.post(&path, json!({ "fields": ["wechat", "phone"] })).await;
    assert_eq!((his.status, &his.json["contact"]["state"]), (200, &json!("waiting")), "{}", his.text());
    assert_eq!(his.json["contact"]["theirs"], Value::Null);
    // She cannot tell that he has offered.
    let before = she.get(&format!("/api/v1/matches/{id}")).await;
    assert_eq!(before.json["contact"], json!({ "state": "none", "mine": [], "theirs": null, "opened_at": null }));
    // He thinks again, twice, and then once more.
    assert_eq!(he.delete(&path).await.json["contact"]["state"], "none");
    assert_eq!(he.post(&path, json!({ "withdraw": true })).await.json["contact"]["state"], "none");
    assert_eq!(she.post(&path, json!({ "fields": ["email"] })).await.json["contact"]["state"], "waiting");
    let mut news = hall.evening.app.happenings.listen();
    let opened = he.post(&path, json!({ "fields": ["wechat"] })).await;
    assert_eq!(opened.json["contact"]["state"], "opened");
    // Her phone need not wait for the next look.
    assert_eq!(news.try_recv().unwrap().what, What::CouplesChanged);
    assert_eq!(opened.headers["cache-control"], "no-store");
    assert_eq!(opened.json["contact"]["theirs"], json!({ "wechat": null, "phone": null, "email": she.email }));
    let hers = she.get(&format!("/api/v1/matches/{id}")).await;
    assert_eq!(hers.json["contact"]["theirs"], json!({ "wechat": "wx-guest-1", "phone": null, "email": null }));
    for again in [he.delete(&path).await, she.post(&path, json!({ "fields": ["phone"] })).await] {
        assert_eq!((again.status, again.code()), (409, "already_opened"));
    }
    for person in [he, she] {
        let letters = hall.evening.letters_to(person, "contact_opened").await;
        assert_eq!(letters.len(), 1);
        let all = format!("{}{}{}", letters[0].subject, letters[0].plain, letters[0].html);
        for detail in ["wx-guest", "13800000000", he.email.as_str(), she.email.as_str()] {
            assert!(!all.contains(detail), "a letter carries contact details");
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_offer_is_of_something_one_has(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, id)) = matched(engine).await else { return };
    let path = format!("/api/v1/matches/{id}/contact");
    let he = &hall.men[0];
    hall.evening.change_profile(he, |row| row.wechat = Set(None)).await;
    for (body, code) in [
        (json!({ "fields": ["phone", "wechat"] }), "nothing_to_give"),
        (json!({ "fields": ["phone", "phone"] }), "repeated"),
        (json!({ "fields": [] }), "empty"),
    ] {
        let refused = he.post(&path, body).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["code"]), (422, &json!(code)));
    }
    for body in [json!({ "fields": ["address"] }), json!({ "field": "phone" }), json!({ "fields": "phone" })] {
        assert_eq!(he.post(&path, body).await.code(), "invalid");
    }
    assert_eq!(he.get(&format!("/api/v1/matches/{id}")).await.json["contact"]["state"], "none");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn somebody_elses_match_is_not_there(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, id)) = matched(engine).await else { return };
    let stranger = hall.evening.stranger().await;
    let nobody = "01900000-0000-7000-8000-000000000000";
    for person in [&hall.men[1], &hall.women[1], &hall.host, &hall.evening.organizer, &stranger] {
        for id in [id.as_str(), nobody, "nothing"] {
            let path = format!("/api/v1/matches/{id}");
            for answer in [
                person.get(&path).await,
                person.put(&format!("{path}/consent"), json!({ "show": true })).await,
                person.post(&format!("{path}/contact"), json!({ "fields": ["phone"] })).await,
                person.delete(&format!("{path}/contact")).await,
            ] {
                assert_eq!((answer.status, answer.code()), (404, "not_found"), "{}", answer.text());
            }
        }
        assert_eq!(person.get("/api/v1/matches").await.json, json!({ "items": [], "next": null }));
    }
    assert_eq!(hall.evening.visitor().get(&format!("/api/v1/matches/{id}")).await.status, 401);
    assert_eq!(hall.men[0].get("/api/v1/matches").await.json["items"][0]["id"], json!(id));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_couple_is_two_who_both_say_so(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, id)) = matched(engine).await else { return };
    let (he, she) = (&hall.men[0], &hall.women[0]);
    let couples = "/api/v1/events/qixi/couples";
    assert_eq!(consent(he, &id, true, true).await["couple"], Value::Null);
    let hers = she.get(&format!("/api/v1/matches/{id}")).await;
    assert_eq!(
        hers.json["consent"],
        json!({ "show": false, "follow_up": false, "volunteer_sees": [] }),
        "his yes was told"
    );
    assert_eq!(hall.host.get(couples).await.json, json!({ "items": [], "next": null }));
    let both = consent(she, &id, true, false).await;
    assert_eq!(both["couple"]["follow_up"], false, "one yes is not two");
    let listed = hall.host.get(couples).await.json;
    assert_eq!(listed["items"][0]["badges"], json!(["女001", "男001"]));
    assert_eq!(consent(she, &id, true, true).await["couple"]["follow_up"], true);
    assert_eq!(consent(he, &id, false, true).await["couple"], Value::Null);
    assert_eq!(hall.host.get(couples).await.json, json!({ "items": [], "next": null }), "taken back and still shown");
    assert_eq!(consent(he, &id, true, false).await["couple"]["id"], both["couple"]["id"]);
    let db = hall.evening.app.database.reader();
    assert_eq!(couple::Entity::find().count(db).await.unwrap(), 1);
    let desk = hall.evening.crew(Role::Desk).await;
    for person in [he, &desk] {
        assert_eq!(person.get(couples).await.code(), "wrong_role");
    }
    let refused = he.put(&format!("/api/v1/matches/{id}/consent"), json!({ "show": "yes" })).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn offers_and_consents_said_at_once_open_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, id)) = matched(engine).await else { return };
    let hall = Arc::new(hall);
    let saying: Vec<_> = (0..16)
        .map(|turn| {
            let (hall, id) = (Arc::clone(&hall), id.clone());
            tokio::spawn(async move {
                let person = if turn % 2 == 0 { &hall.men[0] } else { &hall.women[0] };
                consent(person, &id, true, true).await;
                person.post(&format!("/api/v1/matches/{id}/contact"), json!({ "fields": ["phone"] })).await.status
            })
        })
        .collect();
    for answer in saying {
        assert!(matches!(answer.await.unwrap(), 200 | 409));
    }
    let db = hall.evening.app.database.reader();
    assert_eq!(couple::Entity::find().count(db).await.unwrap(), 1);
    assert_eq!(opening::Entity::find().count(db).await.unwrap(), 1);
    for person in [&hall.men[0], &hall.women[0]] {
        assert_eq!(hall.evening.letters_to(person, "contact_opened").await.len(), 1);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_was_blocked_waits_for_ever(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, id)) = matched(engine).await else { return };
    let path = format!("/api/v1/matches/{id}/contact");
    assert_eq!(hall.women[0].post(&path, json!({ "fields": ["phone"] })).await.status, 200);
    let block = json!({ "badge": "男001", "because": "blocked" });
    let blocked = hall.women[0].post("/api/v1/events/qixi/dates/exclusions", block).await;
    assert!(blocked.status < 300, "{}", blocked.text());
    let his = hall.men[0].post(&path, json!({ "fields": ["phone"] })).await;
    assert_eq!((his.status, &his.json["contact"]["state"]), (200, &json!("waiting")));
    // Either may light up for the other again, as for anybody; nothing comes of it, and nobody is told.
    let n = hall.open(1).await;
    assert_eq!(light(&hall.men[0], n, &["女001"]).await.status, 200);
    assert_eq!(light(&hall.women[0], n, &["男001"]).await.status, 200);
    assert_eq!(hall.close(n).await.status, 200);
    for person in [&hall.men[0], &hall.women[0]] {
        assert_eq!(mine(person, n).await.json["badges"], json!([]));
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_opened_is_what_it_was_in_that_moment(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, id)) = matched(engine).await else { return };
    let (he, she) = (&hall.men[0], &hall.women[0]);
    let path = format!("/api/v1/matches/{id}");
    for (person, fields) in [(he, json!(["phone"])), (she, json!(["wechat", "phone"]))] {
        assert_eq!(person.post(&format!("{path}/contact"), json!({ "fields": fields })).await.status, 200);
    }
    let theirs = async |person: &Person| person.get(&path).await.json["contact"].clone();
    let given = json!({ "wechat": "wx-guest-3", "phone": "13800000000", "email": null });
    assert_eq!(theirs(he).await["theirs"], given);
    // She changes her number; whoever she gave the old one does not get the new one by itself.
    let changed = she.patch("/api/v1/me", json!({ "phone": "13911112222", "wechat": "moved" })).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(theirs(he).await["theirs"], given);
    // In the database it is sealed.
    let rows = given_contact::Entity::find().all(hall.evening.app.database.reader()).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| !row.sealed.0.windows(11).any(|bytes| bytes == b"13800000000")));
    // She blocks him: even that is closed to him, and hers of him stays.
    let block = json!({ "badge": "男001", "because": "blocked" });
    assert_eq!(she.post("/api/v1/events/qixi/dates/exclusions", block).await.status, 204);
    assert_eq!((&theirs(he).await["state"], &theirs(he).await["theirs"]), (&json!("opened"), &Value::Null));
    assert_eq!(theirs(she).await["theirs"]["phone"], "13800000000");
    let (_, page) = Browser::of(&hall.evening, he).await.get("/e/qixi/matches").await;
    assert!(page.contains("已经看不到") && !page.contains("13800000000"), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn contacts_opened_before_snapshots_were_kept_get_theirs_at_the_start(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some((hall, id)) = matched(engine).await else { return };
    let (he, she) = (&hall.men[0], &hall.women[0]);
    let path = format!("/api/v1/matches/{id}");
    for person in [he, she] {
        assert_eq!(person.post(&format!("{path}/contact"), json!({ "fields": ["phone"] })).await.status, 200);
    }
    let txn = hall.evening.app.database.begin_write().await.unwrap();
    given_contact::Entity::delete_many().exec(&txn).await.unwrap();
    txn.commit().await.unwrap();
    for _ in 0..2 {
        given_contact::complete(&hall.evening.app).await.unwrap();
        assert_eq!(he.get(&path).await.json["contact"]["theirs"]["phone"], "13800000000");
    }
}
