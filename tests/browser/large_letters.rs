//! Letters twice as large, on a phone; and rows that go on beyond its edge.

use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::{Side, Status};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::fixtures::hall::guest;
use crate::hall::Hall;
use crate::window::{Screen, Window};

/// Which parts of the header lie over each other.
const OVERLAPS: &str = "(() => {
    const parts = [...document.querySelectorAll('.top .brand, .top nav > *')].map(e => e.getBoundingClientRect());
    const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    return parts.flatMap((a, at) => parts.slice(at + 1).filter(b => over(a, b))).length;
})()";

/// Which words are larger than what they stand in, and so cut off or over something else.
const SPILLED: &str = "(() => {
    const holds = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const spills = (one) => {
        const { display, overflowX, fontSize, clipPath } = getComputedStyle(one);
        if (display === 'inline' || overflowX !== 'visible' || clipPath !== 'none') return false;
        const air = 0.4 * parseFloat(fontSize);
        return one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + air;
    };
    return [...document.querySelectorAll('main *, header *')].filter((one) => one.checkVisibility() && holds(one) && spills(one))
        .map((one) => `${one.className} ${one.textContent.trim()}`);
})()";

/// What is cut off or stands over something else on a page.
async fn wrong(phone: &Window, path: &str) -> Vec<String> {
    phone.go(path).await;
    let mut wrong = Vec::new();
    let (overhang, overlaps) = (phone.overhang(Screen::Phone).await, phone.run(OVERLAPS).await);
    if overhang > 0 {
        wrong.push(format!("{path}: {overhang} pixels too wide"));
    }
    let spilled = phone.run(SPILLED).await;
    if spilled != json!([]) {
        wrong.push(format!("{path}: does not hold {spilled}"));
    }
    if overlaps != json!(0) {
        wrong.push(format!("{path}: {overlaps} parts of the header over each other"));
    }
    wrong
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn letters_twice_as_large_fit_a_phone(#[values(Sqlite)] engine: Engine) {
    let Some(mut hall) = Hall::open(engine, Phase::Online).await else { return };
    let women = hall.evening.participants("women", 4, Status::Approved).await;
    hall.evening.participants("men", 2, Status::Approved).await;
    let her = &women[0];
    for body in ["周末爬了香山，红叶正好", "读完一本很长的书"] {
        her.post("/api/v1/events/qixi/posts", json!({ "body": body })).await;
    }
    let phone = hall.phone().await;
    phone.cdp("Page.setFontSizes", json!({ "fontSizes": { "standard": 32, "fixed": 26 } })).await;
    let size = phone.run("getComputedStyle(document.documentElement).fontSize").await;
    assert_eq!(size, json!("32px"), "the story cannot make letters larger");
    let mut found = Vec::new();
    for path in ["/", "/e/qixi", "/sign-in", "/register"] {
        found.extend(wrong(&phone, path).await);
    }
    hall.sign_in(&phone, her).await;
    for path in [
        "/me",
        "/me/profile",
        "/me/data",
        "/e/qixi/me",
        "/e/qixi/plaza",
        "/e/qixi/plaza/declarations",
        "/e/qixi/plaza/quizzes",
        "/e/qixi/people",
        "/e/qixi/leaderboard",
        "/e/qixi/points",
        "/e/qixi/badge",
    ] {
        found.extend(wrong(&phone, path).await);
    }
    phone.go("/e/qixi/plaza").await;
    let grown = "parseFloat(getComputedStyle(document.querySelector('.small')).fontSize)";
    assert_eq!(phone.run(grown).await, json!(28), "all letters grow with the reader's");

    hall.evening.move_to(Phase::Confirmation).await;
    hall.evening.stands(her, Status::Confirmed).await;
    let numbered = hall.evening.organizer.post("/api/v1/events/qixi/badges", json!({})).await;
    assert_eq!(numbered.status, 200, "{}", numbered.text());
    found.extend(wrong(&phone, "/e/qixi/badge").await);
    let lines = "(() => { const number = document.querySelector('.worn .number');
        return Math.round(number.getBoundingClientRect().height / parseFloat(getComputedStyle(number).lineHeight)); })()";
    let lines = phone.run(lines).await;
    assert!(lines.as_f64().is_some_and(|lines| lines <= 2.0), "女 and 001 at most: {lines} lines");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn letters_twice_as_large_fit_a_phone_through_the_evening(#[values(Sqlite)] engine: Engine) {
    let Some(mut hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let settings = json!({ "dates": { "rounds": 3, "minutes": 8, "pause_seconds": 90, "tables": 3 },
        "stage": { "confessions": { "each": 1, "answer_minutes": 60 } }, "circle": { "days": 60 } });
    hall.evening.change(|row| row.settings = Set(settings)).await;
    let host = hall.evening.crew(Role::Host).await;
    let does = async |path: &str, body: Value| {
        let answer = host.post(&format!("/api/v1/events/qixi{path}"), body).await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
    };
    let him = guest(&hall.evening, Side::Men, 1).await;
    let her = guest(&hall.evening, Side::Women, 1).await;
    hall.evening.calls_themselves(&him, "Wolfeschlegelsteinhausen").await;
    for number in 2..=3 {
        guest(&hall.evening, Side::Men, number).await;
        guest(&hall.evening, Side::Women, number).await;
    }
    hall.evening.without_colleagues().await;
    let phone = hall.phone().await;
    phone.cdp("Page.setFontSizes", json!({ "fontSizes": { "standard": 32, "fixed": 26 } })).await;
    hall.sign_in(&phone, &her).await;
    let mut found = Vec::new();
    for path in ["/e/qixi/me", "/e/qixi/dates", "/e/qixi/picks", "/e/qixi/programme", "/e/qixi/confessions"] {
        found.extend(wrong(&phone, path).await);
    }
    does("/dates/plan", json!({})).await;
    does("/dates/rounds/1/start", json!({})).await;
    does("/pick-rounds", json!({ "limit": 2 })).await;
    does("/pick-rounds/1/open", json!({})).await;
    for (person, badge) in [(&him, "女001"), (&her, "男001")] {
        let ballot = json!({ "badges": [badge], "stage": true });
        assert_eq!(person.put("/api/v1/events/qixi/pick-rounds/1/picks", ballot).await.status, 200);
    }
    for path in
        ["/e/qixi/me", "/e/qixi/dates", "/e/qixi/dates/1", "/e/qixi/picks", "/e/qixi/confessions", "/e/qixi/badge"]
    {
        found.extend(wrong(&phone, path).await);
    }
    does("/pick-rounds/1/close", json!({})).await;
    for path in ["/e/qixi/picks", "/e/qixi/matches"] {
        found.extend(wrong(&phone, path).await);
    }
    hall.evening.move_to(Phase::Closed).await;
    hall.sign_in(&phone, &hall.evening.again(&her)).await;
    for path in ["/e/qixi/me", "/e/qixi/circle", "/e/qixi/feedback", "/e/qixi/matches"] {
        found.extend(wrong(&phone, path).await);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_row_that_goes_on_says_so(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::Online).await else { return };
    let her = hall.evening.participant("women").await;
    let phone = hall.phone().await;
    hall.sign_in(&phone, &her).await;
    phone.go("/e/qixi/me").await;
    let row = "document.querySelector('.side-nav .tabs')";
    phone.until_true(&format!("{row}.dataset.more === 'after'")).await;
    let arrow = "getComputedStyle(document.querySelector('.side-nav'), '::after').content";
    phone.until_true(&format!("{arrow}.includes('›')")).await;
    phone.run(&format!("{row}.scrollLeft = {row}.scrollWidth")).await;
    phone.until_true(&format!("{row}.dataset.more === 'before'")).await;
    phone.until_true(&format!("!{arrow}.includes('›')")).await;
    // A page that followed the hall has other rows, and these say so too.
    let fresh = format!(
        "(() => {{ const other = {row}.cloneNode(true); delete other.dataset.more; {row}.replaceWith(other);
            dispatchEvent(new CustomEvent('followed')); }})()"
    );
    phone.run(&fresh).await;
    phone.until_true(&format!("['after', 'before', 'before after'].includes({row}.dataset.more)")).await;
    let laptop = hall.laptop().await;
    hall.sign_in(&laptop, &her).await;
    laptop.go("/e/qixi/me").await;
    laptop.until_true(&format!("{row}.dataset.more === ''")).await;
}
