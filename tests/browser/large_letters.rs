//! Letters twice as large, on a phone; and rows that go on beyond its edge.

use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use serde_json::json;

use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::hall::Hall;
use crate::window::{Screen, Window};

/// Which parts of the header lie over each other.
const OVERLAPS: &str = "(() => {
    const parts = [...document.querySelectorAll('.top .brand, .top nav > *')].map(e => e.getBoundingClientRect());
    const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    return parts.flatMap((a, at) => parts.slice(at + 1).filter(b => over(a, b))).length;
})()";

/// What is cut off or stands over something else on a page.
async fn wrong(phone: &Window, path: &str) -> Vec<String> {
    phone.go(path).await;
    let mut wrong = Vec::new();
    let (overhang, overlaps) = (phone.overhang(Screen::Phone).await, phone.run(OVERLAPS).await);
    if overhang > 0 {
        wrong.push(format!("{path}: {overhang} pixels too wide"));
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
    let laptop = hall.laptop().await;
    hall.sign_in(&laptop, &her).await;
    laptop.go("/e/qixi/me").await;
    laptop.until_true(&format!("{row}.dataset.more === ''")).await;
}
