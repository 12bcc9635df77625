//! What this room holds about a person, and how it forgets it.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use super::address::{MailAddress, address_to_unicode};
use super::refusals::LAST_ADMINISTRATOR;
use super::second_factor::{check_code, end, factor, recovery_code};
use super::{
    account, account_lock, consent, letter_request, profile, reset_request, session, sign_in_throttle, sign_up,
    token_family,
};
use crate::app::App;
use crate::error::{Error, Refused};

/// Everything about the account, its profile and where it is signed in; no password, no token.
///
/// # Errors
/// Only faults.
pub async fn export(db: &impl ConnectionTrait, app: &App, account: Uuid) -> Result<Value, Error> {
    let found = account::find(db, account).await?.ok_or_else(Refused::not_signed_in)?;
    let email = found.address(&app.secrets)?;
    let profile = profile::Entity::find_by_id(account).one(db).await?;
    let private = profile.as_ref().map(|profile| profile.private(&app.secrets)).transpose()?.unwrap_or_default();
    let sign_ins = token_family::Entity::find().filter(token_family::Column::AccountId.eq(account)).all(db).await?;
    let sessions = session::Entity::find().filter(session::Column::AccountId.eq(account)).all(db).await?;
    let resets = reset_request::Entity::find().filter(reset_request::Column::AccountId.eq(account)).all(db).await?;
    let consents = consent::of_person(db, account).await?;
    let factor = factor::confirmed(db, account).await?;
    let locked = account_lock::Entity::find_by_id(account).one(db).await?;
    let codes_left = recovery_code::left(db, account).await?;
    let sign_ups = sign_up::Entity::find().filter(sign_up::of_email(app, &email)).all(db).await?;
    Ok(json!({
        "id": found.id,
        "email": address_to_unicode(&email),
        "name": found.name,
        "language": found.language,
        "administrator": found.administrator,
        "created_at": found.created_at,
        "verified_at": found.verified_at,
        "profile": profile.map(|profile| json!({
            "interests": profile.interests(),
            "nickname": profile.nickname,
            "gender": profile.gender,
            "born_on": private.born_on,
            "birth_year": profile.birth_year,
            "education": profile.education,
            "district": profile.district,
            "about": profile.about,
            "real_name": private.real_name,
            "phone": private.phone,
            "wechat": private.wechat,
            "unit_id": profile.unit_id,
        })),
        "second_factor": factor.map(|factor| json!({"since": factor.confirmed_at, "codes_left": codes_left})),
        "locked": locked.map(|row| json!({"reason": row.reason, "since": row.since})),
        "sign_ins": sign_ins.iter().map(|row| json!({"at": row.at, "revoked_at": row.revoked_at})).collect::<Vec<_>>(),
        "sessions": sessions.iter().map(|row| json!({"at": row.at, "expires_at": row.expires_at})).collect::<Vec<_>>(),
        "reset_requests": resets.iter().map(|row| json!({"at": row.at})).collect::<Vec<_>>(),
        "consents": consents.iter().map(|row| json!({
            "sentence": row.sentence,
            "words": row.text,
            "registration_id": row.registration_id,
            "at": row.at,
        })).collect::<Vec<_>>(),
        "sign_ups": sign_ups.iter().map(|row| json!({"at": row.at, "nickname": row.nickname, "agreed": row.agreed})).collect::<Vec<_>>(),
    }))
}

/// Whether the house can do without the person. All administrators are held, so that the last two
/// cannot leave at the same moment; before the account itself, so that they do not wait for each other.
///
/// # Errors
/// 409 `last_administrator`.
pub async fn may_leave(txn: &impl ConnectionTrait, app: &App, account: Uuid) -> Result<(), Error> {
    if super::account::Entity::find_by_id(account).one(txn).await?.is_some_and(|row| row.is_administrator(app)) {
        let all = account::Entity::alive().filter(account::Column::Administrator.eq(true)).lock_exclusive();
        if all.all(txn).await?.iter().filter(|row| row.is_administrator(app)).count() == 1 {
            return Err(LAST_ADMINISTRATOR.into());
        }
    }
    Ok(())
}

/// Forgets the person. The account's row stays, so that ledgers and logs still add up; it names
/// nobody any more, and nobody can sign in with it.
///
/// # Errors
/// 401 where the account is gone already.
pub async fn erase(txn: &impl ConnectionTrait, app: &App, account: Uuid) -> Result<(), Error> {
    let found = account::Entity::find_by_id(account).lock_exclusive().one(txn).await?;
    let found = found.filter(|account| account.erased_at.is_none()).ok_or_else(Refused::not_signed_in)?;
    let email = found.address(&app.secrets)?;
    if let Ok(address) = MailAddress::read(&email) {
        let address_digest = sign_in_throttle::address_digest(app, &address);
        sign_in_throttle::forget(txn, &address_digest).await?;
        letter_request::forget(txn, &address_digest).await?;
    }
    sign_in_throttle::forget(txn, &check_code::codes_digest(app, account)).await?;
    end::forget(txn, account).await?;
    account_lock::Entity::delete_by_id(account).exec(txn).await?;
    sign_up::Entity::delete_many().filter(sign_up::of_email(app, &email)).exec(txn).await?;
    session::Entity::end_all(txn, account, None).await?;
    // With their refresh tokens.
    token_family::Entity::delete_many().filter(token_family::Column::AccountId.eq(account)).exec(txn).await?;
    reset_request::Entity::delete_many().filter(reset_request::Column::AccountId.eq(account)).exec(txn).await?;
    consent::Entity::delete_many().filter(consent::Column::AccountId.eq(account)).exec(txn).await?;
    let mut row: account::ActiveModel = found.into();
    row.email = Set(None);
    // Of no address: it stands for the row alone.
    row.email_digest = Set(account.as_bytes().to_vec());
    row.password = Set(None);
    row.name = Set(None);
    row.administrator = Set(false);
    row.verified_at = Set(None);
    row.erased_at = Set(Some(app.now()));
    row.bond = Set(None);
    row.update(txn).await?;
    if profile::Entity::find_by_id(account).count(txn).await? == 0 {
        return Ok(());
    }
    let row = profile::ActiveModel {
        account_id: Set(account),
        nickname: Set("已注销".to_owned()),
        born_on: Set(None),
        birth_year: Set(None),
        education: Set(None),
        district: Set(None),
        interests: Set(json!([])),
        about: Set(None),
        real_name: Set(None),
        real_name_digest: Set(None),
        phone: Set(None),
        wechat: Set(None),
        unit_id: Set(None),
        // The gender stays: it is which side of a ledger the person's points stand on.
        ..Default::default()
    };
    row.update(txn).await?;
    Ok(())
}
