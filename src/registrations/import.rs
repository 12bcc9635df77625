//! An organizer enters a list of applicants gathered elsewhere. People without an account get one, with a letter that
//! lets them choose a password; nothing is hashed here, so that 800 rows are one short transaction.

use std::collections::HashMap;

use chrono::Datelike;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::enter::{Entered, enter, write};
use super::entrant::{self, Entrant};
use super::known::Known;
use super::letters;
use super::registration::Status;
use crate::app::App;
use crate::audit;
use crate::database::Write;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::organizations::organization;
use crate::sheet::Sheet;
use crate::sheet::upload::{RowError, invalid_rows};
use crate::units::unit;

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
    let imported = Imported { imported, accounts_created, units_created, errors, unused_columns: list.unused };
    txn.commit_telling(&imported).await?;
    app.happenings.announce(event.id, What::RegistrationsChanged);
    Ok(imported)
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
