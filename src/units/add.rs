//! A union takes in an employer.

use garde::Validate;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
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
    let unit = unit::Model { id: app.new_id(), organization_id, name, name_folded, mail_domain, created_at: app.now() };
    let unique = [unit::Column::OrganizationId, unit::Column::NameFolded];
    let written = unit::Entity::insert(unit.clone().into_active_model().reset_all())
        .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    Ok((written > 0).then_some(unit))
}
