//! Somebody signs up, and nobody learns who has.

use chrono::Duration;
use queqiao::accounts::{account, sign_up, sweep};
use queqiao::events::phase::Phase;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::{
    FORGOT, PASSWORD, REFRESH, REGISTER, RESET, VERIFY, chosen, log_in, mailed, me, sign_up, wish, wrong_field,
};
use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::evening::{Engine, Evening, hours};
use crate::fixtures::person::refused;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn somebody_signs_up_proves_the_address_and_signs_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let before = account::Entity::find().count(evening.app.database.reader()).await.unwrap();
    let answer = evening.visitor().post(REGISTER, wish("Lily@Example.CN")).await;
    assert_eq!((answer.status, answer.bytes.len()), (202, 0));
    let after = account::Entity::find().count(evening.app.database.reader()).await.unwrap();
    assert_eq!(before, after, "there is no account before the address is proven");
    refused(&log_in(&evening, "lily@example.cn", PASSWORD).await, 401, "wrong_credentials");

    let token = mailed(&evening, "lily@example.cn", "verify").await;
    let weak = evening.visitor().post(VERIFY, json!({"token": token, "password": "云上的喜鹊云上的喜鹊"})).await;
    wrong_field(&weak, "password", "guessable");
    let begun = evening.visitor().post(VERIFY, chosen(&token)).await;
    assert_eq!((begun.status, &begun.json["expires_in"]), (200, &json!(900)), "{}", begun.text());
    assert_eq!(me(&evening, &begun.json["access_token"]).await.json["nickname"], "云上的喜鹊");
    let renewed = evening.visitor().post(REFRESH, json!({"refresh_token": begun.json["refresh_token"]})).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text());
    let granted = log_in(&evening, "LILY@example.cn", PASSWORD).await;
    assert_eq!(granted.status, 200, "{}", granted.text());
    assert_eq!(granted.json["expires_in"], 900);
    let me = me(&evening, &granted.json["access_token"]).await;
    assert_eq!((me.status, &me.json["nickname"]), (200, &json!("云上的喜鹊")));
    assert_eq!(me.json["gender"], "female");

    refused(&evening.visitor().post(VERIFY, chosen(&token)).await, 422, "token_used");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_learns_which_addresses_are_known(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    sign_up(&evening, "known@example.cn").await;
    let known = evening.visitor().post(REGISTER, wish("known@example.cn")).await;
    let unknown = evening.visitor().post(REGISTER, wish("unknown@example.cn")).await;
    assert_eq!((known.status, &known.bytes), (unknown.status, &unknown.bytes));
    let kinds = |letters: &[crate::fixtures::letter::Letter], to: &str| {
        letters.iter().filter(|l| l.recipient == to).map(|l| l.kind.clone()).collect::<Vec<_>>()
    };
    let letters = evening.letters().await;
    assert_eq!(kinds(&letters, "known@example.cn"), ["verify", "known"]);
    assert_eq!(kinds(&letters, "unknown@example.cn"), ["verify"]);
    assert!(!letters.iter().any(|l| l.kind == "known" && l.plain.contains("token=")));

    let known = log_in(&evening, "known@example.cn", "not the password").await;
    let unknown = log_in(&evening, "nobody@example.cn", "not the password").await;
    refused(&known, 401, "wrong_credentials");
    assert_eq!(known.bytes, unknown.bytes);
    let known = evening.visitor().post(FORGOT, json!({"email": "known@example.cn"})).await;
    let unknown = evening.visitor().post(FORGOT, json!({"email": "nobody@example.cn"})).await;
    assert_eq!((known.status, known.bytes), (202, unknown.bytes));
    let letters = evening.letters().await;
    assert_eq!(kinds(&letters, "known@example.cn"), ["verify", "known", "reset"]);
    assert!(kinds(&letters, "nobody@example.cn").is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_second_sign_up_does_not_change_an_account(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let visitor = evening.visitor();
    // Two sign-ups of one address: the link that is opened first wins, the other is dead.
    assert_eq!(visitor.post(REGISTER, wish("a@example.cn")).await.status, 202);
    let first = mailed(&evening, "a@example.cn", "verify").await;
    let mut other = wish("a@example.cn");
    other["nickname"] = json!("攻击者");
    assert_eq!(visitor.post(REGISTER, other.clone()).await.status, 202);
    let second = mailed(&evening, "a@example.cn", "verify").await;
    let granted = visitor.post(VERIFY, chosen(&first)).await;
    assert_eq!(granted.status, 200, "{}", granted.text());
    refused(&visitor.post(VERIFY, chosen(&second)).await, 422, "token_used");
    // A third, when there is an account: nothing to open, nothing changed.
    assert_eq!(visitor.post(REGISTER, other).await.status, 202);
    assert_eq!(evening.letters().await.last().unwrap().kind, "known");
    assert_eq!(me(&evening, &granted.json["access_token"]).await.json["nickname"], "云上的喜鹊");
    assert_eq!(log_in(&evening, "a@example.cn", PASSWORD).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_imported_person_claims_the_prepared_account(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let guest = evening.participant("women").await;
    sign_up(&evening, &guest.email).await;
    let granted = log_in(&evening, &guest.email, PASSWORD).await;
    let me = me(&evening, &granted.json["access_token"]).await;
    assert_eq!(me.json["nickname"], "guest-1", "what the import knew stays");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_in_a_letter_grows_old(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let visitor = evening.visitor();
    visitor.post(REGISTER, wish("late@example.cn")).await;
    let token = mailed(&evening, "late@example.cn", "verify").await;
    evening.clock.advance(hours(48));
    refused(&visitor.post(VERIFY, chosen(&token)).await, 422, "token_expired");
    sweep::due(&evening.app).await.unwrap();
    refused(&visitor.post(VERIFY, chosen(&token)).await, 422, "token_expired");
    evening.clock.advance(Duration::days(30));
    sweep::due(&evening.app).await.unwrap();
    refused(&visitor.post(VERIFY, chosen(&token)).await, 422, "token_invalid");
    for token in ["", "x", &"A".repeat(43), "😀", &"A".repeat(200)] {
        refused(&visitor.post(VERIFY, chosen(token)).await, 422, "token_invalid");
    }
    sign_up(&evening, "late@example.cn").await;
    visitor.post(FORGOT, json!({"email": "late@example.cn"})).await;
    let token = mailed(&evening, "late@example.cn", "reset").await;
    evening.clock.advance(Duration::minutes(60));
    let new = json!({"token": token, "password": "the weaver girl waits"});
    refused(&visitor.post(RESET, new).await, 422, "token_expired");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sign_up_that_is_not_right_is_told_field_by_field(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let visitor = evening.visitor();
    let with = |field: &str, value: Value| {
        let mut wish = wish("a@example.cn");
        wish[field] = value;
        wish
    };
    for (field, value, code) in [
        ("email", json!("no address"), "mail_address"),
        ("email", json!(""), "mail_address"),
        ("email", json!(format!("{}@example.cn", "a".repeat(65))), "mail_address"),
        ("email", json!("a@example.cn\r\nBcc: b@example.cn"), "mail_address"),
        ("email", json!(7), "wrong_type"),
        ("nickname", json!(""), "blank"),
        ("nickname", json!("   "), "blank"),
        ("nickname", json!("鹊".repeat(25)), "too_long"),
        ("nickname", json!("a\nb"), "control_characters"),
        ("gender", json!("men"), "wrong_type"),
        ("unit_id", json!("not an id"), "wrong_type"),
    ] {
        wrong_field(&visitor.post(REGISTER, with(field, value)).await, field, code);
    }
    refused(&visitor.post(REGISTER, with("is_admin", json!(true))).await, 422, "invalid");
    refused(&visitor.post(REGISTER, with("password", json!(PASSWORD))).await, 422, "invalid");
    refused(&visitor.post(REGISTER, json!([])).await, 422, "invalid");
    let raw = |kind: &'static str, body: &'static str| {
        let request = visitor.request(Method::POST, REGISTER).header("content-type", kind).body(body);
        visitor.send(request)
    };
    refused(&raw("application/json", "{").await, 400, "malformed_json");
    refused(&raw("text/plain", "{}").await, 415, "not_json");
    assert_eq!(evening.letters().await.len(), 0, "nothing was written");
    assert_eq!(sign_up::Entity::find().count(evening.app.database.reader()).await.unwrap(), 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn names_and_domains_in_any_script_are_kept(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let mut wish = wish("hong@例子.中国");
    wish["nickname"] = json!("👩‍👩‍👧 𠮷野家");
    wish["language"] = json!("en");
    assert_eq!(evening.visitor().post(REGISTER, wish).await.status, 202);
    let folded = "hong@xn--fsqu00a.xn--fiqs8s";
    let letters = evening.letters().await;
    assert_eq!(letters[0].recipient, folded);
    assert!(letters[0].subject.starts_with("Confirm") && letters[0].plain.contains("👩‍👩‍👧 𠮷野家"));
    let token = mailed(&evening, folded, "verify").await;
    evening.visitor().post(VERIFY, chosen(&token)).await;
    let granted = log_in(&evening, "HONG＠例子。中国", PASSWORD).await;
    assert_eq!(granted.status, 200, "{}", granted.text());
    let me = me(&evening, &granted.json["access_token"]).await;
    assert_eq!((&me.json["email"], &me.json["nickname"]), (&json!("hong@例子.中国"), &json!("👩‍👩‍👧 𠮷野家")));
    assert_eq!(me.json["language"], "en");
}
