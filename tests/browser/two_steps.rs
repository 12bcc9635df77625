//! Somebody sets up two-step sign-in on a small phone, and signs in with it.

use queqiao::accounts::profile::Gender;
use queqiao::events::phase::Phase;
use rstest::rstest;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::person::PASSWORD;
use crate::hall::Hall;
use crate::window::Hand::{self, Keyboard, Thumb};
use crate::window::Screen;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_steps_are_set_up_and_taken(
    #[values(Sqlite, Postgres)] engine: Engine,
    #[values(Thumb, Keyboard)] hand: Hand,
) {
    let Some(hall) = Hall::open(engine, Phase::Online).await else { return };
    let her = hall.evening.account("xiaoyun", Gender::Female).await;
    hall.evening.with_password(&her, PASSWORD).await;
    let phone = hall.phone().await.in_hands(hand);
    let fits = async || assert_eq!(phone.overhang(Screen::Phone).await, 0, "{}", phone.path().await);
    phone.go("/sign-in?to=/me/data").await;
    phone.fill("email", &her.email).await;
    phone.fill("password", PASSWORD).await;
    phone.click("main form .act").await;
    phone.arrive("/me/data").await;
    fits().await;
    phone.press("设置两步验证").await;
    phone.arrive("/me/second-factor").await;
    phone.fill("password", PASSWORD).await;
    phone.press("设置两步验证").await;
    phone.see("用验证器扫一扫").await;
    phone.until_true("document.querySelector('.secret svg').getBoundingClientRect().width > 200").await;
    fits().await;
    let secret = phone.run("document.querySelector('main code').innerText").await;
    let secret = secret.as_str().unwrap().to_owned();
    phone.fill("code", "000000").await;
    phone.press("打开两步验证").await;
    phone.see("验证码不对").await;
    phone.fill("code", &hall.evening.code(&secret)).await;
    phone.press("打开两步验证").await;
    phone.see("恢复码：请现在就收好").await;
    fits().await;
    let codes = phone.run("[...document.querySelectorAll('.recovery code')].map(e => e.innerText)").await;
    assert_eq!(codes.as_array().unwrap().len(), 10);
    phone.press("收好了").await;
    phone.see("还有 10 个恢复码没有用过").await;
    fits().await;

    let laptop = hall.laptop().await;
    for code in [hall.evening.next_code(&secret), codes[4].as_str().unwrap().to_owned()] {
        laptop.go("/sign-in?to=/me/second-factor").await;
        laptop.fill("email", &her.email).await;
        laptop.fill("password", PASSWORD).await;
        laptop.click("main form .act").await;
        laptop.see("还差一步").await;
        laptop.fill("code", &code).await;
        laptop.click("main form .act").await;
        laptop.arrive("/me/second-factor").await;
        laptop.cdp("Network.clearBrowserCookies", serde_json::json!({})).await;
    }
    phone.reload().await;
    phone.see("还有 9 个恢复码没有用过").await;
}
