//! What one of the two said yes to.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "match_consent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub match_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    /// May be shown as a couple: on the screen, and to the volunteers of the event.
    pub show: bool,
    /// May be asked later how it went.
    pub follow_up: bool,
    pub given_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What both said, in no order; people who said nothing are missing.
pub async fn of_match(db: &impl ConnectionTrait, match_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::MatchId.eq(match_id)).all(db).await
}

/// Puts what a person says in the place of what they said before.
pub async fn put(txn: &impl ConnectionTrait, consent: Model) -> Result<(), DbErr> {
    let place = OnConflict::columns([Column::MatchId, Column::RegistrationId])
        .update_columns([Column::Show, Column::FollowUp, Column::GivenAt])
        .to_owned();
    let row = ActiveModel {
        match_id: Set(consent.match_id),
        registration_id: Set(consent.registration_id),
        show: Set(consent.show),
        follow_up: Set(consent.follow_up),
        given_at: Set(consent.given_at),
    };
    Entity::insert(row).on_conflict(place).exec_without_returning(txn).await?;
    Ok(())
}
