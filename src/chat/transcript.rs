//! What stands in a room, as one person sees it: people by nickname and number, never by an id.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::entrance::Seat;
use super::line::{self, Column, State};
use super::photo::{self, Frame};
use super::room::{self, Which};
use super::terms::Terms;
use crate::app::App;
use crate::badges::face::{self, BadgeAndNickname};
use crate::circle::member;
use crate::error::{Error, Fault, Refused};
use crate::events::event;
use crate::plaza::sight;
use crate::registrations::exclusion;

/// Somebody's words.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = ChatLine)]
pub struct Line {
    pub id: Uuid,
    /// Its place: lines stand in the order of their numbers. A number may be left out.
    pub number: i64,
    pub at: DateTime<Utc>,
    /// The organizer (主办方) speaks.
    pub announcement: bool,
    /// None where the organizer speaks. The number is empty before badges are issued.
    pub author: Option<BadgeAndNickname>,
    /// Whether the reader said it.
    pub mine: bool,
    /// As it was typed: plain text, to be escaped where it is shown.
    pub body: String,
    /// To be fetched at `/events/{event}/chat/photos/{line}/small` or `/large`.
    pub picture: Option<Frame>,
    /// `shown` or `kept` for everybody; other states only to the author.
    pub state: State,
    /// What the organizer said when deciding, to the author alone.
    pub reason: Option<String>,
}

// So that no log line ever holds one.
impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {} of a chat", self.number)
    }
}

/// How a room is held just now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ChatRoom)]
pub struct RoomNow {
    /// False once it was closed: nobody reads or writes there any more.
    pub open: bool,
    pub read_only: bool,
    /// The fewest seconds between two lines of one person.
    pub slow_seconds: i64,
}

impl RoomNow {
    #[must_use]
    pub fn of(room: Option<&room::Model>, terms: Terms) -> Self {
        Self {
            open: room.is_none_or(|room| room.closed_at.is_none()),
            read_only: room.is_some_and(|room| room.read_only),
            slow_seconds: room.map_or_else(|| terms.slow_seconds.into(), |room| room.pause(terms)),
        }
    }
}

/// A part of what stands in a room.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChatTranscript)]
pub struct Transcript {
    /// In the order they were said.
    pub lines: Vec<Line>,
    /// Ask with this as `before` for what was said earlier; null at the beginning.
    pub earlier: Option<i64>,
    /// Listen with this as `Last-Event-ID` for what comes after.
    pub last: i64,
    pub room: RoomNow,
}

/// What one person may see of a room.
pub struct Sight {
    room_id: Uuid,
    /// None: the organizer or the host looks.
    seat: Option<Seat>,
    /// Whose words they do not see.
    hidden: HashSet<Uuid>,
    /// Whose words alone they see; None where it is everybody's.
    members: Option<HashSet<Uuid>>,
}

impl Sight {
    pub async fn of(
        db: &impl ConnectionTrait,
        event: &event::Model,
        room_id: Uuid,
        seat: Option<Seat>,
    ) -> Result<Self, DbErr> {
        let hidden = match seat {
            Some(seat) => sight::hidden(db, event.id, seat.registration_id).await?,
            None => HashSet::new(),
        };
        let members = match seat.filter(|seat| seat.in_circle) {
            Some(_) => Some(member::ids(db, event.id).await?),
            None => None,
        };
        Ok(Self { room_id, seat, hidden, members })
    }

    /// Whether they see this as everybody does.
    #[must_use]
    pub fn shows(&self, line: &line::Model) -> bool {
        let since = self.seat.and_then(|seat| seat.since);
        line.room_id == self.room_id
            && line.state.is_seen()
            && since.is_none_or(|since| since <= line.at)
            && line.registration_id.is_none_or(|author| self.sees(author))
    }

    fn sees(&self, author: Uuid) -> bool {
        !self.hidden.contains(&author) && self.members.as_ref().is_none_or(|members| members.contains(&author))
    }

    /// What everybody sees and what is mine, as long as I have not taken it down.
    fn lines(&self) -> Select<line::Entity> {
        let in_room = line::Entity::find().filter(Column::RoomId.eq(self.room_id));
        let Some(seat) = self.seat else { return in_room.filter(Column::State.is_in(line::SEEN)) };
        let mine = Condition::all().add(Column::RegistrationId.eq(seat.registration_id));
        let mine = mine.add(Column::State.is_in(line::OWN));
        let mut people = Condition::all().add(Column::RegistrationId.is_not_in(self.hidden.iter().copied()));
        if let Some(members) = &self.members {
            people = people.add(Column::RegistrationId.is_in(members.iter().copied()));
        }
        let others = Condition::any().add(Column::RegistrationId.is_null()).add(people);
        let lines = in_room.filter(Condition::any().add(Column::State.is_in(line::SEEN)).add(mine)).filter(others);
        match seat.since {
            Some(since) => lines.filter(Column::At.gte(since)),
            None => lines,
        }
    }

    /// One line as this person sees it.
    ///
    /// # Errors
    /// 404 where they do not.
    pub async fn one(&self, db: &impl ConnectionTrait, app: &App, id: Uuid) -> Result<Line, Error> {
        let row = self.lines().filter(Column::Id.eq(id)).one(db).await?.ok_or_else(Refused::not_found)?;
        let lines = describe(db, app, vec![row], self.seat.map(|seat| seat.registration_id)).await?;
        lines.into_iter().next().ok_or_else(|| Refused::not_found().into())
    }
}

/// What was said last in a room, or before a line.
pub async fn read(
    app: &App,
    event: &event::Model,
    (terms, which): (Terms, Which),
    seat: Option<Seat>,
    (before, limit): (Option<i64>, u64),
) -> Result<Transcript, Fault> {
    let db = app.database.reader();
    let Some(room) = room::find(db, event.id, which).await? else {
        return Ok(Transcript { lines: Vec::new(), earlier: None, last: 0, room: RoomNow::of(None, terms) });
    };
    let mut lines = Sight::of(db, event, room.id, seat).await?.lines();
    if let Some(before) = before {
        lines = lines.filter(Column::Number.lt(before));
    }
    let mut rows = lines.order_by_desc(Column::Number).limit(limit + 1).all(db).await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    rows.reverse();
    let earlier = rows.first().map(|row| row.number).filter(|_| more);
    let lines = describe(db, app, rows, seat.map(|seat| seat.registration_id)).await?;
    // The number was read before the lines: what came between is heard again, and stands once.
    Ok(Transcript { lines, earlier, last: room.last, room: RoomNow::of(Some(&room), terms) })
}

/// Rows as `me` reads them.
pub async fn describe(
    db: &impl ConnectionTrait,
    app: &App,
    rows: Vec<line::Model>,
    me: Option<Uuid>,
) -> Result<Vec<Line>, Fault> {
    let faces = face::faces(db, rows.iter().filter_map(|row| row.registration_id).collect::<HashSet<_>>()).await?;
    let frames = photo::frames(db, rows.iter().map(|row| row.id)).await?;
    let line = |row: line::Model| -> Result<Line, Fault> {
        let mine = row.registration_id.is_some() && row.registration_id == me;
        Ok(Line {
            body: row.open_body(app)?,
            id: row.id,
            number: row.number,
            at: row.at,
            announcement: row.registration_id.is_none(),
            author: row.registration_id.and_then(|author| faces.get(&author)).map(BadgeAndNickname::from),
            mine,
            picture: frames.get(&row.id).copied(),
            state: row.state,
            reason: row.reason.filter(|_| mine),
        })
    };
    rows.into_iter().map(line).collect()
}

/// Who does not see whom, and since when, at a whole event: either way round.
pub async fn apart(
    db: &impl ConnectionTrait,
    event_id: Uuid,
) -> Result<HashMap<Uuid, HashMap<Uuid, DateTime<Utc>>>, DbErr> {
    let mut apart: HashMap<Uuid, HashMap<Uuid, DateTime<Utc>>> = HashMap::new();
    for one in exclusion::of_event(db, event_id).await? {
        if one.because == exclusion::Because::Blocked {
            for (who, whom) in [(one.excluded_by, one.about), (one.about, one.excluded_by)] {
                let since = apart.entry(who).or_default().entry(whom).or_insert(one.at);
                *since = one.at.min(*since);
            }
        }
    }
    Ok(apart)
}
