//! Somebody, as others are shown them: what the plaza tells of a person, or as much of it as they agreed to.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::request::Facet;
use crate::accounts::profile;
use crate::app::App;
use crate::error::Fault;
use crate::people::band::Band;
use crate::registrations::registration::{self, Side};

/// No name, no employer, no age but a band.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    pub side: Option<Side>,
    pub nickname: Option<String>,
    pub band: Option<Band>,
    pub education: Option<String>,
    pub district: Option<String>,
    pub interests: Vec<String>,
    pub about: Option<String>,
}

impl Card {
    /// As much of it as is shown.
    #[must_use]
    pub fn showing(self, facets: &[Facet]) -> Self {
        let shows = |facet| facets.contains(&facet);
        Self {
            side: self.side,
            nickname: self.nickname.filter(|_| shows(Facet::Nickname)),
            band: self.band.filter(|_| shows(Facet::Age)),
            education: self.education.filter(|_| shows(Facet::Education)),
            district: self.district.filter(|_| shows(Facet::District)),
            interests: if shows(Facet::Interests) { self.interests } else { Vec::new() },
            about: self.about.filter(|_| shows(Facet::About)),
        }
    }
}

/// The people behind registrations.
pub async fn of_registrations(
    db: &impl ConnectionTrait,
    app: &App,
    registrations: &[Uuid],
) -> Result<HashMap<Uuid, Card>, Fault> {
    let ids = registration::Column::Id.is_in(registrations.iter().copied());
    let people = registration::Entity::find().filter(ids).all(db).await?;
    let accounts = profile::Column::AccountId.is_in(people.iter().map(|person| person.account_id));
    let profiles = profile::Entity::find().filter(accounts).all(db).await?;
    let profiles: HashMap<Uuid, profile::Model> =
        profiles.into_iter().map(|profile| (profile.account_id, profile)).collect();
    let today = app.now().date_naive();
    let mut cards = HashMap::new();
    for person in people {
        let Some(profile) = profiles.get(&person.account_id) else { continue };
        let card = Card {
            side: Some(person.side),
            nickname: Some(profile.nickname.clone()),
            band: profile.age_on(&app.secrets, today)?.map(Band::of),
            education: profile.education.clone(),
            district: profile.district.clone(),
            interests: profile.interests(),
            about: profile.about.clone(),
        };
        cards.insert(person.id, card);
    }
    Ok(cards)
}
