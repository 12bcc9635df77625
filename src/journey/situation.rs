//! Where one person stands at one event, read once for whatever is said about it.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::badges::badge;
use crate::checkin::presence;
use crate::circle::entrance::{self, Standing};
use crate::dates::date_round;
use crate::error::Fault;
use crate::events::event;
use crate::events::phase::Phase;
use crate::picks::{matched, round};
use crate::registrations::registration::{self, Status};

#[derive(Clone, Debug)]
pub struct Situation {
    pub event: event::Model,
    pub mine: registration::Model,
    /// Of the registration, as the clock has it.
    pub status: Status,
    pub phase: Phase,
    pub badge: Option<badge::Model>,
    /// Whether the person was ever let in.
    pub came: bool,
    /// How far the dates are: none planned, some to come, one running, all over.
    pub dates: Option<date_round::State>,
    /// The latest pick round.
    pub picks: Option<round::State>,
    /// Whether somebody the person picked picked them too. Nothing else about picks is asked for here.
    pub matched: bool,
    /// To the circle of those who came; none before the event is over.
    pub circle: Standing,
}

pub async fn read(
    db: &impl ConnectionTrait,
    event: event::Model,
    mine: registration::Model,
    now: DateTime<Utc>,
) -> Result<Situation, Fault> {
    let phase = event.phase(now);
    let begun = phase >= Phase::OnSite;
    let badge = badge::of_registration(db, mine.id).await?;
    let came = begun && presence::Entity::find_by_id(mine.id).one(db).await?.is_some();
    let (dates, picks, matched) = if came {
        let rounds = date_round::of_event(db, event.id).await?;
        let latest = round::Entity::of_event(event.id).filter(round::Column::State.ne(round::State::Planned));
        let latest = latest.order_by_desc(round::Column::Number).one(db).await?;
        let matched = matched::Entity::with(mine.id).filter(matched::Column::EventId.eq(event.id)).count(db).await?;
        (dates(&rounds), latest.map(|round| round.state), matched > 0)
    } else {
        (None, None, false)
    };
    let circle = match phase {
        Phase::Closed if came => entrance::standing(db, &event, mine.id, now).await?,
        _ => Standing::None,
    };
    Ok(Situation { status: mine.status_at(now), event, mine, phase, badge, came, dates, picks, matched, circle })
}

fn dates(rounds: &[date_round::Model]) -> Option<date_round::State> {
    use date_round::State::{Finished, Planned, Running};
    let any = |state| rounds.iter().any(|round| round.state == state);
    [Running, Planned, Finished].into_iter().find(|state| any(*state))
}
