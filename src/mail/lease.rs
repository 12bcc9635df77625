//! Who has a letter in hand. A lease is a moment until which nobody else may take the letter, and
//! the count of tries is its number: whoever comes back late finds another number and writes nothing.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{ConnectionTrait, QueryFilter, QueryOrder, QuerySelect};

use super::deliver::Undelivered;
use super::letter::{self, Column, Entity, Model, State};
use super::postman::Round;
use crate::app::App;
use crate::error::Fault;
use crate::sealed::{self, Sealed};

/// The longest wait between two tries.
const LONGEST: TimeDelta = TimeDelta::hours(1);
/// How long a letter waits first where the line failed and the letter is not to blame, and where the
/// server had something to say about it or may have taken it.
const SOON: TimeDelta = TimeDelta::seconds(10);
const LATER: TimeDelta = TimeDelta::minutes(1);

/// Takes the letter that has been due longest, if there is one nobody holds.
pub(super) async fn take(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Model>, Fault> {
    let due = Entity::find()
        .filter(letter::due(now))
        .order_by_asc(Column::NotBefore)
        .order_by_asc(Column::Id)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(txn)
        .await?;
    let Some(mut letter) = due else { return Ok(None) };
    letter.tries += 1;
    letter.leased_until = Some(until);
    Entity::update_many()
        .col_expr(Column::Tries, Expr::value(letter.tries))
        .col_expr(Column::LeasedUntil, Expr::value(until))
        .filter(Column::Id.eq(letter.id))
        .exec(txn)
        .await?;
    Ok(Some(letter))
}

/// Whoever has this letter in hand still works on it. Nothing where somebody else has taken it since.
pub(super) async fn renew(txn: &impl ConnectionTrait, letter: &Model, until: DateTime<Utc>) -> Result<(), Fault> {
    Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::value(until))
        .filter(Column::Id.eq(letter.id))
        .filter(Column::State.eq(State::Waiting))
        .filter(Column::Tries.eq(letter.tries))
        .exec(txn)
        .await?;
    Ok(())
}

/// Takes every letter out of the hands it is in.
pub(super) async fn release(txn: &impl ConnectionTrait) -> Result<u64, Fault> {
    let held = Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>))
        .filter(Column::State.eq(State::Waiting))
        .filter(Column::LeasedUntil.is_not_null());
    Ok(held.exec(txn).await?.rows_affected)
}

/// Writes down how a try went.
pub(super) async fn record_outcome(
    txn: &impl ConnectionTrait,
    app: &App,
    letter: &Model,
    outcome: &Result<(), Undelivered>,
    now: DateTime<Utc>,
    round: &mut Round,
) -> Result<(), Fault> {
    let settings = &app.settings.mail;
    let note = Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>))
        .filter(Column::Id.eq(letter.id));
    let Err(why) = outcome else {
        // Whatever others noted meanwhile: the mail server has it.
        round.sent += 1;
        metrics::counter!("letters_total", "outcome" => "sent").increment(1);
        let note = note
            .col_expr(Column::State, Expr::value(State::Sent))
            .col_expr(Column::SentAt, Expr::value(now))
            // What it says belongs to its addressee, who has it.
            .col_expr(Column::Contents, Expr::value(None::<Sealed>))
            .col_expr(Column::LastError, Expr::value(None::<Sealed>));
        note.filter(Column::State.ne(State::Sent)).exec(txn).await?;
        return Ok(());
    };
    let (refused, first, text) = match why {
        Undelivered::Refused(text) => (1, LATER, text),
        Undelivered::Later(text) | Undelivered::Unsure(text) => (0, LATER, text),
        Undelivered::Away(text) => (0, SOON, text),
    };
    let refusals = letter.refusals + refused;
    let state = if refusals >= settings.refusals || letter.tries >= settings.tries {
        round.given_up += 1;
        State::Failed
    } else {
        round.put_off += 1;
        State::Waiting
    };
    let outcome = if state == State::Failed { "given_up" } else { "put_off" };
    metrics::counter!("letters_total", "outcome" => outcome).increment(1);
    tracing::warn!(letter = %letter.id, kind = %letter.kind, tries = letter.tries, outcome, "a letter did not go");
    note.col_expr(Column::State, Expr::value(state))
        .col_expr(Column::Refusals, Expr::value(refusals))
        .col_expr(
            Column::LastError,
            Expr::value(sealed::LETTER_ERROR.seal(&app.secrets, &[letter.id], &shortened(text))?),
        )
        .col_expr(Column::NotBefore, Expr::value(now + pause(letter, first)))
        .filter(Column::State.eq(State::Waiting))
        .filter(Column::Tries.eq(letter.tries))
        .exec(txn)
        .await?;
    Ok(())
}

/// `first` after the first try, then twice as long each time up to an hour; each letter a quarter more
/// or less in its own measure, so that those who failed together do not come back together.
fn pause(letter: &Model, first: TimeDelta) -> TimeDelta {
    let doublings = u32::try_from(letter.tries - 1).unwrap_or(0).min(9);
    let longest = (first * 2_i32.pow(doublings)).min(LONGEST);
    let share = i32::from(letter.id.as_bytes().last().copied().unwrap_or(0));
    longest * (192 + share / 2) / 256
}

/// A mail server may say a page; the beginning tells.
fn shortened(text: &str) -> String {
    text.chars().take(500).collect()
}
