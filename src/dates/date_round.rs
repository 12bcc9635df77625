//! 轮: everybody who has a table talks for some minutes.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "date_round")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// Counts from 1.
    pub number: i32,
    pub state: State,
    /// When its minutes begin; still to come while the hall changes tables.
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
    /// Since when its clock stands still.
    pub paused_at: Option<DateTimeUtc>,
    /// What pauses and further minutes made it longer by, in milliseconds.
    pub extra_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How far a round is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = DateRoundState)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// May still be planned otherwise.
    Planned,
    /// Called out: its tables are what they are.
    Running,
    Finished,
}

/// The round is not in the state this takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongState(pub State);

impl Model {
    /// Whether its tables are history that no plan may touch.
    #[must_use]
    pub fn is_played(&self) -> bool {
        self.state != State::Planned
    }

    /// Whether it ended while the hall still changed tables: its tables are no dates. Where its clock stood still
    /// meanwhile, that is what counts.
    #[must_use]
    pub fn nobody_sat(&self) -> bool {
        let stopped = self.paused_at.or(self.finished_at);
        self.state == State::Finished && stopped.zip(self.started_at).is_some_and(|(stopped, begins)| stopped < begins)
    }

    /// When its minutes are over, as far as its clock goes on.
    #[must_use]
    pub fn ends_at(&self, minutes: u32) -> Option<DateTime<Utc>> {
        Some(self.started_at? + TimeDelta::minutes(minutes.into()) + TimeDelta::milliseconds(self.extra_ms))
    }

    /// Called out: after so long a time to change tables its minutes begin by themselves.
    ///
    /// # Errors
    /// Unless it is planned.
    pub fn start(self, now: DateTime<Utc>, changeover: TimeDelta) -> Result<Self, WrongState> {
        match self.state {
            State::Planned => Ok(Self { state: State::Running, started_at: Some(now + changeover), ..self }),
            other => Err(WrongState(other)),
        }
    }

    /// The hall sits sooner than was thought.
    ///
    /// # Errors
    /// Unless its minutes are still to begin.
    pub fn begin(self, now: DateTime<Utc>) -> Result<Self, WrongState> {
        match (self.state, self.started_at) {
            (State::Running, Some(begins)) if begins > now => {
                Ok(Self { started_at: Some(now), paused_at: None, ..self })
            }
            (other, _) => Err(WrongState(other)),
        }
    }

    /// # Errors
    /// Unless it is running.
    pub fn finish(self, now: DateTime<Utc>) -> Result<Self, WrongState> {
        match self.state {
            State::Running => Ok(Self { state: State::Finished, finished_at: Some(now), ..self }),
            other => Err(WrongState(other)),
        }
    }

    /// Its clock stands still.
    ///
    /// # Errors
    /// Unless it is running, and its clock too.
    pub fn pause(self, now: DateTime<Utc>) -> Result<Self, WrongState> {
        match (self.state, self.paused_at) {
            (State::Running, None) => Ok(Self { paused_at: Some(now), ..self }),
            (other, _) => Err(WrongState(other)),
        }
    }

    /// Goes on at the second at which it was paused, or ended.
    ///
    /// # Errors
    /// Unless it is paused or over.
    pub fn resume(self, now: DateTime<Utc>) -> Result<Self, WrongState> {
        let since = match self.state {
            State::Planned => None,
            State::Running => self.paused_at,
            State::Finished => self.paused_at.or(self.finished_at),
        };
        let since = since.ok_or(WrongState(self.state))?;
        let stood = (now - since).max(TimeDelta::zero());
        let going = Self { state: State::Running, paused_at: None, finished_at: None, ..self };
        // Still changing tables: it is the beginning that moves.
        if going.started_at.is_some_and(|begins| begins > since) {
            return Ok(Self { started_at: going.started_at.map(|begins| begins + stood), ..going });
        }
        Ok(Self { extra_ms: going.extra_ms + stood.num_milliseconds(), ..going })
    }

    /// # Errors
    /// Unless it is running.
    pub fn extend(self, by: TimeDelta) -> Result<Self, WrongState> {
        match self.state {
            State::Running => Ok(Self { extra_ms: self.extra_ms + by.num_milliseconds(), ..self }),
            other => Err(WrongState(other)),
        }
    }
}

/// An event's rounds in order, played and planned.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::EventId.eq(event_id)).order_by_asc(Column::Number).all(db).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn called_round(changeover: i64) -> Model {
        let planned = Model {
            id: Uuid::nil(),
            event_id: Uuid::nil(),
            number: 2,
            state: State::Planned,
            started_at: None,
            finished_at: None,
            paused_at: None,
            extra_ms: 0,
        };
        planned.start(at(0), TimeDelta::seconds(changeover)).unwrap()
    }

    #[test]
    fn a_round_goes_on_at_the_second_at_which_it_stood_still() {
        let paused = called_round(0).pause(at(60)).unwrap();
        assert_eq!(paused.clone().pause(at(61)), Err(WrongState(State::Running)));
        let going = paused.resume(at(100)).unwrap();
        assert_eq!((going.started_at, going.ends_at(8)), (Some(at(0)), Some(at(520))));
        assert_eq!(going.clone().resume(at(101)), Err(WrongState(State::Running)));
        let again = going.finish(at(200)).unwrap().resume(at(230)).unwrap();
        assert_eq!((again.state, again.finished_at, again.ends_at(8)), (State::Running, None, Some(at(550))));
        let paused_and_over = again.pause(at(250)).unwrap().finish(at(260)).unwrap();
        assert_eq!(paused_and_over.resume(at(300)).unwrap().ends_at(8), Some(at(600)));
    }

    #[test]
    fn while_tables_are_changed_it_is_the_beginning_that_waits() {
        let paused = called_round(90).pause(at(30)).unwrap();
        assert_eq!(paused.resume(at(50)).unwrap().started_at, Some(at(110)));
        let hurried = called_round(90).begin(at(40)).unwrap();
        assert_eq!((hurried.started_at, hurried.ends_at(8)), (Some(at(40)), Some(at(520))));
        assert_eq!(hurried.begin(at(41)), Err(WrongState(State::Running)));
        assert!(called_round(90).finish(at(89)).unwrap().nobody_sat());
        assert!(called_round(90).pause(at(30)).unwrap().finish(at(200)).unwrap().nobody_sat());
        assert!(!called_round(90).finish(at(90)).unwrap().nobody_sat());
        assert!(!called_round(0).finish(at(0)).unwrap().nobody_sat(), "nobody had a table to leave");
        assert!(!called_round(90).finish(at(89)).unwrap().resume(at(100)).unwrap().nobody_sat());
        assert_eq!(called_round(0).extend(TimeDelta::minutes(1)).unwrap().ends_at(8), Some(at(540)));
    }
}
