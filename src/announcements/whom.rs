//! To whom an announcement goes.

use std::collections::HashSet;

use garde::Validate;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::accounts::recipient::{self, Recipient};
use crate::app::App;
use crate::checkin::attempt::{self, Kind, Verdict};
use crate::checkin::presence;
use crate::error::Fault;
use crate::events::event;
use crate::language::Language;
use crate::registrations::registration::{self, Side, Status};
use crate::screening::place::{self, Place, Places};

/// Which applicants. What is left out does not narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[schema(as = AnnouncementRecipients)]
#[serde(deny_unknown_fields)]
pub struct Whom {
    /// Standing in one of these; everybody but the withdrawn and the rejected where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[garde(length(max = 10))]
    pub statuses: Vec<Status>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub side: Option<Side>,
    /// Of one of these units.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[garde(length(max = 500))]
    pub units: Vec<Uuid>,
    /// True: who came; false: who did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub checked_in: Option<bool>,
}

/// An applicant who is written to.
#[derive(Clone, Debug)]
pub struct Reader {
    pub account_id: Uuid,
    pub to: Recipient,
    /// Of the application.
    pub number: String,
    /// Where their seat is, where that is not where the event is.
    pub place: Option<Place>,
}

impl Reader {
    /// The same, in another language.
    #[must_use]
    pub fn reading(self, language: Language) -> Self {
        Self { to: Recipient { language, ..self.to }, ..self }
    }
}

/// Everybody meant, in the order of applying; people who were forgotten are nobody.
pub async fn readers(db: &impl ConnectionTrait, app: &App, event_id: Uuid, whom: &Whom) -> Result<Vec<Reader>, Fault> {
    let mut rows = registration::Entity::of_event(event_id);
    if let Some(side) = whom.side {
        rows = rows.filter(registration::Column::Side.eq(side));
    }
    if !whom.units.is_empty() {
        rows = rows.filter(registration::Column::UnitId.is_in(whom.units.iter().copied()));
    }
    rows = if whom.statuses.is_empty() {
        rows.filter(registration::Column::Status.is_not_in([Status::Withdrawn, Status::Rejected]))
    } else {
        rows.filter(registration::Column::Status.is_in(whom.statuses.iter().copied()))
    };
    let mut rows = rows.order_by_asc(registration::Column::Number).all(db).await?;
    if let Some(wanted) = whom.checked_in {
        let came = came(db, event_id).await?;
        rows.retain(|row| came.contains(&row.id) == wanted);
    }
    addressed(db, app, event_id, &rows).await
}

/// Who is inside, or was let out again after having been.
async fn came(db: &impl ConnectionTrait, event_id: Uuid) -> Result<HashSet<Uuid>, Fault> {
    let inside = presence::Entity::inside(event_id).all(db).await?;
    let left = attempt::Entity::of_event(event_id)
        .filter(attempt::Column::Kind.eq(Kind::Exit))
        .filter(attempt::Column::Result.eq(Verdict::Admitted))
        .all(db)
        .await?;
    let left = left.into_iter().filter_map(|attempt| attempt.registration_id);
    Ok(inside.into_iter().map(|one| one.registration_id).chain(left).collect())
}

/// The people behind some registrations, one letter a person.
async fn addressed(
    db: &impl ConnectionTrait,
    app: &App,
    event_id: Uuid,
    rows: &[registration::Model],
) -> Result<Vec<Reader>, Fault> {
    let event = event::Entity::find_by_id(event_id).one(db).await?;
    let places = match &event {
        Some(event) => place::of_people(db, event, rows.iter().map(|row| row.id)).await?,
        None => Places::default(),
    };
    let mut recipients = recipient::find_all(db, app, rows.iter().map(|row| row.account_id)).await?;
    // Taken out: somebody who withdrew and applied again stands here twice.
    let reader = |row: &registration::Model| {
        let to = recipients.remove(&row.account_id)?;
        let place = event.as_ref().map(|event| places.of(event, row.id)).filter(|place| place.board.is_some());
        Some(Reader { account_id: row.account_id, to, number: row.label(), place })
    };
    Ok(rows.iter().filter_map(reader).collect())
}
