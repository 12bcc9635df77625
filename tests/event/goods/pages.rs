//! The pages: offered in the office, taken on a phone, redeemed by a shop.

use chrono::Duration;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use rstest::rstest;
use serde_json::Value;

use super::{earns, mug, offered, opens, slug, take};
use crate::fixtures::browser::{Browser, between, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_mug_from_the_catalogue_to_the_counter(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let union = slug(&evening).await;
    let office = Browser::of(&evening, &evening.organizer).await;
    let at = format!("/office/o/{union}/goods");
    let rule = [("open", "yes"), ("valid_days", "30"), ("credit_returns", "yes")];
    assert_eq!(office.send(&format!("{at}-rule"), &rule).await.status().as_u16(), 303);
    let mug = [
        ("name", "保温杯"),
        ("about", "<i>喜鹊</i>"),
        ("price", "３０"),
        ("stock", "2"),
        ("most_each", "1"),
        ("place", "服务站"),
        ("from_at", "2026-08-01T00:00"),
        ("until_at", "2026-12-31T00:00"),
    ];
    let wrong: Vec<_> = mug.iter().map(|(name, value)| (*name, if *name == "price" { "" } else { *value })).collect();
    let (status, page) = read(office.send(&at, &wrong).await).await;
    assert!(status == 422 && page.contains("id=\"price-wrong\"") && page.contains("value=\"服务站\""), "{page}");
    assert_eq!(office.send(&at, &mug).await.status().as_u16(), 303);
    let person = evening.participant("men").await;
    let mut him = Browser::of(&evening, &person).await;
    assert!(him.get("/me/credit").await.1.contains("还没有可以兑换的积分"));
    assert_eq!(him.get(&format!("/me/credit/{union}")).await.0, 404);
    earns(&evening, &person, 45).await;
    assert!(him.get("/me").await.1.contains("/me/credit"));
    let (_, shelf) = him.get(&format!("/me/credit/{union}")).await;
    assert!(shelf.contains("保温杯") && !shelf.contains("<i>喜鹊"), "{shelf}");
    let take = format!("/me/credit/{union}/goods/{}", between(&shelf, "data-goods=\"", "\""));
    let dearer = [("price", "29")];
    let (status, page) = read(him.send(&take, &dearer).await).await;
    assert!(status == 409 && page.contains("价格刚刚变了"), "{page}");
    let at_price = [("price", between(&shelf, "name=\"price\" value=\"", "\""))];
    let taken = him.send(&take, &at_price).await;
    let (_, voucher) = him.arrive(taken).await;
    let code = between(&voucher, "id=\"code\">", "<").to_owned();
    assert!(voucher.contains("data:image/svg+xml;base64,"), "{voucher}");
    let (status, page) = read(him.send(&take, &at_price).await).await;
    assert!(status == 409 && page.contains("限兑数量"), "{page}");
    let (_, page) = office.get(&format!("/office/o/{union}/vouchers")).await;
    assert!(page.contains("guest-1") && !page.contains(&code), "{page}");
    at_the_counter(&evening, &office, &union, &code).await;
    let (_, page) = office.get(&at).await;
    assert!(page.contains("已兑 1 / 2"), "{page}");
}

/// A phone opens the link and redeems, once.
async fn at_the_counter(evening: &Evening, office: &Browser, union: &str, code: &str) {
    let invited = office.send(&format!("/office/o/{union}/shops"), &[("name", "一号窗口")]).await;
    let link = invited.headers()["location"].to_str().unwrap().to_owned();
    let (_, page) = office.get(&link).await;
    let link = between(&page, "id=\"shop-link\">", "<").trim_start_matches(&evening.app.public_url("")).to_owned();
    let link = format!("/{}", link.trim_start_matches('/'));
    let mut phone = Browser::open(evening);
    assert_eq!(phone.get("/shop").await.0, 403);
    // Looking does not use it up.
    assert!(phone.get(&link).await.1.contains("一号窗口"));
    let paired = phone.send(&link, &[]).await;
    let (status, till) = phone.arrive(paired).await;
    assert!(status == 200 && till.contains("核销兑换券"), "{till}");
    assert_eq!(Browser::open(evening).get(&link).await.0, 404, "it works once");
    let (status, page) = read(phone.send("/shop", &[("code", code)]).await).await;
    assert!(status == 200 && page.contains("data-good=\"yes\"") && page.contains("保温杯"), "{page}");
    // The answer may have been lost on the way: this counter is told that it did so itself.
    let (status, page) = read(phone.send("/shop", &[("code", code)]).await).await;
    assert!(status == 409 && page.contains("data-good=\"again\"") && page.contains("保温杯"), "{page}");
    evening.clock.advance(Duration::minutes(11));
    let (status, page) = read(phone.send("/shop", &[("code", code)]).await).await;
    assert!(status == 409 && page.contains("data-good=\"no\"") && page.contains("已经领取过"), "{page}");
    // Its camera may be asked for, after a refusal too; no other page may have one.
    let refused = phone.send("/shop", &[("code", code)]).await;
    for (answer, allowed) in [(refused, true), (phone.send("/shop/none", &[]).await, false)] {
        let policy = answer.headers()["permissions-policy"].to_str().unwrap();
        assert_eq!(policy.contains("camera=(self)"), allowed, "{policy}");
    }
    let (status, page) = read(phone.send("/shop", &[("code", "")]).await).await;
    assert!(status == 422 && page.contains("data-good=\"no\""), "{page}");
    for path in ["/me", "/office", "/me/credit"] {
        assert_ne!(phone.get(path).await.0, 200, "{path}");
    }
    let (_, page) = office.get(&format!("/office/o/{union}/shops")).await;
    let id = between(&page, "/shops/", "/revoke");
    let revoked = office.send(&format!("/office/o/{union}/shops/{id}/revoke"), &[]).await;
    assert_eq!(revoked.status().as_u16(), 303);
    assert_eq!(phone.get("/shop").await.0, 403);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_voucher_is_its_owners_and_is_taken_back_in_the_office(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    opens(&evening, true).await;
    let (owner, other) = (evening.participant("men").await, evening.participant("women").await);
    earns(&evening, &owner, 45).await;
    let goods = offered(&evening, mug(&evening, 30, 1, 1)).await;
    let voucher: Value = take(&evening, &owner, &goods).await.json;
    let path = format!("/me/vouchers/{}", voucher["id"].as_str().unwrap());
    assert_eq!(Browser::of(&evening, &other).await.get(&path).await.0, 404);
    let office = Browser::of(&evening, &evening.organizer).await;
    assert_eq!(office.get(&path).await.0, 404, "not even the union's");
    let back = format!("/office/o/{}/vouchers/{}/refund", slug(&evening).await, voucher["id"].as_str().unwrap());
    assert_eq!(read(office.send(&back, &[("reason", "")]).await).await.0, 422);
    assert_eq!(office.send(&back, &[("reason", "缺货")]).await.status().as_u16(), 303);
    let (_, page) = Browser::of(&evening, &owner).await.get(&path).await;
    assert!(
        page.contains("已退回") && page.contains("缺货") && !page.contains(voucher["code"].as_str().unwrap()),
        "{page}"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_stands_at_the_desk_has_a_till_while_the_evening_lasts(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    opens(&evening, true).await;
    let owner = evening.participant("men").await;
    earns(&evening, &owner, 90).await;
    let goods = offered(&evening, mug(&evening, 30, 2, 2)).await;
    let (first, second) = (take(&evening, &owner, &goods).await.json, take(&evening, &owner, &goods).await.json);
    let code = |voucher: &Value| voucher["code"].as_str().unwrap().to_owned();
    let desk = Browser::of(&evening, &evening.crew(Role::Desk).await).await;
    let till = "/e/qixi/desk/vouchers";
    assert!(desk.get("/e/qixi/desk").await.1.contains(till));
    let (status, page) = desk.get(till).await;
    assert!(status == 200 && page.contains(&format!("action=\"{till}\"")), "{page}");
    let (status, page) = read(desk.send(till, &[("code", &code(&first))]).await).await;
    assert!(status == 200 && page.contains("data-good=\"yes\"") && page.contains("保温杯"), "{page}");
    assert_eq!(Browser::of(&evening, &owner).await.get(till).await.0, 403);
    // Another counter is told when it was, and hands nothing over.
    let host = Browser::of(&evening, &evening.organizer).await;
    let (status, page) = read(host.send(till, &[("code", &code(&first))]).await).await;
    assert!(status == 409 && page.contains("data-good=\"no\""), "{page}");
    evening.move_to(Phase::Closed).await;
    let (status, page) = read(desk.send(till, &[("code", &code(&second))]).await).await;
    assert!(status == 409 && page.contains("data-good=\"no\""), "{page}");
    let owner = evening.again(&owner);
    assert_eq!(owner.get("/api/v1/me/vouchers").await.json["items"][0]["state"], "open");
}
