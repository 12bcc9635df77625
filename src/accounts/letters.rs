//! The letters of this room. Their words lie beside this file, one text a language.

use sea_orm::ConnectionTrait;

use super::account;
use super::recipient::{self, Recipient};
use super::register::Wish;
use super::{reset_request, sign_up};
use crate::app::App;
use crate::error::Fault;
use crate::mail::letter::{self, Letter, Words, letter_words};
use crate::page::encoded;

letter_words! {
    Verify<'a> { nickname: &'a str, hours: i64 }
    "accounts/verify.zh.txt" "accounts/verify.en.txt"
}
letter_words! { Known {} "accounts/known.zh.txt" "accounts/known.en.txt" }
letter_words! { Reset { minutes: i64 } "accounts/reset.zh.txt" "accounts/reset.en.txt" }
letter_words! { Changed {} "accounts/changed.zh.txt" "accounts/changed.en.txt" }
letter_words! { FactorOn {} "accounts/factor_on.zh.txt" "accounts/factor_on.en.txt" }
letter_words! { CodesRenewed {} "accounts/codes_renewed.zh.txt" "accounts/codes_renewed.en.txt" }
letter_words! { FactorEnded {} "accounts/factor_ended.zh.txt" "accounts/factor_ended.en.txt" }
letter_words! { Locked {} "accounts/account_locked.zh.txt" "accounts/account_locked.en.txt" }
letter_words! { Unlocked {} "accounts/account_unlocked.zh.txt" "accounts/account_unlocked.en.txt" }

/// Where somebody begins who has lost the password.
const FORGOT: &str = "/forgot";
const SIGN_IN: &str = "/sign-in";
const SECOND_FACTOR: &str = "/me/second-factor";

/// The link that proves the address.
pub(super) async fn verify(txn: &impl ConnectionTrait, app: &App, wish: &Wish, token: &str) -> Result<(), Fault> {
    let text = Verify { nickname: &wish.nickname, hours: sign_up::HOURS };
    let path = format!("/verify?token={token}{}", on_to(wish.to.as_deref()));
    letter::post(txn, app, Letter::new(app, "verify", &signing_up(wish), text, &path)?).await
}

/// What a link says of where its reader was going.
fn on_to(to: Option<&str>) -> String {
    to.map(|to| format!("&to={}", encoded(to))).unwrap_or_default()
}

/// A note to somebody who signs up a second time.
pub(super) async fn already_registered_letter(txn: &impl ConnectionTrait, app: &App, wish: &Wish) -> Result<(), Fault> {
    letter::post(txn, app, Letter::new(app, "known", &signing_up(wish), Known {}, FORGOT)?).await
}

fn signing_up(wish: &Wish) -> Recipient {
    Recipient::without_account(wish.email.clone(), wish.language)
}

/// The link that sets a new password.
pub(super) async fn reset(
    txn: &impl ConnectionTrait,
    app: &App,
    account: &account::Model,
    token: &str,
    to: Option<&str>,
) -> Result<(), Fault> {
    let path = format!("/reset?token={token}{}", on_to(to));
    post(txn, app, account, "reset", Reset { minutes: reset_request::MINUTES }, &path).await
}

/// A warning to the owner.
pub(super) async fn changed(txn: &impl ConnectionTrait, app: &App, account: &account::Model) -> Result<(), Fault> {
    post(txn, app, account, "password_changed", Changed {}, FORGOT).await
}

/// A note to the owner that signing in takes a code: it may have been set up by whoever found out the password.
pub(super) async fn factor_on(txn: &impl ConnectionTrait, app: &App, account: &account::Model) -> Result<(), Fault> {
    post(txn, app, account, "second_factor_on", FactorOn {}, SECOND_FACTOR).await
}

/// As [`factor_on`], of fresh codes for recovery.
pub(super) async fn codes_renewed(
    txn: &impl ConnectionTrait,
    app: &App,
    account: &account::Model,
) -> Result<(), Fault> {
    post(txn, app, account, "recovery_codes_renewed", CodesRenewed {}, SECOND_FACTOR).await
}

/// As [`factor_on`], that it takes none any more.
pub(super) async fn factor_ended(txn: &impl ConnectionTrait, app: &App, account: &account::Model) -> Result<(), Fault> {
    post(txn, app, account, "second_factor_ended", FactorEnded {}, SECOND_FACTOR).await
}

/// A note to the owner that nobody gets in any more.
pub(super) async fn locked(txn: &impl ConnectionTrait, app: &App, account: &account::Model) -> Result<(), Fault> {
    post(txn, app, account, "account_locked", Locked {}, "/").await
}

/// As [`locked`], that they do again.
pub(super) async fn unlocked(txn: &impl ConnectionTrait, app: &App, account: &account::Model) -> Result<(), Fault> {
    post(txn, app, account, "account_unlocked", Unlocked {}, SIGN_IN).await
}

async fn post(
    txn: &impl ConnectionTrait,
    app: &App,
    account: &account::Model,
    kind: &'static str,
    text: impl Words,
    path: &str,
) -> Result<(), Fault> {
    let to = recipient::of(app, account, "")?;
    letter::post(txn, app, Letter::new(app, kind, &to, text, path)?).await
}
