//! What the organizer looks at: what waits or was reported, all that stands, and what was taken out of sight.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::line::{self, Column, State};
use super::room::{self, Which};
use super::transcript::{self, Line};
use super::{entrance, report};
use crate::app::App;
use crate::error::Error;
use crate::events::event;
use crate::paging::{Page, Paging};

/// What there is to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ChatView)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// Pictures that wait, and what was reported; the organizer has not spoken yet.
    #[default]
    Waiting,
    Shown,
    /// Hidden by the organizer.
    Hidden,
}

impl Show {
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Shown, Self::Hidden];

    /// As forms and keys of words spell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Shown => "shown",
            Self::Hidden => "hidden",
        }
    }
}

/// One thing to decide about.
pub struct Queued {
    pub line: Line,
    pub which: Which,
    /// What the organizer said when deciding.
    pub reason: Option<String>,
    /// What is wrong with it, in the words of those who reported it.
    pub reports: Vec<String>,
}

/// What waits for the organizer, at every event.
#[must_use]
pub fn undecided() -> Select<line::Entity> {
    let reported = Condition::all().add(Column::State.eq(State::Shown)).add(is_reported());
    let waits = Condition::any().add(Column::State.is_in([State::Pending, State::Reported])).add(reported);
    line::Entity::find().filter(waits)
}

fn is_reported() -> Condition {
    let of_line = Expr::col((report::Entity, report::Column::LineId)).equals((line::Entity, Column::Id));
    let reported = report::Entity::find().select_only().column(report::Column::LineId).filter(of_line);
    Condition::all().add(Expr::exists(reported.into_query()))
}

/// A view, the latest first.
///
/// # Errors
/// What [`entrance::open`] says; 422 for a bad page.
pub async fn read(app: &App, event: &event::Model, show: Show, paging: &Paging) -> Result<Page<Queued>, Error> {
    let db = app.database.reader();
    entrance::open(db, event, app.now()).await?;
    let states = match show {
        Show::Waiting => [State::Pending, State::Reported, State::Shown].as_slice(),
        Show::Shown => &line::SEEN,
        Show::Hidden => &[State::Hidden],
    };
    let rooms = room::all_of(db, event.id).await?;
    let rooms = rooms.into_iter().filter(|room| room.closed_at.is_none());
    let rooms: HashMap<Uuid, Which> = rooms.map(|room| (room.id, Which::of_group(room.group_number))).collect();
    let rows = if show == Show::Waiting { undecided() } else { line::Entity::find() };
    // What stands in a room that was closed is as good as erased.
    let rows = rows.filter(Column::RoomId.is_in(rooms.keys().copied()));
    let mut rows = rows.filter(Column::EventId.eq(event.id)).filter(Column::State.is_in(states.iter().copied()));
    if let Some(after) = paging.after()? {
        rows = rows.filter(Column::Id.lt(after));
    }
    let limit = paging.limit()?;
    let rows = rows.order_by_desc(Column::Id).limit(limit + 1).all(db).await?;
    let reports = report::Entity::find().filter(report::Column::LineId.is_in(rows.iter().map(|row| row.id)));
    let mut reasons: HashMap<Uuid, Vec<String>> = HashMap::new();
    for report in reports.order_by_asc(report::Column::At).all(db).await? {
        reasons.entry(report.line_id).or_default().push(report.reason);
    }
    let mut lines: HashMap<Uuid, Line> = HashMap::new();
    for line in transcript::describe(db, app, rows.clone(), None).await? {
        lines.insert(line.id, line);
    }
    let Page { items, next } = Page::of(rows, limit, |row| row.id, |row| row);
    let queued = |row: line::Model| {
        Some(Queued {
            line: lines.remove(&row.id)?,
            which: rooms.get(&row.room_id).copied().unwrap_or(Which::ALL),
            reports: reasons.remove(&row.id).unwrap_or_default(),
            reason: row.reason,
        })
    };
    Ok(Page { items: items.into_iter().filter_map(queued).collect(), next })
}
