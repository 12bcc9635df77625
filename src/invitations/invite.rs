//! Writes invitations, with their letters, in the transaction of whoever invites. Nothing here looks
//! for accounts: that an address has one can be read neither from the answer nor from a clock.

use std::collections::HashMap;

use chrono::TimeDelta;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use serde_json::json;
use uuid::Uuid;

use super::invitation::{self, Column, Kind, LIFETIME, State};
use super::invited_person::InvitedPerson;
use super::letters;
use crate::accounts::address::MailAddress;
use crate::accounts::{SignedIn, token};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Fault, Refused};
use crate::mail::letter;
use crate::sealed::INVITATION_EMAIL;

/// Letters of one union that an address gets within an hour, however often it is named.
pub const LETTERS_AN_HOUR: usize = 6;
/// Rows per statement: SQLite binds at most 32,766 values.
const ROWS: usize = 500;

/// What people are invited to, in ids and in the words of the letter.
#[derive(Clone, Debug)]
pub struct Purpose {
    pub kind: Kind,
    pub organization_id: Uuid,
    pub event_id: Option<Uuid>,
    pub unit_id: Option<Uuid>,
    /// What the union is called.
    pub union: String,
    /// What the event or the unit is called; of a role at the union, the union again.
    pub thing: String,
}

/// Somebody to be invited.
#[derive(Clone, Debug)]
pub struct Invitee {
    pub address: MailAddress,
    /// Where a list says that they work.
    pub unit_id: Option<Uuid>,
    pub listed: Option<InvitedPerson>,
}

impl From<MailAddress> for Invitee {
    fn from(address: MailAddress) -> Self {
        Self { address, unit_id: None, listed: None }
    }
}

impl Purpose {
    /// What one address is invited to once at a time.
    #[must_use]
    pub fn subject(&self) -> Uuid {
        match self.kind {
            Kind::Organizer => self.organization_id,
            Kind::UnitContact => self.unit_id.unwrap_or_default(),
            Kind::Desk | Kind::Host | Kind::Volunteer | Kind::Participant => self.event_id.unwrap_or_default(),
        }
    }
}

/// Invites one address; named twice, it is the same invitation. Says whether it is new.
///
/// # Errors
/// 429 where the union has written to the address too often within the hour.
pub async fn invite(
    txn: &impl ConnectionTrait,
    app: &App,
    by: &SignedIn,
    purpose: &Purpose,
    address: MailAddress,
) -> Result<(invitation::Model, bool), Error> {
    lapse(txn, app, purpose).await?;
    let standing =
        || invitation::named(app, purpose.kind, purpose.subject(), [&address]).filter(Column::State.eq(State::Open));
    if let Some(open) = standing().one(txn).await? {
        return Ok((open, false));
    }
    let lately = invitation::written_to(app, purpose.organization_id, [&address], app.now() - TimeDelta::hours(1));
    if lately.count(txn).await? >= LETTERS_AN_HOUR as u64 {
        return Err(Refused::too_many(3600).into());
    }
    let (row, letter) = drawn_up(app, by, purpose, address.clone().into())?;
    let written = invitation::Entity::insert(row.clone().into_active_model().reset_all())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    if written == 0 {
        // Two colleagues named the same person in the same instant.
        let open = standing().one(txn).await?.ok_or_else(Refused::not_found)?;
        return Ok((open, false));
    }
    letter::post(txn, app, letter).await?;
    Deed::Invited
        .by(by.account_id)
        .of_union(purpose.organization_id)
        .of_event(purpose.event_id)
        .about("invitation", row.id)
        .with(json!({ "kind": purpose.kind }))
        .record(txn, app)
        .await?;
    Ok((row, true))
}

/// Invites many at once, none of whom has an open invitation to it.
pub async fn invite_all(
    txn: &impl ConnectionTrait,
    app: &App,
    by: &SignedIn,
    purpose: &Purpose,
    people: Vec<Invitee>,
) -> Result<(), Fault> {
    let (mut rows, mut drafts) = (Vec::with_capacity(people.len()), Vec::with_capacity(people.len()));
    for person in people {
        let (row, letter) = drawn_up(app, by, purpose, person)?;
        rows.push(row.into_active_model().reset_all());
        drafts.push(letter);
    }
    for some in rows.chunks(ROWS) {
        invitation::Entity::insert_many(some.to_vec()).exec_without_returning(txn).await?;
    }
    letter::post_all(txn, app, drafts).await?;
    Ok(())
}

/// Those of a thing that nobody answered in time make room for new ones, before the clock comes round.
pub async fn lapse(txn: &impl ConnectionTrait, app: &App, purpose: &Purpose) -> Result<(), Fault> {
    let now = app.now();
    invitation::Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Expired))
        .col_expr(Column::AnsweredAt, Expr::value(now))
        .filter(Column::SubjectId.eq(purpose.subject()))
        .filter(Column::State.eq(State::Open))
        .filter(Column::ExpiresAt.lte(now))
        .exec(txn)
        .await?;
    Ok(())
}

/// How many letters the union wrote to each of these addresses within the hour, as far as it did; by
/// [`invitation::digest`].
pub async fn lately(
    txn: &impl ConnectionTrait,
    app: &App,
    organization: Uuid,
    people: &[&MailAddress],
) -> Result<HashMap<Vec<u8>, usize>, Fault> {
    let mut counts = HashMap::new();
    for some in people.chunks(ROWS) {
        let since = app.now() - TimeDelta::hours(1);
        for row in invitation::written_to(app, organization, some.iter().copied(), since).all(txn).await? {
            *counts.entry(row.email_digest).or_default() += 1;
        }
    }
    Ok(counts)
}

fn drawn_up(
    app: &App,
    by: &SignedIn,
    purpose: &Purpose,
    person: Invitee,
) -> Result<(invitation::Model, letter::Letter), Fault> {
    let (id, now, minted) = (app.new_id(), app.now(), token::mint(app)?);
    let details = person.listed.map(|listed| listed.seal(app, id)).transpose()?;
    let row = invitation::Model {
        id,
        kind: purpose.kind,
        organization_id: purpose.organization_id,
        event_id: purpose.event_id,
        unit_id: person.unit_id.or(purpose.unit_id),
        subject_id: purpose.subject(),
        email: INVITATION_EMAIL.seal(&app.secrets, &[id], person.address.as_str())?,
        email_digest: invitation::digest(app, &person.address),
        details,
        language: by.language,
        state: State::Open,
        invited_by: by.account_id,
        invited_at: now,
        sent_at: now,
        letters: 1,
        token_digest: minted.digest,
        expires_at: now + LIFETIME,
        answered_at: None,
        account_id: None,
        bond: None,
    }
    .bound(app);
    let letter = letters::invitation(app, &row, purpose, &minted.text)?;
    Ok((row, letter))
}
