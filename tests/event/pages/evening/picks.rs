//! Lamps, and whom they found.

use queqiao::couples::{begin, couple};
use queqiao::registrations::registration::Side;
use reqwest::Method;
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

use super::{DATES, MATCHES, PICKS, call, hall, my_rounds, text};
use crate::fixtures::browser::{Browser, header, read, unmarked};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::{Hall, gone, light};
use crate::fixtures::person::Person;

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
    let tags = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(tags.contains("value=\"女001\" data-nickname=\"guest-5\" aria-pressed=\"true\""), "{page}");
    let both = [("lamp", "女002"), ("lamp", "女001")];
    let (status, page) = read(tap(&[both[0], both[1], ("tap", "女003")]).await).await;
    assert!(status == 422 && page.contains("先熄掉一盏"), "{page}");
    assert_eq!(lit().await["badges"], json!(["女002", "女001"]), "a refused tap changes nothing");
    assert_eq!(tap(&[both[0], both[1], ("up", "女001"), ("follow_up", "yes")]).await.status().as_u16(), 303);
    assert_eq!(lit().await["badges"], json!(["女001", "女002"]));
    assert_eq!((&lit().await["stage"], &lit().await["follow_up"]), (&json!(false), &json!(true)));
    assert_eq!(tap(&[both[1], both[0], ("tap", "女002")]).await.status().as_u16(), 303);
    for (badge, message) in [("男002", "选的是另一方"), ("女099", "现在不能选"), ("男001", "你自己的号码")]
    {
        let (status, page) = read(tap(&[("tap", badge)]).await).await;
        assert!(status == 422 && page.contains(message), "{badge}: {page}");
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
        seen.push_str(&format!("{path} {status}\n{}\n", masked(&unmarked(&page.replace(&hall.evening.address, "")))));
    }
    seen
}

/// A page without its ids and receipts; every other word stays.
fn masked(page: &str) -> String {
    let parts = page.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let id = |word: &&str| word.get(..36).is_some_and(|start| start.parse::<Uuid>().is_ok());
    let drawn = |c: char| c.is_ascii_uppercase() || ('2'..='7').contains(&c);
    let receipt = |word: &&str| word.get(..8).is_some_and(|start| start.chars().all(drawn)) && word.len() == 9;
    parts.map(|word| if id(&word) || receipt(&word) { "#" } else { word }).collect()
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
