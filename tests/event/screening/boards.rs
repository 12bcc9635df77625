//! 专场: several boards under one registration, from the plan to the seat.

use std::collections::{HashMap, HashSet};

use futures_util::future::join_all;
use queqiao::boards::terms;
use queqiao::commands::verify;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use queqiao::screening::placement;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use super::{LIST, ME, REPLY, RUNS, freeze, standing_as};
use crate::fixtures::browser::Browser;
use crate::fixtures::door::{DEVICES, DOOR, admitted, code_of, entry_of, opened, paired, turned_away};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};
use crate::fixtures::person::Person;

const EVENT: &str = "/api/v1/events/qixi";
const WISHES: &str = "/api/v1/events/qixi/registrations/me/boards";

/// A board that begins so many hours after the event and lasts one.
fn board(event: &event::Model, name: &str, hour: i64, seats: i32) -> Value {
    let at = |hour| event.starts_at + hours(hour);
    json!({ "name": name, "starts_at": at(hour), "ends_at": at(hour + 1), "venue": format!("{name}馆"), "seats": seats })
}

fn two_boards(event: &event::Model) -> Value {
    json!([board(event, "音乐会", 0, 2), board(event, "海洋馆", 1, 2)])
}

/// Four men and six women for two boards of one man and one woman each.
async fn cast(engine: Engine, phase: Phase) -> Option<(Evening, Vec<Person>, Vec<Person>)> {
    let mut evening = Evening::begin(engine, phase).await?;
    let boards = two_boards(&evening.event);
    evening.event = evening.change(|row| row.settings = Set(json!({ "boards": boards }))).await;
    let men = evening.participants("men", 4, Status::Approved).await;
    let women = evening.participants("women", 6, Status::Approved).await;
    Some((evening, men, women))
}

async fn wishes(person: &Person, boards: &[&str]) {
    let answer = person.put(WISHES, json!({ "boards": boards })).await;
    assert_eq!((answer.status, &answer.json["boards"]), (200, &json!(boards)), "{}", answer.text());
}

/// Number and board of everybody with a seat.
async fn seated(evening: &Evening) -> HashMap<String, String> {
    let rows = placement::Entity::of_event(evening.event.id).all(evening.app.database.reader()).await.unwrap();
    rows.into_iter().filter(|row| row.seated).map(|row| (row.number, row.board.unwrap())).collect()
}

async fn number(person: &Person) -> String {
    person.get(ME).await.json["number"].as_str().unwrap().to_owned()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn boards_are_planned_and_announced(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let amend = async |boards: Value| evening.organizer.patch(EVENT, json!({ "boards": boards })).await;
    let event = evening.event.clone();
    let of = |name: &str, hour: i64, seats: i32| board(&event, name, hour, seats);
    for (boards, field) in [
        (json!([of("音乐会", 0, 2), of("音乐会", 1, 2)]), "boards[1].name"),
        (json!([of("音乐会", 0, 2), of("海洋馆", 1, 3)]), "boards"),
        (json!([of("音乐会", 0, 2), of("A>B", 1, 2)]), "boards[1].name"),
        (json!([of("音乐会", -1, 2), of("海洋馆", 1, 2)]), "boards[0].starts_at"),
        (json!([of("音乐会", 0, 2), of("海洋馆", 100, 2)]), "boards[1].ends_at"),
    ] {
        let refused = amend(boards).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["field"]), (422, &json!(field)), "{}", refused.text());
    }
    let planned = amend(two_boards(&event)).await;
    assert_eq!(planned.status, 200, "{}", planned.text());
    let poster = evening.organizer.get(EVENT).await;
    assert_eq!(poster.json["plan"]["boards"][1]["name"], "海洋馆", "{}", poster.text());
    assert_eq!(poster.json["plan"]["boards"][1]["side"]["men"], json!({ "min": 1, "max": 1 }), "half for each side");
    evening.move_to(Phase::Registration).await;
    let page = Browser::open(&evening).get("/e/qixi").await.1;
    assert!(page.contains("海洋馆馆") && page.contains("男女各 1 人"), "{page}");
    assert!(!page.contains("同一单位男女各最多 3 人"), "the whole has no limits of its own: {page}");
    // People apply for what was announced: no board comes or is called otherwise; days, seats and limits may be fitted.
    let event = evening.event.clone();
    let of = |name: &str, hour: i64, seats: i32| board(&event, name, hour, seats);
    let patch = async |change: Value| evening.organizer.patch(EVENT, change).await;
    let renamed = patch(json!({ "boards": [of("音乐会", 0, 2), of("电影", 1, 2)] })).await;
    assert_eq!(renamed.code(), "too_late", "{}", renamed.text());
    assert_eq!(patch(json!({ "boards": [] })).await.code(), "too_late");
    let fitted = json!({ "seats": 6, "boards": [of("音乐会", 1, 4), of("海洋馆", 0, 2)] });
    assert_eq!(patch(fitted).await.status, 200);
    let dropped = patch(json!({ "seats": 4, "boards": [of("音乐会", 1, 4)] })).await;
    assert_eq!(dropped.status, 200, "{}", dropped.text());
    assert_eq!(evening.stranger().await.patch(EVENT, json!({ "boards": [] })).await.status, 403);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn people_put_boards_in_order_until_the_points_are_frozen(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, men, women)) = cast(engine, Phase::Online).await else { return };
    let (he, she) = (&men[0], &women[0]);
    let unsaid = he.get(WISHES).await;
    assert_eq!(unsaid.json, json!({ "boards": ["音乐会", "海洋馆"], "chosen": false, "open": true }));
    for (boards, code) in
        [(json!([]), "blank"), (json!(["音乐会", "音乐会"]), "twice"), (json!(["电影"]), "unknown_board")]
    {
        let refused = he.put(WISHES, json!({ "boards": boards })).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["code"]), (422, &json!(code)), "{}", refused.text());
    }
    wishes(he, &["海洋馆"]).await;
    wishes(he, &["海洋馆", "音乐会"]).await;
    assert_eq!(he.get(WISHES).await.json["boards"], json!(["海洋馆", "音乐会"]));
    assert_eq!(evening.stranger().await.put(WISHES, json!({ "boards": ["音乐会"] })).await.code(), "not_registered");
    assert_eq!(evening.visitor().put(WISHES, json!({ "boards": ["音乐会"] })).await.status, 401);
    // On the page, with nothing but a form.
    let phone = Browser::of(&evening, she).await;
    let (status, page) = phone.get("/e/qixi/boards").await;
    assert!(status == 200 && page.contains("第 2 志愿") && page.contains("海洋馆馆"), "{page}");
    assert!(phone.get("/e/qixi/me").await.1.contains("/e/qixi/boards"));
    let twice = phone.send("/e/qixi/boards", &[("boards[0]", "海洋馆"), ("boards[1]", "海洋馆")]).await;
    assert_eq!(twice.status().as_u16(), 422);
    let kept = phone.send("/e/qixi/boards", &[("boards[0]", ""), ("boards[1]", "海洋馆")]).await;
    assert_eq!(kept.status().as_u16(), 303);
    assert_eq!(she.get(WISHES).await.json["boards"], json!(["海洋馆"]));
    let home = evening.takes_home(she).await;
    assert_eq!(home.status, 200);
    freeze(&evening).await;
    assert_eq!(he.put(WISHES, json!({ "boards": ["音乐会"] })).await.code(), "wishes_fixed");
    assert_eq!(he.get(WISHES).await.json, json!({ "boards": ["海洋馆", "音乐会"], "chosen": true, "open": false }));
    let page = phone.get("/e/qixi/boards").await.1;
    assert!(page.contains("志愿不再改动") && !page.contains("<select"), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_of_one_evening_has_no_boards(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let he = evening.participant("men").await;
    assert_eq!(he.get(WISHES).await.code(), "no_boards");
    assert_eq!(he.put(WISHES, json!({ "boards": ["音乐会"] })).await.code(), "no_boards");
    assert!(!Browser::of(&evening, &he).await.get("/e/qixi/me").await.1.contains("/e/qixi/boards"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_wished_before_the_freeze_is_what_is_screened(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((mut evening, men, women)) = cast(engine, Phase::Online).await else { return };
    // Everybody goes on changing their mind while the points are frozen.
    let people: Vec<&Person> = men.iter().chain(&women).collect();
    let changing = people.iter().map(async |person| {
        let mut last = vec!["音乐会", "海洋馆"];
        for turn in 0..6 {
            let wish = if turn % 2 == 0 { vec!["海洋馆"] } else { vec!["音乐会"] };
            let answer = person.put(WISHES, json!({ "boards": wish })).await;
            match answer.status {
                200 => last = wish,
                _ => assert_eq!(answer.code(), "wishes_fixed", "{}", answer.text()),
            }
        }
        (number(person).await, last)
    });
    let (kept, ()) = futures_util::future::join(join_all(changing), freeze(&evening)).await;
    evening.move_to(Phase::Screening).await;
    let fixed = evening.organizer.post(LIST, json!({ "draw": "双色球 2026090 期" })).await;
    assert_eq!(fixed.status, 201, "{}", fixed.text());
    let list =
        queqiao::screening::list::latest(evening.app.database.reader(), evening.event.id).await.unwrap().unwrap();
    let listed: HashMap<String, Vec<String>> =
        list.lines().unwrap().into_iter().map(|line| (line.applicant.number, line.wishes)).collect();
    for (number, last) in kept {
        assert_eq!(listed[&number], last, "{number}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_run_gives_everybody_the_dearest_board_that_can_be_theirs(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((mut evening, men, women)) = cast(engine, Phase::Online).await else { return };
    for person in men.iter().chain(&women) {
        wishes(person, &["海洋馆", "音乐会"]).await;
    }
    wishes(&women[5], &["音乐会"]).await;
    freeze(&evening).await;
    evening.move_to(Phase::Screening).await;
    let preview = evening.organizer.post("/api/v1/events/qixi/screening/preview", json!({})).await;
    assert_eq!((preview.status, &preview.json["boards"][1]["women"]), (200, &json!(1)), "{}", preview.text());
    let rules = json!({ "rules": { "seats": 4 } });
    let other = evening.organizer.post("/api/v1/events/qixi/screening/preview", rules).await;
    assert_eq!(other.code(), "boards_have_rules");
    let studio = Browser::of(&evening, &evening.organizer).await.get("/office/e/qixi/screening").await;
    assert!(studio.0 == 200 && studio.1.contains("海洋馆"), "{}", studio.1);
    let run = evening.organizer.post(RUNS, json!({ "beacon": "01 05 09+08" })).await;
    assert_eq!(run.status, 201, "{}", run.text());
    assert_eq!((&run.json["selected"], &run.json["boards"][0]["board"]), (&json!(4), &json!("音乐会")));
    let file = evening.organizer.get(&format!("{RUNS}/1/file")).await;
    let record = verify::holds(&file.bytes).unwrap();
    let filled = record.on_boards.clone().unwrap().boards.unwrap();
    let given = seated(&evening).await;
    for board in &filled {
        assert_eq!(board.selected.len(), 2);
        assert!(board.selected.iter().all(|number| given[number] == board.board));
    }
    let touched =
        String::from_utf8(file.bytes.to_vec()).unwrap().replacen("[\"海洋馆\",\"音乐会\"]", "[\"音乐会\"]", 1);
    assert!(verify::holds(touched.as_bytes()).is_err());
    for person in men.iter().chain(&women) {
        let (mine, me) = (number(person).await, person.get(ME).await);
        assert_eq!(me.json["explanation"]["board"].as_str(), given.get(&mine).map(String::as_str), "{}", me.text());
        let letter = evening.letters_to(person, "screened").await.remove(0).plain;
        match given.get(&mine) {
            Some(board) => assert!(
                letter.contains(&format!("您的专场：{board}")) && letter.contains(&format!("{board}馆")),
                "{letter}"
            ),
            None => assert!(!letter.contains("您的专场"), "{letter}"),
        }
        // Whoever was refused a board reads why, by its name.
        for refused in me.json["explanation"]["refused_boards"].as_array().unwrap() {
            let board = refused["board"].as_str().unwrap();
            let reasons = me.json["explanation"]["words"].to_string();
            assert!(reasons.contains(&format!("{board}：")), "{reasons}");
            assert!(Browser::of(&evening, person).await.get("/e/qixi/why").await.1.contains(&format!("{board}：")));
        }
        let line = person.get("/api/v1/events/qixi/screening/me").await;
        assert!(line.json["row"].as_str().unwrap().contains("音乐会"), "{}", line.text());
    }
    let here = standing_as(&evening, &women, Status::Selected).await.remove(0);
    let page = Browser::of(&evening, &here).await.get("/e/qixi/why").await.1;
    assert!(page.contains(&given[&number(&here).await]), "{page}");
    let number_of_here = number(&here).await;
    let calendar = Browser::of(&evening, &here).await.get("/e/qixi/badge/calendar.ics").await.1;
    let board = terms::of(&evening.event).unwrap().into_iter().find(|one| given[&number_of_here] == one.name).unwrap();
    let begins = board.starts_at.format("DTSTART:%Y%m%dT%H%M%SZ").to_string();
    assert!(calendar.contains(&begins), "{calendar}");
    let more = json!({ "men": 1, "women": 0, "reason": "场地加座" });
    assert_eq!(evening.organizer.post("/api/v1/events/qixi/screening/seats", more).await.code(), "boards_have_rules");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_seat_of_a_board_goes_to_the_next_of_its_side_who_wishes_for_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((mut evening, men, women)) = cast(engine, Phase::Online).await else { return };
    for (place, person) in women.iter().enumerate() {
        // Two would come to the aquarium only, the others to the concert only.
        wishes(person, if place < 2 { &["海洋馆"] } else { &["音乐会"] }).await;
    }
    freeze(&evening).await;
    evening.move_to(Phase::Screening).await;
    assert_eq!(evening.organizer.post(RUNS, json!({})).await.status, 201);
    let before = seated(&evening).await;
    let board = evening.organizer.get("/api/v1/events/qixi/screening/standby").await;
    let next =
        board.json["boards"].as_array().unwrap().iter().find(|one| one["board"] == "海洋馆" && one["side"] == "women");
    let next = next.unwrap()["next"].clone();
    let aquarium: Vec<&Person> = women.iter().take(2).collect();
    let holder = if before.contains_key(&number(aquarium[0]).await) { 0 } else { 1 };
    assert_eq!(next, json!(number(aquarium[1 - holder]).await), "{}", board.text());
    let answers = join_all((0..6).map(|_| aquarium[holder].post(REPLY, json!({ "reply": "decline" })))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let after = seated(&evening).await;
    let gone = number(aquarium[holder]).await;
    let stayed = before.iter().filter(|(number, _)| **number != gone);
    assert!(stayed.clone().all(|(number, board)| after.get(number) == Some(board)), "nobody else is moved");
    assert_eq!(after.get(next.as_str().unwrap()).map(String::as_str), Some("海洋馆"));
    assert_eq!(after.len(), 4);
    let offer = evening.letters_to(aquarium[1 - holder], "standby_offer").await.remove(0).plain;
    assert!(offer.contains("您的专场：海洋馆") && offer.contains("海洋馆馆"), "{offer}");
    // Nobody else wishes for it: the seat stays empty, and nobody is moved for it.
    aquarium[1 - holder].post(REPLY, json!({ "reply": "decline" })).await;
    let left = seated(&evening).await;
    assert_eq!(left.len(), 3);
    let others: HashSet<&String> = stayed.map(|(number, _)| number).collect();
    assert_eq!(left.keys().collect::<HashSet<_>>(), others);
    assert_eq!(standing_as(&evening, &men, Status::Selected).await.len(), 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn boards_that_too_few_wish_for_are_told_with_the_smallest_change(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((mut evening, men, women)) = cast(engine, Phase::Online).await else { return };
    for person in men.iter().chain(&women) {
        wishes(person, &["音乐会"]).await;
    }
    wishes(&women[0], &["海洋馆"]).await;
    freeze(&evening).await;
    evening.move_to(Phase::Screening).await;
    let refused = evening.organizer.post(RUNS, json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "quotas_cannot_be_met"), "{}", refused.text());
    let changes = refused.json["smallest_change"].as_array().unwrap();
    assert!(changes.iter().all(|change| change["board"] == "海洋馆"), "{}", refused.text());
    assert!(refused.json["limits"].to_string().contains("applicants men"), "{}", refused.text());
    let studio = Browser::of(&evening, &evening.organizer).await.get("/office/e/qixi/screening").await.1;
    assert!(studio.contains("海洋馆 · 男方的报名人数"), "{studio}");
    assert!(seated(&evening).await.is_empty());
    // The organizer fits the board to those who wish for it.
    let mut small = board(&evening.event, "海洋馆", 1, 1);
    small["side"] = json!({ "men": { "min": 0, "max": 0 }, "women": { "min": 1, "max": 1 } });
    let fitted = json!({ "seats": 3, "boards": [board(&evening.event, "音乐会", 0, 2), small] });
    let fitted = evening.organizer.patch(EVENT, fitted).await;
    assert_eq!(fitted.status, 200, "{}", fitted.text());
    let run = evening.organizer.post(RUNS, json!({})).await;
    assert_eq!((run.status, &run.json["selected"]), (201, &json!(3)), "{}", run.text());
    assert_eq!(seated(&evening).await[&number(&women[0]).await], "海洋馆");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_board_that_nobody_wishes_for_is_dropped_and_the_others_are_filled(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some((mut evening, men, women)) = cast(engine, Phase::Online).await else { return };
    for person in men.iter().chain(&women) {
        wishes(person, &["音乐会"]).await;
    }
    freeze(&evening).await;
    evening.move_to(Phase::Screening).await;
    let refused = evening.organizer.post(RUNS, json!({})).await;
    let change = refused.json["smallest_change"].to_string();
    assert!(refused.code() == "quotas_cannot_be_met" && change.contains("\"limit\":\"seats\",\"to\":0"), "{change}");
    let dropped = json!({ "seats": 2, "boards": [board(&evening.event, "音乐会", 0, 2)] });
    assert_eq!(evening.organizer.patch(EVENT, dropped.clone()).await.status, 200);
    assert_eq!(evening.organizer.post(RUNS, json!({})).await.status, 201);
    assert_eq!(seated(&evening).await.len(), 2);
    // The run stands: days may move with the event, seats and limits may not.
    let moved = json!({ "boards": [board(&evening.event, "音乐会", 1, 2)] });
    assert_eq!(evening.organizer.patch(EVENT, moved).await.status, 200);
    let grown = json!({ "boards": [board(&evening.event, "音乐会", 1, 3)] });
    let grown = evening.organizer.patch(EVENT, grown).await;
    assert!(grown.status >= 400, "{}", grown.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_comes_on_another_day_than_their_boards_is_told_so(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((mut evening, men, _)) = cast(engine, Phase::Online).await else { return };
    freeze(&evening).await;
    evening.move_to(Phase::Screening).await;
    assert_eq!(evening.organizer.post(RUNS, json!({})).await.status, 201);
    let given = seated(&evening).await;
    let guests = standing_as(&evening, &men, Status::Selected).await;
    for guest in &guests {
        assert_eq!(guest.post(REPLY, json!({ "reply": "confirm" })).await.status, 200);
    }
    evening.move_to(Phase::OnSite).await;
    let now = evening.app.now();
    let on = |name: &str, days: i64| {
        let begins = now + hours(24 * days);
        json!({ "name": name, "starts_at": begins, "ends_at": begins + hours(1), "venue": "文化宫", "seats": 2 })
    };
    let settings = json!({ "boards": [on("音乐会", 0), on("海洋馆", 2)] });
    evening.event = evening.change(|row| row.settings = Set(settings)).await;
    evening.organizer.post("/api/v1/events/qixi/badges", json!({})).await;
    for guest in &guests {
        let answer = evening.organizer.post(DOOR, entry_of(&code_of(guest).await)).await;
        match given[&number(guest).await].as_str() {
            "音乐会" => admitted(&answer),
            _ => turned_away(&answer, "other_board"),
        }
    }
    // Two boards on one day: a desk that is for one admits its guests only, with a link and without.
    let settings = json!({ "boards": [on("音乐会", 0), on("海洋馆", 0)] });
    evening.event = evening.change(|row| row.settings = Set(settings)).await;
    let office = &evening.organizer;
    let desk = paired(&evening, "海洋馆 1").await;
    let devices = office.get(DEVICES).await.json;
    let at = format!("{DEVICES}/{}/board", devices["items"][0]["id"].as_str().unwrap());
    let unknown = office.put(&at, json!({ "board": "影院" })).await;
    assert_eq!((unknown.status, &unknown.json["errors"][0]["code"]), (422, &json!("unknown_board")));
    assert_eq!(office.put(&at, json!({ "board": "海洋馆" })).await.status, 204);
    let roster = desk.get(&format!("{DOOR}/roster")).await.json;
    for guest in &guests {
        let code = code_of(guest).await;
        let elsewhere = given[&number(guest).await] != "海洋馆";
        let record = opened(&roster, &code).unwrap();
        assert_eq!(record["refusal"] == "other_board", elsewhere, "{record}");
        let mut entry = entry_of(&code);
        entry["device"] = json!("海洋馆 1");
        let answer = desk.post(DOOR, entry).await;
        if elsewhere { turned_away(&answer, "other_board") } else { admitted(&answer) }
    }
}
