//! How somebody stands with the volunteers of a union: what they ask, about whom they are asked, and whom they were
//! introduced to. What the other one answered alone is never in it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::card::{self, Card};
use super::request::{self, Facet, Wish, facets};
use super::{answer, given, introduction, offer};
use crate::accounts::account;
use crate::app::App;
use crate::couples::mine::Details;
use crate::couples::offer::Field;
use crate::error::Fault;

#[derive(Clone, Debug, Default)]
pub struct Mine {
    /// What I ask; None where I ask nothing.
    pub request: Option<(Wish, Vec<Facet>)>,
    /// Somebody I may say yes or no to.
    pub open: Vec<Open>,
    pub introduced: Vec<Introduced>,
    /// How many did not come about.
    pub past: usize,
}

#[derive(Clone, Debug)]
pub struct Open {
    pub id: Uuid,
    /// As much as the other one agreed to show.
    pub card: Card,
    /// What I said; None until I have.
    pub answer: Option<bool>,
    pub lapses_at: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub struct Introduced {
    pub id: Uuid,
    pub card: Card,
    pub together_at: DateTime<Utc>,
    /// What I would give.
    pub offered: Vec<Field>,
    pub opened_at: Option<DateTime<Utc>>,
    /// What the other one gave; None until both have, and where it was closed since.
    pub given: Option<Details>,
}

/// Of a person at a union.
pub async fn of(db: &impl ConnectionTrait, app: &App, organization_id: Uuid, account_id: Uuid) -> Result<Mine, Fault> {
    let request = request::of_account(db, organization_id, account_id).await?;
    let all = introduction::Entity::with(account_id);
    let all = all
        .filter(introduction::Column::OrganizationId.eq(organization_id))
        .filter(introduction::Column::Asked.eq(true))
        .order_by_desc(introduction::Column::Id)
        .all(db)
        .await?;
    let others: Vec<Uuid> = all.iter().filter_map(|one| Some(one.side_of(one.partner_of(account_id)?).0)).collect();
    let cards = card::of_registrations(db, app, &others).await?;
    let partners: Vec<Uuid> = all.iter().filter_map(|one| one.partner_of(account_id)).collect();
    let (living, present) = (living(db, &partners).await?, present(db, organization_id, &partners).await?);
    let mut mine = Mine::default();
    for found in all {
        let Some(partner) = found.partner_of(account_id) else { continue };
        let (registration_id, shows) = found.side_of(partner);
        let mut shows = facets(shows);
        // Whoever shows less by now is shown less, and nobody more than when they were proposed.
        shows.retain(|facet| present.get(&partner).is_none_or(|now| now.contains(facet)));
        let card = cards.get(&registration_id).cloned().unwrap_or_default();
        if let Some(together_at) = found.together_at {
            // Whoever said yes to each other is called by name.
            shows.push(Facet::Nickname);
            let card = card.showing(&shows);
            mine.introduced.push(introduced(db, app, found, account_id, partner, card, together_at).await?);
        } else if !found.is_open(app.now()) || !living.contains(&partner) {
            mine.past += 1;
        } else if request.is_some() {
            let answer = answer::of_introduction(db, app, found.id).await?.remove(&account_id);
            let (id, lapses_at) = (found.id, found.lapses_at);
            mine.open.push(Open { id, card: card.showing(&shows), answer, lapses_at });
        }
    }
    mine.request = request.map(|own| Ok::<_, Fault>((own.wish(app)?, own.shows()))).transpose()?;
    Ok(mine)
}

/// Who of some people still has an account: of who was forgotten there is nothing to say yes to.
async fn living(db: &impl ConnectionTrait, people: &[Uuid]) -> Result<HashSet<Uuid>, Fault> {
    let ids = account::Column::Id.is_in(people.iter().copied());
    let accounts = account::Entity::alive().filter(ids).all(db).await?;
    Ok(accounts.into_iter().map(|account| account.id).collect())
}

/// What some people show by what they ask now; nothing of those who ask nothing.
async fn present(
    db: &impl ConnectionTrait,
    organization_id: Uuid,
    people: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Facet>>, Fault> {
    let requests = request::Entity::find().filter(request::Column::OrganizationId.eq(organization_id));
    let requests = requests.filter(request::Column::AccountId.is_in(people.iter().copied())).all(db).await?;
    Ok(requests.into_iter().map(|request| (request.account_id, request.shows())).collect())
}

async fn introduced(
    db: &impl ConnectionTrait,
    app: &App,
    found: introduction::Model,
    account_id: Uuid,
    partner: Uuid,
    card: Card,
    together_at: DateTime<Utc>,
) -> Result<Introduced, Fault> {
    let offers = offer::of_introduction(db, found.id).await?;
    let own = offers.iter().find(|offer| offer.account_id == account_id);
    // As between two who picked each other: what was given is closed to whom the other one blocked, and with it what
    // the other one tells of themself by now. Before there is nothing to close, and a block is not told.
    let closed = found.opened_at.is_some() && introduction::has_blocked(db, partner, account_id).await?;
    let card = if closed { card.showing(&[Facet::Nickname]) } else { card };
    let theirs = given::Entity::find_by_id((found.id, partner)).one(db).await?;
    let given = theirs.filter(|_| found.opened_at.is_some() && !closed).map(|given| given.details(app)).transpose()?;
    Ok(Introduced {
        id: found.id,
        card,
        together_at,
        offered: own.map(offer::Model::fields).unwrap_or_default(),
        opened_at: found.opened_at,
        given,
    })
}
