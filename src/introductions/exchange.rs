//! Two who both said yes exchange contact details as two who picked each other do: each says what to give, nothing moves
//! until both have, and until then either may take it back.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::introduction::{self, has_blocked};
use super::{given, letters, offer};
use crate::accounts::SignedIn;
use crate::app::App;
use crate::couples::exchange::ContactOffer;
use crate::couples::mine;
use crate::couples::offer::Field;
use crate::couples::refusals::ALREADY_OPENED;
use crate::database::Write;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::registrations::registration;

/// Offers some fields, or takes the offer back; where the other one has offered too, both are opened in that moment.
///
/// # Errors
/// 409 `already_opened`; 422 on `fields`; 404 for an introduction that is not theirs or did not come about.
pub async fn offer(app: &App, account: SignedIn, id: Uuid, offer: ContactOffer) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    offer.validate().map_err(|_| Refused::invalid(vec![FieldError::new("fields", "too_long", "at most three")]))?;
    let own = account.account_id;
    let found = introduction::Entity::find_by_id(id).lock_exclusive().one(&txn).await?;
    let found = found.filter(|found| found.together_at.is_some() && found.partner_of(own).is_some());
    let found = found.ok_or_else(Refused::not_found)?;
    if found.opened_at.is_some() {
        return Err(ALREADY_OPENED.into());
    }
    if offer.withdraw {
        offer::Entity::delete_by_id((id, own)).exec(&txn).await?;
        return txn.commit().await;
    }
    if offer.fields.is_empty() {
        return Err(Refused::invalid(vec![FieldError::new("fields", "empty", "at least one, or withdraw")]).into());
    }
    let person = registration::Entity::find_by_id(found.side_of(own).0).one(&txn).await?;
    let person = person.ok_or_else(Refused::not_found)?;
    mine::give(&txn, app, &person, &offer.fields, "fields").await?;
    let row = offer::Model { introduction_id: id, account_id: own, fields: json!(offer.fields), offered_at: app.now() };
    offer::put(&txn, row).await?;
    let offers = offer::of_introduction(&txn, id).await?;
    // Whoever blocked the other meanwhile gives nothing; the other one sees what waiting looks like.
    let [lo, hi] = found.people();
    let blocked = has_blocked(&txn, lo, hi).await? || has_blocked(&txn, hi, lo).await?;
    if offers.len() == 2 && !blocked {
        for offer in &offers {
            keep(&txn, app, &found, offer.account_id, &offer.fields()).await?;
        }
        let row = introduction::ActiveModel { id: Set(id), opened_at: Set(Some(app.now())), ..Default::default() };
        row.update(&txn).await?;
        letters::opened(&txn, app, &found).await?;
    }
    txn.commit().await
}

async fn keep(
    txn: &Write,
    app: &App,
    found: &introduction::Model,
    account: Uuid,
    fields: &[Field],
) -> Result<(), Fault> {
    let Some(person) = registration::Entity::find_by_id(found.side_of(account).0).one(txn).await? else {
        return Ok(());
    };
    let details = mine::details(txn, app, &person, fields).await?;
    given::keep(txn, app, found.id, account, &details).await
}
