//! An organizer sends a list of people gathered elsewhere: everybody in it is invited. What the list
//! says stays with the invitation; whoever accepts takes part in their own words (see [`super::join`]).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::entrant::{self, Entrant};
use super::join::PHASES;
use super::prior_invitations::{PriorInvitations, ROWS};
use super::refusals::UNITS_CHANGED;
use crate::app::App;
use crate::audit::Deed;
use crate::database::Write;
use crate::error::{Error, Fault, Refused};
use crate::events::access::Organizer;
use crate::events::{appoint_crew, event};
use crate::invitations::invitation::Kind;
use crate::invitations::invite::{self, Invitee};
use crate::invitations::invited_person::InvitedPerson;
use crate::organizations::organization;
use crate::page::faults::{corrections, invalid_rows};
use crate::sheet::{RowError, Sheet};
use crate::units::unit;

#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Manner {
    /// Import the rows that can be imported and tell the others; otherwise one bad row stops all.
    #[serde(default)]
    pub partial: bool,
    /// Whoever accepts is approved at once: the list was checked before.
    #[serde(default)]
    pub approve: bool,
    /// Units the union does not know are entered too.
    #[serde(default)]
    pub create_units: bool,
    /// Send the rows that are wrong back as a workbook to put right.
    #[serde(default)]
    pub corrections: bool,
}

/// What came of an import.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Imported {
    /// How many people were invited. Whether one of them has an account is told to nobody.
    pub imported: usize,
    pub units_created: usize,
    /// Rows left out, with `partial=true`.
    pub errors: Vec<RowError>,
    /// Headings that were not understood; their columns were not read.
    pub unused_columns: Vec<String>,
    /// Sheets of the workbook that hold no such list, and lines that are none of its rows (`14: 合计：12人`); they were
    /// not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread_sheets: Vec<String>,
    /// With `corrections=true`: the rows left out, to put right and send again, as an XLSX in Base64 with a column of
    /// remarks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrections: Option<String>,
}

/// Invites everybody in a list or, if asked, the part of it that can be. The work is the same whoever
/// has an account: nobody is looked for among them.
///
/// # Errors
/// 409 `phase_closed`, 409 `units_changed` where a colleague entered one of the units in the same
/// instant, 422 `invalid_rows`.
pub async fn import(app: &App, by: &Organizer, sheet: &Arc<Sheet>, manner: Manner) -> Result<Imported, Error> {
    let list = entrant::read(sheet, app.now())?;
    let mut rows = list.rows;
    let language = manner.corrections.then_some(by.account.language);
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, by.event.id).await?;
    event.requires_one_of(app.now(), &PHASES)?;
    let union = organization::Entity::find_by_id(event.organization_id).one(&txn).await?;
    let union = union.ok_or_else(Refused::not_found)?;
    let purpose = appoint_crew::purpose(&union, &event, Kind::Participant, by.account.language);
    let known = unit::Entity::find().filter(unit::Column::OrganizationId.eq(union.id)).all(&txn).await?;
    let named = rows.iter().filter_map(|row| row.unit.as_deref()).map(unit::folded).collect();
    admit_typed(&txn, &known, &named).await?;
    let mut units: HashMap<String, Uuid> = known.into_iter().map(|unit| (unit.name_folded, unit.id)).collect();
    invite::lapse(&txn, app, &purpose).await?;
    let prior = PriorInvitations::of(&txn, app, &event, &rows).await?;
    for row in &mut rows {
        prior.object(app, row);
        let unit = row.unit.as_deref().map(unit::folded);
        if unit.is_some_and(|unit| !units.contains_key(&unit) && (unit.is_empty() || !manner.create_units)) {
            row.note("unit", "unknown_unit", "the union has no unit of this name");
        }
    }
    let errors: Vec<RowError> = rows.iter().flat_map(|row| row.errors.clone()).collect();
    let fit: Vec<Entrant> =
        rows.into_iter().filter(|row| row.errors.is_empty()).filter_map(|row| row.entrant).collect();
    if fit.is_empty() || (!manner.partial && !errors.is_empty()) {
        drop(txn);
        return Err(invalid_rows(language, sheet, &entrant::COLUMNS, &errors).await);
    }
    let corrections = corrections(language, sheet, &entrant::COLUMNS, &errors).await?;
    let units_created = create_units(&txn, app, union.id, &fit, &mut units).await?;
    let imported = fit.len();
    let people = fit.into_iter().map(|entrant| invitee(entrant, &units, manner.approve)).collect();
    invite::invite_all(&txn, app, &by.account, &purpose, people).await?;
    by.records(Deed::RegistrationsImported)
        .about("event", event.id)
        .with(json!({ "imported": imported, "approved": manner.approve }))
        .record(&txn, app)
        .await?;
    let (unused_columns, unread_sheets) = (list.unused, list.unread);
    let imported = Imported { imported, units_created, errors, unused_columns, unread_sheets, corrections };
    txn.commit_telling(&imported).await?;
    Ok(imported)
}

fn invitee(entrant: Entrant, units: &HashMap<String, Uuid>, approved: bool) -> Invitee {
    Invitee {
        address: entrant.address,
        unit_id: units.get(&unit::folded(&entrant.unit)).copied(),
        listed: Some(InvitedPerson {
            gender: entrant.gender,
            unit: entrant.unit,
            real_name: entrant.real_name,
            nickname: entrant.nickname,
            born_on: entrant.born_on,
            birth_year: entrant.birth_year,
            education: entrant.education,
            phone: entrant.phone,
            approved,
        }),
    }
}

/// What an applicant wrote down is known once the union's own list names it.
async fn admit_typed(txn: &Write, known: &[unit::Model], named: &HashSet<String>) -> Result<(), Fault> {
    let typed = known.iter().filter(|unit| unit.typed_at.is_some() && named.contains(&unit.name_folded));
    unit::Entity::update_many()
        .col_expr(unit::Column::TypedAt, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
        .filter(unit::Column::Id.is_in(typed.map(|unit| unit.id)))
        .exec(txn)
        .await?;
    Ok(())
}

/// Enters the units of these people that the union does not have yet, and tells how many that were.
async fn create_units(
    txn: &Write,
    app: &App,
    organization_id: Uuid,
    entrants: &[Entrant],
    units: &mut HashMap<String, Uuid>,
) -> Result<usize, Error> {
    let mut created = Vec::new();
    for entrant in entrants {
        let folded = unit::folded(&entrant.unit);
        if units.contains_key(&folded) {
            continue;
        }
        let row = unit::Model {
            id: app.new_id(),
            organization_id,
            name: entrant.unit.clone(),
            name_folded: folded.clone(),
            mail_domain: None,
            created_at: app.now(),
            typed_at: None,
        };
        units.insert(folded, row.id);
        created.push(row.into_active_model().reset_all());
    }
    let count = created.len();
    write(txn, created, OnConflict::columns([unit::Column::OrganizationId, unit::Column::NameFolded])).await?;
    Ok(count)
}

/// Inserts rows none of which may be there; one that came to be there meanwhile stops the import, and nothing is
/// written. Asking the database to step aside keeps the refusal ours.
async fn write(txn: &Write, mut rows: Vec<unit::ActiveModel>, mut unique: OnConflict) -> Result<(), Error> {
    while !rows.is_empty() {
        let some: Vec<unit::ActiveModel> = rows.drain(..rows.len().min(ROWS)).collect();
        let wanted = some.len() as u64;
        let insert = unit::Entity::insert_many(some).on_conflict(unique.do_nothing().to_owned());
        if insert.exec_without_returning(txn).await? != wanted {
            return Err(UNITS_CHANGED.into());
        }
    }
    Ok(())
}
