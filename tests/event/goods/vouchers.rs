//! The last one goes to one, and a code is good once.

use chrono::Duration;
use futures_util::future::join_all;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::goods::{expire, voucher};
use queqiao::registrations::registration::Status;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::{adds_up, at_union, balance, earns, mug, offered, opens, redeem, shop, take, take_at, with_token};
use crate::fixtures::door::paired;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Person, refused};
use crate::fixtures::rows::everything;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_reach_for_the_last_one(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    opens(&evening, true).await;
    let people = evening.participants("men", 12, Status::Approved).await;
    for person in &people {
        earns(&evening, person, 50).await;
    }
    let goods = offered(&evening, mug(&evening, 30, 1, 1)).await;
    let answers = join_all(people.iter().map(|person| take(&evening, person, &goods))).await;
    let (taken, late): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((taken.len(), late.len()), (1, 11));
    late.iter().for_each(|answer| refused(answer, 409, "sold_out"));
    let mut left = 0;
    for person in &people {
        left += balance(person).await;
    }
    assert_eq!(left, 12 * 50 - 30);
    adds_up(&evening).await;
    // Nobody pays another price than the one they saw.
    let dear = offered(&evening, mug(&evening, 45, 50, 2)).await;
    let moved = take_at(&evening, &people[0], &dear, 10).await;
    refused(&moved, 409, "price_changed");
    assert_eq!(moved.json["price"], 45);
    // One person with many hands: as many as they may, and as the credit allows.
    let goods = offered(&evening, mug(&evening, 10, 50, 2)).await;
    let own = join_all((0..16).map(|_| take(&evening, &people[0], &goods))).await;
    assert_eq!(own.iter().filter(|answer| answer.status == 201).count(), 2);
    let dear = offered(&evening, mug(&evening, 20, 50, 9)).await;
    let (before, own) = (balance(&people[0]).await, join_all((0..8).map(|_| take(&evening, &people[0], &dear))).await);
    let bought = own.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(i64::try_from(bought).unwrap(), before / 20);
    own.iter().filter(|answer| answer.status != 201).for_each(|answer| refused(answer, 409, "not_enough_credit"));
    adds_up(&evening).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_code_before_two_phones_is_redeemed_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    opens(&evening, true).await;
    let person = evening.participant("men").await;
    earns(&evening, &person, 50).await;
    let goods = offered(&evening, mug(&evening, 30, 3, 1)).await;
    let taken = take(&evening, &person, &goods).await.json;
    let code = taken["code"].clone();
    // The database holds no code: only its owner is shown it.
    let bare = code.as_str().unwrap().replace('-', "");
    let rows = everything(&evening).await;
    assert!(!rows.iter().any(|row| row.contains(code.as_str().unwrap()) || row.contains(&bare)), "{rows:?}");
    let given = evening.organizer.get(&at_union(&evening, "/vouchers").await).await;
    assert!(given.status == 200 && !given.text().contains(&bare[..4]), "{}", given.text());
    let letters = evening.letters_to(&person, "voucher_taken").await;
    assert!(letters.len() == 1 && !letters[0].plain.contains(code.as_str().unwrap()));
    let (one, other) = (shop(&evening, "一号窗口").await, shop(&evening, "二号窗口").await);
    let hands = (0..24).map(|hand| {
        let (phone, code) = (if hand % 2 == 0 { one.clone() } else { other.clone() }, code.clone());
        tokio::spawn(async move { redeem(&phone, &code).await })
    });
    let answers: Vec<_> = join_all(hands).await.into_iter().map(Result::unwrap).collect();
    let (good, bad): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((good.len(), &good[0].json["goods"]), (1, &json!("保温杯")));
    bad.iter().for_each(|answer| refused(answer, 409, "voucher_redeemed"));
    let mine = person.get("/api/v1/me/vouchers").await.json["items"][0].clone();
    assert_eq!((&mine["state"], &mine["code"]), (&json!("redeemed"), &Value::Null));
    refused(&redeem(&one, &json!("AAAA-BBBB-CCCC-DDDD")).await, 404, "no_such_voucher");
    adds_up(&evening).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_may_redeem_and_who_may_not(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    opens(&evening, true).await;
    let person = evening.participant("men").await;
    earns(&evening, &person, 100).await;
    let goods = offered(&evening, mug(&evening, 10, 9, 9)).await;
    let code = async || take(&evening, &person, &goods).await.json["code"].clone();
    let first = code().await;
    refused(&redeem(&evening.visitor(), &first).await, 401, "not_signed_in");
    refused(&redeem(&person, &first).await, 403, "not_a_shop");
    refused(&redeem(&evening.organizer, &first).await, 403, "not_a_shop");
    // A shop does nothing else, and is shut out at once.
    let till = shop(&evening, "窗口").await;
    assert_eq!(till.get("/api/v1/me/credit").await.status, 401);
    assert_eq!(till.get(&at_union(&evening, "/vouchers").await).await.status, 401);
    let typed = first.as_str().unwrap().replace('-', " ").to_lowercase();
    assert_eq!(redeem(&till, &json!(typed)).await.status, 200);
    let shops = at_union(&evening, "/shops").await;
    let id = evening.organizer.get(&shops).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(evening.organizer.delete(&format!("{shops}/{id}")).await.status, 204);
    let second = code().await;
    refused(&redeem(&till, &second).await, 401, "not_signed_in");
    // A link works once; another union's shop knows no voucher of this one.
    let invited = evening.organizer.post(&shops, json!({ "name": "三号" })).await.json["token"].clone();
    let hands = join_all(
        (0..8)
            .map(|_| async { evening.visitor().post("/api/v1/shops/pair", json!({ "token": invited })).await.status }),
    );
    assert_eq!(hands.await.into_iter().filter(|status| *status == 201).count(), 1);
    let (other, _) = evening.other_union(Phase::OnSite).await;
    let theirs = other.post("/api/v1/organizations/other/shops", json!({ "name": "别家" })).await.json["token"].clone();
    let theirs = evening.visitor().post("/api/v1/shops/pair", json!({ "token": theirs })).await.json["token"].clone();
    let theirs = with_token(&evening, &theirs);
    refused(&redeem(&theirs, &second).await, 404, "no_such_voucher");
    // Nor does whoever writes to the database make it a shop of this one: its row vouches for its union.
    let txn = evening.app.database.begin_write().await.unwrap();
    let moved = "UPDATE shop SET organization_id = (SELECT organization_id FROM event WHERE slug = 'qixi')";
    txn.execute_unprepared(moved).await.unwrap();
    txn.commit().await.unwrap();
    refused(&redeem(&theirs, &second).await, 401, "not_signed_in");
    for path in ["/goods-overview", "/vouchers", "/shops", "/goods-offered"] {
        assert_eq!(other.get(&at_union(&evening, path).await).await.status, 404, "{path}");
        assert_ne!(person.get(&at_union(&evening, path).await).await.status, 200, "{path}");
    }
    let stranger = evening.participant("women").await;
    assert_eq!(stranger.get(&at_union(&evening, "/goods").await).await.status, 404, "nothing to do with it");
    assert_eq!(take(&evening, &stranger, &goods).await.status, 404);
    // At the desk a person may, and a device that checks in may not.
    let (desk, device) = (evening.crew(Role::Desk).await, paired(&evening, "东门").await);
    let path = "/api/v1/events/qixi/voucher-redemptions";
    refused(&device.post(path, json!({ "code": second })).await, 403, "wrong_role");
    refused(&person.post(path, json!({ "code": second })).await, 403, "wrong_role");
    assert_eq!(desk.post(path, json!({ "code": second })).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_shop_whose_answer_was_lost_is_told_it_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    opens(&evening, true).await;
    let person = evening.participant("men").await;
    earns(&evening, &person, 50).await;
    let goods = offered(&evening, mug(&evening, 30, 3, 1)).await;
    let code = take(&evening, &person, &goods).await.json["code"].clone();
    let till = shop(&evening, "窗口").await;
    let keyed = async |by: &Person, path: &str, body: Value| {
        by.send(by.request(Method::POST, path).header("Idempotency-Key", "mine").json(&body)).await
    };
    let redemptions = "/api/v1/shop/redemptions";
    let first = keyed(&till, redemptions, json!({ "code": code })).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let again = keyed(&till, redemptions, json!({ "code": code })).await;
    assert_eq!((again.status, &again.bytes), (200, &first.bytes));
    refused(&redeem(&till, &code).await, 409, "voucher_redeemed");
    // Not once it was shut out.
    let shops = at_union(&evening, "/shops").await;
    let id = evening.organizer.get(&shops).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(evening.organizer.delete(&format!("{shops}/{id}")).await.status, 204);
    refused(&keyed(&till, redemptions, json!({ "code": code })).await, 401, "not_signed_in");
    // What opens the door is kept for nobody to hear twice.
    let link = json!({ "token": evening.organizer.post(&shops, json!({ "name": "三号" })).await.json["token"] });
    let paired = keyed(&person, "/api/v1/shops/pair", link.clone()).await;
    assert_eq!(paired.status, 201, "{}", paired.text());
    let repeated = keyed(&person, "/api/v1/shops/pair", link).await;
    assert!(repeated.status == 404 && !repeated.text().contains(paired.json["token"].as_str().unwrap()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_nobody_fetched_goes_back_by_the_rule(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let person = evening.participant("men").await;
    earns(&evening, &person, 100).await;
    opens(&evening, true).await;
    let goods = offered(&evening, mug(&evening, 40, 2, 2)).await;
    let first = take(&evening, &person, &goods).await.json;
    evening.clock.advance(Duration::days(10));
    // It is bad at the very moment, whether or not the clock has come round.
    refused(&redeem(&shop(&evening, "窗口").await, &first["code"]).await, 409, "voucher_expired");
    for done in join_all((0..4).map(|_| expire::due(&evening.app))).await {
        done.unwrap();
    }
    let person = evening.again(&person);
    assert_eq!(balance(&person).await, 100);
    assert_eq!(evening.letters_to(&person, "voucher_ended").await.len(), 1);
    adds_up(&evening).await;
    opens(&evening, false).await;
    assert_eq!(take(&evening, &person, &goods).await.status, 201);
    evening.clock.advance(Duration::days(11));
    expire::due(&evening.app).await.unwrap();
    let person = evening.again(&person);
    assert_eq!(balance(&person).await, 60, "the union's rule says that it does not come back");
    adds_up(&evening).await;
    let third = take(&evening, &person, &goods).await.json;
    let refund = at_union(&evening, &format!("/vouchers/{}/refund", third["id"].as_str().unwrap())).await;
    let organizer = evening.again(&evening.organizer);
    assert_eq!(organizer.post(&refund, json!({ "reason": "" })).await.status, 422);
    let hands = join_all((0..8).map(|_| organizer.post(&refund, json!({ "reason": "缺货" })))).await;
    assert_eq!(hands.iter().filter(|answer| answer.status == 204).count(), 1);
    assert_eq!(balance(&person).await, 60);
    let mine = person.get("/api/v1/me/vouchers").await.json["items"][0].clone();
    assert_eq!((&mine["state"], &mine["reason"]), (&json!("refunded"), &json!("缺货")));
    adds_up(&evening).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_leaves_takes_no_goods_along(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    opens(&evening, true).await;
    let person = evening.participant("men").await;
    earns(&evening, &person, 100).await;
    let goods = offered(&evening, mug(&evening, 40, 1, 1)).await;
    let code = take(&evening, &person, &goods).await.json["code"].clone();
    let home = evening.takes_home(&person).await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(home.bytes)).unwrap();
    let taken: Value = serde_json::from_reader(zip.by_name("goods.json").unwrap()).unwrap();
    assert_eq!((&taken["credit"][0]["balance"], taken["vouchers"].as_array().unwrap().len()), (&json!(60), 1));
    // What the union wrote of one that it took back is forgotten with the account.
    let second = offered(&evening, mug(&evening, 20, 1, 1)).await;
    let back = take(&evening, &person, &second).await.json["id"].as_str().unwrap().to_owned();
    let refund = at_union(&evening, &format!("/vouchers/{back}/refund")).await;
    assert_eq!(evening.organizer.post(&refund, json!({ "reason": "已离职" })).await.status, 204);
    assert_eq!(evening.leaves(&person).await.status, 204);
    let kept = voucher::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert!(kept.len() == 2 && kept.iter().all(|one| one.reason.is_none()), "{kept:?}");
    refused(&redeem(&shop(&evening, "窗口").await, &code).await, 409, "voucher_refunded");
    let other = evening.participant("women").await;
    earns(&evening, &other, 40).await;
    assert_eq!(take(&evening, &other, &goods).await.status, 201);
    assert_eq!(voucher::Entity::find().count(evening.app.database.reader()).await.unwrap(), 3);
    adds_up(&evening).await;
    // Closed, withdrawn, or not on offer any more.
    let out = at_union(&evening, &format!("/goods/{goods}")).await;
    assert_eq!(evening.organizer.delete(&out).await.status, 204);
    refused(&take(&evening, &other, &goods).await, 409, "not_on_offer");
    let shut = json!({ "open": false, "valid_days": 10, "credit_returns": true });
    assert_eq!(evening.organizer.put(&at_union(&evening, "/goods-rule").await, shut).await.status, 200);
    refused(&take(&evening, &other, &goods).await, 409, "goods_closed");
    for (field, value) in [("stock", json!(0)), ("price", json!(0)), ("until_at", json!("2020-01-01T00:00:00Z"))] {
        let mut wish = mug(&evening, 10, 1, 1);
        wish[field] = value;
        let refused = evening.organizer.post(&at_union(&evening, "/goods").await, wish).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["field"]), (422, &json!(field)));
    }
}
