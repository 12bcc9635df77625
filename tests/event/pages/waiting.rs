//! Whoever waits for a letter: the page can be opened again, and another letter asked for.

use queqiao::accounts::profile::Gender;
use queqiao::events::phase::Phase;
use reqwest::Method;
use rstest::rstest;

use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::PASSWORD;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_page_that_waits_for_a_letter_asks_for_another(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let known = evening.account("known", Gender::Male).await;
    evening.with_password(&known, PASSWORD).await;
    let sign_up = [
        ("email", "xiaoyun@example.com"),
        ("nickname", "小云"),
        ("gender", "female"),
        ("grown_up", "yes"),
        ("may_keep", "yes"),
        ("to", "/e/qixi/register"),
    ];
    let forgotten = [("email", known.email.as_str()), ("to", "/e/qixi")];
    for (path, form, kind, anew) in [
        ("/register", sign_up.as_slice(), "verify", "/register?to=%2Fe%2Fqixi%2Fregister"),
        ("/forgot", forgotten.as_slice(), "reset", "/forgot?to=%2Fe%2Fqixi"),
    ] {
        let mut browser = Browser::open(&evening);
        let wanted = browser.send(path, form).await;
        assert_eq!((wanted.status().as_u16(), header(&wanted, "location")), (303, "/letter"), "nothing in the address");
        let cookie = header(&wanted, "set-cookie").to_owned();
        assert!(cookie.contains("HttpOnly") && !cookie.contains(form[0].1), "sealed: {cookie}");
        let (status, page) = browser.arrive(wanted).await;
        assert!(status == 200 && page.contains(form[0].1) && page.contains("data-patience=\"60\""), "{page}");
        assert!(page.contains(&format!("href=\"{anew}\"")), "{page}");
        assert_eq!(browser.get("/letter").await.0, 200, "opened again");
        evening.clock.advance(chrono::Duration::seconds(90));
        assert!(browser.get("/letter").await.1.contains("data-patience=\"0\""));
        let letters = async || evening.letters().await.into_iter().filter(|letter| letter.kind == kind).count();
        let before = letters().await;
        let again = browser.send("/letter", &[]).await;
        let (_, page) = browser.arrive(again).await;
        assert!(page.contains("又寄了一封") && page.contains("data-patience=\"60\""), "{page}");
        assert_eq!(letters().await, before + 1);
        for _ in 0..3 {
            let again = browser.send("/letter", &[]).await;
            browser.arrive(again).await;
        }
        let (status, page) = read(browser.send("/letter", &[]).await).await;
        assert!(status == 429 && page.contains("尝试的次数太多了") && page.contains(form[0].1), "{page}");
    }
    // Nobody waits here.
    let stranger = Browser::open(&evening).request(Method::GET, "/letter").send().await.unwrap();
    assert_eq!((stranger.status().as_u16(), header(&stranger, "location")), (303, "/sign-in"));
    let forged = Browser { cookie: Some("letter=AAAA".to_owned()), ..Browser::open(&evening) };
    assert_eq!(forged.get("/letter").await.0, 303);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refused_password_is_asked_for_again_in_words(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let known = evening.account("known", Gender::Male).await;
    evening.with_password(&known, PASSWORD).await;
    let browser = Browser::open(&evening);
    browser.send("/forgot", &[("email", known.email.as_str())]).await;
    let letter = evening.letters().await.into_iter().find(|letter| letter.kind == "reset").unwrap();
    let link = letter.plain.split("/reset?token=").nth(1).unwrap().split_whitespace().next().unwrap();
    let token = link.split('&').next().unwrap();
    let (_, page) = browser.get(&format!("/reset?token={token}")).await;
    assert!(page.contains("class=\"reveal\"") && !page.contains("请再输一次"), "{page}");
    let (status, page) = read(browser.send("/reset", &[("token", token), ("password", "1")]).await).await;
    assert_eq!(status, 422, "{page}");
    for said in ["密码太短", "请再输一次", "aria-invalid=\"true\"", "id=\"password-wrong\""] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(browser.get("/sign-in").await.1.contains("class=\"reveal\""));
}

/// A link of each letter that is over: what its page says, and the one way on.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_dead_link_says_why_and_leads_on(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let known = evening.account("known", Gender::Male).await;
    evening.with_password(&known, PASSWORD).await;
    let browser = Browser::open(&evening);
    let token_of = async |kind: &str| {
        let letter = evening.letters().await.into_iter().rfind(|letter| letter.kind == kind).unwrap();
        let link = letter.plain.split("token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        link.split('&').next().unwrap().to_owned()
    };
    let forgets = async || {
        assert_eq!(browser.send("/forgot", &[("email", known.email.as_str())]).await.status(), 303);
        token_of("reset").await
    };
    let over = async |path: &str, token: &str, words: [&str; 2], way: &str| {
        let (status, page) = browser.get(&format!("{path}?token={token}&to=%2Fe%2Fqixi")).await;
        assert_eq!(status, 200, "{page}");
        let (status, sent) =
            read(browser.send(path, &[("token", token), ("password", "tuodao-qiuqian-43")]).await).await;
        assert_eq!(status, 422, "{sent}");
        for said in words {
            assert!(page.contains(said) && sent.contains(said), "{said}: {page}");
        }
        assert!(page.contains(&format!("class=\"act\" href=\"{way}?to=%2Fe%2Fqixi\"")), "{way}: {page}");
        assert!(sent.contains(&format!("class=\"act\" href=\"{way}\"")), "{way}: {sent}");
        for page in [page, sent] {
            assert!(
                !page.contains("name=\"password\"") && !page.contains("<form class=\"stack\""),
                "a dead button: {page}"
            );
        }
    };

    // Used: the password is set, and is asked for at the sign-in. So is every other link that was asked for.
    let (earlier, token) = (forgets().await, forgets().await);
    let password = "magpies-over-the-river-9";
    assert_eq!(browser.send("/reset", &[("token", &token), ("password", password)]).await.status(), 303);
    for token in [&token, &earlier] {
        over("/reset", token, ["链接已经用过了", "新密码已经设好"], "/sign-in").await;
    }
    // Too old, before and after the house has thrown it away: another letter is asked for.
    let late = forgets().await;
    evening.clock.advance(chrono::Duration::minutes(61));
    over("/reset", &late, ["链接过期了", "一小时之内有效"], "/forgot").await;
    let sign_up = [
        ("email", "xiaoyun@example.com"),
        ("nickname", "小云"),
        ("gender", "female"),
        ("grown_up", "yes"),
        ("may_keep", "yes"),
    ];
    assert_eq!(browser.send("/register", &sign_up).await.status(), 303);
    let unconfirmed = token_of("verify").await;
    evening.clock.advance(chrono::Duration::hours(49));
    for _ in 0..2 {
        over("/verify", &unconfirmed, ["链接过期了", "再填一次"], "/register").await;
        over("/reset", &late, ["链接过期了", "一小时之内有效"], "/forgot").await;
        queqiao::accounts::sweep::due(&evening.app).await.unwrap();
    }
    // Nobody ever had this one: both ways are open.
    let (_, page) = browser.get("/reset?token=x").await;
    assert!(
        page.contains("没有这个链接") && page.contains("href=\"/forgot\"") && page.contains("href=\"/sign-in\""),
        "{page}"
    );
}
