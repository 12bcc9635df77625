//! Phones through the evening: a table, a note, lamps on a bad link, and what came of them.

use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Side;
use rstest::rstest;
use serde_json::json;

use crate::axe;
use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::fixtures::hall::guest;
use crate::hall::Hall;
use crate::window::{ENTER, Screen, Window};

const API: &str = "/api/v1/events/qixi";

/// What is wrong with the page that is open, in the light and in the dark.
async fn fits(window: &Window) {
    for light in ["light", "dark"] {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": light }] });
        window.cdp("Emulation.setEmulatedMedia", features).await;
        assert!(window.overhang(Screen::Phone).await <= 0, "too wide: {}", window.path().await);
        if let Some(axe) = axe::source() {
            let found = axe::violations(window, axe).await;
            assert!(found.is_empty(), "{light} {}: {found:?}", window.path().await);
        }
    }
}

async fn lit(window: &Window, badge: &str, is: bool) {
    window
        .until_true(&format!(
            "document.querySelector('.light[value={badge}]')?.getAttribute('aria-pressed') === '{is}'"
        ))
        .await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_phones_find_each_other(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let host = hall.evening.crew(Role::Host).await;
    let he = guest(&hall.evening, Side::Men, 1).await;
    let she = guest(&hall.evening, Side::Women, 1).await;
    guest(&hall.evening, Side::Women, 2).await;
    let (his, hers) = (hall.phone().await, hall.phone().await);
    hall.sign_in(&his, &he).await;
    hall.sign_in(&hers, &she).await;
    his.go("/e/qixi/dates").await;
    his.see("约会还没有排座").await;
    assert_eq!(host.post(&format!("{API}/dates/plan"), json!({ "rounds": 2 })).await.status, 200);
    // The page follows by itself.
    his.see("我的约会").await;
    assert_eq!(host.post(&format!("{API}/dates/rounds/1/start"), json!({})).await.status, 204);
    his.until_true("!!document.querySelector('#followed [aria-current=step]')").await;
    fits(&his).await;

    his.go("/e/qixi/picks").await;
    his.see("爆灯还没开始").await;
    assert_eq!(host.post(&format!("{API}/pick-rounds"), json!({ "limit": 2 })).await.status, 201);
    assert_eq!(host.post(&format!("{API}/pick-rounds/1/open"), json!({})).await.status, 200);
    his.until_true("!!document.querySelector('.light')").await;
    fits(&his).await;
    his.click(".light[value=女002]").await;
    his.see("已收到").await;
    // By keyboard alone, and on a link that is cut for a moment.
    his.offline(true).await;
    his.tab_to(".light[value=女001]").await;
    his.keys(&ENTER.to_string()).await;
    lit(&his, "女001", true).await;
    his.see("还没送到").await;
    his.offline(false).await;
    his.see("已收到").await;
    his.tab_to("button[name=up][value=女001]").await;
    his.keys(&ENTER.to_string()).await;
    his.see("已收到").await;
    let picks = async || he.get(&format!("{API}/pick-rounds/1/picks")).await.json["badges"].clone();
    assert_eq!(picks().await, json!(["女001", "女002"]));
    let kept =
        his.run("JSON.stringify([{...localStorage}, {...sessionStorage}, location.search, location.hash])").await;
    assert_eq!(kept, json!("[{},{},\"\",\"\"]"), "nothing of it is kept anywhere");
    fits(&his).await;
    hers.go("/e/qixi/picks").await;
    hers.click(".light[value=男001]").await;
    hers.see("已收到").await;

    assert_eq!(host.post(&format!("{API}/pick-rounds/1/close"), json!({})).await.status, 200);
    his.see("结果出来了").await;
    his.go("/e/qixi/matches").await;
    his.see("你们选了彼此").await;
    fits(&his).await;
    his.click("input[value=wechat]").await;
    his.click(".match .act:not(.quiet)").await;
    his.see("等对方也愿意").await;
    hers.go("/e/qixi/matches").await;
    hers.click("input[value=email]").await;
    hers.click(".match .act:not(.quiet)").await;
    hers.see("wx-").await;
    his.see(&she.email).await;
}

/// A round begins while the phone cannot reach its page, though it hears of the round.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_phone_asks_until_it_knows(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let host = hall.evening.crew(Role::Host).await;
    let he = guest(&hall.evening, Side::Men, 1).await;
    guest(&hall.evening, Side::Women, 1).await;
    hall.evening.without_colleagues().await;
    let phone = hall.phone().await;
    hall.sign_in(&phone, &he).await;
    assert_eq!(host.post(&format!("{API}/dates/plan"), json!({ "rounds": 1 })).await.status, 200);
    phone.go("/e/qixi/dates").await;
    phone.see("下一轮 · 第 1 轮").await;
    phone.until_true("performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/now'))").await;
    let block = async |urls: serde_json::Value| {
        phone.cdp("Network.enable", json!({})).await;
        phone.cdp("Network.setBlockedURLs", json!({ "urls": urls })).await;
    };
    block(json!(["*/e/qixi/dates", "*/e/qixi/now"])).await;
    assert_eq!(host.post(&format!("{API}/dates/rounds/1/start"), json!({})).await.status, 204);
    phone.see("没有网络").await;
    phone.see("下一轮 · 第 1 轮").await;
    block(json!([])).await;
    phone.until_true("!!document.querySelector('#followed [aria-current=step]')").await;
    phone.until_true("document.getElementById('no-link').hidden").await;
}

/// Whichever page of the evening is open, it says what is on.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_open_page_says_that_the_picks_are_open(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let host = hall.evening.crew(Role::Host).await;
    let he = guest(&hall.evening, Side::Men, 1).await;
    guest(&hall.evening, Side::Women, 1).await;
    hall.evening.without_colleagues().await;
    let (journey, programme, badge) = (hall.phone().await, hall.phone().await, hall.phone().await);
    for (phone, page) in [(&journey, "me"), (&programme, "programme"), (&badge, "badge")] {
        hall.sign_in(phone, &he).await;
        phone.go(&format!("/e/qixi/{page}")).await;
        phone.until_true("document.readyState === 'complete'").await;
    }
    // With whom one breaks the ice appears by itself.
    assert_eq!(host.post(&format!("{API}/programme/icebreakers"), json!({})).await.status, 200);
    programme.see("你的破冰搭档").await;
    assert_eq!(host.post(&format!("{API}/pick-rounds"), json!({ "limit": 2 })).await.status, 201);
    assert_eq!(host.post(&format!("{API}/pick-rounds/1/open"), json!({})).await.status, 200);
    for phone in [&journey, &programme, &badge] {
        phone.until_true("document.querySelector('#now-line a')?.innerText.includes('爆灯开着') === true").await;
        fits(phone).await;
    }
    journey.until_true("document.querySelector('#followed .next-thing a')?.pathname === '/e/qixi/picks'").await;
    badge.click("#now-line a").await;
    badge.arrive("/e/qixi/picks").await;
    // Asked once, right after the first lamp, where the eyes are.
    badge.until_true("!document.getElementById('ahead').checkVisibility()").await;
    badge.click(".light[value=女001]").await;
    badge.until_true("document.getElementById('stage').checkVisibility()").await;
    let above = "(({ top, bottom }) => top >= 0 && bottom <= innerHeight)(document.getElementById('stage').getBoundingClientRect())";
    badge.until_true(above).await;
    badge.click("#ahead-later").await;
    badge.until_true("!document.getElementById('stage').checkVisibility()").await;
    badge.click(".light[value=女001]").await;
    badge.click(".light[value=女001]").await;
    badge.until_true("document.querySelector('.receipt').innerText.includes('已收到')").await;
    assert_eq!(badge.run("document.getElementById('stage').checkVisibility()").await, false, "asked twice");
    fits(&badge).await;
}
