//! One line of what is on, and the ways that fit the hour, on every page of the evening.

use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Side;
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use super::{DATES, MATCHES, PICKS, call, text};
use crate::fixtures::browser::{Browser, read};
use crate::fixtures::ear::Ear;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::{Hall, absent, light};

const API: &str = "/api/v1/events/qixi";
const NOW: &str = "/e/qixi/now";
const PAGES: [&str; 6] = ["/e/qixi/me", "/e/qixi/badge", "/e/qixi/programme", DATES, PICKS, MATCHES];

async fn hall(engine: Engine) -> Option<Hall> {
    let mut hall = Hall::begin(engine, 2).await?;
    let segment = |kind, title| json!({ "kind": kind, "title": title, "minutes": 30 });
    let programme = json!([segment("icebreaker", "破冰"), segment("talent_show", "才艺展示")]);
    let settings = json!({ "programme": programme, "dates": { "rounds": 2, "minutes": 8, "pause_seconds": 60 } });
    hall.evening.event = hall.evening.change(|row| row.settings = Set(settings)).await;
    hall.evening.without_colleagues().await;
    Some(hall)
}

async fn segment(hall: &Hall, segment: i32, from: &Value) -> Value {
    let called = hall.host.post(&format!("{API}/programme/cues"), json!({ "segment": segment, "from": from })).await;
    assert_eq!(called.status, 200, "{}", called.text());
    called.json["cue"].clone()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_page_says_what_is_on(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine).await else { return };
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    let line = async || him.get(NOW).await;
    for page in PAGES {
        let (status, page_text) = him.get(page).await;
        let follows = ["id=\"now-line\"", "evening.js", "tonight.js", "data-follow=\"/api/v1/events/qixi/live\""];
        for part in follows {
            assert!(status == 200 && page_text.contains(part), "{page}: {part}: {page_text}");
        }
    }
    assert_eq!(line().await.0, 204, "nothing is on yet");
    let mut phone = Ear::of(&hall.men[0], "", None).await;
    let before = phone.hear().await.unwrap()["personal"].clone();
    assert_eq!(hall.host.post(&format!("{API}/programme/icebreakers"), json!({})).await.status, 200);
    // Phones hear that it is worth asking, and are told with whom.
    phone.hear_that(|heard| heard["personal"] != before).await;
    let cue = segment(&hall, 1, &Value::Null).await;
    let partner = hall.men[0].get(&format!("{API}/programme/me")).await.json["icebreaker"][0].clone();
    let (_, said) = line().await;
    assert!(said.contains("你的破冰搭档") && said.contains(text(&partner, "badge")), "{said}");
    segment(&hall, 2, &cue).await;
    assert!(line().await.1.contains("正在进行：才艺展示"));
    call(&hall, "plan").await;
    call(&hall, "rounds/1/start").await;
    let table = hall.men[0].get(&format!("{API}/dates/me")).await.json["rounds"][0].clone();
    let (_, said) = line().await;
    let wanted = format!("第 1 轮：{} 号桌，{}", table["table"], text(&table["partner"], "badge"));
    assert!(said.contains(&wanted) && said.contains(&format!("href=\"{DATES}\"")), "{said}");
    let n = hall.open(1).await;
    assert!(line().await.1.contains("爆灯开着"));
    light(&hall.men[0], n, &["女001"]).await;
    light(&hall.women[0], n, &["男001"]).await;
    call(&hall, "rounds/1/finish").await;
    hall.close(n).await;
    // The same words for whoever was picked back and whoever was not.
    let found = line().await.1;
    let in_vain = Browser::of(&hall.evening, &hall.men[1]).await.get(NOW).await.1;
    assert!(found.contains("爆灯结果出来了") && found == in_vain, "{found} {in_vain}");
    let english = him.request(Method::GET, NOW).header("Accept-Language", "en").send().await.unwrap();
    assert!(read(english).await.1.contains("The result of the picks is here"));
    let outside = absent(&hall.evening, Side::Men, 9).await;
    assert!(Browser::of(&hall.evening, &outside).await.get(NOW).await.1.contains("签到进场"));
    for (browser, status) in [(Browser::open(&hall.evening), 303), (Browser::of(&hall.evening, &hall.host).await, 403)]
    {
        assert_eq!(browser.get(NOW).await.0, status);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_ways_fit_the_hour(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = hall(engine).await else { return };
    let n = hall.open(1).await;
    light(&hall.men[0], n, &["女001"]).await;
    light(&hall.women[0], n, &["男001"]).await;
    hall.close(n).await;
    let way = |path: &str| format!("<a href=\"{path}\"");
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    for page in PAGES {
        let (_, text) = him.get(page).await;
        let tabs = text.split("<nav class=\"tabs\"").nth(1).unwrap().split("</nav>").next().unwrap().to_owned();
        for path in [DATES, PICKS] {
            assert!(tabs.contains(&way(path)), "{page} does not lead to {path}: {tabs}");
        }
    }
    assert!(him.get(MATCHES).await.1.contains("愿意和 TA 一起出现在台上"));
    hall.evening.move_to(Phase::Closed).await;
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    let (_, after) = him.get(MATCHES).await;
    assert!(after.contains("愿意让志愿者知道我们牵手了") && !after.contains("上台"), "{after}");
    for page in [DATES, PICKS, "/e/qixi/programme", MATCHES] {
        let (_, text) = him.get(page).await;
        let tabs = text.split("<nav class=\"tabs\"").nth(1).unwrap().split("</nav>").next().unwrap().to_owned();
        assert!(!tabs.contains(&way(PICKS)) && tabs.contains("/e/qixi/feedback"), "{page}: {tabs}");
    }
    assert_eq!(him.get(NOW).await.0, 204);
}
