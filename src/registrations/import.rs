//! An organizer enters a list of applicants gathered elsewhere. People without an account get one, with a letter that
//! lets them choose a password; nothing is hashed here, so that 800 rows are one short transaction.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike, TimeDelta};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::apply::{fresh, next_number};
use super::entrant::{self, Entrant};
use super::letters::{self, Recipient};
use super::registration::{self, Side, Status};
use crate::accounts::{account, knock, one_time, profile, reset_request};
use crate::app::App;
use crate::audit;
use crate::database::Write;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::language::Language;
use crate::organizations::organization;
use crate::sheet::Sheet;
use crate::sheet::upload::{RowError, invalid_rows};
use crate::units::unit;

/// How long the link in the letter works.
pub const INVITATION: TimeDelta = TimeDelta::days(14);
/// Rows per statement: SQLite binds at most 32,766 values.
const ROWS: usize = 500;

#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Manner {
    /// Import the rows that can be imported and tell the others; otherwise one bad row stops all.
    #[serde(default)]
    pub partial: bool,
    /// They are approved at once: the list was checked before.
    #[serde(default)]
    pub approve: bool,
    /// Units the union does not know are entered too.
    #[serde(default)]
    pub create_units: bool,
}

/// What came of an import.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Imported {
    pub imported: usize,
    /// How many of them had no account.
    pub accounts_created: usize,
    pub units_created: usize,
    /// Rows left out, with `partial=true`.
    pub errors: Vec<RowError>,
    /// Headings that were not understood; their columns were not read.
    pub unused_columns: Vec<String>,
}

/// Somebody with an account, about to be registered.
struct Entered {
    registration: registration::Model,
    to: Recipient,
    /// Of the link that sets a first password; none where they have one.
    token: Option<String>,
}

/// Enters a list, whole or, if asked, the part of it that can be.
///
/// # Errors
/// 409 `phase_closed`, 409 `accounts_changed` where somebody signed up in the same instant, 422 `invalid_rows`.
pub async fn import(app: &App, by: &Organizer, sheet: &Sheet, manner: Manner) -> Result<Imported, Error> {
    let list = entrant::read(sheet, app.now().year())?;
    let (mut errors, entrants) = (list.errors, list.rows);
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, by.event.id).await?;
    event.requires_one_of(app.now(), &[Phase::Registration, Phase::Online, Phase::Screening])?;
    let (units, units_created) = units(&txn, app, &event, &entrants, manner.create_units).await?;
    let known = Known::of(&txn, &event, &entrants).await?;
    let (fit, unfit): (Vec<_>, Vec<_>) =
        entrants.into_iter().partition(|entrant| known.objection(entrant, &units).is_none());
    errors.extend(unfit.iter().filter_map(|entrant| known.objection(entrant, &units)));
    errors.sort_by_key(|error| error.line);
    if fit.is_empty() || (!manner.partial && !errors.is_empty()) {
        return Err(invalid_rows(&errors).into());
    }
    let entered = enter(&txn, app, &event, fit, &units, &known, manner.approve).await?;
    let accounts_created = entered.iter().filter(|entered| !known.accounts.contains_key(&entered.to.email)).count();
    tell(&txn, app, &event, &entered).await?;
    let imported = entered.len();
    let entry = audit::Entry {
        actor: Some(by.account.account_id),
        organization_id: Some(event.organization_id),
        event_id: Some(event.id),
        action: "registrations_imported",
        subject: Some(("event", event.id)),
        detail: json!({ "imported": imported, "accounts_created": accounts_created, "approved": manner.approve }),
        ..Default::default()
    };
    audit::record(&txn, app, entry).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::RegistrationsChanged);
    Ok(Imported { imported, accounts_created, units_created, errors, unused_columns: list.unused })
}

/// The union's units by folded name; the missing ones are entered where that was asked for.
async fn units(
    txn: &Write,
    app: &App,
    event: &event::Model,
    entrants: &[Entrant],
    create: bool,
) -> Result<(HashMap<String, Uuid>, usize), Error> {
    let known = unit::Entity::find().filter(unit::Column::OrganizationId.eq(event.organization_id)).all(txn).await?;
    let mut units: HashMap<String, Uuid> = known.into_iter().map(|unit| (unit.name_folded, unit.id)).collect();
    if !create {
        return Ok((units, 0));
    }
    let mut created = Vec::new();
    for entrant in entrants {
        let folded = unit::folded(&entrant.unit);
        if folded.is_empty() || units.contains_key(&folded) {
            continue;
        }
        let row = unit::Model {
            id: app.new_id(),
            organization_id: event.organization_id,
            name: entrant.unit.clone(),
            name_folded: folded.clone(),
            mail_domain: None,
            created_at: app.now(),
        };
        units.insert(folded, row.id);
        created.push(row.into_active_model().reset_all());
    }
    let count = created.len();
    write(txn, created, OnConflict::columns([unit::Column::OrganizationId, unit::Column::NameFolded])).await?;
    Ok((units, count))
}

/// What the database knows of the people in a list.
struct Known {
    accounts: HashMap<String, account::Model>,
    profiles: HashMap<Uuid, profile::Model>,
    registered: HashSet<Uuid>,
}

impl Known {
    async fn of(txn: &impl ConnectionTrait, event: &event::Model, entrants: &[Entrant]) -> Result<Self, Error> {
        let mut known = Self { accounts: HashMap::new(), profiles: HashMap::new(), registered: HashSet::new() };
        for some in entrants.chunks(ROWS) {
            let addresses = some.iter().map(|entrant| entrant.address.as_str());
            let accounts = account::Entity::alive().filter(account::Column::Email.is_in(addresses)).all(txn).await?;
            let ids: Vec<Uuid> = accounts.iter().map(|account| account.id).collect();
            let profiles = profile::Entity::find().filter(profile::Column::AccountId.is_in(ids.iter().copied()));
            known.profiles.extend(profiles.all(txn).await?.into_iter().map(|profile| (profile.account_id, profile)));
            let registered = registration::Entity::of_event(event.id)
                .filter(registration::Column::AccountId.is_in(ids))
                .filter(registration::Column::Status.is_not_in([Status::Withdrawn, Status::Rejected]));
            known.registered.extend(registered.all(txn).await?.into_iter().map(|registered| registered.account_id));
            known.accounts.extend(accounts.into_iter().map(|account| (account.email.clone(), account)));
        }
        Ok(known)
    }

    /// Why this row cannot be entered, as far as the database knows.
    fn objection(&self, entrant: &Entrant, units: &HashMap<String, Uuid>) -> Option<RowError> {
        let error =
            |field, code, message: &str| Some(RowError { line: entrant.line, field, code, message: message.into() });
        let account = self.accounts.get(entrant.address.as_str());
        if account.is_some_and(|account| self.registered.contains(&account.id)) {
            return error("email", "already_registered", "this person has a living registration");
        }
        if !units.contains_key(&unit::folded(&entrant.unit)) {
            return error("unit", "unknown_unit", "the union has no unit of this name");
        }
        None
    }
}

/// Writes accounts, profiles, first links and registrations, many rows a statement.
async fn enter(
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
    let first = next_number(txn, event.id).await?;
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
        let mut registration = fresh(app, event, account.id, unit_id, side, profile.birth_year, number);
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
async fn write<A>(txn: &Write, mut rows: Vec<A>, mut unique: OnConflict) -> Result<(), Error>
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

/// Everybody learns that they were entered, and by whom.
async fn tell(txn: &Write, app: &App, event: &event::Model, entered: &[Entered]) -> Result<(), Error> {
    let union = organization::Entity::find_by_id(event.organization_id).one(txn).await?;
    let union = union.map(|union| union.name).unwrap_or_default();
    for Entered { registration, to, token } in entered {
        letters::invited(txn, app, event, &union, registration, to, token.as_deref()).await?;
        if registration.status == Status::Approved {
            letters::approved(txn, app, event, registration, to).await?;
        }
    }
    Ok(())
}
