//! The letters of this room. Their words lie beside this file, one text a language.

use askama::Template;
use sea_orm::ConnectionTrait;

use super::account;
use super::register::Wish;
use super::{reset_request, sign_up};
use crate::app::App;
use crate::error::Fault;
use crate::language::Language;
use crate::mail::letter::{self, Action, Draft};
use crate::page::encoded;

#[derive(Template)]
#[template(path = "accounts/verify.zh.txt")]
struct VerifyZh<'a> {
    nickname: &'a str,
    hours: i64,
}

#[derive(Template)]
#[template(path = "accounts/verify.en.txt")]
struct VerifyEn<'a> {
    nickname: &'a str,
    hours: i64,
}

#[derive(Template)]
#[template(path = "accounts/reset.zh.txt")]
struct ResetZh {
    minutes: i64,
}

#[derive(Template)]
#[template(path = "accounts/reset.en.txt")]
struct ResetEn {
    minutes: i64,
}

/// The link that proves the address.
pub(super) async fn verify(txn: &impl ConnectionTrait, app: &App, wish: &Wish, token: &str) -> Result<(), Fault> {
    let (nickname, hours) = (wish.nickname.as_str(), sign_up::HOURS);
    let words = match wish.language {
        Language::Zh => VerifyZh { nickname, hours }.render(),
        Language::En => VerifyEn { nickname, hours }.render(),
    };
    let action = Action {
        label: wish.language.choose("设置密码，开始使用", "Choose a password and begin").to_owned(),
        url: app.public_url(&format!("/verify?token={token}{}", on_to(wish.to.as_deref()))),
    };
    post(txn, app, "verify", &wish.email, None, wish.language, words.map_err(Fault::of)?, action).await
}

/// What a link says of where its reader was going.
fn on_to(to: Option<&str>) -> String {
    to.map(|to| format!("&to={}", encoded(to))).unwrap_or_default()
}

/// A note to somebody who signs up a second time.
pub(super) async fn already_registered_letter(txn: &impl ConnectionTrait, app: &App, wish: &Wish) -> Result<(), Fault> {
    let words = wish.language.choose(include_str!("known.zh.txt"), include_str!("known.en.txt"));
    let action = Action {
        label: wish.language.choose("重设密码", "Set a new password").to_owned(),
        url: app.public_url("/forgot"),
    };
    post(txn, app, "known", &wish.email, None, wish.language, words.to_owned(), action).await
}

/// The link that sets a new password.
pub(super) async fn reset(
    txn: &impl ConnectionTrait,
    app: &App,
    account: &account::Model,
    token: &str,
    to: Option<&str>,
) -> Result<(), Fault> {
    let minutes = reset_request::MINUTES;
    let words = match account.language {
        Language::Zh => ResetZh { minutes }.render(),
        Language::En => ResetEn { minutes }.render(),
    };
    let action = Action {
        label: account.language.choose("设置新密码", "Set a new password").to_owned(),
        url: app.public_url(&format!("/reset?token={token}{}", on_to(to))),
    };
    let words = words.map_err(Fault::of)?;
    Ok(post(txn, app, "reset", &account.address(&app.secrets)?, Some(account.id), account.language, words, action)
        .await?)
}

/// A warning to the owner.
pub(super) async fn changed(txn: &impl ConnectionTrait, app: &App, account: &account::Model) -> Result<(), Fault> {
    let words = account.language.choose(include_str!("changed.zh.txt"), include_str!("changed.en.txt"));
    let action = Action {
        label: account.language.choose("重设密码", "Set a new password").to_owned(),
        url: app.public_url("/forgot"),
    };
    let to = account.address(&app.secrets)?;
    Ok(post(txn, app, "password_changed", &to, Some(account.id), account.language, words.to_owned(), action).await?)
}

/// A note to the owner that signing in takes a code: it may have been set up by whoever found out the password.
pub(super) async fn factor_on(txn: &impl ConnectionTrait, app: &App, account: &account::Model) -> Result<(), Fault> {
    let words = account.language.choose(include_str!("factor_on.zh.txt"), include_str!("factor_on.en.txt"));
    of_factor(txn, app, account, "second_factor_on", words).await
}

/// As [`factor_on`], of fresh codes for recovery.
pub(super) async fn codes_renewed(
    txn: &impl ConnectionTrait,
    app: &App,
    account: &account::Model,
) -> Result<(), Fault> {
    let words = account.language.choose(include_str!("codes_renewed.zh.txt"), include_str!("codes_renewed.en.txt"));
    of_factor(txn, app, account, "recovery_codes_renewed", words).await
}

/// As [`factor_on`], that it takes none any more.
pub(super) async fn factor_ended(txn: &impl ConnectionTrait, app: &App, account: &account::Model) -> Result<(), Fault> {
    let words = account.language.choose(include_str!("factor_ended.zh.txt"), include_str!("factor_ended.en.txt"));
    of_factor(txn, app, account, "second_factor_ended", words).await
}

async fn of_factor(
    txn: &impl ConnectionTrait,
    app: &App,
    account: &account::Model,
    kind: &'static str,
    words: &str,
) -> Result<(), Fault> {
    let action = Action {
        label: account.language.choose("查看两步验证", "See to it").to_owned(),
        url: app.public_url("/me/second-factor"),
    };
    let to = account.address(&app.secrets)?;
    Ok(post(txn, app, kind, &to, Some(account.id), account.language, words.to_owned(), action).await?)
}

#[expect(clippy::too_many_arguments, reason = "a letter has that many sides")]
async fn post(
    txn: &impl ConnectionTrait,
    app: &App,
    kind: &'static str,
    to: &str,
    account_id: Option<uuid::Uuid>,
    language: Language,
    words: String,
    action: Action,
) -> Result<(), Fault> {
    let draft = Draft {
        kind,
        to: to.to_owned(),
        account_id,
        event_id: None,
        language,
        words,
        action: Some(action),
        attachments: Vec::new(),
        dedupe: None,
        not_before: None,
    };
    letter::post(txn, app, draft).await
}
