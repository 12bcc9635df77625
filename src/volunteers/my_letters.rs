//! What one of a couple and their volunteer wrote to each other, for the one.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{case_letter, letters_stopped};
use crate::app::App;
use crate::couples::{couple, mine};
use crate::error::Error;

/// How one of a couple and their volunteer stand.
#[derive(Debug, Clone)]
pub struct Mine {
    pub event_id: Uuid,
    /// The one asking wants no letters.
    pub stopped: bool,
    /// Both want to be asked, and the volunteer has written before.
    pub may_answer: bool,
    /// Oldest first.
    pub letters: Vec<Written>,
}

#[derive(Debug, Clone)]
pub struct Written {
    pub id: Uuid,
    pub from_volunteer: bool,
    pub body: String,
    pub at: DateTime<Utc>,
}

/// Of a match of the asker's; nothing where the two are no couple.
///
/// # Errors
/// 404 for a match that is not theirs.
pub async fn of(db: &impl ConnectionTrait, app: &App, account_id: Uuid, match_id: Uuid) -> Result<Mine, Error> {
    let mine = mine::find(db, account_id, match_id).await?;
    let event_id = mine.found.event_id;
    let Some(couple) = couple::of_match(db, match_id).await? else {
        return Ok(Mine { event_id, stopped: false, may_answer: false, letters: Vec::new() });
    };
    let mut letters = Vec::new();
    for letter in case_letter::with_person(db, couple.id, mine.own_id).await? {
        let (id, from_volunteer, at) = (letter.id, letter.by_volunteer, letter.at);
        letters.push(Written { id, from_volunteer, body: letter.text(app)?, at });
    }
    let wanted = couple.withdrawn_at.is_none() && couple.follow_up_since.is_some();
    Ok(Mine {
        event_id,
        stopped: letters_stopped::by(db, couple.id).await?.contains(&mine.own_id),
        may_answer: wanted && letters.iter().any(|letter| letter.from_volunteer),
        letters,
    })
}
