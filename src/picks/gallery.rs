//! Whom somebody may light up for at this moment: everybody who is here, the ones they met first.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{blocked_pairs, round};
use crate::app::App;
use crate::badges::face;
use crate::badges::number::Number;
use crate::checkin::presence;
use crate::dates::{date_note, mine};
use crate::error::Fault;
use crate::events::event::Sides;
use crate::registrations::access::Participant;

/// Somebody who may be picked.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub badge: String,
    pub nickname: String,
    /// The round in which the two met, where they did.
    pub met: Option<i32>,
    /// What the one who looks noted about them.
    pub note: Option<String>,
}

/// Everybody who may be picked in a round, those met in the order of meeting, then by number.
/// The order says nothing about anybody's picks.
pub async fn candidates(
    db: &impl ConnectionTrait,
    app: &App,
    me: &Participant,
    round: &round::Model,
) -> Result<Vec<Candidate>, Fault> {
    let my_id = me.registration.id;
    let hidden = blocked_pairs::by(db, my_id).await?;
    let here = presence::Entity::inside(round.event_id).all(db).await?;
    let may_pick = |guest: &presence::Model| {
        let other_side = round.sides == Sides::Open || guest.side != me.registration.side;
        other_side && guest.registration_id != my_id && !hidden.contains(&guest.registration_id)
    };
    let mut here: Vec<(Uuid, Number)> =
        here.iter().filter(|guest| may_pick(guest)).map(|guest| (guest.registration_id, guest.worn())).collect();
    let met = mine::seats(db, me).await?.into_iter().filter(|seat| seat.is_held() && seat.round.is_played());
    let met: HashMap<Uuid, i32> =
        met.filter_map(|seat| Some((seat.partner?.registration_id, seat.round.number))).collect();
    here.sort_by_key(|(id, worn)| (met.get(id).copied().unwrap_or(i32::MAX), *worn));
    let mut notes = date_note::written_by(db, app, my_id).await?;
    let mut faces = face::faces(db, here.iter().map(|(id, _)| *id)).await?;
    let candidate = |(id, worn): (Uuid, Number)| Candidate {
        badge: worn.to_string(),
        nickname: faces.remove(&id).map(|face| face.nickname).unwrap_or_default(),
        met: met.get(&id).copied(),
        note: notes.remove(&id),
    };
    Ok(here.into_iter().map(candidate).collect())
}
