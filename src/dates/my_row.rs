//! One round of an evening as its guest reads it.

use std::collections::HashMap;

use uuid::Uuid;

use super::date_round::State;
use super::mine::Seat;
use crate::badges::face::Face;
use crate::page::Page;

/// One round in the list of my evening.
#[derive(Clone)]
pub struct Row {
    pub round: i32,
    pub state: State,
    pub table: Option<i32>,
    pub partner: Option<Face>,
    pub held: bool,
    pub waits: bool,
    pub note: Option<String>,
}

impl Row {
    /// A seat, with what was noted about whoever sits there.
    #[must_use]
    pub fn of(seat: Seat, notes: &mut HashMap<Uuid, String>) -> Self {
        Self {
            round: seat.round.number,
            state: seat.round.state,
            table: seat.sitting.as_ref().map(|sitting| sitting.table_number),
            held: seat.is_held(),
            waits: seat.waits,
            note: seat.partner.as_ref().and_then(|partner| notes.remove(&partner.registration_id)),
            partner: seat.partner,
        }
    }

    #[must_use]
    pub fn is_played(&self) -> bool {
        self.state != State::Planned
    }

    /// `第 3 轮 · 12 号桌 · 女008 小雅`
    #[must_use]
    pub fn summary(&self, page: &Page) -> String {
        let round = ("round", self.round.into());
        match (&self.partner, self.table) {
            (Some(partner), Some(table)) => page.say(
                "dates-row",
                &[
                    round,
                    ("table", table.into()),
                    ("badge", partner.badge().into()),
                    ("nickname", partner.nickname.as_str().into()),
                ],
            ),
            _ => page.say("dates-waits-now", &[round]),
        }
    }
}
