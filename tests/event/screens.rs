//! Six digits that pair a big screen: once, not for long, and not to be guessed.

use chrono::Duration;
use queqiao::events::crew::Role;
use reqwest::Response;
use rstest::rstest;
use serde_json::{Value, json};

use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::Hall;

const SCREENS: &str = "/api/v1/events/qixi/stage/screens";

async fn invited(hall: &Hall) -> Value {
    let invited = hall.host.post(SCREENS, json!({})).await;
    assert_eq!(invited.status, 201, "{}", invited.text());
    invited.json
}

async fn types(browser: &Browser, code: &str) -> Response {
    browser.send("/screen", &[("code", code)]).await
}

/// The page of an invitation that is made by its button.
async fn invitation(console: &mut Browser) -> (u16, String) {
    let made = console.send("/e/qixi/console/screens", &[]).await;
    console.arrive(made).await
}

/// Digits that are not these.
fn wrong(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn six_digits_make_one_screen(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let mut screen = Browser::open(&hall.evening);
    assert_eq!(screen.get("/screen").await.0, 200);
    let report = invited(&hall).await;
    let code = report["code"].as_str().unwrap();
    assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
    // The host's page says the same digits, in two parts, and they are typed with the gap.
    let mut console = Browser::of(&hall.evening, &hall.host).await;
    let (_, page) = invitation(&mut console).await;
    let visible = page.split("id=\"screen-code\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(visible.len() == 7 && page.contains("data:image/svg+xml"), "{page}");
    let became = types(&screen, &visible).await;
    assert_eq!((became.status().as_u16(), header(&became, "location")), (303, "/e/qixi/stage"));
    screen.cookie = Some(header(&became, "set-cookie").split(';').next().unwrap().to_owned());
    assert_eq!(screen.get("/e/qixi/stage").await.0, 200);
    // Used once, by the digits or by the link.
    let (status, page) = read(types(&Browser::open(&hall.evening), &visible).await).await;
    assert!(status == 422 && page.contains("这六位数字不对"), "{page}");
    let link = report["url"].as_str().unwrap().strip_prefix(&hall.evening.address).unwrap();
    assert_eq!(Browser::open(&hall.evening).send(link, &[]).await.status(), 303);
    assert_eq!(types(&Browser::open(&hall.evening), code).await.status(), 422);
    for (typed, why) in [("", "nothing"), ("12345", "too few"), ("abcdef", "no digits")] {
        assert_eq!(types(&Browser::open(&hall.evening), typed).await.status(), 422, "{why}");
    }
    // Nobody but the host lets a screen in.
    let desk = hall.evening.crew(Role::Desk).await;
    for (person, status) in [(&hall.men[0], 403), (&desk, 403), (&hall.evening.visitor(), 401)] {
        assert_eq!(person.post(SCREENS, json!({})).await.status, status);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn digits_do_not_wait_for_long(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let (late, away) = (invited(&hall).await, invited(&hall).await);
    let console = Browser::of(&hall.evening, &hall.host).await;
    hall.evening.clock.advance(Duration::minutes(5));
    assert_eq!(types(&Browser::open(&hall.evening), late["code"].as_str().unwrap()).await.status(), 422);
    // The link goes on, for it cannot be guessed.
    let link = late["url"].as_str().unwrap().strip_prefix(&hall.evening.address).unwrap();
    assert_eq!(Browser::open(&hall.evening).send(link, &[]).await.status(), 303);
    assert_eq!(console.send("/e/qixi/console/screens/revoke", &[]).await.status(), 303);
    assert_eq!(types(&Browser::open(&hall.evening), away["code"].as_str().unwrap()).await.status(), 422);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn digits_that_were_guessed_at_too_often_work_no_more(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let (report, stranger) = (invited(&hall).await, Browser::open(&hall.evening));
    let code = report["code"].as_str().unwrap();
    for _ in 0..19 {
        assert_eq!(types(&stranger, &wrong(code)).await.status(), 422);
    }
    // Nineteen guesses do not lock the host out, and what is no code is no guess.
    assert_eq!(types(&stranger, "12345").await.status(), 422);
    assert_eq!(types(&stranger, code).await.status(), 303);
    let report = invited(&hall).await;
    let code = report["code"].as_str().unwrap();
    for _ in 0..20 {
        assert_eq!(types(&stranger, &wrong(code)).await.status(), 422);
    }
    assert_eq!(types(&stranger, code).await.status(), 422, "guessed at twenty times");
    let link = report["url"].as_str().unwrap().strip_prefix(&hall.evening.address).unwrap();
    assert_eq!(stranger.send(link, &[]).await.status(), 303);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_types_too_fast_is_held_back(#[values(Sqlite, Postgres)] engine: Engine) {
    use crate::fixtures::evening::Evening;
    use queqiao::events::phase::Phase;
    let slow = |settings: &mut queqiao::settings::Settings| settings.security.auth_requests_per_minute = 2;
    let Some(evening) = Evening::begin_with(engine, Phase::OnSite, slow).await else { return };
    let stranger = Browser::open(&evening);
    for status in [422, 422, 429] {
        let answer = types(&stranger, "000000").await;
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(header(&answer, "retry-after").is_empty(), status == 422);
    }
}
