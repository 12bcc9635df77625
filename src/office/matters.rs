//! What waits for an organizer, the most pressing first.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::IntoIden;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Select};
use uuid::Uuid;

use crate::chat::{self, line};
use crate::checkin::review;
use crate::circle::{note, queue};
use crate::error::Fault;
use crate::events::event;
use crate::events::phase::Phase;
use crate::events::schedule::Schedule;
use crate::mail::letter;
use crate::plaza::{complaint, contribution};
use crate::registrations::registration::{self, Status};
use crate::screening::run;

/// A seat whose reply is due within this time is running out.
const SOON: Duration = Duration::hours(24);

/// Why somebody should look; the order is that of urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// At the door, by desks without a link.
    Reviews,
    Complaints,
    /// The same, in the circle after the event.
    Circle,
    /// Pictures that wait and what was reported, in the chat.
    Chat,
    /// The phase has come and nothing was drawn.
    Screening,
    Replies,
    Applications,
    Posts,
    Letters,
    /// Registration should have begun, and nobody has been shown the event.
    Unpublished,
}

/// Something that waits at one event.
#[derive(Clone, Copy, Debug)]
pub struct Matter {
    pub kind: Kind,
    pub event: Uuid,
    pub count: i64,
}

impl Kind {
    #[must_use]
    pub fn label_key(self) -> &'static str {
        match self {
            Self::Reviews => "matter-reviews",
            Self::Complaints => "matter-complaints",
            Self::Circle => "matter-circle",
            Self::Chat => "matter-chat",
            Self::Screening => "matter-screening",
            Self::Replies => "matter-replies",
            Self::Applications => "matter-applications",
            Self::Posts => "matter-posts",
            Self::Letters => "matter-letters",
            Self::Unpublished => "matter-unpublished",
        }
    }

    /// Where it is looked after, below the event's own address.
    #[must_use]
    pub fn place(self) -> &'static str {
        match self {
            Self::Reviews => "/reviews",
            Self::Complaints | Self::Posts => "/moderation",
            Self::Circle => "/circle",
            Self::Chat => "/chat",
            Self::Screening => "/screening",
            Self::Replies => "/standby",
            Self::Applications => "/registrations?status=applied",
            Self::Letters => "/mail",
            Self::Unpublished => "",
        }
    }
}

#[derive(FromQueryResult)]
struct Counted {
    event_id: Uuid,
    count: i64,
}

/// What waits at these events: by urgency, then in the order of the events.
pub async fn matters(
    db: &impl ConnectionTrait,
    events: &[event::Model],
    now: DateTime<Utc>,
) -> Result<Vec<Matter>, Fault> {
    let in_phase = |phases: &[Phase]| -> Vec<Uuid> {
        events.iter().filter(|event| phases.contains(&event.phase(now))).map(|event| event.id).collect()
    };
    let all: Vec<Uuid> = events.iter().map(|event| event.id).collect();
    let deciding = in_phase(&[Phase::Registration, Phase::Online, Phase::Screening]);
    let mut matters = Vec::new();
    let mut found = |kind: Kind, counted: Vec<Counted>| {
        matters.extend(counted.into_iter().map(|row| Matter { kind, event: row.event_id, count: row.count }));
    };
    let reviews = review::Entity::find().filter(review::Column::SettledAt.is_null());
    found(Kind::Reviews, counted(db, reviews, review::Column::EventId, &all).await?);
    let complaints = complaint::Entity::find().filter(complaint::Column::State.eq(complaint::State::Open));
    found(Kind::Complaints, counted(db, complaints, complaint::Column::EventId, &all).await?);
    found(Kind::Circle, counted(db, queue::undecided(), note::Column::EventId, &all).await?);
    found(Kind::Chat, counted(db, chat::queue::undecided(), line::Column::EventId, &all).await?);
    let posts = contribution::Entity::find().filter(contribution::Column::State.eq(contribution::State::Pending));
    found(Kind::Posts, counted(db, posts, contribution::Column::EventId, &deciding).await?);
    let applied = registration::Entity::find().filter(registration::Column::Status.eq(Status::Applied));
    found(Kind::Applications, counted(db, applied, registration::Column::EventId, &deciding).await?);
    let replies = registration::Entity::find()
        .filter(registration::Column::Status.eq(Status::Selected))
        .filter(registration::Column::ReplyBy.lte(now + SOON));
    let awaiting = in_phase(&[Phase::Confirmation]);
    found(Kind::Replies, counted(db, replies, registration::Column::EventId, &awaiting).await?);
    let letters = letter::Entity::find().filter(letter::Column::State.eq(letter::State::Failed));
    found(Kind::Letters, counted(db, letters, letter::Column::EventId, &all).await?);
    let due = in_phase(&[Phase::Screening]);
    let drawn = counted(db, run::Entity::find(), run::Column::EventId, &due).await?;
    let undrawn = due.into_iter().filter(|id| drawn.iter().all(|run| run.event_id != *id));
    found(Kind::Screening, undrawn.map(|event_id| Counted { event_id, count: 1 }).collect());
    let late = |event: &&event::Model| !event.is_published(now) && Schedule::of(event).phase(now) > Phase::Draft;
    let late = events.iter().filter(late).map(|event| Counted { event_id: event.id, count: 1 });
    found(Kind::Unpublished, late.collect());
    let place = |id: Uuid| events.iter().position(|event| event.id == id);
    matters.sort_by_key(|matter| (matter.kind, place(matter.event)));
    Ok(matters)
}

async fn counted<E, C>(
    db: &impl ConnectionTrait,
    rows: Select<E>,
    of: C,
    events: &[Uuid],
) -> Result<Vec<Counted>, DbErr>
where
    E: EntityTrait,
    C: ColumnTrait + IntoIden,
{
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let rows = rows
        .filter(of.is_in(events.iter().copied()))
        .select_only()
        .column_as(of, "event_id")
        .column_as(of.count(), "count")
        .group_by(of);
    rows.into_model().all(db).await
}
