//! What one of two who were introduced would give the other: names of fields, never the details themselves.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};

use crate::couples::offer::Field;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "introduction_offer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub introduction_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    /// A list of [`Field`].
    pub fields: Json,
    pub offered_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        serde_json::from_value(self.fields.clone()).unwrap_or_default()
    }
}

/// What both offered, in no order.
pub async fn of_introduction(db: &impl ConnectionTrait, introduction_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::IntroductionId.eq(introduction_id)).all(db).await
}

/// Puts an offer in the place of the person's former one.
pub async fn put(txn: &impl ConnectionTrait, offer: Model) -> Result<(), DbErr> {
    let place = OnConflict::columns([Column::IntroductionId, Column::AccountId])
        .update_columns([Column::Fields, Column::OfferedAt])
        .to_owned();
    let row = ActiveModel {
        introduction_id: Set(offer.introduction_id),
        account_id: Set(offer.account_id),
        fields: Set(offer.fields),
        offered_at: Set(offer.offered_at),
    };
    Entity::insert(row).on_conflict(place).exec_without_returning(txn).await?;
    Ok(())
}
