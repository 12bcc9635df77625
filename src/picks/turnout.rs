//! How many have chosen: the one thing about ballots that may be known while a round is open.

use sea_orm::PaginatorTrait;

use super::round::{self, State};
use super::{ballot, pick_key};
use crate::app::App;
use crate::checkin::presence;
use crate::error::Fault;
use crate::small_counts::SMALLEST_ROOM;

/// How many people have sent a ballot so far, whomever it names and if it names nobody. After the
/// tally, how many had. None before the opening, where the round's key lies elsewhere, and where
/// fewer than [`SMALLEST_ROOM`] people are inside.
pub async fn turnout(app: &App, round: &round::Model) -> Result<Option<usize>, Fault> {
    match round.state {
        State::Open | State::Closed => {}
        State::Tallied => return Ok(round.ballots.and_then(|ballots| usize::try_from(ballots).ok())),
        State::Planned | State::Void => return Ok(None),
    }
    let db = app.database.reader();
    let Ok(secret) = pick_key::secret(db, &round::keys(app).await?, round.id).await? else { return Ok(None) };
    let seal = round.seal(&secret);
    let sealed = ballot::Entity::of_round(round.id).all(db).await?;
    let senders = ballot::senders(db, &sealed).await?;
    // The rows are the same whether their owners chose or not; only the key tells.
    let cast = |ballot: &&ballot::Model| {
        senders.get(&ballot.registration_id).is_some_and(|sender| {
            seal.open(ballot.owner(&sender.account_id), &ballot.sealed).is_ok_and(|opened| opened.cast)
        })
    };
    // Whoever looks around sees who is tapping anyway; in a small room the count would say for whom.
    let inside = presence::Entity::inside(round.event_id).count(db).await?;
    let large = usize::try_from(inside).is_ok_and(|inside| inside >= SMALLEST_ROOM);
    Ok(large.then(|| sealed.iter().filter(cast).count()))
}
