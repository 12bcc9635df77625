//! A desk through the night: who leaves, what it remembers, what it says of others' scans, and that it stays awake.

use chrono::Duration;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::language::Language;
use rstest::rstest;
use serde_json::json;

use crate::desk::{at_the_desk, code_of, counted, guests, inside, wait_for_result, waiting, wedge};
use crate::fixtures::door::{DOOR, paired, scan};
use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::hall::{Hall, sign_in};
use crate::line::Line;
use crate::window::{Screen, Window};

async fn says(window: &Window, id: &str, words: &str) {
    window.until_true(&format!("document.getElementById('desk-{id}').textContent.includes('{words}')")).await;
}

async fn colour(window: &Window) -> String {
    let script = "getComputedStyle(document.getElementById('desk-result')).backgroundColor";
    window.run(script).await.as_str().unwrap().to_owned()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn leaving_looks_otherwise_and_falls_back_by_itself(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let guests = guests(&hall).await;
    let phone = at_the_desk(&hall, &hall.evening.address, "东门", Screen::Phone, &[]).await;
    let (code, other) = (code_of(&guests[0]).await, code_of(&guests[1]).await);
    wedge(&phone, &code).await;
    wait_for_result(&phone, 1, "男001").await;
    let green = colour(&phone).await;
    let host = hall.evening.crew(Role::Host).await;
    host.put("/api/v1/events/qixi/programme/groups", json!({"groups": 1})).await;

    phone.click("label:has(#desk-exit)").await;
    says(&phone, "words", "请离场的人出示号码牌").await;
    assert_eq!(phone.run("document.getElementById('desk-number').textContent").await, json!(""));
    wedge(&phone, &code).await;
    wait_for_result(&phone, 2, "男001").await;
    says(&phone, "words", "已离场").await;
    says(&phone, "more", "第 1 组").await;
    assert_eq!(phone.run("document.getElementById('desk-result').dataset.way").await, json!("exit"));
    let blue = colour(&phone).await;
    assert_ne!(green, blue, "leaving has a colour of its own");
    // Somebody else's second badge in between, then the first once more: gone already.
    wedge(&phone, &other).await;
    says(&phone, "words", "需要主办方看一下").await;
    hall.evening.clock.advance(Duration::minutes(1));
    phone.reload().await;
    phone.until_true("document.getElementById('desk')?.dataset.shell === 'kept'").await;
    phone.click("label:has(#desk-exit)").await;
    wedge(&phone, &code).await;
    says(&phone, "words", "已经离场").await;
    says(&phone, "advice", "在“东门”离场").await;
    // Nobody leaves any more.
    phone.until_true("document.getElementById('desk-entry').checked").await;
    assert_eq!(phone.run("document.getElementById('desk').dataset.way").await, json!("entry"));
    wedge(&phone, &code).await;
    says(&phone, "words", "已签到").await;
    assert_eq!(colour(&phone).await, green);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_a_link_a_desk_knows_counts_places_and_times(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let guests = guests(&hall).await;
    let mut codes = Vec::new();
    for guest in &guests[..5] {
        codes.push(code_of(guest).await);
    }
    // Another desk lets two in, and one of them out again.
    let east = paired(&hall.evening, "东门").await;
    for (nonce, code) in (1..).zip(&codes[..2]) {
        assert_eq!(east.post(DOOR, scan(code, "东门", nonce)).await.status, 200);
    }
    let mut out = scan(&codes[1], "东门", 3);
    out["kind"] = json!("exit");
    let left = east.post(DOOR, out).await.json["at"].as_str().unwrap().to_owned();
    let host = hall.evening.crew(Role::Host).await;
    let grouped = host.put("/api/v1/events/qixi/programme/groups", json!({"groups": 1})).await;
    assert_eq!(grouped.status, 200, "{}", grouped.text());
    let line = Line::to(&hall.evening.address).await;
    let phone = at_the_desk(&hall, &line.address, "西门", Screen::Phone, &[]).await;
    phone.until_true("!!document.getElementById('desk').dataset.roster").await;
    let time = phone
        .run(&format!(
            "new Intl.DateTimeFormat('zh-CN', {{ hour: '2-digit', minute: '2-digit', hour12: false,
                timeZone: document.getElementById('desk').dataset.zone }}).format(new Date('{left}'))"
        ))
        .await;
    let time = time.as_str().unwrap();

    line.cut();
    hall.evening.clock.advance(Duration::minutes(20));
    let count = counted(&phone).await;
    for (place, code) in (1..).zip(&codes[2..4]) {
        wedge(&phone, code).await;
        wait_for_result(&phone, count + place, &format!("男00{}", place + 2)).await;
    }
    wedge(&phone, &codes[0]).await;
    says(&phone, "words", "已经签到过").await;
    says(&phone, "advice", &format!("{time} 在“东门”签到")).await;
    // Who was inside when the groups were made is in one, also by the roster.
    says(&phone, "more", "第 1 组").await;
    phone.click("label:has(#desk-exit)").await;
    wedge(&phone, &codes[1]).await;
    says(&phone, "words", "已经离场").await;
    says(&phone, "advice", &format!("{time} 在“东门”离场")).await;
    wedge(&phone, &codes[2]).await;
    says(&phone, "words", "已离场").await;

    // The page comes back from the device itself: one man of the other desk, one of this.
    let men = "document.getElementById('desk-men')?.textContent === '2'";
    phone.until_true(men).await;
    phone.reload().await;
    phone.until_true("document.getElementById('desk')?.dataset.waiting === '3'").await;
    assert_eq!(phone.run(men).await, json!(true), "the count outlives the page");
    // A scan taken back is no longer counted.
    phone.click("#desk-recent button.undo").await;
    phone.fill("reason", "看错了").await;
    phone.click("#desk-undo-act").await;
    phone.until_true("document.getElementById('desk-men').textContent === '3'").await;
    line.mend();
    waiting(&phone, 0).await;
    phone.until_true("document.getElementById('desk').dataset.link === 'up'").await;
    phone.until_true("document.getElementById('desk-men').textContent === '3'").await;
    assert_eq!(inside(&hall).await, 3);

    // A slip that is put right while the link is down is told in the order in which it happened.
    let matters = "document.querySelectorAll('#desk-matters li').length";
    let before = phone.run(matters).await;
    line.cut();
    phone.click("label:has(#desk-exit)").await;
    wedge(&phone, &codes[3]).await;
    phone.until_true("document.getElementById('desk-men').textContent === '2'").await;
    phone.click("#desk-recent button.undo").await;
    phone.fill("reason", "又回来了").await;
    phone.click("#desk-undo-act").await;
    phone.until_true("document.getElementById('desk-men').textContent === '3'").await;
    wedge(&phone, &codes[3]).await;
    phone.until_true("document.getElementById('desk-men').textContent === '2'").await;
    line.mend();
    waiting(&phone, 0).await;
    phone.until_true("document.getElementById('desk').dataset.link === 'up'").await;
    assert_eq!(inside(&hall).await, 2, "the last that happened is that they left");
    assert_eq!(phone.run(matters).await, before, "the server sees it as the desk does");
}

/// A code that was replaced: the desk does not know whose it was, the organizer does.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_organizer_at_the_desk_sees_whose_an_old_code_was(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let guests = guests(&hall).await;
    let old = code_of(&guests[0]).await;
    let reissue = "/api/v1/events/qixi/badges/m1/reissue";
    assert_eq!(hall.evening.organizer.post(reissue, json!({"reason": "丢了"})).await.status, 200);
    let line = Line::to(&hall.evening.address).await;
    let phone = hall.window_at(&line.address, Screen::Phone, Language::Zh, &[]).await;
    sign_in(&hall.evening.app, &phone, &line.address, hall.evening.organizer.account_id).await;
    phone.go("/e/qixi/desk").await;
    phone.until_true("document.getElementById('desk').dataset.shell === 'kept'").await;
    phone.until_true("!!document.getElementById('desk').dataset.roster").await;
    line.cut();
    wedge(&phone, &old).await;
    says(&phone, "words", "这个码已经作废").await;
    phone.click("#desk-let-in").await;
    waiting(&phone, 1).await;
    line.mend();
    waiting(&phone, 0).await;
    phone.until_true("document.getElementById('desk-matters').textContent.includes('男001')").await;
    phone.go("/office/e/qixi/reviews").await;
    phone.see("这个码原来是 男001").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_phone_that_slept_stays_awake_again(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let phone = at_the_desk(&hall, &hall.evening.address, "东门", Screen::Phone, &[]).await;
    let wakes = "globalThis.asked = 0;
        Object.defineProperty(navigator, 'wakeLock', { value: { request: async () => { globalThis.asked++; } } });
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
        globalThis.asked";
    assert_eq!(phone.run(wakes).await, json!(2), "each time the page is seen");
}
