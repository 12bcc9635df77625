//! What is true now, as one kind of listener may see it. Made from the database alone, so that it
//! is the same after a restart and in every process.

use std::collections::BTreeSet;

use actix_web::web::Bytes;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::audience::Audience;
use crate::app::App;
use crate::checkin::presence::{self, Counts};
use crate::confessions::confession;
use crate::couples::{couple, opening};
use crate::dates::date_plan;
use crate::dates::out_of_step::{self, OutOfStep};
use crate::dates::table_map::{self, TableMap};
use crate::error::{Error, Fault, Refused};
use crate::events::event;
use crate::events::phase::Phase;
use crate::picks::round::{self, State};
use crate::picks::{matched, turnout};
use crate::programme::{cue, icebreaker};
use crate::registrations::group_member;
use crate::stage::scene::{self, Scene};
use crate::stage::{confessions, queue};

/// One message of the stream.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LiveSnapshot)]
pub struct Snapshot {
    /// The server's time when this was sent.
    now: DateTime<Utc>,
    /// Also the message's `id`.
    version: i64,
    #[serde(flatten)]
    members: Members,
}

/// Everything of a snapshot that is the same for all who hear it.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Members {
    audience: Audience,
    #[schema(example = "qixi")]
    event: String,
    phase: Phase,
    /// The running segment of the programme, from 1; null before, between and after.
    segment: Option<i32>,
    /// Null until dates were planned.
    dates: Option<TableMap>,
    /// Who came or went since the next round of dates was planned; null where none is to come, and for others than
    /// hosts.
    out_of_step: Option<OutOfStep>,
    /// The open pick round, else the one called last. Null before the first is planned.
    picks: Option<PickRoundNow>,
    /// What the big screen shows; phones are told no names. Null at the door.
    stage: Option<Scene>,
    /// How many 真情告白 both agreed to; null for others than hosts.
    confessions: Option<usize>,
    /// How many are inside; null for guests.
    inside: Option<Counts>,
    /// Another number whenever it is worth asking again for one's own tables, matches or contacts, or
    /// for the couples on the console; null for screens and desks.
    personal: Option<u64>,
}

/// Where picking stands. Never who picked whom, or whether anybody was picked.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct PickRoundNow {
    round: i32,
    state: State,
    /// How many people one ballot may name.
    limit: i32,
    opened_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    /// How many sent a ballot, empty ones too, a few seconds ago. Null for guests, and where so few
    /// can pick that it would tell about persons.
    chosen: Option<usize>,
    /// How many pairs found each other; null before the tally, and where it would point at persons.
    matches: Option<i32>,
}

/// The members of a snapshot as the last line of a message.
///
/// # Errors
/// 404 where the event is gone; faults.
pub async fn members(app: &App, event_id: Uuid, audience: Audience) -> Result<Bytes, Error> {
    let db = app.database.reader();
    let event = event::Entity::find_by_id(event_id).one(db).await?.ok_or_else(Refused::not_found)?;
    let for_guests = audience == Audience::Guest;
    let at_the_door = audience == Audience::Desk;
    let rounds = round::Entity::of_event(event_id).order_by_asc(round::Column::Number).all(db).await?;
    let members = Members {
        audience,
        event: event.slug.clone(),
        phase: event.phase(app.now()),
        segment: cue::standing(db, event_id).await?.last().and_then(|cue| cue.segment),
        dates: if at_the_door { None } else { table_map::of(db, &event).await? },
        out_of_step: match audience {
            Audience::Host => out_of_step::of(db, event_id).await?,
            _ => None,
        },
        picks: if at_the_door { None } else { picks(app, &rounds, !for_guests).await? },
        stage: if at_the_door { None } else { Some(scene::now(db, &event, !for_guests).await?) },
        confessions: match audience {
            Audience::Host => Some(confessions::count(db, event_id).await?),
            _ => None,
        },
        inside: if for_guests { None } else { Some(presence::counts(db, event_id).await?) },
        personal: if for_guests || audience == Audience::Host {
            Some(personal(db, event_id, &rounds, audience).await?)
        } else {
            None
        },
    };
    let text = serde_json::to_string(&members).map_err(Fault::of)?;
    let rest = text.strip_prefix('{').unwrap_or(&text);
    Ok(format!("{rest}\n\n").into())
}

async fn picks(app: &App, rounds: &[round::Model], counted: bool) -> Result<Option<PickRoundNow>, Fault> {
    let called = |round: &&round::Model| round.state != State::Planned;
    let open = rounds.iter().find(|round| round.state == State::Open);
    let Some(round) = open.or_else(|| rounds.iter().rfind(called)).or(rounds.first()) else { return Ok(None) };
    let chosen = if counted { turnout::turnout(app, round).await? } else { None };
    Ok(Some(PickRoundNow {
        round: round.number,
        state: round.state,
        limit: round.most,
        opened_at: round.opened_at,
        closed_at: round.closed_at,
        chosen,
        matches: round.matches,
    }))
}

/// A number made of what changes people's own pages, and only of what may be known of it: plans
/// made, groups formed, pairs drawn, rounds called, couples formed, contacts opened, and how often
/// anybody asked for a 真情告白.
/// What one person says alone, such as an exclusion, an offer, a pick or an answer, is not in it.
async fn personal(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    picks: &[round::Model],
    audience: Audience,
) -> Result<u64, Fault> {
    let planned = date_plan::of(db, event_id).await?.planned_at;
    let dates = table_map::progress(db, event_id).await?;
    let picks: Vec<_> = picks.iter().map(|round| (round.number, round.state)).collect();
    let couples = couple::Entity::find().filter(couple::Column::EventId.eq(event_id));
    let couples =
        (couples.clone().count(db).await?, couples.filter(couple::Column::WithdrawnAt.is_null()).count(db).await?);
    let opened = opening::Entity::find()
        .filter(opening::Column::MatchId.in_subquery(matched::ids_of_event(event_id)))
        .count(db)
        .await?;
    let confessions = confession::asked_at(db, event_id).await?;
    let drawn = icebreaker::of_event(db, event_id).await?.len();
    let mut groups: Vec<_> = group_member::of_event(db, event_id).await?.into_iter().collect();
    groups.sort_unstable();
    // Whoever went home cannot be called; who that is, only the console may know.
    let gone = if audience == Audience::Host { queue::gone(db, event_id).await? } else { BTreeSet::new() };
    let payload = (planned, dates, picks, couples, opened, confessions, drawn, groups, gone);
    let payload = serde_json::to_vec(&payload).map_err(Fault::of)?;
    // 48 bits: a number JavaScript keeps whole.
    Ok(Sha256::digest(&payload).iter().take(6).fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
