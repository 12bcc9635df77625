//! What has changed in a room, read once for all who listen there. Each of them is handed what they may see of it, which
//! asks the database nothing: who is out of whose sight, and since when somebody is of a group, is read along with the
//! lines.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::away::{self, Apart, Away, Left};
use super::entrance;
use super::line::{self, Column, State};
use super::room::{self, Which};
use super::transcript::{self, Line, RoomNow};
use crate::app::App;
use crate::circle::member;
use crate::error::{Error, Fault, Refused};
use crate::events::event;
use crate::events::phase::Phase;
use crate::plaza::sight;
use crate::registrations::group_member;

/// How many changes are kept for those who come back.
pub const MOST: usize = 512;

/// One message of the stream.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ChatNews)]
pub struct News {
    /// The server's time when this was sent.
    now: DateTime<Utc>,
    /// Also the message's `id`.
    last: i64,
    /// Too much was missed to be told one by one: read the lines again.
    again: bool,
    room: RoomNow,
    /// No longer to be seen.
    gone: Vec<Uuid>,
    /// New, or changed: a line of the same `id` takes the place of the former.
    lines: Vec<Line>,
}

/// A line on the air.
pub struct Aired {
    id: Uuid,
    author: Option<Uuid>,
    number: i64,
    changed: i64,
    at: DateTime<Utc>,
    state: State,
    /// As JSON, for others and for its author.
    others: String,
    own: String,
}

/// A room on the air.
#[derive(Debug)]
pub struct Air {
    /// How many looks came before this one.
    pub look: u64,
    room: RoomNow,
    /// The number of what changed last.
    pub last: i64,
    /// Whoever has heard less has missed something that is not kept.
    from: i64,
    lines: Vec<Arc<Aired>>,
    /// Who does not see whom.
    apart: Apart,
    /// Those who left the event or were turned away, and after the evening whoever is not in the circle: what they said
    /// goes with them.
    left: Left,
    /// Since when who is of the group whose room it is; None where it is everybody's.
    group: Option<HashMap<Uuid, DateTime<Utc>>>,
}

/// What is so in a room, after what was on the air. Unless it is to be `full`, None where nothing was said there, and
/// then no more is read: most lines of an event are said in other rooms.
///
/// # Errors
/// As [`entrance::open`], where it has ended.
pub async fn look(
    app: &App,
    event_id: Uuid,
    which: Which,
    before: Option<Arc<Air>>,
    full: bool,
) -> Result<Option<Air>, Error> {
    let db = app.database.reader();
    let event = event::Entity::find_by_id(event_id).one(db).await?.ok_or_else(Refused::not_found)?;
    let terms = entrance::open(db, &event, app.now()).await?;
    let room = room::find(db, event_id, which).await?;
    let now = RoomNow::of(room.as_ref(), terms);
    let (heard, mut kept, mut from) = match &before {
        Some(air) => (Some(air.last), air.lines.clone(), air.from),
        None => (None, Vec::new(), 0),
    };
    let mut last = room.as_ref().map_or(0, |room| room.last);
    // After the evening people come into the circle and leave it.
    let closed = event.phase(app.now()) == Phase::Closed;
    if !full && !closed && before.as_ref().is_some_and(|air| air.last == last && air.room == now) {
        return Ok(None);
    }
    let mut rows = match &room {
        Some(room) if heard.is_none_or(|heard| heard < last) => changed_since(db, room, heard).await?,
        _ => Vec::new(),
    };
    if rows.len() > MOST {
        rows.drain(..rows.len() - MOST);
        from = rows.first().map_or(from, |row| row.changed);
        kept.clear();
    }
    last = rows.last().map_or(last, |row| row.changed.max(last));
    let fresh: HashSet<Uuid> = rows.iter().map(|row| row.id).collect();
    kept.retain(|aired| !fresh.contains(&aired.id));
    kept.extend(air(db, app, rows).await?);
    if kept.len() > MOST {
        let dropped: Vec<Arc<Aired>> = kept.drain(..kept.len() - MOST).collect();
        from = dropped.last().map_or(from, |aired| aired.changed.max(from));
    }
    // After the lines: whoever is out of somebody's sight by now is so for all of them.
    let look = before.as_ref().map_or(0, |air| air.look + 1);
    let apart = transcript::apart(db, event_id).await?;
    let apart = away::apart(look, before.as_ref().map(|air| &air.apart), apart);
    let mut left: HashSet<Uuid> = sight::gone(event_id).into_tuple::<Uuid>().all(db).await?.into_iter().collect();
    if closed {
        let members = member::ids(db, event_id).await?;
        left.extend(kept.iter().filter_map(|aired| aired.author).filter(|author| !members.contains(author)));
    }
    let left = away::left(look, before.as_ref().map(|air| &air.left), left);
    let group = match which.group() {
        Some(number) => Some(members(db, event_id, number).await?),
        None => None,
    };
    Ok(Some(Air { look, room: now, last, from, lines: kept, apart, left, group }))
}

/// The last changes of a room, one more than are kept, in their order.
async fn changed_since(
    db: &impl ConnectionTrait,
    room: &room::Model,
    heard: Option<i64>,
) -> Result<Vec<line::Model>, DbErr> {
    let rows = line::Entity::find().filter(Column::RoomId.eq(room.id)).filter(Column::Changed.gt(heard.unwrap_or(0)));
    let mut rows = rows.order_by_desc(Column::Changed).limit(MOST as u64 + 1).all(db).await?;
    rows.reverse();
    Ok(rows)
}

async fn members(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    number: i32,
) -> Result<HashMap<Uuid, DateTime<Utc>>, DbErr> {
    let of_event = group_member::Entity::find().filter(group_member::Column::EventId.eq(event_id));
    let members = of_event.filter(group_member::Column::GroupNumber.eq(number)).all(db).await?;
    Ok(members.into_iter().map(|member| (member.registration_id, member.joined_at)).collect())
}

async fn air(db: &impl ConnectionTrait, app: &App, rows: Vec<line::Model>) -> Result<Vec<Arc<Aired>>, Fault> {
    let changes: Vec<(Option<Uuid>, i64, Option<String>)> =
        rows.iter().map(|row| (row.registration_id, row.changed, row.reason.clone())).collect();
    let lines = transcript::describe(db, app, rows, None).await?;
    let aired = |(line, (author, changed, reason)): (Line, (Option<Uuid>, i64, Option<String>))| -> Result<_, Fault> {
        let (id, number, at, state) = (line.id, line.number, line.at, line.state);
        let others = serde_json::to_string(&line).map_err(Fault::of)?;
        let own = Line { mine: author.is_some(), reason, ..line };
        let own = serde_json::to_string(&own).map_err(Fault::of)?;
        Ok(Arc::new(Aired { id, author, number, changed, at, state, others, own }))
    };
    lines.into_iter().zip(changes).map(aired).collect()
}

/// What a listener is to be sent.
pub enum Sent {
    Nothing,
    Message(String),
    /// They are not of this room any more.
    Gone,
}

impl Air {
    /// The number a listener begins with who has heard nothing: that of so many lines ago.
    #[must_use]
    pub fn recent(&self, lines: usize) -> i64 {
        let before = self.lines.len().checked_sub(lines + 1).and_then(|at| self.lines.get(at));
        before.map_or(self.from, |aired| aired.changed)
    }

    /// How the room is held.
    #[must_use]
    pub fn room(&self) -> RoomNow {
        self.room
    }

    /// What came after what this listener has heard, as far as they see it; None as `me` is the organizer or a host.
    /// What they have heard is a number and, unless they have just come, a look.
    #[must_use]
    pub fn message(
        &self,
        me: Option<Uuid>,
        (heard, looked): (i64, Option<u64>),
        room: Option<RoomNow>,
        now: DateTime<Utc>,
    ) -> Sent {
        let since = match (me, &self.group) {
            (Some(me), Some(group)) => match group.get(&me) {
                Some(since) => Some(*since),
                None => return Sent::Gone,
            },
            _ => None,
        };
        let again = heard < self.from;
        let (mut gone, mut lines) = (String::new(), String::new());
        for aired in self.lines.iter().filter(|aired| !again && since.is_none_or(|since| since <= aired.at)) {
            let seen = match self.away(me, aired) {
                Some(away) if away.is_new(aired.at, looked) && aired.may_stand(heard) => Seen::Gone,
                None if aired.changed > heard => aired.seen_by(me),
                _ => Seen::Never,
            };
            match seen {
                Seen::As(json) => append(&mut lines, json),
                Seen::Gone => append(&mut gone, &format!("\"{}\"", aired.id)),
                Seen::Never => {}
            }
        }
        if !again && gone.is_empty() && lines.is_empty() && room == Some(self.room) {
            return Sent::Nothing;
        }
        let (now, last) = (now.to_rfc3339_opts(SecondsFormat::Millis, true), self.last);
        let room = serde_json::to_string(&self.room).unwrap_or_default();
        Sent::Message(format!(
            "id: {last}\ndata: {{\"now\":\"{now}\",\"last\":{last},\"again\":{again},\"room\":{room},\"gone\":[{gone}],\
             \"lines\":[{lines}]}}\n\n"
        ))
    }

    /// Whether the author of a line is out of this listener's sight.
    fn away(&self, me: Option<Uuid>, aired: &Aired) -> Option<Away> {
        let author = aired.author.filter(|author| Some(*author) != me)?;
        let from_me = me.and_then(|me| self.apart.get(&me)?.get(&author));
        from_me.or_else(|| self.left.get(&author)).copied()
    }
}

enum Seen<'a> {
    As(&'a str),
    Gone,
    /// And never was.
    Never,
}

// So that no log line ever holds one.
impl std::fmt::Debug for Aired {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {} of a chat", self.number)
    }
}

impl Aired {
    /// Whether it may stand on the page of somebody else who has heard so much: nothing is told of what they never saw.
    fn may_stand(&self, heard: i64) -> bool {
        self.number <= heard && self.state != State::Pending
    }

    fn seen_by(&self, me: Option<Uuid>) -> Seen<'_> {
        if self.author.is_some() && self.author == me {
            return if self.state == State::Withdrawn { Seen::Gone } else { Seen::As(&self.own) };
        }
        match self.state {
            State::Pending => Seen::Never,
            state if state.is_seen() => Seen::As(&self.others),
            _ => Seen::Gone,
        }
    }
}

fn append(list: &mut String, item: &str) {
    let comma = if list.is_empty() { "" } else { "," };
    let _ = write!(list, "{comma}{item}");
}
