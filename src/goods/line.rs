//! A line of somebody's credit. Lines are only ever added.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::credit::{self, Of};
use crate::app::App;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub account_id: Uuid,
    pub kind: Kind,
    /// Negative where credit was spent.
    pub amount: i64,
    /// Where it was earned.
    pub event_id: Option<Uuid>,
    /// What it was spent on, or came back of.
    pub voucher_id: Option<Uuid>,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = CreditKind)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Points of an event whose books are closed.
    Earned,
    Spent,
    /// A voucher ended without having been redeemed.
    Returned,
}

impl Kind {
    /// As the keys of words spell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Earned => "earned",
            Self::Spent => "spent",
            Self::Returned => "returned",
        }
    }
}

/// Adds a line. The caller holds the credit it is of.
pub async fn write(
    txn: &impl ConnectionTrait,
    app: &App,
    whose: &credit::Model,
    kind: Kind,
    amount: i64,
    of: Of,
) -> Result<(), DbErr> {
    let (event, voucher) = match of {
        Of::Event(event) => (Some(event), None),
        Of::Voucher(voucher) => (None, Some(voucher)),
    };
    let row = ActiveModel {
        id: Set(app.new_id()),
        organization_id: Set(whose.organization_id),
        account_id: Set(whose.account_id),
        kind: Set(kind),
        amount: Set(amount),
        event_id: Set(event),
        voucher_id: Set(voucher),
        at: Set(app.now()),
    };
    Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

/// Somebody's lines at a union, latest first.
pub async fn of_person(db: &impl ConnectionTrait, organization: Uuid, account: Uuid) -> Result<Vec<Model>, DbErr> {
    let lines = Entity::find().filter(Column::AccountId.eq(account)).filter(Column::OrganizationId.eq(organization));
    lines.order_by_desc(Column::Id).all(db).await
}
