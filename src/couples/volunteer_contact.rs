//! What one of two lets the volunteer who looks after them see, as it was when they said so. A snapshot, as with what is
//! given to each other: whoever changes their number afterwards shows the new one to nobody. Sealed.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};
use serde_json::json;

use super::mine::Details;
use super::offer::Field;
use crate::app::App;
use crate::error::Fault;
use crate::sealed::{Sealed, VOLUNTEER_CONTACT};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "volunteer_contact")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub match_id: Uuid,
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    /// A list of [`Field`].
    pub fields: Json,
    /// [`Details`] as JSON.
    pub sealed: Sealed,
    pub given_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        serde_json::from_value(self.fields.clone()).unwrap_or_default()
    }

    /// What may be seen.
    ///
    /// # Errors
    /// A fault where it was not sealed in this place.
    pub fn details(&self, app: &App) -> Result<Details, Fault> {
        let row = [self.match_id, self.registration_id];
        serde_json::from_str(&VOLUNTEER_CONTACT.open(&app.secrets, &row, &self.sealed)?).map_err(Fault::of)
    }
}

/// What both let the volunteer see, in no order; whoever lets them see nothing is missing.
pub async fn of_match(db: &impl ConnectionTrait, match_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::MatchId.eq(match_id)).all(db).await
}

/// Puts what somebody lets the volunteer see in the place of what they did before.
pub async fn put(
    txn: &impl ConnectionTrait,
    app: &App,
    match_id: Uuid,
    registration_id: Uuid,
    fields: &[Field],
    details: &Details,
) -> Result<(), Fault> {
    let plain = zeroize::Zeroizing::new(serde_json::to_string(details).map_err(Fault::of)?);
    let row = ActiveModel {
        match_id: Set(match_id),
        registration_id: Set(registration_id),
        fields: Set(json!(fields)),
        sealed: Set(VOLUNTEER_CONTACT.seal(&app.secrets, &[match_id, registration_id], &plain)?),
        given_at: Set(app.now()),
    };
    let place = OnConflict::columns([Column::MatchId, Column::RegistrationId])
        .update_columns([Column::Fields, Column::Sealed, Column::GivenAt])
        .to_owned();
    Entity::insert(row).on_conflict(place).exec_without_returning(txn).await?;
    Ok(())
}

/// Takes back what somebody let the volunteer see.
pub async fn take_back(txn: &impl ConnectionTrait, match_id: Uuid, registration_id: Uuid) -> Result<(), DbErr> {
    Entity::delete_by_id((match_id, registration_id)).exec(txn).await?;
    Ok(())
}

/// Closes what both let a volunteer see: it was for whoever looked after them.
pub async fn close(txn: &impl ConnectionTrait, match_id: Uuid) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::MatchId.eq(match_id)).exec(txn).await?;
    Ok(())
}
