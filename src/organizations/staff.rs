//! Who works for a union.

use futures_util::TryFutureExt;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryFilter};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::organization;
use crate::accounts::refusals::SECOND_FACTOR_REQUIRED;
use crate::accounts::second_factor::factor;
use crate::app::App;
use crate::error::{Error, Fault};
use crate::remembered::table::Part;
use crate::remembered::{Memory, Table};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub account_id: Uuid,
    pub role: Role,
    pub granted_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = StaffRole)]
pub enum Role {
    /// 主办方工作人员: sets up the union's events and runs them.
    Organizer,
}

/// Whether a person is an organizer of this union, with the second factor it demands.
pub async fn organizes(db: &impl ConnectionTrait, account_id: Uuid, organization_id: Uuid) -> Result<bool, Fault> {
    Ok(standing(db, account_id, organization_id).await? == Standing::Organizer)
}

/// As [`organizes`], for what only organizers are let into: whoever lacks the second factor learns that.
///
/// # Errors
/// 403 `second_factor_required`.
pub async fn admits(db: &impl ConnectionTrait, account_id: Uuid, organization_id: Uuid) -> Result<bool, Error> {
    standing(db, account_id, organization_id).await?.admits()
}

/// What somebody is to a union.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Stranger,
    /// An organizer who lacks the second factor it demands.
    LacksFactor,
    /// An organizer.
    Organizer,
}

/// By account and union.
type Known = Memory<(Uuid, Uuid), Standing>;

impl Standing {
    /// Of this person at this union, where it is remembered and still true.
    #[must_use]
    pub fn recall(app: &App, account: Uuid, union: Uuid) -> Option<Self> {
        app.extensions.get_or_default::<Known>().recall(app.database.changes(), &(account, union))
    }

    /// Of this person at this union, remembered or asked.
    pub async fn of(app: &App, account: Uuid, union: Uuid) -> Result<Self, DbErr> {
        let known = app.extensions.get_or_default::<Known>();
        let question = standing(app.database.reader(), account, union).map_ok(Some);
        let factor = Table::SecondFactor.rows(account.as_bytes());
        let read_from = |_: &Self| [Part::All(Table::Organization), Part::All(Table::Staff), factor];
        let found = known.recall_or_ask(app.database.changes(), (account, union), question, read_from).await?;
        Ok(found.unwrap_or(Self::Stranger))
    }

    /// Whether they are let in: whoever lacks the second factor learns that.
    ///
    /// # Errors
    /// 403 `second_factor_required`.
    pub fn admits(self) -> Result<bool, Error> {
        match self {
            Self::LacksFactor => Err(SECOND_FACTOR_REQUIRED.into()),
            standing => Ok(standing == Self::Organizer),
        }
    }
}

async fn standing(db: &impl ConnectionTrait, account: Uuid, union: Uuid) -> Result<Standing, DbErr> {
    let works = organization::Entity::find_by_id(union).filter(organization::worked_for_by(account));
    let Some(union) = works.one(db).await? else { return Ok(Standing::Stranger) };
    let lacks = union.demands_second_factor && !factor::is_on(db, account).await?;
    Ok(if lacks { Standing::LacksFactor } else { Standing::Organizer })
}
