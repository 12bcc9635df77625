//! A match as one of its two people sees it. Somebody else's match is not there.

use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::offer::Field;
use super::{consent, couple, for_stage, given_contact, offer, opening, volunteer_contact};
use crate::accounts::{account, profile};
use crate::app::App;
use crate::badges::face::{self, Face};
use crate::error::{Error, Fault, FieldError, Refused};
use crate::picks::{blocked_pairs, matched};
use crate::registrations::registration;

/// A match and which of the two is asking.
#[derive(Debug, Clone)]
pub struct Mine {
    pub found: matched::Model,
    pub own_id: Uuid,
    pub partner: registration::Model,
}

/// Ways to reach somebody, as far as offered and still there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    pub wechat: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
}

/// How far two people have come, told to one of them. What the other one said alone is never in it.
#[derive(Debug, Clone)]
pub struct Standing {
    pub match_id: Uuid,
    pub event_id: Uuid,
    pub badge: String,
    pub nickname: String,
    /// May be called on stage. Told once both have said yes: before, it would tell one what the other
    /// said on the ballot.
    pub on_stage: bool,
    pub show: bool,
    pub follow_up: bool,
    /// What the volunteer may see of the asker.
    pub volunteer_sees: Vec<Field>,
    /// The couple the two became, and whether both want to be asked later.
    pub couple: Option<(Uuid, bool)>,
    pub offered: Vec<Field>,
    pub opened_at: Option<DateTimeUtc>,
    /// What the other one gave, as it was then; None until both have, and for whoever was blocked since.
    pub given: Option<Details>,
}

/// A match of the asker's, held against everybody else who would change it.
///
/// # Errors
/// 404 where there is none, or it is somebody else's.
pub async fn hold(txn: &impl ConnectionTrait, account_id: Uuid, match_id: Uuid) -> Result<Mine, Error> {
    let found = matched::Entity::find_by_id(match_id).lock_exclusive().one(txn).await?;
    of(txn, account_id, found).await
}

/// A match of the asker's.
///
/// # Errors
/// 404 where there is none, or it is somebody else's.
pub async fn find(db: &impl ConnectionTrait, account_id: Uuid, match_id: Uuid) -> Result<Mine, Error> {
    let found = matched::Entity::find_by_id(match_id).one(db).await?;
    of(db, account_id, found).await
}

async fn of(db: &impl ConnectionTrait, account_id: Uuid, found: Option<matched::Model>) -> Result<Mine, Error> {
    let found = found.ok_or_else(Refused::not_found)?;
    let people = registration::Entity::find().filter(registration::Column::Id.is_in(found.people())).all(db).await?;
    let (own, others): (Vec<_>, Vec<_>) = people.into_iter().partition(|person| person.account_id == account_id);
    match (own.into_iter().next(), others.into_iter().next()) {
        (Some(own), Some(partner)) => Ok(Mine { found, own_id: own.id, partner }),
        _ => Err(Refused::not_found().into()),
    }
}

/// Everything the asker may know of a match of theirs.
pub async fn standing(db: &impl ConnectionTrait, app: &App, mine: &Mine) -> Result<Standing, Fault> {
    let id = mine.found.id;
    let consent = consent::of_match(db, id).await?.into_iter().find(|row| row.registration_id == mine.own_id);
    let couple = couple::of_match(db, id).await?.filter(|couple| couple.withdrawn_at.is_none());
    // Who was blocked is not left out here, or this would tell them.
    let called = match &couple {
        Some(_) => for_stage::choose(for_stage::standing(db, mine.found.event_id).await?),
        None => Vec::new(),
    };
    let offers = offer::of_match(db, id).await?;
    let opened = opening::Entity::find_by_id(id).one(db).await?;
    let own = offers.iter().find(|offer| offer.registration_id == mine.own_id);
    let blocked = blocked_pairs::by(db, mine.partner.id).await?.contains(&mine.own_id);
    let given =
        if opened.is_some() && !blocked { given_contact::by(db, app, id, mine.partner.id).await? } else { None };
    let seen = volunteer_contact::Entity::find_by_id((id, mine.own_id)).one(db).await?;
    let partner = face::faces(db, [mine.partner.id]).await?.remove(&mine.partner.id);
    Ok(Standing {
        match_id: id,
        event_id: mine.found.event_id,
        badge: partner.as_ref().map(Face::badge).unwrap_or_default(),
        nickname: partner.map(|partner| partner.nickname).unwrap_or_default(),
        on_stage: called.iter().any(|couple| couple.match_id == id),
        show: consent.as_ref().is_some_and(|own| own.show),
        follow_up: consent.as_ref().is_some_and(|own| own.follow_up),
        volunteer_sees: seen.map(|seen| seen.fields()).unwrap_or_default(),
        couple: couple.map(|couple| (couple.id, couple.follow_up_since.is_some())),
        offered: own.map(offer::Model::fields).unwrap_or_default(),
        opened_at: opened.map(|opened| opened.opened_at),
        given,
    })
}

/// The details behind some fields, as they are now.
pub async fn details(
    db: &impl ConnectionTrait,
    app: &App,
    person: &registration::Model,
    fields: &[Field],
) -> Result<Details, Fault> {
    let (Some(account), Some(profile)) =
        (account::find(db, person.account_id).await?, profile::Entity::find_by_id(person.account_id).one(db).await?)
    else {
        return Ok(Details::default());
    };
    let own = profile.private(&app.secrets)?;
    let given = |field, value: Option<String>| value.filter(|_| fields.contains(&field));
    Ok(Details {
        wechat: given(Field::Wechat, own.wechat),
        phone: given(Field::Phone, own.phone),
        email: given(Field::Email, Some(account.address(&app.secrets)?)),
    })
}

/// The details behind some fields, where each is named once and there; `member` is where the request names them.
///
/// # Errors
/// 422 on a field that is named twice, or of which the profile says nothing.
pub async fn give(
    db: &impl ConnectionTrait,
    app: &App,
    person: &registration::Model,
    fields: &[Field],
    member: &str,
) -> Result<Details, Error> {
    let details = details(db, app, person, fields).await?;
    for (place, field) in fields.iter().enumerate() {
        let wrong =
            |code, message| Refused::invalid(vec![FieldError::new(format!("{member}[{place}]"), code, message)]);
        if fields.iter().take(place).any(|earlier| earlier == field) {
            return Err(wrong("repeated", "is named twice").into());
        }
        let value = match field {
            Field::Wechat => &details.wechat,
            Field::Phone => &details.phone,
            Field::Email => &details.email,
        };
        if value.as_ref().is_none_or(|value| value.trim().is_empty()) {
            return Err(wrong("nothing_to_give", "fill it in in your profile first").into());
        }
    }
    Ok(details)
}
