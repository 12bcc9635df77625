//! An organizer takes a seat back: somebody turned out to be married, or behaved badly.

use futures_util::future::{Either, join_all};
use queqiao::audit::entry;
use queqiao::database::Write;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::registrations::registration::{self, Side, Status};
use queqiao::screening::{expire, seat_move};
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::{Value, json};

use super::{Cast, ME, REPLY, RUNS, cast, seats, standing_as};
use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::door::{DOOR, code_of, entry_of, turned_away};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Answer, Person, refused};

const PATH: &str = "/api/v1/events/qixi/registrations";
const WHY: &str = "核实后已婚";

async fn shut_out(evening: &Evening, person: &Person) -> Answer {
    let organizer = evening.again(&evening.organizer);
    let path = format!("{PATH}/{}/decision", person.registration_id);
    organizer.post(&path, json!({ "decision": "shut_out", "reason": WHY })).await
}

async fn board(evening: &Evening) -> Value {
    evening.again(&evening.organizer).get("/api/v1/events/qixi/screening/standby").await.json
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_seat_that_an_organizer_takes_back_goes_to_the_next(
    #[values(Sqlite, Postgres)] engine: Engine,
    #[values(false, true)] confirmed: bool,
) {
    let Some(Cast { evening, women, .. }) = cast(engine).await else { return };
    evening.organizer.post(RUNS, json!({})).await;
    let her = standing_as(&evening, &women, Status::Selected).await.remove(0);
    if confirmed {
        assert_eq!(her.post(REPLY, json!({ "reply": "confirm" })).await.status, 200);
    }
    let next = board(&evening).await["sides"][1]["next"].clone();
    let silent = json!({ "decision": "shut_out", "reason": "  " });
    let path = format!("{PATH}/{}/decision", her.registration_id);
    refused(&evening.organizer.post(&path, silent).await, 422, "invalid");
    for decision in ["reject", "shut_out"] {
        let many = json!({ "decision": decision, "reason": WHY, "ids": [her.registration_id] });
        let many = evening.organizer.post(&format!("{PATH}/decisions"), many).await;
        assert_eq!((&many.json["decided"], &many.json["unchanged"][0]["code"]), (&json!([]), &json!("not_decidable")));
    }
    // A page that was opened before she had a seat takes none.
    let plain = json!({ "decision": "reject", "reason": WHY });
    refused(&evening.organizer.post(&path, plain).await, 409, "not_decidable");
    let mut happenings = evening.app.happenings.listen();
    let answer = shut_out(&evening, &her).await;
    let announced: Vec<What> = std::iter::from_fn(|| happenings.try_recv().ok()).map(|news| news.what).collect();
    assert_eq!(announced, [What::RegistrationsChanged, What::SeatsMoved]);
    assert_eq!((answer.status, &answer.json["status"]), (200, &json!("rejected")), "{}", answer.text());
    refused(&shut_out(&evening, &her).await, 409, "not_decidable");
    refused(&evening.organizer.post(&path, json!({ "decision": "restore" })).await, 409, "seats_given");
    // She is told why, and has nothing to answer any more.
    let letters = evening.letters_to(&her, "rejected").await;
    assert!(letters.len() == 1 && letters[0].plain.contains(WHY) && letters[0].plain.contains("取消了您的报名资格"));
    assert!(!letters[0].plain.contains("重新报名"), "{}", letters[0].plain);
    refused(&her.post(REPLY, json!({ "reply": "confirm" })).await, 403, "not_registered");
    refused(&her.get(ME).await, 403, "not_registered");
    // As where somebody gives their seat back: the clock finds it, once.
    assert_eq!(seats(&evening).await, 3);
    assert_eq!((expire::due(&evening.app).await.unwrap(), expire::due(&evening.app).await.unwrap()), (1, 0));
    assert_eq!(seats(&evening).await, 4);
    let moved = board(&evening).await["moves"].clone();
    assert_eq!((moved.as_array().map(Vec::len), &moved[0]["newcomer"]), (Some(1), &next), "{moved}");
    let offers = evening.letters().await.into_iter().filter(|letter| letter.kind == "standby_offer").count();
    assert_eq!(offers, 1);
    let about = entry::Entity::find().filter(entry::Column::SubjectId.eq(her.registration_id));
    let about = about.all(evening.app.database.reader()).await.unwrap();
    let by = |deed: &str| {
        let one: Vec<_> = about.iter().filter(|one| one.action == deed).collect();
        assert_eq!(one.len(), 1, "{deed}: {about:?}");
        (one[0].actor_id, one[0].reason.clone(), one[0].detail["before"].clone())
    };
    let before = json!(if confirmed { "confirmed" } else { "selected" });
    let organizer = Some(evening.organizer.account_id);
    assert_eq!(by("registration_decided"), (organizer, Some(WHY.to_owned()), before));
    assert_eq!(by("seat_moved").0, None, "she did not give it on");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_waited_in_the_line_is_passed_over_for_good(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, women, .. }) = cast(engine).await else { return };
    evening.organizer.post(RUNS, json!({})).await;
    let next = board(&evening).await["sides"][1]["next"].as_str().unwrap().to_owned();
    let mut waiting = Vec::new();
    for woman in standing_as(&evening, &women, Status::Waitlisted).await {
        let number = woman.get(ME).await.json["number"].as_str().unwrap().to_owned();
        waiting.push((number, woman));
    }
    let first = &waiting.iter().find(|(number, _)| *number == next).unwrap().1;
    assert_eq!(shut_out(&evening, first).await.status, 200);
    assert_eq!((seats(&evening).await, expire::due(&evening.app).await.unwrap()), (4, 0), "no seat came free");
    let leaver = standing_as(&evening, &women, Status::Selected).await.remove(0);
    assert_eq!(leaver.post(REPLY, json!({ "reply": "decline" })).await.status, 200);
    let moved = board(&evening).await["moves"][0].clone();
    assert!(moved["newcomer"].is_string() && moved["newcomer"] != json!(next), "{moved}");
    assert_eq!(evening.status(first).await, Status::Rejected);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_was_shut_out_has_no_badge_and_is_not_let_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { mut evening, men, women }) = cast(engine).await else { return };
    evening.organizer.post(RUNS, json!({})).await;
    evening.move_to(Phase::Confirmation).await;
    let her = standing_as(&evening, &women, Status::Selected).await.remove(0);
    let him = standing_as(&evening, &men, Status::Selected).await.remove(0);
    for person in [&her, &him] {
        assert_eq!(person.post(REPLY, json!({ "reply": "confirm" })).await.status, 200);
    }
    evening.wears(&her, Side::Women, 1).await;
    let code = code_of(&her).await;
    let no = standing_as(&evening, &women, Status::NotSelected).await;
    for person in &no {
        refused(&shut_out(&evening, person).await, 409, "not_decidable");
    }
    assert_eq!(her.get("/api/v1/events/qixi/badges/me").await.status, 200);
    assert_eq!(shut_out(&evening, &her).await.status, 200);
    refused(&evening.again(&her).get("/api/v1/events/qixi/badges/me").await, 403, "not_registered");
    evening.move_to(Phase::OnSite).await;
    let desk = evening.crew(Role::Desk).await;
    turned_away(&desk.post(DOOR, entry_of(&code)).await, "not_selected");
    // From the door on the evening has its own ways.
    refused(&shut_out(&evening, &him).await, 409, "phase_closed");
    assert_eq!(evening.status(&him).await, Status::Confirmed);
}

/// She says that she comes, on three phones, while three organizers shut her out and the clock looks in.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_hands_one_takes_the_seat_back_and_it_is_given_on_once(
    #[values(Sqlite, Postgres)] engine: Engine,
    #[values("confirm", "decline")] reply: &str,
) {
    let Some(Cast { evening, women, .. }) = cast(engine).await else { return };
    evening.organizer.post(RUNS, json!({})).await;
    let her = standing_as(&evening, &women, Status::Selected).await.remove(0);
    let held = async |txn: &Write| {
        let row = registration::Entity::find_by_id(her.registration_id).lock_exclusive();
        assert!(row.one(txn).await.unwrap().is_some());
    };
    let hands = (0..6).map(|hand| {
        if hand % 2 == 0 {
            Either::Left(shut_out(&evening, &her))
        } else {
            Either::Right(her.post(REPLY, json!({ "reply": reply })))
        }
    });
    let answers = evening.amid(held, 1, join_all(hands)).await;
    assert!(answers.iter().all(|answer| answer.status < 500), "{answers:?}");
    let [out, said] = [0, 1].map(|whose| answers.iter().skip(whose).step_by(2).collect::<Vec<_>>());
    let took = out.iter().filter(|answer| answer.status == 200).count();
    assert!(out.iter().all(|answer| answer.status == 200 || answer.code() == "not_decidable"), "{out:?}");
    let gone = ["no_seat_offered", "not_registered", "seat_gone"];
    assert!(said.iter().all(|answer| answer.status == 200 || gone.contains(&answer.code())), "{said:?}");
    let declined = reply == "decline" && said.iter().any(|answer| answer.status == 200);
    assert_eq!(took, usize::from(!declined), "{answers:?}");
    assert_eq!(evening.status(&her).await, if declined { Status::Declined } else { Status::Rejected });
    let rounds = join_all((0..4).map(|_| expire::due(&evening.app))).await;
    assert!(rounds.iter().all(Result::is_ok));
    let moves = seat_move::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert_eq!((moves.len(), seats(&evening).await), (1, 4));
    assert_eq!(evening.letters_to(&her, "rejected").await.len(), took);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_page_of_an_application_asks_before_a_seat_is_taken_back(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { mut evening, women, .. }) = cast(engine).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let page_of = |person: &Person| format!("/office/e/qixi/registrations/{}", person.registration_id);
    let approved = browser.get(&page_of(&women[0])).await.1;
    assert!(approved.contains("value=\"reject\"") && !approved.contains("取消报名资格"), "{approved}");
    evening.organizer.post(RUNS, json!({})).await;
    evening.move_to(Phase::Confirmation).await;
    for (status, asks) in [(Status::Waitlisted, true), (Status::NotSelected, false), (Status::Selected, true)] {
        for person in standing_as(&evening, &women, status).await {
            let page = browser.get(&page_of(&person)).await.1;
            let question = page.contains("<details class=\"sure\">\n          <summary>取消报名资格");
            assert_eq!((question, page.contains("value=\"shut_out\"")), (asks, asks), "{status:?}: {page}");
        }
    }
    let her = standing_as(&evening, &women, Status::Selected).await.remove(0);
    let one = page_of(&her);
    let (status, page) = read(browser.send(&one, &[("decision", "shut_out"), ("reason", "")]).await).await;
    assert!(status == 422 && page.contains("<details class=\"sure\" open>"), "{page}");
    let sent = browser.send(&one, &[("decision", "shut_out"), ("reason", WHY)]).await;
    assert_eq!((sent.status().as_u16(), header(&sent, "location")), (303, one.as_str()));
    let page = browser.get(&one).await.1;
    assert!(page.contains("<strong>取消报名资格</strong>") && page.contains(WHY), "on record: {page}");
    assert!(!page.contains("value=\"shut_out\"") && !page.contains("value=\"restore\""), "{page}");
    // Her own page says how it stands, and hands her nothing.
    let own = Browser::of(&evening, &evening.again(&her)).await;
    assert_eq!(own.get("/e/qixi/me").await.0, 303, "where letters lead");
    let (status, page) = own.get("/e/qixi").await;
    assert!(status == 200 && page.contains(&format!("没有接受你的报名。原因：{WHY}")), "{page}");
}
