//! What the database knows of the people in a list before they are entered.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::enter::ROWS;
use super::entrant::Entrant;
use super::registration::{self, Status};
use crate::accounts::{account, profile};
use crate::error::Error;
use crate::events::event;
use crate::sheet::upload::RowError;
use crate::units::unit;

pub struct Known {
    pub accounts: HashMap<String, account::Model>,
    pub profiles: HashMap<Uuid, profile::Model>,
    pub registered: HashSet<Uuid>,
}

impl Known {
    /// Looks everybody up.
    ///
    /// # Errors
    /// Only faults.
    pub async fn of(txn: &impl ConnectionTrait, event: &event::Model, entrants: &[Entrant]) -> Result<Self, Error> {
        let mut known = Self { accounts: HashMap::new(), profiles: HashMap::new(), registered: HashSet::new() };
        for some in entrants.chunks(ROWS) {
            let addresses = some.iter().map(|entrant| entrant.address.as_str());
            let accounts = account::Entity::alive().filter(account::Column::Email.is_in(addresses)).all(txn).await?;
            let ids: Vec<Uuid> = accounts.iter().map(|account| account.id).collect();
            let profiles = profile::Entity::find().filter(profile::Column::AccountId.is_in(ids.iter().copied()));
            known.profiles.extend(profiles.all(txn).await?.into_iter().map(|profile| (profile.account_id, profile)));
            let registered = registration::Entity::of_event(event.id)
                .filter(registration::Column::AccountId.is_in(ids))
                .filter(registration::Column::Status.is_not_in([Status::Withdrawn, Status::Rejected]));
            known.registered.extend(registered.all(txn).await?.into_iter().map(|registered| registered.account_id));
            known.accounts.extend(accounts.into_iter().map(|account| (account.email.clone(), account)));
        }
        Ok(known)
    }

    /// Why this row cannot be entered, as far as the database knows.
    #[must_use]
    pub fn objection(&self, entrant: &Entrant, units: &HashMap<String, Uuid>) -> Option<RowError> {
        let error =
            |field, code, message: &str| Some(RowError { line: entrant.line, field, code, message: message.into() });
        let account = self.accounts.get(entrant.address.as_str());
        if account.is_some_and(|account| self.registered.contains(&account.id)) {
            return error("email", "already_registered", "this person has a living registration");
        }
        if !units.contains_key(&unit::folded(&entrant.unit)) {
            return error("unit", "unknown_unit", "the union has no unit of this name");
        }
        None
    }
}
