//! Somebody whom an organizer's list named takes part, because they said so: with the unit of the
//! list and the profile of the account.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};
use uuid::Uuid;

use super::eligibility::{judge_age, unknown_unit};
use super::insert::insert_registration;
use super::letters;
use super::number;
use super::precedence;
use super::refusals::PROFILE_MISSING;
use super::registration::{self, Side, Status};
use super::terms::Terms;
use super::vouch;
use crate::accounts::consent::Agreed;
use crate::accounts::describe::Changes;
use crate::accounts::profile::Gender;
use crate::accounts::recipient;
use crate::accounts::{account, profile};
use crate::app::App;
use crate::database::Write;
use crate::error::{Error, Refused};
use crate::events::event;
use crate::events::phase::Phase;
use crate::events::refusals::PHASE_CLOSED;
use crate::invitations::invitation;
use crate::invitations::invited_person;
use crate::units::unit;

/// When a list may name people and they may accept: until seats are given.
pub const PHASES: [Phase; 3] = [Phase::Registration, Phase::Online, Phase::Screening];

/// What the person says of themself with accepting, as far as their account does not say it yet.
#[derive(Debug, Default)]
pub struct JoinDetails {
    pub nickname: Option<String>,
    pub gender: Option<Gender>,
    pub born_on: Option<NaiveDate>,
    pub real_name: Option<String>,
    pub agreed: Agreed,
}

/// Enters the registration of whoever accepted; approved where the list was checked beforehand or
/// somebody vouches. Who had applied by themself meanwhile keeps that application. The account is held.
///
/// # Errors
/// 409 `phase_closed`; 409 `profile_missing` where nobody says the gender; 409 `birthday_missing`, 403
/// `under_age`; 422 `invalid`.
pub async fn accepted(
    txn: &Write,
    app: &App,
    invitation: &invitation::Model,
    account: &account::Model,
    details: JoinDetails,
) -> Result<registration::Model, Error> {
    let (event_id, unit_id) = invitation.event_id.zip(invitation.unit_id).ok_or_else(Refused::not_found)?;
    let now = app.now();
    let listed_person = invited_person::of(app, invitation)?;
    let checked = listed_person.as_ref().is_some_and(|listed_person| listed_person.approved);
    let unit = unit::Entity::find_by_id(unit_id).one(txn).await?.ok_or_else(unknown_unit)?;
    let event = event::hold_shared(txn, event_id).await?;
    event.requires_one_of(now, &PHASES)?;
    let given = registration::seats_are_given(txn, event.id).await?;
    if let Some(mine) = registration::active_of(txn, event.id, account.id).await? {
        return stands(txn, app, &event, mine, account, (checked && !given).then_some(unit.id)).await;
    }
    if given {
        return Err(PHASE_CLOSED.into());
    }
    let vouched = vouch::vouches(txn, app, Terms::of(&event)?, &unit, account).await?;
    let class = precedence::of_person(txn, &event, account.id, now).await?;
    let number = number::take(txn, app, event.id).await?;
    let JoinDetails { nickname, gender, born_on, real_name, agreed } = details;
    let standing = profile::Entity::find_by_id(account.id).one(txn).await?;
    let is_new = standing.is_none();
    let lacks =
        |listed_person: fn(&profile::Model) -> bool| standing.as_ref().is_none_or(|profile| !listed_person(profile));
    let listed = listed_person.as_ref();
    let changes = Changes {
        // Never the real name: others see the nickname.
        nickname: is_new.then(|| {
            let named = nickname.or_else(|| listed?.nickname.clone());
            named.unwrap_or_else(|| format!("嘉宾{number:04}"))
        }),
        gender: if is_new { gender.or(listed.map(|listed_person| listed_person.gender)) } else { None },
        born_on: born_on.filter(|_| lacks(|profile| profile.born_on.is_some())).map(Some),
        real_name: real_name.filter(|_| lacks(|profile| profile.real_name.is_some())).map(Some),
        unit_id: is_new.then_some(Some(unit.id)),
        ..Changes::default()
    };
    let profile = changes.write(txn, app, account.id).await?.ok_or(PROFILE_MISSING)?;
    judge_age(app, &profile, &event, now)?;
    let side = Side::from(profile.gender);
    let approved = checked || vouched;
    let entered = registration::Model {
        status: if approved { Status::Approved } else { Status::Applied },
        decided_at: approved.then_some(now),
        class,
        ..registration::fresh(app, &event, account.id, unit.id, side, &profile, number)?
    };
    insert_registration(txn, &entered).await?;
    agreed.keep(txn, app, account.id, Some(entered.id), now).await?;
    if approved {
        letters::verdict(txn, app, &event, &entered, &recipient::of(app, account, &profile.nickname)?).await?;
    }
    Ok(entered)
}

/// The application of whoever applied by themself before they accepted: a list that was checked
/// beforehand approves it, too. `checked`: the unit that list says.
async fn stands(
    txn: &Write,
    app: &App,
    event: &event::Model,
    mine: registration::Model,
    account: &account::Model,
    checked: Option<Uuid>,
) -> Result<registration::Model, Error> {
    let held = registration::Entity::find_by_id(mine.id).lock_exclusive().one(txn).await?;
    let held = held.ok_or_else(Refused::not_found)?;
    let Some(listed) = checked.filter(|_| held.status == Status::Applied) else { return Ok(held) };
    let wrote = unit::Entity::find_by_id(held.unit_id).one(txn).await?;
    let mut row = held.into_active_model();
    // The list knows what the employer is that they wrote down.
    if wrote.is_some_and(|unit| unit.typed_at.is_some()) {
        row.unit_id = Set(listed);
    }
    row.status = Set(Status::Approved);
    row.decided_at = Set(Some(app.now()));
    let approved = row.update(txn).await?;
    let profile = profile::Entity::find_by_id(account.id).one(txn).await?;
    let nickname = profile.map(|profile| profile.nickname).unwrap_or_default();
    letters::verdict(txn, app, event, &approved, &recipient::of(app, account, &nickname)?).await?;
    Ok(approved)
}
