//! What somebody wrote when their sign-in had ended is there again once they have signed in; in this tab, for this
//! person, until it was sent.

use queqiao::accounts::profile::Gender;
use queqiao::events::phase::Phase;
use rstest::rstest;
use serde_json::json;

use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::fixtures::person::{PASSWORD, Person};
use crate::hall::Hall;
use crate::window::Window;

const WORDS: &str = "周末爬了香山，红叶正好";
const KEPT: &str = "sessionStorage.getItem('unsent') !== null";

/// Writes a post, and sends it when the session is over.
async fn writes_too_late(hall: &Hall, phone: &Window, who: &Person) {
    hall.sign_in(phone, who).await;
    phone.go("/e/qixi/plaza").await;
    phone.click("details.compose summary").await;
    phone.fill("body", WORDS).await;
    phone.cdp("Network.clearBrowserCookies", json!({})).await;
    phone.click("form[action$='/plaza/posts'] .act").await;
    phone.see("刚才的内容没有寄出").await;
    phone.see("写的话还在这个浏览器里").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_written_too_late_is_not_lost(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::Online).await else { return };
    let (her, him) = (hall.evening.participant("women").await, hall.evening.participant("men").await);
    hall.evening.with_password(&her, PASSWORD).await;
    let phone = hall.phone().await;
    let written = format!("document.querySelector('textarea[name=body]').value === {}", json!(WORDS));

    writes_too_late(&hall, &phone, &her).await;
    assert!(!phone.path().await.contains("%E9"), "nothing of it in the address: {}", phone.path().await);
    phone.fill("email", &her.email).await;
    phone.fill("password", "not this one").await;
    phone.click("main form .act").await;
    phone.see("邮箱或密码不对").await;
    phone.fill("password", PASSWORD).await;
    phone.click("main form .act").await;
    phone.arrive("/e/qixi/plaza").await;
    phone.see("登录过期时没有寄出的话还在下面").await;
    phone.until_true(&written).await;
    phone.click("form[action$='/plaza/posts'] .act").await;
    phone.see("主办方通过后").await;
    phone.until_true(&format!("!({KEPT})")).await;
    phone.until_true(&format!("!({written})")).await;

    // Somebody else signs in on the same phone.
    writes_too_late(&hall, &phone, &her).await;
    phone.until_true(KEPT).await;
    hall.sign_in(&phone, &him).await;
    phone.go("/e/qixi/plaza").await;
    phone.until_true(&format!("!({KEPT})")).await;
    assert_eq!(phone.run(&written).await, json!(false), "his page, her words");

    // She signs out instead of sending it.
    writes_too_late(&hall, &phone, &her).await;
    hall.sign_in(&phone, &her).await;
    phone.go("/e/qixi/plaza").await;
    phone.until_true(&written).await;
    phone.click("form[action='/sign-out'] button").await;
    phone.arrive("/").await;
    phone.until_true(&format!("!({KEPT})")).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refused_form_opens_where_it_is_to_be_mended(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::Registration).await else { return };
    let phone = hall.phone().await;
    phone.go("/register").await;
    phone.fill("email", "xiaoyun@example.com").await;
    phone.fill("nickname", "小云").await;
    phone.click("main form .act").await;
    phone.until_true("document.activeElement.name === 'gender'").await;
    phone.until_true("!!document.getElementById('gender-wrong')").await;
    phone.choose("gender", "female").await;
    phone.until_true("!document.getElementById('gender-wrong')").await;
    phone.choose("grown_up", "yes").await;
    phone.choose("may_keep", "yes").await;
    phone.click("main form .act").await;
    phone.arrive("/letter").await;
    // Nobody needs another letter in the first minute; and whoever comes back to the page finds it.
    phone.until_true("document.querySelector('button[data-patience]').disabled").await;
    phone.go("/e/qixi").await;
    phone.run("history.back()").await;
    phone.arrive("/letter").await;
    phone.see("xiaoyun@example.com").await;
}

/// The bar is green where the words say that it will do, and nowhere else; and a password that was refused as too short
/// is no longer called so once another is typed.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_bar_of_a_password_says_what_its_words_say(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::Registration).await else { return };
    let known = hall.evening.account("known", Gender::Male).await;
    hall.evening.with_password(&known, "magpies-over-the-river-9").await;
    let phone = hall.phone().await;
    phone.go("/forgot").await;
    phone.fill("email", &known.email).await;
    phone.click("main form .act").await;
    phone.arrive("/letter").await;
    let letter = hall.evening.letters().await.into_iter().rfind(|letter| letter.kind == "reset").unwrap();
    let link = letter.plain.split_whitespace().find(|word| word.contains("/reset?token=")).unwrap();
    phone.follow(link).await;
    let bar = "(({ value, low, high, optimum }) => optimum > high ? (value > high ? 'green' : value > low ? 'yellow' : 'red') : '?')(document.querySelector('.strength meter'))";
    for (password, words, colour) in [
        ("1234567", "太好猜", "red"),
        ("river-stone", "还差一点", "yellow"),
        ("喜鹊river-of-7stars", "够强了", "green"),
        ("hxkqzvbnmwtplcd", "够强了", "green"),
    ] {
        phone.fill("password", password).await;
        assert_eq!(phone.run(bar).await, colour, "{password}");
        let notice = phone.run("document.querySelector('.strength output').value").await;
        assert!(notice.as_str().unwrap().contains(words), "{password}: {notice}");
    }
    phone.fill("password", "a1").await;
    phone.run("document.querySelector('main form').noValidate = true").await;
    phone.click("main form .act").await;
    phone.see("密码太短").await;
    phone.until_true("document.activeElement.name === 'password' && document.activeElement.value === ''").await;
    phone.fill("password", "hxkqzvbnmwtplcd").await;
    phone
        .until_true("!document.getElementById('password-wrong') && !document.body.innerText.includes('密码太短')")
        .await;
    assert_eq!(phone.run("document.getElementById('password').hasAttribute('aria-invalid')").await, false);
    phone.click("main form .act").await;
    phone.arrive("/me").await;
}
