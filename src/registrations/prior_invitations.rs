//! What the union knows of the people in a list: whom it invited before, and who of them accepted.
//! Accounts are not asked about: an address that has one is a row like any other.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use uuid::Uuid;

use super::entrant::EntrantRow;
use super::registration::{self, Status};
use crate::accounts::address::MailAddress;
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::invitations::invitation::{self, Kind, State};
use crate::invitations::invite::{self, LETTERS_AN_HOUR};

/// Rows per statement: SQLite binds at most 32,766 values.
pub const ROWS: usize = 500;

/// By [`invitation::digest`] of their address.
#[derive(Default)]
pub struct PriorInvitations {
    /// Have not answered yet.
    invited: HashSet<Vec<u8>>,
    /// Accepted, and take part.
    registered: HashSet<Vec<u8>>,
    /// Letters of the union within the hour.
    written: HashMap<Vec<u8>, usize>,
}

impl PriorInvitations {
    /// Looks everybody up among the union's own invitations to the event.
    pub async fn of(
        txn: &impl ConnectionTrait,
        app: &App,
        event: &event::Model,
        rows: &[EntrantRow],
    ) -> Result<Self, Fault> {
        let mut known = Self::default();
        let people: Vec<&MailAddress> = rows.iter().filter_map(|row| row.address.as_ref()).collect();
        let mut accepted: HashMap<Uuid, Vec<u8>> = HashMap::new();
        for some in people.chunks(ROWS) {
            for row in invitation::named(app, Kind::Participant, event.id, some.iter().copied()).all(txn).await? {
                match (row.state_at(app.now()), row.account_id) {
                    (State::Open, _) => drop(known.invited.insert(row.email_digest)),
                    (State::Accepted, Some(account)) => drop(accepted.insert(account, row.email_digest)),
                    _ => {}
                }
            }
        }
        for some in accepted.keys().copied().collect::<Vec<_>>().chunks(ROWS) {
            let living = registration::Entity::of_event(event.id)
                .filter(registration::Column::AccountId.is_in(some.iter().copied()))
                .filter(registration::Column::Status.is_not_in([Status::Withdrawn, Status::Rejected]));
            let people = living.all(txn).await?.into_iter().filter_map(|row| accepted.get(&row.account_id).cloned());
            known.registered.extend(people);
        }
        known.written = invite::lately(txn, app, event.organization_id, &people).await?;
        Ok(known)
    }

    /// Notes why a row cannot be taken, as far as the union knows its address.
    pub fn object(&self, app: &App, row: &mut EntrantRow) {
        let Some(address) = &row.address else { return };
        let email = &invitation::digest(app, address);
        if self.invited.contains(email) {
            row.note("email", "already_invited", "was invited and has not answered yet");
        } else if self.registered.contains(email) {
            row.note("email", "already_registered", "accepted an invitation and takes part");
        } else if self.written.get(email).is_some_and(|letters| *letters >= LETTERS_AN_HOUR) {
            row.note("email", "too_many_letters", "was written to too often within the hour");
        }
    }
}
