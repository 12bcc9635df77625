//! A seat that came free is offered to the next in line.

use queqiao::commands::verify;
use queqiao::database::Write;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::{self, Status};
use queqiao::screening::{expire, placement, seat_move};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::json;

use super::{Cast, LIST, ME, REPLY, RUNS, cast, seats, standing_as};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::hours;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_declined_seat_goes_to_the_next_of_the_same_side(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, men, women }) = cast(engine).await else { return };
    evening.organizer.post(RUNS, json!({})).await;
    let first = standing_as(&evening, &women, Status::Selected).await.remove(0);
    let board = evening.organizer.get("/api/v1/events/qixi/screening/standby").await;
    let declined = first.post(REPLY, json!({ "reply": "decline" })).await;
    assert_eq!((declined.status, &declined.json["status"]), (200, &json!("declined")), "{}", declined.text());
    assert_eq!(standing_as(&evening, &women, Status::Selected).await.len(), 2);
    assert_eq!(standing_as(&evening, &men, Status::Selected).await.len(), 2);
    let after = evening.organizer.get("/api/v1/events/qixi/screening/standby").await;
    assert_eq!(after.json["moves"][0]["newcomer"], board.json["sides"][1]["next"], "{}", after.text());
    let offers = evening.letters().await.into_iter().filter(|letter| letter.kind == "standby_offer").count();
    assert_eq!(offers, 1);
    // Saying it again changes nothing; taking it back is too late.
    assert_eq!(first.post(REPLY, json!({ "reply": "decline" })).await.status, 200);
    assert_eq!(first.post(REPLY, json!({ "reply": "confirm" })).await.code(), "seat_gone");
    let waiting = standing_as(&evening, &men, Status::Waitlisted).await.remove(0);
    assert_eq!(waiting.post(REPLY, json!({ "reply": "confirm" })).await.code(), "no_seat_offered");
    assert_eq!(waiting.post(REPLY, json!({ "reply": "maybe" })).await.status, 422);
    assert_eq!(seats(&evening).await, 4);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_does_not_answer_in_time_gives_way(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { mut evening, men, women }) = cast(engine).await else { return };
    evening.organizer.post(RUNS, json!({})).await;
    let silent = standing_as(&evening, &men, Status::Selected).await;
    for woman in standing_as(&evening, &women, Status::Selected).await {
        let confirmed = woman.post(REPLY, json!({ "reply": "confirm" })).await;
        assert_eq!((confirmed.status, &confirmed.json["status"]), (200, &json!("confirmed")));
    }
    evening.move_to(Phase::Confirmation).await;
    assert_eq!(expire::due(&evening.app).await.unwrap(), 0);
    evening.clock.advance(hours(80));
    evening.move_to(Phase::Confirmation).await;
    let late = evening.again(&silent[0]).post(REPLY, json!({ "reply": "confirm" })).await;
    assert_eq!(late.code(), "seat_gone");
    assert_eq!(expire::due(&evening.app).await.unwrap(), 2);
    assert_eq!(standing_as(&evening, &men, Status::Expired).await.len(), 2);
    assert_eq!(standing_as(&evening, &men, Status::Selected).await.len(), 2);
    assert_eq!(standing_as(&evening, &women, Status::Confirmed).await.len(), 2);
    assert_eq!(expire::due(&evening.app).await.unwrap(), 0);
    // Nobody is left to come in: the seats stay empty, and the log says why.
    evening.clock.advance(hours(30));
    evening.move_to(Phase::Confirmation).await;
    assert_eq!(expire::due(&evening.app).await.unwrap(), 2);
    let moves = seat_move::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert_eq!(moves.iter().filter(|one| one.newcomer_id.is_none() && one.stuck.is_some()).count(), 2);
    assert_eq!(seats(&evening).await, 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn doors_that_open_earlier_leave_nobody_a_later_answer(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { mut evening, men, .. }) = cast(engine).await else { return };
    evening.organizer.post(RUNS, json!({})).await;
    evening.move_to(Phase::Confirmation).await;
    let chosen = standing_as(&evening, &men, Status::Selected).await;
    let reply_by = async || chosen[0].get(ME).await.json["reply_by"].as_str().unwrap().to_owned();
    let doors = "2026-08-22T06:30:00Z";
    assert!(*reply_by().await > *doors, "promised before: {}", reply_by().await);
    let earlier = json!({ "phases": [{ "phase": "on_site", "starts_at": doors }] });
    let moved = evening.organizer.patch("/api/v1/events/qixi", earlier).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    assert_eq!(reply_by().await, doors);

    let open =
        evening.organizer.post("/api/v1/events/qixi/phase", json!({ "phase": "on_site", "reason": "下雨" })).await;
    assert_eq!(open.status, 200, "{}", open.text());
    assert_eq!(reply_by().await, "2026-08-22T06:00:00Z", "nobody is promised what is refused by now");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_withdrawn_seat_is_given_on_by_the_clock(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, women, .. }) = cast(engine).await else { return };
    evening.organizer.post(LIST, json!({ "draw": "drand 9" })).await;
    // Withdrawn between the list and the draw: in the list, not in the run.
    assert_eq!(women[5].delete(ME).await.status, 204);
    let run = evening.organizer.post(RUNS, json!({ "beacon": "9" })).await;
    assert_eq!((&run.json["waitlisted"], &run.json["not_selected"]), (&json!(4), &json!(1)), "{}", run.text());
    let file = evening.organizer.get(&format!("{RUNS}/1/file")).await;
    assert_eq!(verify::holds(&file.bytes).unwrap().withdrawn.len(), 1);
    let seated = standing_as(&evening, &women, Status::Selected).await.remove(0);
    assert_eq!(seated.delete(ME).await.status, 204);
    assert_eq!(seats(&evening).await, 3);
    assert_eq!(expire::due(&evening.app).await.unwrap(), 1);
    assert_eq!(seats(&evening).await, 4);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_fill_an_empty_seat_one_does(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, men, .. }) = cast(engine).await else { return };
    evening.organizer.post(RUNS, json!({})).await;
    let waiting = standing_as(&evening, &men, Status::Waitlisted).await;
    // Nobody waits when the seat comes free, and two do afterwards.
    for man in &waiting {
        evening.stands(man, Status::Withdrawn).await;
    }
    let leaver = standing_as(&evening, &men, Status::Selected).await.remove(0);
    assert_eq!(leaver.post(REPLY, json!({ "reply": "decline" })).await.status, 200);
    for man in &waiting {
        evening.stands(man, Status::Waitlisted).await;
    }
    assert_eq!((seats(&evening).await, waiting.len()), (3, 2));
    let promotions = "/api/v1/events/qixi/screening/standby/promotions";
    let hands = (0..4).map(|_| evening.organizer.post(promotions, json!({ "side": "men" })));
    let hands = futures_util::future::join_all(hands);
    let held = async |txn: &Write| assert!(event::hold_shared(txn, evening.event.id).await.is_ok());
    let answers = evening.amid(held, 4, hands).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.code() == "no_empty_seat"), "{answers:?}");
    assert_eq!(seats(&evening).await, 4);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_processes_that_find_an_empty_seat_one_gives_it_on(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, men, .. }) = cast(engine).await else { return };
    evening.organizer.post(RUNS, json!({})).await;
    let gone = standing_as(&evening, &men, Status::Selected).await.remove(0);
    evening.stands(&gone, Status::Withdrawn).await;
    let held = async |txn: &Write| assert!(event::hold_shared(txn, evening.event.id).await.is_ok());
    let rounds = futures_util::future::join_all((0..4).map(|_| expire::due(&evening.app)));
    let moved: Vec<usize> = evening.amid(held, 4, rounds).await.into_iter().map(Result::unwrap).collect();
    assert_eq!((moved.iter().sum::<usize>(), seats(&evening).await), (1, 4), "{moved:?}");
}

/// Who confirms is judged by what the event and their own registration have just become.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_confirms_a_seat_that_is_just_going(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, women, .. }) = cast(engine).await else { return };
    evening.organizer.post(RUNS, json!({})).await;
    let her = standing_as(&evening, &women, Status::Selected).await.remove(0);
    let confirm = || her.post(REPLY, json!({ "reply": "confirm" }));
    let withdrawing = async |txn: &Write| {
        let id = Set(her.registration_id);
        let row = registration::ActiveModel { id, status: Set(Status::Withdrawn), ..Default::default() };
        row.update(txn).await.unwrap();
    };
    let refused = evening.amid(withdrawing, 1, confirm()).await;
    // Where there is one writer, the registration may be gone before anybody looks for it.
    assert!(["no_seat_offered", "not_registered"].contains(&refused.code()), "{}", refused.text());
    assert_eq!(evening.status(&her).await, Status::Withdrawn);
    evening.stands(&her, Status::Selected).await;
    let refused = evening.amid(async |txn| evening.closing(txn).await, 1, confirm()).await;
    assert_eq!((refused.status, refused.code()), (409, "phase_closed"), "{}", refused.text());
    assert_eq!(evening.status(&her).await, Status::Selected);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_never_seat_more_than_there_are_seats(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, men, women }) = cast(engine).await else { return };
    evening.organizer.post(RUNS, json!({})).await;
    let mut selected = standing_as(&evening, &men, Status::Selected).await;
    selected.extend(standing_as(&evening, &women, Status::Selected).await);
    // Everybody with a seat declines from three phones at once, confirms from a fourth, and the clock looks in.
    let word = |hand: usize| if hand == 3 { "confirm" } else { "decline" };
    let hands = selected.iter().flat_map(|person| (0..4).map(move |hand| (person, hand)));
    let replies = hands.map(|(person, hand)| person.post(REPLY, json!({ "reply": word(hand) })));
    let (answers, rounds) = futures_util::join!(
        futures_util::future::join_all(replies),
        futures_util::future::join_all((0..4).map(|_| expire::due(&evening.app)))
    );
    assert!(rounds.into_iter().all(|round| round.is_ok()));
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.code() == "seat_gone"), "{answers:?}");
    let moves = seat_move::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert_eq!(moves.len(), selected.len());
    let holders = placement::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert_eq!(holders.iter().filter(|one| one.seated).count(), 4);
    assert_eq!(seats(&evening).await, 4);
    let offers = evening.letters().await.into_iter().filter(|letter| letter.kind == "standby_offer").count();
    assert_eq!(offers, moves.iter().filter(|one| one.newcomer_id.is_some()).count());
}
