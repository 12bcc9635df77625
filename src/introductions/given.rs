//! What one of two who were introduced gave, as it was when contacts were opened: a snapshot, sealed, as between two who
//! picked each other.

use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use crate::app::App;
use crate::couples::mine::Details;
use crate::error::Fault;
use crate::sealed::{INTRODUCTION_GIVEN, Sealed};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "introduction_given")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub introduction_id: Uuid,
    /// Who gave it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    /// [`Details`] as JSON.
    pub sealed: Sealed,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What was given.
    ///
    /// # Errors
    /// A fault where it was not sealed in this place.
    pub fn details(&self, app: &App) -> Result<Details, Fault> {
        let row = [self.introduction_id, self.account_id];
        serde_json::from_str(&INTRODUCTION_GIVEN.open(&app.secrets, &row, &self.sealed)?).map_err(Fault::of)
    }
}

/// Keeps what somebody gives, once.
pub async fn keep(
    txn: &impl ConnectionTrait,
    app: &App,
    introduction_id: Uuid,
    account_id: Uuid,
    details: &Details,
) -> Result<(), Fault> {
    let plain = zeroize::Zeroizing::new(serde_json::to_string(details).map_err(Fault::of)?);
    let row = ActiveModel {
        introduction_id: Set(introduction_id),
        account_id: Set(account_id),
        sealed: Set(INTRODUCTION_GIVEN.seal(&app.secrets, &[introduction_id, account_id], &plain)?),
        at: Set(app.now()),
    };
    let once = OnConflict::columns([Column::IntroductionId, Column::AccountId]).do_nothing().to_owned();
    Entity::insert(row).on_conflict(once).exec_without_returning(txn).await?;
    Ok(())
}
