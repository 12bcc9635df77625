//! Stories of the room `screening`.

use queqiao::accounts::profile::Gender;
use queqiao::badges::number::Number;
use queqiao::checkin::{attempt, presence};
use queqiao::commands::verify;
use queqiao::database::Write;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::points::frozen;
use queqiao::registrations::registration::{self, Side, Status};
use queqiao::screening::{expire, placement, run, seat_move};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::door::issue;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};
use crate::fixtures::person::Person;
use crate::fixtures::process;

const RUNS: &str = "/api/v1/events/qixi/screening/runs";
const LIST: &str = "/api/v1/events/qixi/screening/list";
const REPLY: &str = "/api/v1/events/qixi/registrations/me/reply";
const ME: &str = "/api/v1/events/qixi/registrations/me";

/// Four men and six women for two and two seats, with the ledger frozen.
struct Cast {
    evening: Evening,
    men: Vec<Person>,
    women: Vec<Person>,
}

async fn cast(engine: Engine) -> Option<Cast> {
    let evening = Evening::begin(engine, Phase::Screening).await?;
    let men = evening.participants("men", 4, Status::Approved).await;
    let women = evening.participants("women", 6, Status::Approved).await;
    freeze(&evening).await;
    Some(Cast { evening, men, women })
}

async fn freeze(evening: &Evening) {
    let txn = evening.app.database.begin_write().await.unwrap();
    let event = event::hold(&txn, evening.event.id).await.unwrap();
    frozen::seal(&txn, &evening.app, &event, None, evening.app.now()).await.unwrap();
    txn.commit().await.unwrap();
}

async fn rules(evening: &Evening, rules: Value) {
    evening.change(|row| row.settings = Set(json!({ "screening": rules }))).await;
}

async fn standing_as(evening: &Evening, people: &[Person], wanted: Status) -> Vec<Person> {
    let mut found = Vec::new();
    for person in people {
        if evening.status(person).await == wanted {
            found.push(evening.again(person));
        }
    }
    found
}

async fn seats(evening: &Evening) -> usize {
    let rows = registration::Entity::of_event(evening.event.id).all(evening.app.database.reader()).await.unwrap();
    rows.iter().filter(|row| matches!(row.status, Status::Selected | Status::Confirmed)).count()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_gets_a_place_a_reason_and_a_letter(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, men, women }) = cast(engine).await else { return };
    let published = evening.organizer.post(LIST, json!({ "draw": "双色球 2026090 期" })).await;
    assert_eq!(published.status, 201, "{}", published.text());
    assert_eq!(published.json["applicants"], 10);
    let preview = evening.organizer.post("/api/v1/events/qixi/screening/preview", json!({})).await;
    assert_eq!((preview.status, &preview.json["sides"][0]["selected"]), (200, &json!(2)), "{}", preview.text());
    let run = evening.organizer.post(RUNS, json!({ "beacon": "01 05 09+08" })).await;
    assert_eq!(run.status, 201, "{}", run.text());
    assert_eq!(run.json["list_root"], published.json["list_root"]);
    assert_eq!((&run.json["selected"], &run.json["waitlisted"]), (&json!(4), &json!(4)));
    assert_eq!(run.json["not_selected"], 2, "as many wait as there are seats, and nobody else is kept hoping");
    for (people, seats) in [(&men, 2), (&women, 2)] {
        assert_eq!(standing_as(&evening, people, Status::Selected).await.len(), seats);
    }
    for person in men.iter().chain(&women) {
        assert_eq!(evening.letters_to(person, "screened").await.len(), 1);
        let me = person.get(ME).await;
        assert_eq!(me.status, 200, "{}", me.text());
        assert!(me.json["explanation"]["words"].as_array().is_some_and(|words| !words.is_empty()), "{}", me.text());
        assert_eq!(me.json["standby_place"].is_null(), me.json["status"] != "waitlisted", "{}", me.text());
        let line = person.get("/api/v1/events/qixi/screening/me").await;
        assert_eq!(line.json["list_root"], published.json["list_root"], "{}", line.text());
    }
    let file = evening.organizer.get(&format!("{RUNS}/1/file")).await;
    assert_eq!(verify::holds(&file.bytes).unwrap().lottery.beacon, "01 05 09+08");
    let public = evening.visitor().get("/api/v1/events/qixi/screening").await;
    assert_eq!(public.json["run"]["seed"], run.json["seed"], "{}", public.text());
    assert!(public.json["run"]["sides"][0]["cut_line"].is_null(), "two people are too few to be told of");
    let board = evening.organizer.get("/api/v1/events/qixi/screening/standby").await;
    assert_eq!(board.json["sides"][1]["waiting"].as_array().map(Vec::len), Some(2), "{}", board.text());
    assert_eq!(board.json["sides"][1]["next"], board.json["sides"][1]["waiting"][0]["number"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_screened_too_early_twice_or_by_the_wrong_hands(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    let guest = evening.participants("men", 4, Status::Approved).await.remove(0);
    evening.participants("women", 4, Status::Approved).await;
    let early = evening.organizer.post(RUNS, json!({})).await;
    assert_eq!((early.status, early.code()), (409, "phase_closed"));
    evening.enter(Phase::Screening).await;
    let open = evening.organizer.post(RUNS, json!({ "beacon": "x" })).await;
    assert_eq!((open.status, open.code()), (409, "ledger_not_frozen"));
    assert_eq!(evening.organizer.post(LIST, json!({ "draw": "x" })).await.code(), "ledger_not_frozen");
    freeze(&evening).await;
    assert_eq!(guest.post(RUNS, json!({})).await.status, 403);
    assert_eq!(evening.stranger().await.post(RUNS, json!({})).await.status, 403);
    assert_eq!(evening.visitor().post(RUNS, json!({})).await.status, 401);
    assert_eq!(evening.organizer.post(RUNS, json!({ "bacon": 1 })).await.status, 422);
    assert_eq!(evening.organizer.post(LIST, json!({ "draw": " " })).await.status, 422);
    assert_eq!(evening.organizer.get(&format!("{RUNS}/1")).await.status, 404);
    evening.organizer.post(LIST, json!({ "draw": "drand 7" })).await;
    let blind = evening.organizer.post(RUNS, json!({})).await;
    assert_eq!((blind.status, &blind.json["errors"][0]["field"]), (422, &json!("beacon")));
    assert_eq!(evening.organizer.post(RUNS, json!({ "beacon": "7" })).await.status, 201);
    let again = evening.organizer.post(RUNS, json!({ "beacon": "8" })).await;
    assert_eq!((again.status, again.code()), (409, "already_screened"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_organizers_who_screen_at_once_one_does(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, .. }) = cast(engine).await else { return };
    let organizer = &evening.organizer;
    let answers = futures_util::future::join_all((0..6).map(|_| organizer.post(RUNS, json!({})))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.code() == "already_screened"));
    assert_eq!(run::Entity::find().all(evening.app.database.reader()).await.unwrap().len(), 1);
    let screened = evening.letters().await.into_iter().filter(|letter| letter.kind == "screened").count();
    assert_eq!((screened, seats(&evening).await), (10, 4));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn quotas_that_cannot_be_met_change_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, men, .. }) = cast(engine).await else { return };
    rules(
        &evening,
        json!({ "side": { "men": { "min": 2, "max": 2 }, "women": { "min": 2, "max": 2 } },
        "band": [{ "side": "men", "name": "35+", "min": 1, "max": 2 }] }),
    )
    .await;
    let refused = evening.organizer.post(RUNS, json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "quotas_cannot_be_met"), "{}", refused.text());
    let change = &refused.json["smallest_change"][0];
    assert_eq!((&change["limit"], &change["to"]), (&json!("band men/35+ min"), &json!(0)), "{}", refused.text());
    assert_eq!(evening.status(&men[0]).await, Status::Approved);
    assert!(evening.letters().await.is_empty());
    let trial = json!({ "rules": { "seats": 2, "side": { "men": { "min": 3, "max": 1 } } } });
    assert_eq!(evening.organizer.post("/api/v1/events/qixi/screening/preview", trial).await.status, 422);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn more_seats_than_people_are_not_given_to_anybody_else(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Screening).await else { return };
    let him = evening.participant("men").await;
    let women = evening.participants("women", 5, Status::Approved).await;
    freeze(&evening).await;
    // Two and two were promised: three women in the place of a man would break it.
    let refused = evening.organizer.post(RUNS, json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "quotas_cannot_be_met"), "{}", refused.text());
    let smallest = &refused.json["smallest_change"];
    assert_eq!((&smallest[0]["limit"], &smallest[0]["to"]), (&json!("seats"), &json!(3)), "{}", refused.text());
    assert_eq!((&smallest[1]["limit"], &smallest[1]["to"]), (&json!("side men min"), &json!(1)));
    assert_eq!((seats(&evening).await, evening.letters().await.len()), (0, 0));
    // The change that was proposed.
    let side = json!({ "men": { "min": 1, "max": 2 }, "women": { "min": 2, "max": 2 } });
    evening.change(|row| row.seats = Set(3)).await;
    rules(&evening, json!({ "side": side })).await;
    let run = evening.organizer.post(RUNS, json!({})).await;
    assert_eq!((run.status, &run.json["selected"]), (201, &json!(3)), "{}", run.text());
    assert_eq!(evening.status(&him).await, Status::Selected);
    // Of the three left over two stand in line: as many as the larger side has seats.
    let left_over = [Status::Waitlisted, Status::NotSelected];
    let left_over = left_over.map(async |status| standing_as(&evening, &women, status).await.len());
    assert_eq!(futures_util::future::join_all(left_over).await, [2, 1]);
}

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
    evening.enter(Phase::Confirmation).await;
    assert_eq!(expire::due(&evening.app).await.unwrap(), 0);
    evening.clock.advance(hours(80));
    evening.enter(Phase::Confirmation).await;
    let late = evening.again(&silent[0]).post(REPLY, json!({ "reply": "confirm" })).await;
    assert_eq!(late.code(), "seat_gone");
    assert_eq!(expire::due(&evening.app).await.unwrap(), 2);
    assert_eq!(standing_as(&evening, &men, Status::Expired).await.len(), 2);
    assert_eq!(standing_as(&evening, &men, Status::Selected).await.len(), 2);
    assert_eq!(standing_as(&evening, &women, Status::Confirmed).await.len(), 2);
    assert_eq!(expire::due(&evening.app).await.unwrap(), 0);
    // Nobody is left to come in: the seats stay empty, and the log says why.
    evening.clock.advance(hours(30));
    evening.enter(Phase::Confirmation).await;
    assert_eq!(expire::due(&evening.app).await.unwrap(), 2);
    let moves = seat_move::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert_eq!(moves.iter().filter(|one| one.newcomer_id.is_none() && one.stuck.is_some()).count(), 2);
    assert_eq!(seats(&evening).await, 2);
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
    let mut asked = standing_as(&evening, &men, Status::Selected).await;
    asked.extend(standing_as(&evening, &women, Status::Selected).await);
    // Everybody with a seat declines from three phones at once, confirms from a fourth, and the clock looks in.
    let word = |hand: usize| if hand == 3 { "confirm" } else { "decline" };
    let hands = asked.iter().flat_map(|person| (0..4).map(move |hand| (person, hand)));
    let replies = hands.map(|(person, hand)| person.post(REPLY, json!({ "reply": word(hand) })));
    let (answers, rounds) = futures_util::join!(
        futures_util::future::join_all(replies),
        futures_util::future::join_all((0..4).map(|_| expire::due(&evening.app)))
    );
    assert!(rounds.into_iter().all(|round| round.is_ok()));
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.code() == "seat_gone"), "{answers:?}");
    let moves = seat_move::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert_eq!(moves.len(), asked.len());
    let holders = placement::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert_eq!(holders.iter().filter(|one| one.seated).count(), 4);
    assert_eq!(seats(&evening).await, 4);
    let offers = evening.letters().await.into_iter().filter(|letter| letter.kind == "standby_offer").count();
    assert_eq!(offers, moves.iter().filter(|one| one.newcomer_id.is_some()).count());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_power_cut_between_any_two_statements_of_a_run_leaves_all_of_it_or_nothing(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(evening) = process::begin(engine, Phase::Screening).await else { return };
    evening.participants("men", 3, Status::Approved).await;
    evening.participants("women", 2, Status::Approved).await;
    freeze(&evening).await;
    let db = evening.app.database.reader();
    for statements in 0.. {
        let outlived = {
            let process = process::serve(&evening, statements);
            let organizer = evening.organizer.at(&process.address);
            organizer.send_or_lose(organizer.request(reqwest::Method::POST, RUNS).json(&json!({}))).await
        };
        process::catch_up(&evening);
        let runs = run::Entity::find().all(db).await.unwrap().len();
        let placed = placement::Entity::find().all(db).await.unwrap().len();
        let letters = evening.letters().await.len();
        if outlived.is_none() && runs == 0 {
            assert_eq!((placed, letters, seats(&evening).await), (0, 0, 0), "after {statements} statements");
            continue;
        }
        assert_eq!((runs, placed, letters, seats(&evening).await), (1, 5, 5, 4), "after {statements} statements");
        assert!(statements > 10, "the plug was pulled {statements} times");
        break;
    }
    assert_eq!(evening.organizer.post(RUNS, json!({})).await.code(), "already_screened");
}

/// Runs the plain program: exit status, standard output, standard error.
fn plainly(folder: &std::path::Path, csv: &str, rules: &str, more: &[&str]) -> (i32, String, String) {
    let (list, terms) = (folder.join("list.csv"), folder.join("rules.toml"));
    std::fs::write(&list, csv).unwrap();
    std::fs::write(&terms, rules).unwrap();
    let program = std::process::Command::new(env!("CARGO_BIN_EXE_queqiao"))
        .arg("screen")
        .arg(&list)
        .arg("--rules")
        .arg(&terms)
        .args(more)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim_end().to_owned();
    (program.status.code().unwrap(), text(program.stdout), text(program.stderr))
}

#[test]
fn the_plain_program_answers_in_json_and_refuses_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let run = |csv: &str, rules: &str, more: &[&str]| plainly(folder.path(), csv, rules, more);
    let two = "seats = 2\n[side.men]\nmin = 1\nmax = 1\n[side.women]\nmin = 1\nmax = 1\n";
    let csv = "points,number,side,unit,band,class\n7,A0003,men,u,,1\n9,A0001,women,u,,1\n8,A0002,women,u,,1\n";
    let (status, out, _) = run(csv, two, &[]);
    let out: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &out["selected"], &out["infeasible"]), (0, &json!(["A0001", "A0003"]), &Value::Null));
    assert_eq!(out["standby"], json!({ "men": [], "women": ["A0002"] }));
    assert_eq!(out["explanations"]["A0002"]["full"][0]["limit"], "side women");
    let (status, out, _) = run(csv, &two.replace("men]\nmin = 1\nmax = 1", "men]\nmin = 2\nmax = 2"), &[]);
    let out: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &out["selected"]), (3, &Value::Null));
    assert!(out["infeasible"]["limits"].as_array().is_some_and(|limits| !limits.is_empty()));
    let refused = |csv: &str, rules: &str, more: &[&str]| {
        let (status, out, line) = run(csv, rules, more);
        assert_eq!((status, out.as_str(), line.lines().count()), (2, "", 1), "{line}");
        line
    };
    let bad = refused(&csv.replace("8,A0002", "abc,A0002"), two, &[]);
    assert_eq!(bad, "line 4: points: \"abc\" is not a whole number");
    let crossing = format!("{two}[unit]\nmax = 1\n[[band]]\nname = \"35+\"\nmin = 1\n");
    assert!(refused(csv, &crossing, &[]).contains("\"side men\" and \"band 35+\" cross"));
    assert_eq!(refused(csv, two, &["--seed", "12"]), "--seed: \"12\" is not 64 hexadecimal digits");
    refused(csv, "seats = 2\nchairs = 3\n", &[]);
}

/// An evening of a union that was so many days before ours.
async fn earlier(evening: &Evening, days: i64, organization_id: Uuid) -> Uuid {
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
async fn confirmed(evening: &Evening, event_id: Uuid, person: &Person, number: i32, came: bool) {
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
        let step = presence::Step { event_id, registration_id, worn, at: begun, device: "desk", attempt_id, now: true };
        assert!(presence::enter(&txn, step).await.unwrap());
    }
    txn.commit().await.unwrap();
}

/// A cast with a past: of the men the first was at an evening two months ago and the second stayed
/// away from it; of the women each has a past that does not count.
async fn cast_with_a_past(engine: Engine) -> Option<Cast> {
    let cast = cast(engine).await?;
    let Cast { evening, men, women } = &cast;
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
    for (place, class, status, standby, said) in [
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
        let words = mine["explanation"]["words"].to_string();
        assert!(words.contains(said) && (class > 1 || !words.contains("规则，排在")), "{words}");
        let [letter] = &evening.letters_to(&men[place], "screened").await[..] else { panic!("one letter") };
        assert!(letter.plain.contains(said), "{}", letter.plain);
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
