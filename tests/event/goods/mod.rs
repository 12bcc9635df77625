//! 积分兑换: what was earned becomes credit of the union, and credit becomes vouchers that are good once.

mod credit;
mod pages;
mod vouchers;

use chrono::Duration;
use queqiao::commands::doctor::examine;
use queqiao::goods::credit::{self as account, Of};
use queqiao::goods::line::Kind;
use queqiao::picks::round;
use serde_json::{Value, json};

use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Answer, Person};

/// The slug of the union of the stories.
async fn slug(evening: &Evening) -> String {
    use queqiao::organizations::organization;
    use sea_orm::EntityTrait;
    let found = organization::Entity::find_by_id(evening.event.organization_id);
    found.one(evening.app.database.reader()).await.unwrap().unwrap().slug
}

async fn at_union(evening: &Evening, path: &str) -> String {
    format!("/api/v1/organizations/{}{path}", slug(evening).await)
}

/// Somebody has so much credit, earned at the event.
async fn earns(evening: &Evening, person: &Person, points: i64) {
    let txn = evening.app.database.begin_write().await.unwrap();
    let own = account::hold(&txn, evening.event.organization_id, person.account_id).await.unwrap();
    own.add(&txn, &evening.app, Kind::Earned, points, Of::Event(evening.event.id)).await.unwrap();
    txn.commit().await.unwrap();
}

/// The union gives goods; a voucher is good for ten days.
async fn opens(evening: &Evening, credit_returns: bool) {
    let rule = json!({ "open": true, "valid_days": 10, "credit_returns": credit_returns });
    let set = evening.again(&evening.organizer).put(&at_union(evening, "/goods-rule").await, rule).await;
    assert_eq!(set.status, 200, "{}", set.text());
}

fn mug(evening: &Evening, price: i64, stock: i32, most_each: i32) -> Value {
    let now = evening.app.now();
    json!({
        "name": "保温杯", "about": "印着喜鹊", "price": price, "stock": stock, "most_each": most_each,
        "place": "工会服务站", "from_at": now - Duration::hours(1), "until_at": now + Duration::days(30),
    })
}

/// Something is on offer; its id.
async fn offered(evening: &Evening, goods: Value) -> String {
    let offered = evening.again(&evening.organizer).post(&at_union(evening, "/goods").await, goods).await;
    assert_eq!(offered.status, 201, "{}", offered.text());
    offered.json["id"].as_str().unwrap().to_owned()
}

/// Somebody takes it at the price that they see.
async fn take(evening: &Evening, person: &Person, goods: &str) -> Answer {
    let shelf = person.get(&at_union(evening, "/goods").await).await.json;
    let seen = shelf["goods"].as_array().into_iter().flatten().find(|one| one["id"] == goods);
    take_at(evening, person, goods, seen.map_or(1, |one| one["price"].as_i64().unwrap())).await
}

async fn take_at(evening: &Evening, person: &Person, goods: &str, price: i64) -> Answer {
    let path = at_union(evening, &format!("/goods/{goods}/vouchers")).await;
    person.post(&path, json!({ "price": price })).await
}

/// A phone of the shop, paired.
async fn shop(evening: &Evening, name: &str) -> Person {
    let invited =
        evening.again(&evening.organizer).post(&at_union(evening, "/shops").await, json!({ "name": name })).await;
    assert_eq!(invited.status, 201, "{}", invited.text());
    let paired = evening.visitor().post("/api/v1/shops/pair", json!({ "token": invited.json["token"] })).await;
    assert_eq!(paired.status, 201, "{}", paired.text());
    with_token(evening, &paired.json["token"])
}

/// Whoever shows this token.
fn with_token(evening: &Evening, token: &Value) -> Person {
    let mut phone = evening.visitor();
    phone.token = token.as_str().map(str::to_owned);
    phone
}

async fn redeem(shop: &Person, code: &Value) -> Answer {
    shop.post("/api/v1/shop/redemptions", json!({ "code": code })).await
}

async fn balance(person: &Person) -> i64 {
    person.get("/api/v1/me/credit").await.json["items"][0]["balance"].as_i64().unwrap()
}

/// Lines, balances, stock and vouchers fit together.
async fn adds_up(evening: &Evening) {
    let keys = round::keys(&evening.app).await.unwrap();
    let findings = examine(evening.app.database.reader(), &keys).await.unwrap();
    let credit = findings.into_iter().find(|finding| finding.check == "credit").unwrap();
    assert!(credit.wrong.is_empty() && credit.examined > 0, "{credit:?}");
}
