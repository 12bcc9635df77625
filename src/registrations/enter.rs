//! Writes the people of a list: accounts, profiles, first links and registrations, many rows a statement.

use std::collections::HashMap;

use chrono::TimeDelta;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::json;
use uuid::Uuid;

use super::class;
use super::entrant::Entrant;
use super::known::Known;
use super::letters::Recipient;
use super::number;
use super::registration::{self, Side, Status};
use crate::accounts::{account, knock, one_time, profile, reset_request};
use crate::app::App;
use crate::database::Write;
use crate::error::{Error, Refused};
use crate::events::event;
use crate::language::Language;
use crate::units::unit;

/// How long the link in the letter works.
pub const INVITATION: TimeDelta = TimeDelta::days(14);
/// Rows per statement: SQLite binds at most 32,766 values.
pub const ROWS: usize = 500;

/// Somebody with an account, about to be registered.
pub struct Entered {
    pub registration: registration::Model,
    pub to: Recipient,
    /// Of the link that sets a first password; none where they have one.
    pub token: Option<String>,
}

/// Writes everybody, numbered in the order of the list. The event is held.
///
/// # Errors
/// 409 `accounts_changed` where somebody signed up in the same instant.
pub async fn enter(
    txn: &Write,
    app: &App,
    event: &event::Model,
    entrants: Vec<Entrant>,
    units: &HashMap<String, Uuid>,
    known: &Known,
    approve: bool,
) -> Result<Vec<Entered>, Error> {
    let (mut accounts, mut profiles, mut links) = (Vec::new(), Vec::new(), Vec::new());
    let mut entered = Vec::with_capacity(entrants.len());
    let first = number::after_the_last(txn, event.id).await?;
    let people: Vec<Uuid> = known.accounts.values().map(|account| account.id).collect();
    let classes = class::of_people(txn, event, &people, app.now()).await?;
    for (entrant, number) in entrants.into_iter().zip(first..) {
        let account = known.accounts.get(entrant.address.as_str()).cloned();
        let profile = account.as_ref().and_then(|account| known.profiles.get(&account.id)).cloned();
        let is_new = account.is_none();
        let account = account.unwrap_or_else(|| new_account(app, &entrant));
        let unit_id = units.get(&unit::folded(&entrant.unit)).copied().unwrap_or_default();
        let has_profile = profile.is_some();
        let profile = profile.unwrap_or_else(|| new_profile(&entrant, account.id, unit_id, number));
        // The account holder's own word on who they are stands above a list's.
        let side = Side::from(profile.gender);
        let mut registration = registration::fresh(app, event, account.id, unit_id, side, profile.birth_year, number);
        registration.class = classes.get(&account.id).copied().unwrap_or(class::ORDINARY);
        if approve {
            registration.status = Status::Approved;
            registration.decided_at = Some(app.now());
        }
        let token = match account.password_hash {
            None => Some(link(app, &entrant, account.id, &mut links)?),
            Some(_) => None,
        };
        let to = Recipient {
            account_id: account.id,
            email: account.email.clone(),
            language: account.language,
            nickname: profile.nickname.clone(),
        };
        if is_new {
            accounts.push(account.into_active_model().reset_all());
        }
        if !has_profile {
            profiles.push(profile.into_active_model().reset_all());
        }
        entered.push(Entered { registration, to, token });
    }
    write(txn, accounts, OnConflict::column(account::Column::Email)).await?;
    write(txn, profiles, OnConflict::column(profile::Column::AccountId)).await?;
    write(txn, links, OnConflict::column(reset_request::Column::TokenDigest)).await?;
    let rows = entered.iter().map(|entered| entered.registration.clone().into_active_model().reset_all()).collect();
    write(txn, rows, OnConflict::new()).await?;
    Ok(entered)
}

/// Inserts rows none of which may be there; one that came to be there meanwhile stops the import, and nothing is
/// written. Asking the database to step aside keeps the refusal ours.
///
/// # Errors
/// 409 `accounts_changed`.
pub async fn write<A>(txn: &Write, mut rows: Vec<A>, mut unique: OnConflict) -> Result<(), Error>
where
    A: ActiveModelTrait + Send,
{
    while !rows.is_empty() {
        let some: Vec<A> = rows.drain(..rows.len().min(ROWS)).collect();
        let wanted = some.len() as u64;
        let insert = <A::Entity as EntityTrait>::insert_many(some).on_conflict(unique.do_nothing().to_owned());
        if insert.exec_without_returning(txn).await? != wanted {
            let detail = "Somebody signed up or was entered in this very moment; import the list again.";
            return Err(Refused::conflict("accounts_changed", detail).into());
        }
    }
    Ok(())
}

fn new_account(app: &App, entrant: &Entrant) -> account::Model {
    account::Model {
        id: app.new_id(),
        email: entrant.address.as_str().to_owned(),
        password_hash: None,
        language: Language::Zh,
        administrator: false,
        created_at: app.now(),
        verified_at: None,
        erased_at: None,
    }
}

fn new_profile(entrant: &Entrant, account_id: Uuid, unit_id: Uuid, number: i32) -> profile::Model {
    profile::Model {
        account_id,
        // Never the real name: others see the nickname.
        nickname: entrant.nickname.clone().unwrap_or_else(|| format!("嘉宾{number:04}")),
        gender: entrant.gender,
        birth_year: entrant.birth_year,
        education: entrant.education.clone(),
        district: None,
        interests: json!([]),
        about: None,
        real_name: entrant.real_name.clone(),
        phone: entrant.phone.clone(),
        wechat: None,
        unit_id: Some(unit_id),
    }
}

/// A link that sets a first password; its digest is kept, the text goes into the letter and nowhere else.
fn link(
    app: &App,
    entrant: &Entrant,
    account_id: Uuid,
    links: &mut Vec<reset_request::ActiveModel>,
) -> Result<String, Error> {
    let minted = one_time::mint(app)?;
    let row = reset_request::Model {
        id: app.new_id(),
        account_id: Some(account_id),
        door: knock::door(app, &entrant.address),
        token_digest: minted.digest,
        at: app.now(),
        expires_at: app.now() + INVITATION,
    };
    links.push(row.into_active_model().reset_all());
    Ok(minted.text)
}
