//! What a participant may look at: the own ballot while the round is open, the own matches after it.

use sea_orm::{EntityTrait, QueryFilter, entity::prelude::*};

use super::refusals::{BALLOT_UNREADABLE, ROUND_NOT_TALLIED, ROUND_VOID};
use super::round::{self, State};
use super::{ballot, matched, pick_key};
use crate::app::App;
use crate::badges::face;
use crate::error::Error;
use crate::registrations::access::Participant;
use queqiao_ballots::seal::receipt;

/// A ballot as its owner sees it.
#[derive(Debug, Clone, Default)]
pub struct OwnBallot {
    /// Dearest first.
    pub badges: Vec<String>,
    pub stage: bool,
    pub follow_up: bool,
    /// Whether the owner ever sent it.
    pub cast: bool,
    /// None where no ballot was laid out for the person yet.
    pub receipt: Option<String>,
}

/// Somebody who picked the asker back.
#[derive(Debug, Clone)]
pub struct Partner {
    pub match_id: Uuid,
    pub badge: String,
    pub nickname: String,
}

/// The asker's own ballot.
///
/// # Errors
/// 409 `round_not_open`, `round_closed`, `round_void`, `ballot_unreadable`; 503 `key_unavailable`; 404.
pub async fn ballot(app: &App, guest: &Participant, number: i32) -> Result<OwnBallot, Error> {
    let db = app.database.reader();
    let round = round::find(db, guest.event.id, number).await?;
    round.takes_ballots()?;
    let sealed = ballot::Entity::find_by_id((round.id, guest.registration.id)).one(db).await?;
    // Not taken for an empty ballot: somebody would believe that nothing was chosen.
    let secret =
        pick_key::secret(db, &round::keys(app).await?, round.id).await?.map_err(|_| pick_key::unavailable())?;
    let Some(sealed) = sealed else { return Ok(OwnBallot::default()) };
    let owner = sealed.owner(&guest.account.account_id);
    let opened = round.seal(&secret).open(owner, &sealed.sealed).map_err(|_| BALLOT_UNREADABLE)?;
    let labels = ballot::labels(db, round.event_id).await?;
    Ok(OwnBallot {
        badges: opened.targets().filter_map(|target| labels.get(&target).cloned()).collect(),
        stage: opened.stage,
        follow_up: opened.follow_up,
        cast: opened.cast,
        receipt: Some(receipt(&sealed.sealed)),
    })
}

/// Who picked the asker back, by badge number.
///
/// # Errors
/// 409 `round_not_tallied` before the tally, `round_void`; 404.
pub async fn matches(app: &App, guest: &Participant, number: i32) -> Result<Vec<Partner>, Error> {
    let db = app.database.reader();
    let round = round::find(db, guest.event.id, number).await?;
    match round.state {
        State::Tallied => {}
        State::Void => return Err(ROUND_VOID.into()),
        State::Planned | State::Open | State::Closed => return Err(ROUND_NOT_TALLIED.into()),
    }
    let found = matched::Entity::with(guest.registration.id).filter(matched::Column::RoundId.eq(round.id));
    let found = found.all(db).await?;
    let ids = found.iter().filter_map(|found| found.partner_of(guest.registration.id));
    let faces = face::faces(db, ids).await?;
    let mut partners: Vec<Partner> = found
        .into_iter()
        .filter_map(|found| {
            let face = faces.get(&found.partner_of(guest.registration.id)?)?;
            Some(Partner { match_id: found.id, badge: face.badge(), nickname: face.nickname.clone() })
        })
        .collect();
    partners.sort_by(|one, other| one.badge.cmp(&other.badge));
    Ok(partners)
}
