//! One of two answers the proposal. Two yeses tell both, in one moment; anything else tells nobody anything.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::introduction::{self, are_kept_apart};
use super::refusals::{INTRODUCED, INTRODUCTION_LAPSED};
use super::{answer, letters, place, request};
use crate::accounts::SignedIn;
use crate::app::App;
use crate::audit::Deed;
use crate::database::Write;
use crate::error::{Error, Refused};

/// Yes or no; until both have said yes either may think again.
#[derive(Debug, Clone, Copy, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IntroductionReply {
    #[garde(skip)]
    pub yes: bool,
}

/// Answers.
///
/// # Errors
/// 409 `introduction_lapsed`, `introduced`; 404 for a proposal that is not theirs, and once they took back what they
/// asked.
pub async fn reply(app: &App, account: SignedIn, id: Uuid, reply: IntroductionReply) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let own = account.account_id;
    let found = introduction::Entity::find_by_id(id).one(&txn).await?.ok_or_else(Refused::not_found)?;
    let partner = found.partner_of(own).filter(|_| found.asked).ok_or_else(Refused::not_found)?;
    // What was asked is held before the proposal, as whoever proposes and whoever takes back holds it.
    let requests = request::hold(&txn, found.organization_id, found.people()).await?;
    let found = introduction::Entity::find_by_id(id).lock_exclusive().one(&txn).await?;
    let found = found.ok_or_else(Refused::not_found)?;
    if found.together_at.is_some() {
        return Err(INTRODUCED.into());
    }
    let is_there = |account: Uuid| requests.iter().any(|request| request.account_id == account);
    if !is_there(own) {
        return Err(Refused::not_found().into());
    }
    if !found.is_open(app.now()) {
        return Err(INTRODUCTION_LAPSED.into());
    }
    answer::put(&txn, app, id, own, reply.yes).await?;
    // Asked whatever the answer is, so that no answer takes longer than another one.
    let answers = answer::of_introduction(&txn, app, id).await?;
    let apart = are_kept_apart(&txn, found.lo_id, found.hi_id).await?;
    let both = found.people().iter().all(|person| answers.get(person) == Some(&true));
    if both && is_there(partner) && !apart {
        bring_together(&txn, app, &found).await?;
    }
    txn.commit().await
}

/// Both said yes: what each said is needed no more.
async fn bring_together(txn: &Write, app: &App, found: &introduction::Model) -> Result<(), Error> {
    let row = introduction::ActiveModel {
        id: Set(found.id),
        together_at: Set(Some(app.now())),
        over: Set(true),
        ..Default::default()
    };
    row.update(txn).await?;
    answer::Entity::delete_many().filter(answer::Column::IntroductionId.eq(found.id)).exec(txn).await?;
    place::Entity::delete_many().filter(place::Column::IntroductionId.eq(found.id)).exec(txn).await?;
    letters::made(txn, app, found).await?;
    let deed = Deed::IntroductionMade.by_the_house();
    Ok(deed.of_union(found.organization_id).about("introduction", found.id).record(txn, app).await?)
}
