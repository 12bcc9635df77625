//! One of two says whether they may be shown as a couple, and asked later how it went.

use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::mine::{self, Standing};
use super::{consent, couple};
use crate::accounts::SignedIn;
use crate::app::App;
use crate::database::Write;
use crate::error::{Error, Fault};
use crate::happening::What;
use crate::picks::matched;

/// What somebody says, whole; it replaces what they said before.
#[derive(Debug, Clone, Copy)]
pub struct ConsentChoice {
    pub show: bool,
    pub follow_up: bool,
}

/// Notes what one says. Both having said yes makes them a couple; either taking it back unmakes it.
///
/// # Errors
/// 404 for a match that is not theirs.
pub async fn agree(app: &App, account: SignedIn, match_id: Uuid, choice: ConsentChoice) -> Result<Standing, Error> {
    let txn = app.database.begin_write().await?;
    let mine = mine::hold(&txn, account.account_id, match_id).await?;
    let row = consent::Model {
        match_id,
        registration_id: mine.own_id,
        show: choice.show,
        follow_up: choice.show && choice.follow_up,
        given_at: app.now(),
    };
    consent::put(&txn, row).await?;
    let changed = update_couple(&txn, app, &mine.found).await?;
    let standing = mine::standing(&txn, app, &mine).await?;
    txn.commit().await?;
    if changed {
        app.happenings.announce(mine.found.event_id, What::CouplesChanged);
    }
    Ok(standing)
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
