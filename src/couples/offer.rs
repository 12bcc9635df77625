//! What one of the two would give the other: names of fields, never the details themselves.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact_offer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub match_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    /// A list of [`Field`].
    pub fields: Json,
    pub offered_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// One way to reach somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ContactField)]
pub enum Field {
    Wechat,
    Phone,
    Email,
}

impl Model {
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        serde_json::from_value(self.fields.clone()).unwrap_or_default()
    }
}

/// What both offered, in no order.
pub async fn of_match(db: &impl ConnectionTrait, match_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::MatchId.eq(match_id)).all(db).await
}

/// Puts an offer in the place of the person's former one.
pub async fn put(txn: &impl ConnectionTrait, offer: Model) -> Result<(), DbErr> {
    let place = OnConflict::columns([Column::MatchId, Column::RegistrationId])
        .update_columns([Column::Fields, Column::OfferedAt])
        .to_owned();
    let row = ActiveModel {
        match_id: Set(offer.match_id),
        registration_id: Set(offer.registration_id),
        fields: Set(offer.fields),
        offered_at: Set(offer.offered_at),
    };
    Entity::insert(row).on_conflict(place).exec_without_returning(txn).await?;
    Ok(())
}
