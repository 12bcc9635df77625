//! An employer gets another name or mail domain.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use utoipa::ToSchema;

use super::access::UnitKeeper;
use super::add::LONGEST_NAME;
use super::refusals::UNIT_EXISTS;
use super::{mail_domain, unit};
use crate::app::App;
use crate::audit::{self, Deed};
use crate::body::one_line_or_none;
use crate::error::{Error, Refused};
use crate::organizations::organization;

/// What is to be different. A field left out stays; `mail_domain: null` takes the domain away.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitChanges {
    #[garde(custom(one_line_or_none(2, LONGEST_NAME)))]
    pub name: Option<String>,
    #[garde(inner(custom(mail_domain::rule)))]
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub mail_domain: Option<Option<String>>,
}

/// Tells a field that says `null` from one that is not there.
fn named<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

/// Changes a unit.
///
/// # Errors
/// 409 `unit_exists`.
pub async fn amend(app: &App, by: &UnitKeeper, changes: UnitChanges) -> Result<unit::Model, Error> {
    let txn = app.database.begin_write().await?;
    // The union is held, so that two units cannot take one name at the same moment: a broken
    // unique index would be a fault, not an answer.
    organization::Entity::find_by_id(by.unit.organization_id).lock_exclusive().one(&txn).await?;
    let unit = unit::Entity::find_by_id(by.unit.id).one(&txn).await?.ok_or_else(Refused::not_found)?;
    let mut row: unit::ActiveModel = unit.clone().into();
    if let Some(name) = &changes.name {
        let folded = unit::folded(name);
        let others = unit::Entity::find()
            .filter(unit::Column::OrganizationId.eq(unit.organization_id))
            .filter(unit::Column::NameFolded.eq(&folded))
            .filter(unit::Column::Id.ne(unit.id));
        if others.count(&txn).await? > 0 {
            return Err(UNIT_EXISTS.on("name").into());
        }
        row.name = Set(name.trim().to_owned());
        row.name_folded = Set(folded);
    }
    if let Some(domain) = &changes.mail_domain {
        row.mail_domain = Set(domain.as_deref().and_then(|domain| mail_domain::read(domain).ok()));
    }
    let changed = row.update(&txn).await?;
    Deed::UnitAmended
        .by(by.account.account_id)
        .of_union(unit.organization_id)
        .about("unit", unit.id)
        .with(json!({
            "changes": audit::changes::between(
                &json!({ "name": unit.name, "mail_domain": unit.mail_domain }),
                &json!({ "name": changed.name, "mail_domain": changed.mail_domain }),
            ),
        }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(changed)
}
