//! The dates on phones and in the office.

use chrono::Duration;
use queqiao::dates::date_note;
use queqiao::registrations::registration::{Side, Status};
use reqwest::Method;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::{DATES, EVIL, MATCHES, PICKS, call, exported, hall, my_rounds, text};
use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::{gone, guest};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_without_a_seat_is_sent_to_the_door(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, 1, json!({ "rounds": 2, "minutes": 8 })).await else { return };
    let in_vain = hall.evening.participant_as("women", Status::Waitlisted).await;
    let late = hall.evening.participant_as("women", Status::Confirmed).await;
    let (_, page) = Browser::of(&hall.evening, &in_vain).await.get(DATES).await;
    assert!(page.contains("这次没有你的座位") && !page.contains("出示号码牌"), "{page}");
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
    for line in
        [&table, &format!("<b class=\"number\">{partner}</b>"), "data-ends=\"2026-08-22T06:08:00Z\"", "到 14:08"]
    {
        assert!(page.contains(line), "{line}: {page}");
    }
    assert!(page.contains("<noscript><meta http-equiv=\"refresh\""), "it follows without a script, too");
    hall.evening.clock.advance(Duration::minutes(9));
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    assert!(him.get(DATES).await.1.contains("时间到，和对方道个别"));
    // In English, and in the list of the evening.
    let english = him.request(Method::GET, DATES).header("Accept-Language", "en").send().await.unwrap();
    let (_, english) = read(english).await;
    assert!(english.contains("Time is up") && english.contains("My dates") && !english.contains("号桌"), "{english}");
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
    let exclusions = hall.men[0].get("/api/v1/events/qixi/dates/exclusions").await;
    assert_eq!(exclusions.json["items"], json!([]));
    assert_eq!(him.send(&format!("{DATES}/{round}/apart"), &[("because", "bored")]).await.status().as_u16(), 400);
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
