//! What the organizer looks at: what was reported, all that stands, and what was taken out of sight.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::member::{self, Member};
use super::note::{self, Column, State};
use super::{entrance, report};
use crate::app::App;
use crate::error::Error;
use crate::events::event;
use crate::paging::{Page, Paging};

/// What there is to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CircleView)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// Reported, and the organizer has not spoken yet.
    #[default]
    Reported,
    Shown,
    /// Hidden by the organizer, or taken down by its author after somebody reported it.
    Hidden,
}

impl Show {
    pub const ALL: [Self; 3] = [Self::Reported, Self::Shown, Self::Hidden];

    /// As forms and keys of words spell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Shown => "shown",
            Self::Hidden => "hidden",
        }
    }
}

/// One thing to decide about.
pub struct Queued {
    pub note: note::Model,
    /// None: the organizer, or somebody who has erased their account.
    pub author: Option<Member>,
    /// What is wrong with it, in the words of those who reported it.
    pub reports: Vec<String>,
}

/// What was reported and the organizer has not spoken about yet.
#[must_use]
pub fn waiting(event_id: Uuid) -> Select<note::Entity> {
    undecided().filter(Column::EventId.eq(event_id))
}

/// As [`waiting`], at every event.
#[must_use]
pub fn undecided() -> Select<note::Entity> {
    note::Entity::find().filter(Column::State.is_in([State::Shown, State::Reported])).filter(is_reported())
}

fn is_reported() -> Condition {
    let of_note = Expr::col((report::Entity, report::Column::NoteId)).equals((note::Entity, Column::Id));
    let reported = report::Entity::find().select_only().column(report::Column::NoteId).filter(of_note);
    Condition::all().add(Expr::exists(reported.into_query()))
}

/// A view, the latest first.
///
/// # Errors
/// What [`entrance::open`] says; 422 for a bad page.
pub async fn read(app: &App, event: &event::Model, show: Show, paging: &Paging) -> Result<Page<Queued>, Error> {
    let db = app.database.reader();
    entrance::open(db, event, app.now()).await?;
    let of_event = note::Entity::of_event(event.id);
    let mut rows = match show {
        Show::Reported => waiting(event.id),
        Show::Shown => of_event.filter(Column::State.is_in(note::SEEN)),
        Show::Hidden => {
            let withdrawn = is_reported().add(Column::State.eq(State::Withdrawn));
            of_event.filter(Condition::any().add(Column::State.eq(State::Hidden)).add(withdrawn))
        }
    };
    if let Some(after) = paging.after()? {
        rows = rows.filter(Column::Id.lt(after));
    }
    let limit = paging.limit()?;
    let rows = rows.order_by_desc(Column::Id).limit(limit + 1).all(db).await?;
    let authors = member::named(db, rows.iter().filter_map(|row| row.registration_id), Uuid::nil()).await?;
    let reports = report::Entity::find().filter(report::Column::NoteId.is_in(rows.iter().map(|row| row.id)));
    let mut reasons: HashMap<Uuid, Vec<String>> = HashMap::new();
    for report in reports.order_by_asc(report::Column::At).all(db).await? {
        reasons.entry(report.note_id).or_default().push(report.reason);
    }
    let queued = |note: note::Model| Queued {
        author: note.registration_id.and_then(|author| authors.get(&author).cloned()),
        reports: reasons.remove(&note.id).unwrap_or_default(),
        note,
    };
    Ok(Page::of(rows, limit, |row| row.id, queued))
}
