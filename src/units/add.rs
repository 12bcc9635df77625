//! A union takes in an employer.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::refusals::UNIT_EXISTS;
use super::{mail_domain, unit};
use crate::accounts::SignedIn;
use crate::app::App;
use crate::audit::Deed;
use crate::body::{one_line, one_line_or_none};
use crate::error::{Error, Fault};
use crate::organizations::access::resolve_union;

/// Most characters in the name of a unit.
pub const LONGEST_NAME: usize = 80;

/// An employer to be taken in.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUnit {
    /// Slug or id of the union; may be left out by whoever works for one only.
    #[garde(custom(one_line_or_none(1, 60)))]
    pub organization: Option<String>,
    #[garde(custom(one_line(2, LONGEST_NAME)))]
    #[schema(example = "市第一医院")]
    pub name: String,
    /// Whoever has a proven mail address of this domain works here.
    #[garde(custom(mail_domain::rule))]
    #[schema(example = "hospital.example")]
    pub mail_domain: Option<String>,
}

/// Takes in an employer.
///
/// # Errors
/// 409 `unit_exists`, 404 where the union is not one's own, 422 `organization_needed`.
pub async fn add(app: &App, by: &SignedIn, wish: NewUnit) -> Result<unit::Model, Error> {
    let txn = app.database.begin_write().await?;
    let union = resolve_union(&txn, by, wish.organization.as_deref()).await?;
    let domain = wish.mail_domain.as_deref().and_then(|domain| mail_domain::read(domain).ok());
    let unit = write(&txn, app, union.id, &wish.name, domain).await?.ok_or_else(|| UNIT_EXISTS.on("name"))?;
    Deed::UnitAdded.by(by.account_id).of_union(union.id).about("unit", unit.id).record(&txn, app).await?;
    txn.commit().await?;
    Ok(unit)
}

/// Writes a unit; None where the union has one of this name.
pub(super) async fn write(
    txn: &impl ConnectionTrait,
    app: &App,
    organization_id: Uuid,
    name: &str,
    mail_domain: Option<String>,
) -> Result<Option<unit::Model>, Fault> {
    let name = name.trim().to_owned();
    let name_folded = unit::folded(&name);
    let unit = unit::Model {
        id: app.new_id(),
        organization_id,
        name,
        name_folded,
        mail_domain,
        created_at: app.now(),
        typed_at: None,
    };
    let unique = [unit::Column::OrganizationId, unit::Column::NameFolded];
    let written = unit::Entity::insert(unit.clone().into_active_model().reset_all())
        .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    if written > 0 {
        return Ok(Some(unit));
    }
    take_in(txn, unit).await
}

/// A unit of this name that an applicant wrote down is taken in with it; None where the union knows it.
async fn take_in(txn: &impl ConnectionTrait, wanted: unit::Model) -> Result<Option<unit::Model>, Fault> {
    let same = unit::Entity::find()
        .filter(unit::Column::OrganizationId.eq(wanted.organization_id))
        .filter(unit::Column::NameFolded.eq(&wanted.name_folded))
        .filter(unit::Column::TypedAt.is_not_null());
    let Some(typed) = same.one(txn).await? else { return Ok(None) };
    let mut row = typed.into_active_model();
    row.name = Set(wanted.name);
    row.mail_domain = Set(wanted.mail_domain);
    row.typed_at = Set(None);
    Ok(Some(row.update(txn).await?))
}

/// The unit of a union that somebody wrote down: one it knows by this name, or one that waits to be looked at.
pub async fn write_down(txn: &impl ConnectionTrait, app: &App, union: Uuid, name: &str) -> Result<unit::Model, Fault> {
    let (id, name, now) = (app.new_id(), name.trim().to_owned(), app.now());
    let name_folded = unit::folded(&name);
    let same = unit::Entity::find()
        .filter(unit::Column::OrganizationId.eq(union))
        .filter(unit::Column::NameFolded.eq(&name_folded));
    let unit = unit::Model {
        id,
        organization_id: union,
        name,
        name_folded,
        mail_domain: None,
        created_at: now,
        typed_at: Some(now),
    };
    let unique = [unit::Column::OrganizationId, unit::Column::NameFolded];
    unit::Entity::insert(unit.clone().into_active_model().reset_all())
        .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    // Its own, or that of whoever was first.
    Ok(same.one(txn).await?.unwrap_or(unit))
}
