//! The evening on a phone: where to sit, whom to light up for, what came of it.

use chrono::Duration;
use queqiao::couples::{begin, couple};
use queqiao::dates::date_note;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::{Side, Status};
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::{Hall, gone, guest, light};
use crate::fixtures::person::{Answer, Person};

const EVIL: &str = "<b>1</b>\"'&";
const DATES: &str = "/e/qixi/dates";
const PICKS: &str = "/e/qixi/picks";
const MATCHES: &str = "/e/qixi/matches";

async fn hall(engine: Engine, pairs: u32, dates: Value) -> Option<Hall> {
    let hall = Hall::begin(engine, pairs).await?;
    hall.evening.change(|row| row.settings = Set(json!({ "dates": dates }))).await;
    Some(hall)
}

async fn call(hall: &Hall, step: &str) -> Answer {
    let answer = hall.host.post(&format!("/api/v1/events/qixi/dates/{step}"), json!({})).await;
    assert!(answer.status < 300, "{step}: {}", answer.text());
    answer
}

async fn my_rounds(person: &Person) -> Vec<Value> {
    person.get("/api/v1/events/qixi/dates/me").await.json["rounds"].as_array().unwrap().clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_without_a_seat_is_sent_to_the_door(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, 1, json!({})).await else { return };
    let in_vain = hall.evening.participant_as("women", Status::Waitlisted).await;
    let late = hall.evening.participant_as("women", Status::Confirmed).await;
    let (_, page) = Browser::of(&hall.evening, &in_vain).await.get(DATES).await;
    assert!(page.contains("今晚没有你的座位") && !page.contains("出示号码牌"), "{page}");
    let (_, page) = Browser::of(&hall.evening, &late).await.get(DATES).await;
    assert!(page.contains("签到之后才有座位"), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_phone_says_where_to_sit_and_how_long(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, 4, json!({ "rounds": 2, "minutes": 8, "tables": 4 })).await else { return };
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    assert!(him.get(DATES).await.1.contains("约会还没有排座"));
    call(&hall, "plan").await;
    let mine = my_rounds(&hall.men[0]).await;
    let first = mine.iter().find(|round| round["partner"].is_object()).unwrap();
    let (partner, number) = (text(&first["partner"], "badge").to_owned(), first["round"].as_i64().unwrap());
    let (_, before) = him.get(DATES).await;
    assert!(before.contains(&partner) && !before.contains("data-ends"), "{before}");
    for round in 1..number {
        call(&hall, &format!("rounds/{round}/start")).await;
        call(&hall, &format!("rounds/{round}/finish")).await;
    }
    call(&hall, &format!("rounds/{number}/start")).await;
    let (_, page) = him.get(DATES).await;
    let table = format!("<h1>{} 号桌</h1>", first["table"]);
    for said in
        [&table, &format!("<b class=\"number\">{partner}</b>"), "data-ends=\"2026-08-22T06:08:00Z\"", "到 14:08"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(page.contains("<noscript><meta http-equiv=\"refresh\""), "it follows without a script, too");
    hall.evening.clock.advance(Duration::minutes(9));
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    assert!(him.get(DATES).await.1.contains("时间到，和对方道个别"));
    // In English, and in the list of the evening.
    let english = him.request(Method::GET, DATES).header("Accept-Language", "en").send().await.unwrap();
    let (_, english) = read(english).await;
    assert!(english.contains("Time is up") && english.contains("My evening") && !english.contains("号桌"), "{english}");
    // Who is not let in, or came late, is told so.
    let outside = gone(&hall.evening, Side::Men, 8).await;
    let late = guest(&hall.evening, Side::Men, 9).await;
    let (_, page) = Browser::of(&hall.evening, &outside).await.get(DATES).await;
    assert!(page.contains("你已经离场"), "{page}");
    let (_, page) = Browser::of(&hall.evening, &late).await.get(DATES).await;
    assert!(page.contains("你来了") && page.contains("第 2 轮") == (number == 1), "{page}");
    for (person, status) in [(Browser::open(&hall.evening), 303), (Browser::of(&hall.evening, &hall.host).await, 403)] {
        assert_eq!(person.get(DATES).await.0, status);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_note_to_oneself_is_read_by_nobody_else(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, 2, json!({ "rounds": 2, "minutes": 8, "tables": 2 })).await else { return };
    call(&hall, "plan").await;
    let place = |badge: &str| badge.trim_start_matches(['男', '女']).parse::<usize>().unwrap() - 1;
    let mine = my_rounds(&hall.men[0]).await;
    let met = mine.iter().find(|round| round["partner"].is_object()).unwrap();
    let (round, partner) = (met["round"].as_i64().unwrap(), text(&met["partner"], "badge").to_owned());
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    let date = format!("{DATES}/{round}");
    // Before they met there is nothing to note, but something to say.
    let (_, early) = him.get(&date).await;
    assert!(early.contains("我认识 TA") && !early.contains("name=\"words\""), "{early}");
    assert_eq!(him.send(&format!("{date}/note"), &[("words", "x")]).await.status().as_u16(), 404);
    for number in 1..=round {
        call(&hall, &format!("rounds/{number}/start")).await;
    }
    let note = format!("爱爬山 {EVIL}");
    let kept = him.send(&format!("{date}/note"), &[("words", &note)]).await;
    assert_eq!((kept.status().as_u16(), header(&kept, "location")), (303, DATES));
    let (_, page) = him.get(DATES).await;
    assert!(page.contains("爱爬山 &#60;b&#62;1") && !page.contains(EVIL), "{page}");
    assert!(him.get(&date).await.1.contains("爱爬山"));
    let long = "长".repeat(501);
    let (status, page) = read(him.send(&format!("{date}/note"), &[("words", &long)]).await).await;
    assert!(status == 422 && page.contains("id=\"words-wrong\"") && page.contains(&long), "{status}");
    // Her own page, the office and every call about the evening say nothing of it.
    let her = Browser::of(&hall.evening, &hall.women[place(&partner)]).await;
    for path in [DATES, &date, PICKS] {
        assert!(!her.get(path).await.1.contains("爱爬山"), "{path}");
    }
    for person in [&hall.host, &hall.evening.organizer] {
        for path in ["/dates", "/couples", "/registrations"] {
            assert!(!person.get(&format!("/api/v1/events/qixi{path}")).await.text().contains("爱爬山"), "{path}");
        }
    }
    let zip = hall.evening.takes_home(&hall.men[0]).await;
    assert!(zip.status == 200 && exported(&zip.bytes, "dates.json").contains("爱爬山"));
    let hers = hall.evening.takes_home(&hall.women[place(&partner)]).await;
    assert!(!exported(&hers.bytes, "dates.json").contains("爱爬山"));
    // Whoever is forgotten is forgotten in notes, too.
    let notes = async || date_note::Entity::find().count(hall.evening.app.database.reader()).await.unwrap();
    assert_eq!(notes().await, 1);
    assert_eq!(hall.evening.leaves(&hall.women[place(&partner)]).await.status, 204);
    assert_eq!(notes().await, 0);
}

fn exported(zip: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    std::io::read_to_string(zip.by_name(name).unwrap()).unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_guest_says_that_nobody_came_or_that_they_know_each_other(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, 2, json!({ "rounds": 2, "minutes": 8, "tables": 2 })).await else { return };
    call(&hall, "plan").await;
    let mine = my_rounds(&hall.men[0]).await;
    let met = mine.iter().find(|round| round["partner"].is_object()).unwrap();
    let round = met["round"].as_i64().unwrap();
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    let missed = format!("{DATES}/{round}/missed");
    let (status, page) = read(him.send(&missed, &[]).await).await;
    assert!(status == 409 && page.contains("要更正，请告诉主持人"), "{page}");
    for number in 1..=round {
        call(&hall, &format!("rounds/{number}/start")).await;
    }
    assert_eq!(him.send(&missed, &[]).await.status().as_u16(), 303);
    assert_eq!(him.send(&missed, &[]).await.status().as_u16(), 303, "saying it twice is saying it once");
    let (_, page) = him.get(DATES).await;
    assert!(page.contains("这一桌没有进行"), "{page}");
    assert_eq!(my_rounds(&hall.men[0]).await[usize::try_from(round).unwrap() - 1]["held"], false);
    call(&hall, &format!("rounds/{round}/finish")).await;
    let over = hall.men[0].post(&format!("/api/v1/events/qixi/dates/rounds/{round}/missed"), json!({})).await;
    assert_eq!((over.status, over.code()), (409, "round_not_running"));
    assert_eq!(him.send(&format!("{DATES}/9/missed"), &[]).await.status().as_u16(), 404);

    let apart = him.send(&format!("{DATES}/{round}/apart"), &[("because", "acquainted")]).await;
    assert_eq!(apart.status().as_u16(), 303);
    assert!(him.get(&format!("{DATES}/{round}")).await.1.contains("不会把你们排在一桌"));
    assert_eq!(him.send(&format!("{DATES}/{round}/together"), &[]).await.status().as_u16(), 303);
    let said = hall.men[0].get("/api/v1/events/qixi/dates/exclusions").await;
    assert_eq!(said.json["items"], json!([]));
    assert_eq!(him.send(&format!("{DATES}/{round}/apart"), &[("because", "bored")]).await.status().as_u16(), 400);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn lamps_are_lit_put_out_and_moved_up_by_taps(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, 4, json!({ "rounds": 1, "minutes": 8, "tables": 4 })).await else { return };
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    assert!(him.get(PICKS).await.1.contains("爆灯还没开始"));
    call(&hall, "plan").await;
    call(&hall, "rounds/1/start").await;
    let met = my_rounds(&hall.men[0]).await[0]["partner"]["badge"].as_str().map(str::to_owned);
    let n = hall.open(2).await.to_string();
    let (_, page) = him.get(PICKS).await;
    assert!(page.contains("悄悄亮灯") && !page.contains("value=\"男0"), "{page}");
    if let Some(met) = met {
        let first = page.split("class=\"light\" name=\"tap\" value=\"").nth(1).unwrap();
        assert!(first.starts_with(&met), "whom one met stands first: {page}");
    }
    assert!(!page.contains("已收到</span>"), "nothing was sent yet");
    let tap = async |fields: &[(&str, &str)]| {
        let all: Vec<_> = [("round", n.as_str())].into_iter().chain(fields.iter().copied()).collect();
        him.send(PICKS, &all).await
    };
    let lit = async || hall.men[0].get(&format!("/api/v1/events/qixi/pick-rounds/{n}/picks")).await.json;
    let taken = tap(&[("tap", "女002"), ("stage", "yes")]).await;
    assert_eq!((taken.status().as_u16(), header(&taken, "location")), (303, PICKS));
    assert_eq!(tap(&[("lamp", "女002"), ("tap", "女001"), ("stage", "yes")]).await.status().as_u16(), 303);
    assert_eq!(lit().await["badges"], json!(["女002", "女001"]));
    let (_, page) = him.get(PICKS).await;
    assert!(page.contains("已收到</span>") && page.contains(text(&lit().await, "receipt")), "{page}");
    assert!(page.contains("value=\"女001\" data-nickname=\"guest-5\" aria-pressed=\"true\""), "{page}");
    let both = [("lamp", "女002"), ("lamp", "女001")];
    let (status, page) = read(tap(&[both[0], both[1], ("tap", "女003")]).await).await;
    assert!(status == 422 && page.contains("先熄掉一盏"), "{page}");
    assert_eq!(lit().await["badges"], json!(["女002", "女001"]), "a refused tap changes nothing");
    assert_eq!(tap(&[both[0], both[1], ("up", "女001"), ("follow_up", "yes")]).await.status().as_u16(), 303);
    assert_eq!(lit().await["badges"], json!(["女001", "女002"]));
    assert_eq!((&lit().await["stage"], &lit().await["follow_up"]), (&json!(false), &json!(true)));
    assert_eq!(tap(&[both[1], both[0], ("tap", "女002")]).await.status().as_u16(), 303);
    for (badge, words) in [("男002", "选的是另一方"), ("女099", "现在不能选"), ("男001", "你自己的号码")]
    {
        let (status, page) = read(tap(&[("tap", badge)]).await).await;
        assert!(status == 422 && page.contains(words), "{badge}: {page}");
    }
    // Whoever blocked somebody need not look at them; the other one sees the hall as it was, or would know.
    let blocked = json!({ "badge": "男001", "because": "blocked" });
    assert_eq!(hall.women[3].post("/api/v1/events/qixi/dates/exclusions", blocked).await.status, 204);
    assert!(him.get(PICKS).await.1.contains("女004"));
    assert!(!Browser::of(&hall.evening, &hall.women[3]).await.get(PICKS).await.1.contains("男001"));
    hall.close(n.parse().unwrap()).await;
    let (status, page) = read(tap(&[("tap", "女003")]).await).await;
    assert!(status == 409 && page.contains("这一轮已经截止") && !page.contains("class=\"light\""), "{page}");
    assert!(him.get(PICKS).await.1.contains(&format!("href=\"{MATCHES}\"")));
    let outside = gone(&hall.evening, Side::Men, 8).await;
    hall.open(1).await;
    let (_, page) = Browser::of(&hall.evening, &outside).await.get(PICKS).await;
    assert!(page.contains("进场之后才能亮灯") && !page.contains("class=\"light\""), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_said_yes_before_the_close_are_not_asked_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let n = hall.open(1).await;
    let sure = async |person: &Person, badge: &str, follow_up: bool| {
        let ballot = json!({ "badges": [badge], "stage": true, "follow_up": follow_up });
        let path = format!("/api/v1/events/qixi/pick-rounds/{n}/picks");
        assert_eq!(person.put(&path, ballot).await.status, 200);
    };
    sure(&hall.men[0], "女001", true).await;
    sure(&hall.women[0], "男001", true).await;
    sure(&hall.men[1], "女002", true).await;
    light(&hall.women[1], n, &["男002"]).await;
    hall.close(n).await;
    for _ in 0..2 {
        begin::due(&hall.evening.app).await.unwrap();
    }
    let couples = couple::Entity::find().all(hall.evening.app.database.reader()).await.unwrap();
    assert_eq!(couples.len(), 1);
    assert!(couples[0].on_stage && couples[0].follow_up_since.is_some() && couples[0].withdrawn_at.is_none());
    assert!(couples[0].people().contains(&hall.men[0].registration_id));
    let (_, page) = Browser::of(&hall.evening, &hall.men[0]).await.get(MATCHES).await;
    assert!(page.contains("你们会一起上台"), "{page}");
    // What one of the two said alone is told to nobody.
    let (_, page) = Browser::of(&hall.evening, &hall.women[1]).await.get(MATCHES).await;
    assert!(
        page.contains("对方怎么选，不会单独告诉你") && !page.contains("name=\"show\" value=\"yes\" checked"),
        "{page}"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn contacts_open_for_two_and_for_nobody_else(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, id)) = crate::fixtures::couples::matched(engine).await else { return };
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    let her = Browser::of(&hall.evening, &hall.women[0]).await;
    let other = Browser::of(&hall.evening, &hall.men[1]).await;
    let path = format!("{MATCHES}/{id}/contact");
    let page = him.request(Method::GET, MATCHES).send().await.unwrap();
    assert_eq!(header(&page, "cache-control"), "no-store");
    let (_, page) = read(page).await;
    assert!(page.contains("你们选了彼此") && page.contains("女001"), "{page}");
    let (status, page) = read(him.send(&path, &[]).await).await;
    assert!(status == 422 && page.contains("role=\"alert\""), "{page}");
    assert_eq!(him.send(&path, &[("fields", "wechat"), ("fields", "email")]).await.status().as_u16(), 303);
    let (_, page) = him.get(MATCHES).await;
    assert!(page.contains("你愿意给：微信、邮箱") && !page.contains("女001@"), "{page}");
    assert!(!her.get(MATCHES).await.1.contains("wx-guest-1"));
    assert_eq!(him.send(&format!("{path}/withdraw"), &[]).await.status().as_u16(), 303);
    assert!(him.get(MATCHES).await.1.contains("勾选你愿意给的"));
    assert_eq!(him.send(&path, &[("fields", "wechat")]).await.status().as_u16(), 303);
    assert_eq!(her.send(&path, &[("fields", "email")]).await.status().as_u16(), 303);
    assert!(her.get(MATCHES).await.1.contains("wx-guest-1"));
    let (_, page) = him.get(MATCHES).await;
    assert!(page.contains(&hall.women[0].email) && !page.contains("wx-guest-3"), "{page}");
    let (status, page) = read(him.send(&format!("{path}/withdraw"), &[]).await).await;
    assert!(status == 409 && page.contains("收不回来"), "{page}");
    assert_eq!(him.send(&format!("{MATCHES}/{id}/consent"), &[("show", "yes")]).await.status().as_u16(), 303);
    assert!(him.get(MATCHES).await.1.contains("name=\"show\" value=\"yes\" checked"));
    for somebody in [&other, &Browser::of(&hall.evening, &hall.men[1]).await] {
        for way in [path.clone(), format!("{path}/withdraw"), format!("{MATCHES}/{id}/consent")] {
            assert_eq!(somebody.send(&way, &[("fields", "email")]).await.status().as_u16(), 404, "{way}");
        }
    }
    let stranger = Browser::of(&hall.evening, &hall.evening.stranger().await).await;
    for page in [DATES, PICKS, MATCHES] {
        assert_eq!(stranger.get(page).await.0, 403, "{page}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_journey_leads_to_what_the_hall_is_doing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, 2, json!({ "rounds": 1, "minutes": 8, "tables": 2 })).await else { return };
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    let leads = async |to: &str| {
        let (_, page) = him.get("/e/qixi/me").await;
        assert!(page.contains(&format!("<a class=\"act\" href=\"{to}\"")), "{to}: {page}");
    };
    call(&hall, "plan").await;
    leads(DATES).await;
    call(&hall, "rounds/1/start").await;
    leads(DATES).await;
    call(&hall, "rounds/1/finish").await;
    let n = hall.open(1).await;
    leads(PICKS).await;
    hall.close(n).await;
    leads(MATCHES).await;
    let (_, page) = him.get("/e/qixi/me").await;
    for step in [DATES, PICKS, MATCHES] {
        assert!(page.contains(&format!("<strong><a href=\"{step}\">")), "{step}: {page}");
    }
}

/// Whatever was picked in vain, every page reads the same to everybody.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_page_tells_of_a_pick_in_vain(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut evenings: Vec<Vec<String>> = Vec::new();
    for in_vain in [&["女002"][..], &["女003"], &[]] {
        let Some(hall) = Hall::begin(engine, 4).await else { return };
        let n = hall.open(2).await;
        light(&hall.men[1], n, in_vain).await;
        light(&hall.men[0], n, &["女001"]).await;
        light(&hall.women[0], n, &["男001"]).await;
        let mut pages = Vec::new();
        let everybody = hall.men.iter().chain(&hall.women).chain([&hall.host, &hall.evening.organizer]);
        let everybody: Vec<&Person> = everybody.collect();
        for person in &everybody {
            // The one who picked sees it until the close.
            if person.account_id != hall.men[1].account_id {
                pages.push(seen(&hall, person, &[PICKS, MATCHES, "/e/qixi/me"]).await);
            }
        }
        hall.close(n).await;
        begin::due(&hall.evening.app).await.unwrap();
        for person in &everybody {
            pages.push(seen(&hall, person, &[DATES, PICKS, MATCHES, "/e/qixi/me", "/e/qixi"]).await);
        }
        evenings.push(pages);
    }
    for evening in &evenings[1..] {
        for (one, other) in evenings[0].iter().zip(evening) {
            assert_eq!(one, other);
        }
    }
}

/// What a person sees on some pages, without what is another one every evening.
async fn seen(hall: &Hall, person: &Person, paths: &[&str]) -> String {
    let browser = Browser::of(&hall.evening, person).await;
    let mut seen = String::new();
    for path in paths {
        let (status, page) = browser.get(path).await;
        seen.push_str(&format!("{path} {status}\n{}\n", masked(&page.replace(&hall.evening.address, ""))));
    }
    seen
}

/// A page without its ids and receipts; every other word stays.
fn masked(page: &str) -> String {
    let words = page.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let id = |word: &&str| word.get(..36).is_some_and(|start| start.parse::<Uuid>().is_ok());
    let drawn = |c: char| c.is_ascii_uppercase() || ('2'..='7').contains(&c);
    let receipt = |word: &&str| word.get(..8).is_some_and(|start| start.chars().all(drawn)) && word.len() == 9;
    words.map(|word| if id(&word) || receipt(&word) { "#" } else { word }).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_tap_is_answered_alike(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 3).await else { return };
    let n = hall.open(3).await.to_string();
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    let mut answers = Vec::new();
    for taps in [&[][..], &[("lamp", "女001")], &[("lamp", "女001"), ("tap", "女002"), ("stage", "yes")]] {
        let all: Vec<_> = [("round", n.as_str())].into_iter().chain(taps.iter().copied()).collect();
        let answer = him.send(PICKS, &all).await;
        let mut headers: Vec<(String, usize)> =
            answer.headers().iter().map(|(name, value)| (name.to_string(), value.len())).collect();
        headers.sort();
        answers.push((answer.status(), headers, read(answer).await.1));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_office_plans_from_the_door_and_on_paper(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, 4, json!({ "rounds": 2, "minutes": 8, "tables": 4 })).await else { return };
    let office = "/office/e/qixi/dates";
    let host = Browser::of(&hall.evening, &hall.host).await;
    let organizer = Browser::of(&hall.evening, &hall.evening.organizer).await;
    assert!(organizer.get(office).await.1.contains("还没有排座"));
    assert_eq!(host.send(office, &[("rounds", ""), ("tables", "")]).await.status().as_u16(), 303);
    let (_, page) = organizer.get(office).await;
    let (_, hosts) = host.get(office).await;
    assert!(page.contains("达到最优的 100%") && page.contains("class=\"map\""), "{page}");
    assert!(
        hosts.contains("达到最优的 100%") && !hosts.contains("/office/e/qixi/staff"),
        "a host has no office: {hosts}"
    );
    let (status, page) = read(organizer.send(office, &[("rounds", "99"), ("tables", "")]).await).await;
    assert!(status == 422 && page.contains("id=\"rounds-wrong\"") && page.contains("value=\"99\""), "{page}");
    guest(&hall.evening, Side::Men, 9).await;
    let (_, page) = organizer.get(office).await;
    assert!(page.contains("有 1 人进场后还没排到") && page.contains("男009"), "{page}");
    let table = hall.host.get("/api/v1/events/qixi/dates").await.json["rounds"][0]["tables"][0].clone();
    let (number, badge) = (table["table"].to_string(), table["badges"][0].as_str().unwrap().to_owned());
    let missed = async || organizer.send(&format!("{office}/1"), &[("missed", number.as_str())]).await;
    let (status, page) = read(missed().await).await;
    assert!(status == 409 && page.contains("这一轮还没有开始"), "{page}");
    call(&hall, "rounds/1/start").await;
    assert_eq!(missed().await.status().as_u16(), 303);
    assert!(organizer.get(&format!("{office}?round=1")).await.1.contains("这一桌没有进行"));
    let back = organizer.send(&format!("{office}/1"), &[("held", number.as_str())]).await;
    assert_eq!(back.status().as_u16(), 303);
    let (status, paper) = host.get(&format!("{office}/print")).await;
    assert!(status == 200 && paper.contains(&format!("<th scope=\"row\">{badge}</th>")), "{paper}");
    let guest = Browser::of(&hall.evening, &hall.men[0]).await;
    let stranger = Browser::of(&hall.evening, &hall.evening.stranger().await).await;
    for path in [office.to_owned(), format!("{office}/print")] {
        assert_eq!((guest.get(&path).await.0, stranger.get(&path).await.0), (403, 403), "{path}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_union_reads_what_many_said_and_not_who(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::begin(engine, 3).await else { return };
    let ours = "/e/qixi/feedback";
    let answers = [("overall", "5"), ("pace", "short"), ("met", "yes"), ("again", "yes"), ("words", EVIL)];
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    assert!(him.get(ours).await.1.contains("活动结束之后"));
    assert_eq!(him.send(ours, &answers).await.status().as_u16(), 409);
    hall.evening.enter(Phase::Closed).await;
    let (status, page) = read(him.send(ours, &[("overall", "6"), ("words", "好")]).await).await;
    assert!(status == 422 && page.contains("role=\"alert\"") && page.contains(">\n好</textarea>"), "{page}");
    let office = Browser::of(&hall.evening, &hall.evening.organizer).await;
    let everybody: Vec<&Person> = hall.men.iter().chain(&hall.women).collect();
    for (place, person) in everybody.iter().enumerate() {
        let (_, page) = office.get("/office/e/qixi/feedback").await;
        assert!(place < 5 && page.contains("满 5 份才显示") || place == 5 && page.contains("100 %"), "{place}: {page}");
        let browser = Browser::of(&hall.evening, person).await;
        assert_eq!(browser.send(ours, &answers).await.status().as_u16(), 303);
        // Said again, it replaces what was said.
        assert_eq!(browser.send(ours, &answers).await.status().as_u16(), 303);
    }
    let (_, page) = office.get("/office/e/qixi/feedback").await;
    assert!(page.contains("6 份") && page.contains("&#60;b&#62;1") && !page.contains(EVIL), "{page}");
    // Nothing in a row leads to its author; the author still finds it, takes it home, and takes it away.
    for row in crate::fixtures::rows::everything(&hall.evening).await.iter().filter(|row| row.contains("feedback")) {
        assert!(!everybody.iter().any(|person| row.contains(&person.registration_id.to_string())), "{row}");
    }
    assert!(him.get(ours).await.1.contains("value=\"5\" checked"));
    assert!(exported(&hall.evening.takes_home(&hall.men[0]).await.bytes, "feedback.json").contains("short"));
    assert_eq!(hall.evening.leaves(&hall.men[0]).await.status, 204);
    assert!(office.get("/office/e/qixi/feedback").await.1.contains("5 份"));
    let absent = guest_who_stayed_away(&hall).await;
    assert_eq!(absent.send(ours, &answers).await.status().as_u16(), 404);
    assert_eq!(him.get("/office/e/qixi/feedback").await.0, 303, "nobody's session outlives them");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn programs_answer_and_read_as_the_pages_do(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::begin(engine, 3).await else { return };
    let ours = "/api/v1/events/qixi/feedback";
    let said = json!({ "overall": 4, "pace": "right", "met": true, "again": false, "words": "音乐很好" });
    let he = hall.men[0].clone();
    assert_eq!(he.get(ours).await.code(), "not_found");
    assert_eq!(he.put(ours, said.clone()).await.code(), "phase_closed");
    hall.evening.enter(Phase::Closed).await;
    assert_eq!(he.put(ours, json!({ "overall": 0, "pace": "right", "met": true, "again": true })).await.status, 422);
    let summary = format!("{ours}/summary");
    for (place, person) in hall.men.iter().chain(&hall.women).enumerate() {
        let told = hall.evening.organizer.get(&summary).await.json;
        assert_eq!((&told["answers"], told["shares"].is_null()), (&json!(place), place < 5), "{told}");
        assert_eq!(person.put(ours, said.clone()).await.status, 204);
    }
    assert_eq!(he.get(ours).await.json, said);
    let shares = hall.evening.organizer.get(&summary).await.json["shares"].clone();
    assert_eq!(
        (&shares["overall"], &shares["met"], &shares["again"]),
        (&json!([0, 0, 0, 100, 0]), &json!(100), &json!(0))
    );
    for person in [&he, &hall.host, &hall.evening.stranger().await] {
        assert_eq!(person.get(&summary).await.status, 403);
    }
}

async fn guest_who_stayed_away(hall: &Hall) -> Browser {
    let person = hall.evening.participant_as("men", Status::Confirmed).await;
    Browser::of(&hall.evening, &person).await
}
