//! Invitations as whoever invited reads them: their own words, and where each one stands.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::invitation::{self, Column, Kind, State};
use super::invited_person::{self, InvitedPerson};
use crate::accounts::address::address_to_unicode;
use crate::app::App;
use crate::error::{Error, Fault};
use crate::paging::{Page, Paging};

/// Which invitations are asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The open ones where it is left out.
    pub state: Option<State>,
    pub kind: Option<Kind>,
    /// How many items, 1 to 200; 50 where it is left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// An invitation as the union that sent it reads it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Invitation)]
pub struct Listed {
    pub id: Uuid,
    pub kind: Kind,
    pub state: State,
    /// As it was named.
    pub email: String,
    /// What one's own list says of the person.
    pub words: Option<InvitedPerson>,
    pub invited_at: DateTime<Utc>,
    /// When the last letter went.
    pub sent_at: DateTime<Utc>,
    /// How many letters went.
    pub letters: i32,
    pub expires_at: DateTime<Utc>,
    /// When it was accepted, declined, withdrawn or ran out.
    pub answered_at: Option<DateTime<Utc>>,
}

impl Listed {
    pub fn of(app: &App, invitation: invitation::Model) -> Result<Self, Fault> {
        Ok(Self {
            words: invited_person::of(app, &invitation)?,
            id: invitation.id,
            kind: invitation.kind,
            state: invitation.state_at(app.now()),
            email: address_to_unicode(&invitation.address(app)?),
            invited_at: invitation.invited_at,
            sent_at: invitation.sent_at,
            letters: invitation.letters,
            expires_at: invitation.expires_at,
            answered_at: invitation.answered_at,
        })
    }
}

/// A page of those that `rows` selects, in the order in which they were sent.
///
/// # Errors
/// 422 for a limit or a cursor that is none.
pub async fn page(
    db: &impl ConnectionTrait,
    app: &App,
    mut rows: Select<invitation::Entity>,
    which: Which,
) -> Result<Page<Listed>, Error> {
    let paging = Paging { limit: which.limit, cursor: which.cursor };
    let (limit, after) = (paging.limit()?, paging.after()?);
    rows = match which.state.unwrap_or(State::Open) {
        State::Open => rows.filter(invitation::open_at(app.now())),
        State::Expired => {
            rows.filter(Column::State.is_in([State::Open, State::Expired])).filter(Column::ExpiresAt.lte(app.now()))
        }
        state => rows.filter(Column::State.eq(state)),
    };
    if let Some(kind) = which.kind {
        rows = rows.filter(Column::Kind.eq(kind));
    }
    if let Some(after) = after {
        rows = rows.filter(Column::Id.gt(after));
    }
    let rows = rows.limit(limit + 1).all(db).await?;
    let page = Page::of(rows, limit, |row| row.id, |row| row);
    let items = page.items.into_iter().map(|row| Listed::of(app, row)).collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next })
}

/// The open ones of these kinds to one thing.
pub async fn open(db: &impl ConnectionTrait, app: &App, kinds: &[Kind], subject: Uuid) -> Result<Vec<Listed>, Fault> {
    let rows = invitation::of_subject(kinds, subject).filter(invitation::open_at(app.now())).all(db).await?;
    rows.into_iter().map(|row| Listed::of(app, row)).collect()
}
