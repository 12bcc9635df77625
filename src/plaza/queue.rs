//! What an organizer has to look at: what waits, what was reported, and what was decided before.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

use super::contribution::{self, State};
use super::photo::{self, Frame};
use super::{complaint, wall};
use crate::error::Error;
use crate::paging::{self, Paging};

const ON_A_PAGE: u64 = 50;

/// What there is to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    #[default]
    Waiting,
    Reported,
    Shown,
    Refused,
}

/// What is read for the page.
pub struct Read {
    pub rows: Vec<(contribution::Model, Option<complaint::Model>)>,
    pub next: Option<String>,
    pub waiting: u64,
    pub reported: u64,
    pub authors: HashMap<Uuid, wall::Author>,
    pub photos: HashMap<Uuid, Vec<Frame>>,
}

/// One page of what there is to look at.
///
/// # Errors
/// 422 on a cursor that is none.
pub async fn read(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    show: Show,
    cursor: Option<String>,
) -> Result<Read, Error> {
    let paging = Paging { limit: Some(ON_A_PAGE), cursor };
    let of_state =
        |state: State| contribution::Entity::of_event(event_id).filter(contribution::Column::State.eq(state));
    let open = || complaint::Entity::of_event(event_id).filter(complaint::Column::State.eq(complaint::State::Open));
    let (waiting, reported) = (of_state(State::Pending).count(db).await?, open().count(db).await?);
    let after = paging.after()?;
    let (rows, next) = match show {
        Show::Reported => {
            let mut rows = open();
            if let Some(after) = after {
                rows = rows.filter(complaint::Column::Id.gt(after));
            }
            let rows = rows.order_by_asc(complaint::Column::Id).limit(ON_A_PAGE + 1).all(db).await?;
            let list = paging::Page::of(rows, ON_A_PAGE, |row| row.id, |row| row);
            (complained_about(db, event_id, list.items).await?, list.next)
        }
        Show::Waiting | Show::Shown | Show::Refused => {
            let mut rows = match show {
                Show::Shown => of_state(State::Approved),
                Show::Refused => contribution::Entity::of_event(event_id)
                    .filter(contribution::Column::State.is_in([State::Rejected, State::Removed])),
                _ => of_state(State::Pending),
            };
            // What waits longest comes first; of what was decided, the latest.
            let waits = show == Show::Waiting;
            let id = contribution::Column::Id;
            if let Some(after) = after {
                rows = rows.filter(if waits { id.gt(after) } else { id.lt(after) });
            }
            let rows = if waits { rows.order_by_asc(id) } else { rows.order_by_desc(id) };
            let rows = rows.limit(ON_A_PAGE + 1).all(db).await?;
            let list = paging::Page::of(rows, ON_A_PAGE, |row| row.id, |row| (row, None));
            (list.items, list.next)
        }
    };
    let authors = wall::authors(db, rows.iter().map(|(row, _)| row.registration_id), Uuid::nil()).await?;
    let photos = photo::frames(db, rows.iter().map(|(row, _)| row.id)).await?;
    Ok(Read { rows, next, waiting, reported, authors, photos })
}

async fn complained_about(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    complaints: Vec<complaint::Model>,
) -> Result<Vec<(contribution::Model, Option<complaint::Model>)>, DbErr> {
    let about = contribution::Entity::of_event(event_id)
        .filter(contribution::Column::Id.is_in(complaints.iter().map(|complaint| complaint.contribution_id)))
        .all(db)
        .await?;
    let found = |complaint: complaint::Model| {
        let about = about.iter().find(|about| about.id == complaint.contribution_id)?;
        Some((about.clone(), Some(complaint)))
    };
    Ok(complaints.into_iter().filter_map(found).collect())
}

impl Show {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Reported => "reported",
            Self::Shown => "shown",
            Self::Refused => "refused",
        }
    }
}
