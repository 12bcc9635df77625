//! What one of the two gave, as it was when contacts were opened. A snapshot: whoever changes their
//! number afterwards gives it to nobody they have not given it to. Sealed, for it is the most private
//! thing in the house.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, QueryFilter, QuerySelect, QueryTrait};

use super::mine::{self, Details};
use super::{offer, opening};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::picks::matched;
use crate::registrations::registration;
use crate::sealed::{CONTACT_GIVEN, Sealed};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact_given")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub match_id: Uuid,
    /// Who gave it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    /// [`Details`] as JSON.
    pub sealed: Sealed,
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
        let row = [self.match_id, self.registration_id];
        serde_json::from_str(&CONTACT_GIVEN.open(&app.secrets, &row, &self.sealed)?).map_err(Fault::of)
    }
}

/// What somebody gave in a match; None before it was opened, and once they took themselves away.
pub async fn by(
    db: &impl ConnectionTrait,
    app: &App,
    match_id: Uuid,
    registration_id: Uuid,
) -> Result<Option<Details>, Fault> {
    let given = Entity::find_by_id((match_id, registration_id)).one(db).await?;
    given.map(|given| given.details(app)).transpose()
}

/// Keeps what both gave, in the moment it is opened.
pub async fn keep(txn: &impl ConnectionTrait, app: &App, found: &matched::Model) -> Result<(), Fault> {
    let people = registration::Entity::find().filter(registration::Column::Id.is_in(found.people()));
    let people = people.all(txn).await?;
    for offer in offer::of_match(txn, found.id).await? {
        let Some(giver) = people.iter().find(|person| person.id == offer.registration_id) else { continue };
        let details = mine::details(txn, app, giver, &offer.fields()).await?;
        let plain = zeroize::Zeroizing::new(serde_json::to_string(&details).map_err(Fault::of)?);
        let row = ActiveModel {
            match_id: Set(found.id),
            registration_id: Set(giver.id),
            sealed: Set(CONTACT_GIVEN.seal(&app.secrets, &[found.id, giver.id], &plain)?),
        };
        let once = OnConflict::columns([Column::MatchId, Column::RegistrationId]).do_nothing().to_owned();
        Entity::insert(row).on_conflict(once).exec_without_returning(txn).await?;
    }
    Ok(())
}

/// Keeps what was given before snapshots were kept, as it is by now. To be called at the start; once
/// done it finds nothing to do.
///
/// # Errors
/// Only faults.
pub async fn complete(app: &App) -> Result<(), Error> {
    let kept = Entity::find().select_only().column(Column::MatchId).into_query();
    let opened = opening::Entity::find().select_only().column(opening::Column::MatchId);
    let opened = opened.filter(opening::Column::MatchId.not_in_subquery(kept)).into_query();
    let bare =
        matched::Entity::find().filter(matched::Column::Id.in_subquery(opened)).all(app.database.reader()).await?;
    for found in bare {
        let txn = app.database.begin_write().await?;
        keep(&txn, app, &found).await?;
        txn.commit().await?;
    }
    Ok(())
}
