//! How far the screening of an event is: points frozen, list published, screened, letters out.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::{list, run};
use crate::error::Fault;
use crate::mail::letter::{self, State};
use crate::points::frozen;

#[derive(Debug)]
pub struct Progress {
    pub frozen: Option<frozen::Model>,
    /// The list published last.
    pub list: Option<list::Model>,
    pub run: Option<run::Model>,
    pub letters: Letters,
}

/// What became of the letters that tell the outcome.
#[derive(Clone, Copy, Debug, Default)]
pub struct Letters {
    pub sent: u64,
    pub waiting: u64,
    pub failed: u64,
}

pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Progress, Fault> {
    let run = run::of_event(db, event_id).await?;
    let letters = if run.is_some() { letters(db, event_id).await? } else { Letters::default() };
    Ok(Progress {
        frozen: frozen::of_event(db, event_id).await?,
        list: list::latest(db, event_id).await?,
        run,
        letters,
    })
}

async fn letters(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Letters, Fault> {
    let count = async |state: State| {
        let letters = letter::Entity::find().filter(letter::Column::EventId.eq(event_id));
        let letters_in = letters.filter(letter::Column::Kind.eq("screened")).filter(letter::Column::State.eq(state));
        letters_in.count(db).await
    };
    let (sent, waiting) = (count(State::Sent).await?, count(State::Waiting).await?);
    Ok(Letters { sent, waiting, failed: count(State::Failed).await? })
}
