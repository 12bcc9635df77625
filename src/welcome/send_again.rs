//! An invitation is sent again: a new letter with a new link, and fourteen days more.

use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use super::access::Inviter;
use super::refusals::ENOUGH_LETTERS;
use super::sight;
use crate::accounts::token;
use crate::app::App;
use crate::error::{Error, Refused};
use crate::invitations::invitation::{self, LIFETIME, State};
use crate::invitations::letters;
use crate::invitations::refusals::INVITATION_OVER;
use crate::mail::letter;

/// Between two letters of one invitation.
const BETWEEN: TimeDelta = TimeDelta::hours(1);
/// Letters one invitation makes in all: somebody who does not answer five has answered.
const LETTERS: i32 = 5;

/// Sends it again. The former link is dead: of two letters the newer one counts.
///
/// # Errors
/// 409 `invitation_over`; 409 `enough_letters`; 429 where the last letter is younger than an hour.
pub async fn send_again(app: &App, by: &Inviter) -> Result<invitation::Model, Error> {
    let now = app.now();
    let txn = app.database.begin_write().await?;
    let held = invitation::hold(&txn, by.invitation).await?;
    if held.state_at(now) != State::Open {
        return Err(INVITATION_OVER.into());
    }
    if held.letters >= LETTERS {
        return Err(ENOUGH_LETTERS.into());
    }
    let wait = held.sent_at + BETWEEN - now;
    if wait > TimeDelta::zero() {
        return Err(Refused::too_many(u64::try_from(wait.num_seconds().max(1)).unwrap_or(1)).into());
    }
    let minted = token::mint(app)?;
    let again = invitation::Model {
        letters: held.letters + 1,
        sent_at: now,
        expires_at: now + LIFETIME,
        token_digest: minted.digest,
        ..held
    };
    let sent = again.bound(app).into_active_model().reset_all().update(&txn).await?;
    let purpose = sight::purpose(&txn, &sent, sent.language).await?;
    letter::post(&txn, app, letters::invitation(app, &sent, &purpose, &minted.text)?).await?;
    txn.commit().await?;
    Ok(sent)
}
