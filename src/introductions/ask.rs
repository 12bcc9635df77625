//! Somebody asks to be introduced, changes what they ask, and takes it back.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::request::{self, Facet, Wish};
use super::{answer, introduction};
use crate::app::App;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::access::Guest;
use crate::events::phase::Phase;
use crate::people::band::Band;
use crate::plaza::refusals::NOT_APPROVED;
use crate::registrations::access::Participant;
use crate::registrations::registration::Status;
use crate::sealed;

/// What I ask, whole; it replaces what I asked before.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIntroductionRequest {
    /// Whom I would like to meet; only volunteers and organizers of the union read it.
    #[garde(dive)]
    #[serde(default)]
    pub wish: Wish,
    /// What somebody I am proposed to may see of me, at least one.
    #[garde(length(min = 1, max = 6))]
    pub shows: Vec<Facet>,
    /// Volunteers and organizers of the union may see me as the plaza does, with my wish, and propose me. Must be true.
    #[garde(skip)]
    pub agrees: bool,
}

/// Whether somebody may ask by now: once the event is over, or where it took place without them.
///
/// # Errors
/// 403 `not_approved`; 409 `phase_closed`.
pub fn may_ask(app: &App, who: &Participant) -> Result<(), Error> {
    let status = who.registration.status_at(app.now());
    if !status.takes_part() {
        return Err(NOT_APPROVED.into());
    }
    match status {
        Status::NotSelected | Status::Declined | Status::Expired => Ok(()),
        _ => who.event.requires(app.now(), Phase::Closed),
    }
}

/// Asks. Consent is said with it, each time.
///
/// # Errors
/// What [`may_ask`] says; 422 on `agrees` and on what was wished for.
pub async fn ask(app: &App, who: &Participant, new: NewIntroductionRequest) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    may_ask(app, who)?;
    judge(&new)?;
    let (organization_id, account_id, id) = (who.event.organization_id, who.account.account_id, app.new_id());
    let wish = |id| -> Result<_, Fault> {
        let plain = zeroize::Zeroizing::new(serde_json::to_string(&new.wish).map_err(Fault::of)?);
        sealed::INTRODUCTION_WISH.seal(&app.secrets, &[id], &plain)
    };
    let row = request::ActiveModel {
        id: Set(id),
        organization_id: Set(organization_id),
        event_id: Set(who.event.id),
        registration_id: Set(who.registration.id),
        account_id: Set(account_id),
        wish: Set(wish(id)?),
        shows: Set(json!(new.shows)),
        asked_at: Set(app.now()),
    };
    let columns = [request::Column::OrganizationId, request::Column::AccountId];
    let once = OnConflict::columns(columns).do_nothing().to_owned();
    let is_new = request::Entity::insert(row).on_conflict(once).exec_without_returning(&txn).await? > 0;
    if !is_new {
        let of_union = request::Entity::find().filter(request::Column::OrganizationId.eq(organization_id));
        let former = of_union.filter(request::Column::AccountId.eq(account_id)).lock_exclusive();
        let former = former.one(&txn).await?.ok_or_else(Refused::not_found)?;
        let row = request::ActiveModel {
            id: Set(former.id),
            event_id: Set(who.event.id),
            registration_id: Set(who.registration.id),
            wish: Set(wish(former.id)?),
            shows: Set(json!(new.shows)),
            ..Default::default()
        };
        row.update(&txn).await?;
    }
    txn.commit().await
}

fn judge(new: &NewIntroductionRequest) -> Result<(), Error> {
    let mut wrong = Vec::new();
    if !new.agrees {
        wrong.push(FieldError::new("agrees", "needed", "nobody is proposed without having agreed"));
    }
    for (place, age) in new.wish.ages.iter().enumerate() {
        if !Band::ALL.iter().any(|band| band.word() == age) {
            wrong.push(FieldError::new(format!("wish.ages[{place}]"), "unknown", "no such age band"));
        }
    }
    for (place, facet) in new.shows.iter().enumerate() {
        if new.shows.iter().take(place).any(|earlier| earlier == facet) {
            wrong.push(FieldError::new(format!("shows[{place}]"), "repeated", "is named twice"));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Refused::invalid(wrong).into()) }
}

/// Takes it back, with every answer that counts no more; doing it twice is once. Whoever withdrew their application takes
/// it back too. Whom they were proposed to sees what waiting looks like.
///
/// # Errors
/// Only faults.
pub async fn take_back(app: &App, who: &Guest) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let account_id = who.account.account_id;
    let of_union = request::Entity::find().filter(request::Column::OrganizationId.eq(who.event.organization_id));
    let own = of_union.filter(request::Column::AccountId.eq(account_id)).lock_exclusive().one(&txn).await?;
    if let Some(own) = own {
        request::Entity::delete_by_id(own.id).exec(&txn).await?;
        let open = introduction::Entity::with(account_id);
        let open = open.filter(introduction::Column::OrganizationId.eq(own.organization_id)).all(&txn).await?;
        answer::Entity::delete_many()
            .filter(answer::Column::AccountId.eq(account_id))
            .filter(answer::Column::IntroductionId.is_in(open.into_iter().map(|one| one.id)))
            .exec(&txn)
            .await?;
    }
    txn.commit().await
}
