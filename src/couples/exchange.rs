//! 交换联系方式: each says what to give; nothing moves until both have, and until then either may
//! take it back.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, QueryFilter, entity::prelude::*};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::mine::{self, Mine, Standing};
use super::offer::Field;
use super::refusals::ALREADY_OPENED;
use super::{given_contact, letters, offer, opening};
use crate::accounts::SignedIn;
use crate::app::App;
use crate::error::{Error, FieldError, Refused};
use crate::happening::What;
use crate::picks::{blocked_pairs, matched};
use crate::registrations::registration;

/// What I would give, or that I take it back.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactOffer {
    /// At least one, unless I take back.
    #[garde(length(max = 3))]
    #[serde(default)]
    pub fields: Vec<Field>,
    #[garde(skip)]
    #[serde(default)]
    pub withdraw: bool,
}

/// Offers some fields; where the other one has offered too, both are opened in the same moment.
///
/// # Errors
/// 409 `already_opened`; 422 on `fields`; 404 for a match that is not theirs.
pub async fn offer(app: &App, account: SignedIn, match_id: Uuid, fields: Vec<Field>) -> Result<Standing, Error> {
    let txn = app.database.begin_write().await?;
    let mine = mine::hold(&txn, account.account_id, match_id).await?;
    judge(&txn, app, &mine, &fields).await?;
    let row = offer::Model { match_id, registration_id: mine.own_id, fields: json!(fields), offered_at: app.now() };
    offer::put(&txn, row).await?;
    let both = offer::of_match(&txn, match_id).await?.len() == 2;
    // Whoever blocked the other meanwhile gives nothing; the other one sees what waiting looks like.
    let kept_apart = blocked_pairs::pairs(&txn, mine.found.event_id).await?;
    let opens = both && !kept_apart.contains(&matched::ordered(mine.own_id, mine.partner.id));
    if opens {
        let row = opening::ActiveModel { match_id: Set(match_id), opened_at: Set(app.now()) };
        let once = OnConflict::column(opening::Column::MatchId).do_nothing().to_owned();
        opening::Entity::insert(row).on_conflict(once).exec_without_returning(&txn).await?;
        given_contact::keep(&txn, app, &mine.found).await?;
        letters::opened(&txn, app, &mine).await?;
    }
    let standing = mine::standing(&txn, app, &mine).await?;
    txn.commit().await?;
    if opens {
        app.happenings.announce(mine.found.event_id, What::CouplesChanged);
    }
    Ok(standing)
}

async fn judge(txn: &crate::database::Write, app: &App, mine: &Mine, fields: &[Field]) -> Result<(), Error> {
    if opening::Entity::find_by_id(mine.found.id).one(txn).await?.is_some() {
        return Err(ALREADY_OPENED.into());
    }
    if fields.is_empty() {
        let wrong = FieldError::new("fields", "empty", "at least one, or withdraw");
        return Err(Refused::invalid(vec![wrong]).into());
    }
    let own = registration::Entity::find_by_id(mine.own_id).one(txn).await?.ok_or_else(Refused::not_found)?;
    mine::give(txn, app, &own, fields, "fields").await?;
    Ok(())
}

/// Takes an offer back; doing it twice is once.
///
/// # Errors
/// 409 `already_opened`; 404 for a match that is not theirs.
pub async fn withdraw(app: &App, account: SignedIn, match_id: Uuid) -> Result<Standing, Error> {
    let txn = app.database.begin_write().await?;
    let mine = mine::hold(&txn, account.account_id, match_id).await?;
    if opening::Entity::find_by_id(match_id).one(&txn).await?.is_some() {
        return Err(ALREADY_OPENED.into());
    }
    offer::Entity::delete_many()
        .filter(offer::Column::MatchId.eq(match_id))
        .filter(offer::Column::RegistrationId.eq(mine.own_id))
        .exec(&txn)
        .await?;
    let standing = mine::standing(&txn, app, &mine).await?;
    txn.commit().await?;
    Ok(standing)
}
