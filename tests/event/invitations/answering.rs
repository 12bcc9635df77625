//! An invitation is answered once, by whom it is for, in time.

use queqiao::accounts::account;
use queqiao::accounts::profile::Gender;
use queqiao::audit::entry;
use queqiao::events::crew;
use queqiao::events::phase::Phase;
use queqiao::invitations::{invitation, sweep};
use queqiao::registrations::registration::{self, Status};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::{CREW, MINE, PASSWORD, claimed, crew_of, import, invited};
use crate::fixtures::browser::{Browser, header};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};
use crate::fixtures::person::refused;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_invitation_is_declined_withdrawn_sent_again_and_runs_out(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let helper = evening.account("helper", Gender::Male).await;
    let first = invited(&evening, &helper.email, "desk").await;
    let sight = helper.get(MINE).await.json["items"][0].clone();
    let field_of = |field: &str| sight[field].as_str().unwrap().to_owned();
    assert_eq!(
        [field_of("kind"), field_of("union"), field_of("thing"), field_of("event"), field_of("state")],
        ["desk", "燕缘际会工会", "情定七夕", "qixi", "open"]
    );
    assert_eq!(helper.post(&format!("{MINE}/{first}/decline"), json!({})).await.status, 204);
    refused(&helper.post(&format!("{MINE}/{first}/accept"), json!({})).await, 409, "invitation_over");
    refused(&helper.post(&format!("{MINE}/{first}/decline"), json!({})).await, 409, "invitation_over");
    let states = async |state: &str| {
        let listed = evening.organizer.get(&format!("/api/v1/events/qixi/invitations?state={state}")).await;
        listed.json["items"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((states("declined").await, states("open").await), (vec![json!(first)], vec![]));

    // Taken back: the link is dead. Only the union's own people do that.
    let second = invited(&evening, &helper.email, "desk").await;
    let token = evening.invitation_to(&helper.email).await;
    let path = format!("/api/v1/invitations/{second}");
    for person in [evening.stranger().await, helper.clone(), evening.crew(crew::Role::Host).await] {
        refused(&person.delete(&path).await, 404, "not_found");
        refused(&person.post(&format!("{path}/again"), json!({})).await, 404, "not_found");
    }
    assert_eq!(evening.organizer.delete(&path).await.status, 204);
    refused(&evening.organizer.delete(&path).await, 409, "invitation_over");
    refused(&evening.organizer.post(&format!("{path}/again"), json!({})).await, 409, "invitation_over");
    refused(&helper.post(&format!("{MINE}/{second}/accept"), json!({})).await, 409, "invitation_over");
    let body = json!({ "token": token });
    refused(&evening.visitor().post("/api/v1/auth/invitation", body.clone()).await, 422, "token_invalid");
    assert_eq!(Browser::open(&evening).get(&format!("/invitation?token={token}")).await.0, 410);

    // Sent again: not at once, with a link that kills the former one, five letters in all.
    let third = invited(&evening, &helper.email, "desk").await;
    let again = format!("/api/v1/invitations/{third}/again");
    let old = evening.invitation_to(&helper.email).await;
    let too_soon = evening.organizer.post(&again, json!({})).await;
    refused(&too_soon, 429, "too_many_requests");
    assert_eq!(too_soon.headers["retry-after"], "3600");
    for letters in 2..=5 {
        evening.clock.advance(hours(1));
        let sent = evening.again(&evening.organizer).post(&again, json!({})).await;
        assert_eq!((sent.status, &sent.json["letters"]), (200, &json!(letters)), "{}", sent.text());
    }
    evening.clock.advance(hours(1));
    refused(&evening.again(&evening.organizer).post(&again, json!({})).await, 409, "enough_letters");
    let visitor = evening.visitor();
    refused(&visitor.post("/api/v1/auth/invitation", json!({ "token": old })).await, 422, "token_invalid");
    let token = evening.invitation_to(&helper.email).await;
    let seen = visitor.post("/api/v1/auth/invitation", json!({ "token": token })).await;
    assert_eq!((seen.status, &seen.json["id"]), (200, &json!(third)), "{}", seen.text());

    // Fourteen days after the last letter it is over, whether or not the clock has come round.
    evening.clock.advance(hours(24 * 14 - 1));
    let helper = evening.again(&helper);
    refused(&helper.post(&format!("{MINE}/{third}/accept"), json!({})).await, 409, "invitation_over");
    assert_eq!(helper.get(MINE).await.json["items"], json!([]));
    assert_eq!(crew_of(&evening).await, 1, "only the host of the story");
    sweep::due(&evening.app).await.unwrap();
    let kept = async || invitation::Entity::find().count(evening.app.database.reader()).await.unwrap();
    assert_eq!(kept().await, 3);
    // A month later nobody can tell any more who did not want to come.
    evening.clock.advance(hours(24 * 30));
    sweep::due(&evening.app).await.unwrap();
    assert_eq!(kept().await, 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_is_buried_under_invitations(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let mut statuses = Vec::new();
    for _ in 0..8 {
        let sent = evening.organizer.post(CREW, json!({ "email": "tired@example.com", "role": "desk" })).await;
        statuses.push(sent.status);
        if let Some(id) = sent.json["id"].as_str() {
            evening.organizer.delete(&format!("/api/v1/invitations/{id}")).await;
        }
    }
    assert_eq!(statuses, [201, 201, 201, 201, 201, 201, 429, 429]);
    let listed = import(&evening.organizer, "qixi", "邮箱,性别,单位\ntired@example.com,男,电力局\n").await;
    refused(&listed, 422, "invalid_rows");
    assert_eq!(listed.json["errors"][0]["code"], "too_many_letters");
    assert_eq!(evening.letters().await.len(), 6);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_hands_on_one_invitation_one_accepts(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.account("her", Gender::Female).await;
    import(&evening.organizer, "qixi", "邮箱,性别,单位\nher@example.com,女,电力局\n").await;
    let id = her.get(MINE).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    let hands: Vec<_> = (0..12)
        .map(|hand| {
            let (her, id) = (her.clone(), id.clone());
            let answer = if hand % 4 == 3 { "decline" } else { "accept" };
            tokio::spawn(async move { her.post(&format!("{MINE}/{id}/{answer}"), json!({})).await })
        })
        .collect();
    let mut done = 0;
    for hand in hands {
        let answer = hand.await.unwrap();
        match answer.status {
            200 | 204 => done += 1,
            _ => refused(&answer, 409, "invitation_over"),
        }
    }
    assert_eq!(done, 1);
    let state = invitation::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap().state;
    let registered = registration::Entity::find().count(evening.app.database.reader()).await.unwrap();
    assert_eq!(registered, u64::from(state == invitation::State::Accepted));

    // The same with a letter and no account: one account, one role, one who is signed in.
    invited(&evening, "new@example.com", "desk").await;
    let token = evening.invitation_to("new@example.com").await;
    let forms: Vec<_> = (0..6)
        .map(|_| {
            let (browser, token) = (Browser::open(&evening), token.clone());
            tokio::spawn(async move {
                let form = [("token", token.as_str()), ("name", "小林"), ("password", PASSWORD)];
                browser.send("/invitation", &form).await.status().as_u16()
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for form in forms {
        statuses.push(form.await.unwrap());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [303, 409, 410].contains(status)), "{statuses:?}");
    assert_eq!(crew_of(&evening).await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_accepts_for_somebody_else(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let (her, him) = (evening.account("her", Gender::Female).await, evening.account("him", Gender::Male).await);
    claimed(&evening, &her).await;
    import(&evening.organizer, "qixi", "邮箱,性别,单位,姓名\nher@example.com,女,电力局,张某某\n").await;
    let id = her.get(MINE).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    let token = evening.invitation_to(&her.email).await;
    assert_eq!(him.get(MINE).await.json["items"], json!([]));
    for answer in ["accept", "decline"] {
        refused(&him.post(&format!("{MINE}/{id}/{answer}"), json!({})).await, 404, "not_found");
    }
    let his = Browser::of(&evening, &him).await;
    let link = format!("/invitation?token={token}");
    let (status, page) = his.get(&link).await;
    assert!(status == 200 && page.contains("寄给了另一个邮箱") && !page.contains("接受邀请"), "{page}");
    assert!(!page.contains("张某某"), "{page}");
    let form = [("token", token.as_str()), ("nickname", "我"), ("gender", "male"), ("born_on", "1990-01-01")];
    assert_eq!(his.send("/invitation", &form).await.status().as_u16(), 403);
    assert_eq!(his.get(&format!("/me/invitations/{id}")).await.0, 404);
    // Nor does somebody with the letter who is not signed in get past a password.
    let nobody = Browser::open(&evening);
    let (_, page) = nobody.get(&link).await;
    assert!(page.contains("这个邮箱已经有账号") && !page.contains("name=\"password\""), "{page}");
    let taken = [("token", token.as_str()), ("password", PASSWORD), ("may_show", "yes"), ("may_check", "yes")];
    assert_eq!(nobody.send("/invitation", &taken).await.status().as_u16(), 409);
    let hash = account::Entity::find_by_id(her.account_id).one(evening.app.database.reader()).await.unwrap().unwrap();
    assert_eq!(hash.hash(&evening.app).as_deref(), Some("$argon2id$"));
    assert_eq!(registration::Entity::find().count(evening.app.database.reader()).await.unwrap(), 0);
    assert_eq!(her.accepts_all().await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_invitation_to_take_part_ends_with_the_seats(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Screening).await else { return };
    let her = evening.account("her", Gender::Female).await;
    let early = evening.participant_as("women", Status::Applied).await;
    let list = format!("邮箱,性别,单位\nher@example.com,女,电力局\n{},女,电力局\n", early.email);
    let path = "/api/v1/events/qixi/registrations/import?approve=true";
    let request = evening.organizer.request(Method::POST, path).header(CONTENT_TYPE, "text/csv").body(list);
    // Whoever applied by themself is invited like anybody: the answer does not say that they did.
    assert_eq!(evening.organizer.send(request).await.json["imported"], 2);
    assert_eq!(early.accepts_all().await, 1);
    let db = evening.app.database.reader();
    let hers = registration::Entity::find_by_id(early.registration_id).one(db).await.unwrap().unwrap();
    assert_eq!(hers.status, Status::Approved, "the list that was checked approves what was there");
    assert_eq!(registration::Entity::find().count(db).await.unwrap(), 1);
    let id = her.get(MINE).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    evening.move_to(Phase::Confirmation).await;
    let late = evening.again(&her).post(&format!("{MINE}/{id}/accept"), json!({})).await;
    refused(&late, 409, "phase_closed");
    assert_eq!(her.post(&format!("{MINE}/{id}/decline"), json!({})).await.status, 204);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_became_of_invitations_is_on_record(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let helper = evening.account("helper", Gender::Male).await;
    invited(&evening, &helper.email, "desk").await;
    let second = invited(&evening, &helper.email, "host").await;
    evening.organizer.delete(&format!("/api/v1/invitations/{second}")).await;
    helper.accepts_all().await;
    let deeds = entry::Entity::find().all(evening.app.database.reader()).await.unwrap();
    let recorded: Vec<_> = deeds.iter().map(|deed| (deed.action.as_str(), deed.actor_id)).collect();
    let (organizer, helper_id) = (Some(evening.organizer.account_id), Some(helper.account_id));
    assert_eq!(
        recorded,
        [
            ("invited", organizer),
            ("invited", organizer),
            ("invitation_withdrawn", organizer),
            ("crew_enlisted", helper_id)
        ]
    );
    assert!(deeds.iter().all(|deed| !deed.detail.to_string().contains("helper")));
    let browser = Browser::of(&evening, &evening.organizer).await;
    let back = "/office/e/qixi/staff";
    let third = invited(&evening, &helper.email, "volunteer").await;
    for (act, flash) in [("again", "invitation-too-soon"), ("withdraw", "invitation-withdrawn")] {
        let done = browser.send(&format!("/office/invitations/{third}/{act}"), &[("back", back)]).await;
        assert_eq!((done.status().as_u16(), header(&done, "location")), (303, back));
        assert!(header(&done, "set-cookie").contains(flash), "{done:?}");
    }
}
