//! A form that is sent after the sign-in had ended: it says so, and leads back to the page of the form.

use queqiao::events::phase::Phase;
use reqwest::Method;
use rstest::rstest;

use crate::fixtures::browser::{Browser, between, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::PASSWORD;

/// Where a browser is sent that sends a form from a page without being signed in.
async fn sent_to(browser: &Browser, path: &str, from: Option<&str>) -> String {
    let mut request = browser.request(Method::POST, path).header("Sec-Fetch-Site", "same-origin");
    if let Some(from) = from {
        request = request.header("Referer", from);
    }
    let answer = request.form(&[("body", "香山的红叶")]).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 303, "{path}");
    header(&answer, "location").to_owned()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_not_sent_leads_back_to_its_page(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    evening.with_password(&her, PASSWORD).await;
    let (browser, signed_in) = (Browser::open(&evening), Browser::of(&evening, &her).await);
    let at = |path: &str| format!("{}{path}", evening.address);
    let wall = at("/e/qixi/plaza/declarations?cursor=x");
    let posts = "/e/qixi/plaza/posts";
    for (path, from, page) in [
        (posts, Some(at("/e/qixi/plaza")), "/sign-in?to=%2Fe%2Fqixi%2Fplaza&unsent=yes"),
        (posts, Some(wall), "/sign-in?to=%2Fe%2Fqixi%2Fplaza%2Fdeclarations%3Fcursor%3Dx&unsent=yes"),
        // A page that answered a form, another site's page, none at all: the nearest one that opens.
        (posts, Some(at(posts)), "/sign-in?to=%2Fe%2Fqixi%2Fplaza&unsent=yes"),
        (posts, Some("https://evil.example/e/qixi".to_owned()), "/sign-in?to=%2Fe%2Fqixi%2Fplaza&unsent=yes"),
        (posts, None, "/sign-in?to=%2Fe%2Fqixi%2Fplaza&unsent=yes"),
        ("/e/qixi/reply", None, "/sign-in?to=%2Fe%2Fqixi&unsent=yes"),
        ("/me/profile/name", None, "/sign-in?to=%2Fme%2Fprofile&unsent=yes"),
        // Likes, comments, decisions and follow-ups.
        ("/e/qixi/plaza/posts/x/like", None, "/sign-in?to=%2Fe%2Fqixi%2Fplaza%2Fposts%2Fx&unsent=yes"),
        ("/e/qixi/plaza/posts/x/comments", None, "/sign-in?to=%2Fe%2Fqixi%2Fplaza%2Fposts%2Fx&unsent=yes"),
        ("/office/e/qixi/moderation", None, "/sign-in?to=%2Foffice%2Fe%2Fqixi%2Fmoderation&unsent=yes"),
        ("/volunteer/c/x/follow-ups", None, "/sign-in?to=%2Fvolunteer%2Fc%2Fx&unsent=yes"),
    ] {
        assert_eq!(sent_to(&browser, path, from.as_deref()).await, page, "{path}");
    }
    let to = sent_to(&browser, posts, Some(&at("/e/qixi/plaza"))).await;
    let (_, page) = browser.get(&to).await;
    assert!(page.contains("刚才的内容没有寄出") && page.contains("data-unsent"), "{page}");
    let wrong = [("email", her.email.as_str()), ("password", "x"), ("to", "/e/qixi/plaza"), ("unsent", "yes")];
    let (status, page) = read(browser.send("/sign-in", &wrong).await).await;
    assert!(status == 403 && page.contains("刚才的内容没有寄出") && page.contains("value=\"/e/qixi/plaza\""), "{page}");
    let right = [("email", her.email.as_str()), ("password", PASSWORD), ("to", "/e/qixi/plaza"), ("unsent", "yes")];
    let answer = browser.send("/sign-in", &right).await;
    assert_eq!(header(&answer, "location"), "/e/qixi/plaza");
    assert_eq!(signed_in.get("/e/qixi/plaza").await.0, 200);
    assert!(!browser.get("/sign-in?to=%2Fe%2Fqixi").await.1.contains("没有寄出"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_page_knows_its_person_from_another_and_tells_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let mark = |page: &str| page.split("data-person=\"").nth(1).map(|rest| rest[..16].to_owned());
    let (_, hers) = Browser::of(&evening, &her).await.get("/e/qixi/plaza").await;
    let (_, again) = Browser::of(&evening, &her).await.get("/me").await;
    let (_, his) = Browser::of(&evening, &him).await.get("/me").await;
    assert!(mark(&hers).is_some() && mark(&hers) == mark(&again) && mark(&hers) != mark(&his));
    assert_eq!(mark(&Browser::open(&evening).get("/").await.1), None);
    assert!(!hers.contains(&her.account_id.to_string()) && !hers.contains(&her.account_id.simple().to_string()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_language_of_a_refused_form_leads_to_its_page(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let (hers, office) = (Browser::of(&evening, &her).await, Browser::of(&evening, &evening.organizer).await);
    let at = |path: &str| Some(format!("{}{path}", evening.address));
    for (browser, path, from, page) in [
        (&hers, "/e/qixi/plaza/posts", at("/e/qixi/plaza"), "/e/qixi/plaza"),
        (&hers, "/e/qixi/plaza/posts", None, "/e/qixi/plaza"),
        (&hers, "/e/qixi/plaza/declarations", at("/e/qixi/plaza/declarations?x=1"), "/e/qixi/plaza/declarations?x=1"),
        (&hers, "/e/qixi/reply", None, "/e/qixi"),
        (&hers, "/e/qixi/reply", at("/e/qixi/why"), "/e/qixi/why"),
        (&hers, "/me/profile", None, "/me/profile"),
        (&hers, "/me/password", None, "/me"),
        (&office, "/office/e/qixi/standby/seats", at("/office/e/qixi/standby"), "/office/e/qixi/standby"),
        (&office, "/office/e/qixi/standby/seats", None, "/office/e/qixi/standby"),
        (
            &office,
            "/office/e/qixi/registrations/import",
            at("/office/e/qixi/registrations"),
            "/office/e/qixi/registrations",
        ),
        (&office, "/office/nowhere/at/all", None, "/office"),
    ] {
        let mut request = browser.request(Method::POST, path).header("Sec-Fetch-Site", "same-origin");
        if let Some(from) = from {
            request = request.header("Referer", from);
        }
        let (status, answer) = read(request.form(&[("body", "")]).send().await.unwrap()).await;
        assert!((400..500).contains(&status), "{path}: {status}");
        let to = between(&answer, "/language/en?to=", "\"").replace("%2F", "/").replace("%3F", "?").replace("%3D", "=");
        assert_eq!(to, page, "{path}: {status}");
        assert!([200, 303, 404].contains(&browser.get(&to).await.0), "{path}: {to}");
    }
}
