//! One of two says whether they may be shown as a couple, and asked later how it went.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::mine::{self, Mine, Standing};
use super::offer::Field;
use super::{consent, couple, volunteer_contact};
use crate::accounts::SignedIn;
use crate::app::App;
use crate::database::Write;
use crate::error::{Error, Fault, Refused};
use crate::happening::What;
use crate::picks::matched;
use crate::registrations::registration;

/// What I say about being shown, whole; it replaces what I said before.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentSaid {
    /// We may be shown as a couple: on the screen, and to the volunteers of the event.
    #[garde(skip)]
    pub show: bool,
    /// A volunteer may ask later how it went. Takes `show`.
    #[garde(skip)]
    #[serde(default)]
    pub follow_up: bool,
    /// What the volunteer who looks after us may see of me, as it is now: none is nothing. Left out, it stays as it was;
    /// without `follow_up` it is taken back.
    #[garde(length(max = 3))]
    #[serde(default)]
    pub volunteer_sees: Option<Vec<Field>>,
}

/// Notes what one says. Both having said yes makes them a couple; either taking it back unmakes it.
///
/// # Errors
/// 404 for a match that is not theirs; 422 on `volunteer_sees`.
pub async fn agree(app: &App, account: SignedIn, match_id: Uuid, choice: ConsentSaid) -> Result<Standing, Error> {
    let txn = app.database.begin_write().await?;
    let mine = mine::hold(&txn, account.account_id, match_id).await?;
    let row = consent::Model {
        match_id,
        registration_id: mine.own_id,
        show: choice.show,
        follow_up: choice.show && choice.follow_up,
        given_at: app.now(),
    };
    let followed = row.follow_up;
    consent::put(&txn, row).await?;
    show_volunteer(&txn, app, &mine, choice.volunteer_sees.as_deref(), followed).await?;
    let changed = update_couple(&txn, app, &mine.found).await?;
    let standing = mine::standing(&txn, app, &mine).await?;
    txn.commit().await?;
    if changed {
        app.happenings.announce(mine.found.event_id, What::CouplesChanged);
    }
    Ok(standing)
}

/// Lets the volunteer see what was chosen.
async fn show_volunteer(
    txn: &Write,
    app: &App,
    mine: &Mine,
    fields: Option<&[Field]>,
    followed: bool,
) -> Result<(), Error> {
    match fields {
        Some(fields) if followed && !fields.is_empty() => {
            let own = registration::Entity::find_by_id(mine.own_id).one(txn).await?.ok_or_else(Refused::not_found)?;
            let details = mine::give(txn, app, &own, fields, "volunteer_sees").await?;
            volunteer_contact::put(txn, app, mine.found.id, mine.own_id, fields, &details).await?;
        }
        None if followed => {}
        _ => volunteer_contact::take_back(txn, mine.found.id, mine.own_id).await?,
    }
    Ok(())
}

/// One of two does not want to be asked any more: nobody looks after them from now on, and only they themselves can
/// say otherwise. The match is held.
///
/// # Errors
/// Only faults.
pub async fn stop_asking(txn: &Write, app: &App, found: &matched::Model, who: Uuid) -> Result<bool, Fault> {
    let former = consent::of_match(txn, found.id).await?.into_iter().find(|row| row.registration_id == who);
    let show = former.is_some_and(|row| row.show);
    let row = consent::Model { match_id: found.id, registration_id: who, show, follow_up: false, given_at: app.now() };
    consent::put(txn, row).await?;
    volunteer_contact::take_back(txn, found.id, who).await?;
    update_couple(txn, app, found).await
}

/// Brings the couple in line with what both say; whether anything changed.
pub(super) async fn update_couple(txn: &Write, app: &App, found: &matched::Model) -> Result<bool, Fault> {
    let both = consent::of_match(txn, found.id).await?;
    let is_shown = both.len() == 2 && both.iter().all(|choice| choice.show);
    let followed = is_shown && both.iter().all(|choice| choice.follow_up);
    let now = app.now();
    let Some(couple) = couple::of_match(txn, found.id).await? else {
        if is_shown {
            let row = couple::ActiveModel {
                id: Set(app.new_id()),
                event_id: Set(found.event_id),
                match_id: Set(found.id),
                lo_id: Set(found.lo_id),
                hi_id: Set(found.hi_id),
                on_stage: Set(found.on_stage),
                formed_at: Set(now),
                withdrawn_at: Set(None),
                follow_up_since: Set(followed.then_some(now)),
            };
            row.insert(txn).await?;
        }
        return Ok(is_shown);
    };
    if couple.withdrawn_at.is_none() == is_shown && couple.follow_up_since.is_some() == followed {
        return Ok(false);
    }
    let since = couple.follow_up_since.unwrap_or(now);
    let mut row: couple::ActiveModel = couple.into();
    row.withdrawn_at = Set((!is_shown).then_some(now));
    row.follow_up_since = Set(followed.then_some(since));
    row.update(txn).await?;
    Ok(true)
}
