//! Somebody's credit at a union: the sum of their lines, kept beside them so that one row can be held.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, IntoActiveModel, QuerySelect};

use super::line::{self, Kind};
use super::refusals::NOT_ENOUGH_CREDIT;
use crate::app::App;
use crate::error::{Error, Fault};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    pub balance: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What a line is about.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    Event(Uuid),
    Voucher(Uuid),
}

/// Holds somebody's credit at a union, of which there is a row from now on.
pub async fn hold(txn: &impl ConnectionTrait, organization: Uuid, account: Uuid) -> Result<Model, DbErr> {
    let row = ActiveModel { organization_id: Set(organization), account_id: Set(account), balance: Set(0) };
    let once = OnConflict::new().do_nothing().to_owned();
    Entity::insert(row).on_conflict(once).exec_without_returning(txn).await?;
    let held = Entity::find_by_id((organization, account)).lock_exclusive().one(txn).await?;
    held.ok_or_else(|| DbErr::RecordNotFound("credit_account".to_owned()))
}

impl Model {
    /// Writes a line and what the credit comes to with it. The caller holds the row.
    ///
    /// # Errors
    /// 409 `not_enough_credit` where it would be less than nothing.
    pub async fn add(
        self,
        txn: &impl ConnectionTrait,
        app: &App,
        kind: Kind,
        amount: i64,
        of: Of,
    ) -> Result<Self, Error> {
        let balance = self.balance + amount;
        if balance < 0 {
            return Err(NOT_ENOUGH_CREDIT.into());
        }
        line::write(txn, app, &self, kind, amount, of).await?;
        let mut row = self.into_active_model();
        row.balance = Set(balance);
        Ok(row.update(txn).await?)
    }
}

/// Whether somebody has to do with a union's goods: they have, or had, credit there.
pub async fn of_person(db: &impl ConnectionTrait, organization: Uuid, account: Uuid) -> Result<Option<Model>, Fault> {
    Ok(Entity::find_by_id((organization, account)).one(db).await?)
}
