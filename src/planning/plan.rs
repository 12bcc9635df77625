//! What the rooms are told for one event: each owns the terms of its part, and here they are put together. Stored with
//! the event as one JSON object; each room reads its own member.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::members::terms_of_all_rooms;
use crate::error::{Fault, FieldError};
use crate::events::event::{self, Sides};
use crate::events::kind::Kind;
use crate::{boards, chat, circle, dates, picks, points, programme, registrations, screening, stage};

macro_rules! plan {
    ({ $($(#[$note:meta])* $room:ident: $terms:ty,)* }) => {
        /// Everything an organizer decides about an event besides when and where. A member that is left out follows the
        /// template.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Plan {
            $(
                $(#[$note])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $room: Option<$terms>,
            )*
        }

        impl Plan {
            /// The names of its members.
            pub const MEMBERS: &[&str] = &[$(stringify!($room),)*];

            /// How an event is held, as it was decided.
            ///
            /// # Errors
            /// Where a member does not read.
            pub fn of(event: &event::Model) -> Result<Self, Fault> {
                Ok(Self { $($room: event.part(stringify!($room))?,)* })
            }

            /// This plan, and where it is silent, the other one.
            #[must_use]
            pub fn or(self, other: Self) -> Self {
                Self { $($room: self.$room.or(other.$room),)* }
            }

            /// The names of the members it says something about.
            pub fn named(&self) -> impl Iterator<Item = &'static str> {
                let members = [$((stringify!($room), self.$room.is_some()),)*];
                members.into_iter().filter(|(_, named)| *named).map(|(member, _)| member)
            }
        }
    };
}

terms_of_all_rooms! { plan! }

impl Plan {
    /// What a new event of a kind begins with.
    ///
    /// # Errors
    /// A fault where the program carries what does not read, which a test rules out.
    pub fn proposed(kind: Kind) -> Result<Self, Fault> {
        Ok(Self {
            approval: Some(registrations::terms::Terms::proposed()),
            points: points::terms::proposed(kind),
            boards: None,
            screening: Some(screening::terms::Terms::proposed(kind)),
            dates: dates::terms::Terms::proposed(kind),
            picks: Some(picks::terms::Terms::proposed(kind)),
            stage: stage::terms::Terms::proposed(kind),
            programme: Some(programme::terms::proposed(kind)?),
            circle: Some(circle::terms::Terms::proposed()),
            chat: Some(chat::terms::Terms::proposed()),
        })
    }

    /// Whether anything earns points, as it does where nothing is said; where nothing does, seats are given by lot.
    #[must_use]
    pub fn pays(&self) -> bool {
        self.points.as_ref().is_none_or(|terms| !terms.is_empty())
    }

    /// The plan an event is stored with: nothing left for a room to guess.
    #[must_use]
    pub fn completed(mut self, seats: i32, sides: Sides) -> Self {
        self.points.get_or_insert_default();
        self.boards = self.boards.filter(|all| !all.is_empty()).map(|all| boards::terms::completed(all, sides));
        if let Some(boards) = &mut self.boards {
            // Each board has limits of its own: those of the whole would be promised and kept by nobody.
            let whole = self.screening.take().unwrap_or_default();
            for board in boards.iter_mut() {
                board.unit_side =
                    board.unit_side.or(whole.unit_side.map(|cap| boards::terms::BoardCap { max: cap.max }));
            }
            self.screening = Some(whole.without_limits());
        }
        self.screening = self.screening.map(|screening| screening.completed(seats, sides));
        self.picks = self.picks.map(picks::terms::Terms::completed);
        self.circle = self.circle.and_then(circle::terms::Terms::held);
        self.chat = self.chat.and_then(chat::terms::Terms::held);
        self
    }

    /// Everything that cannot be held as written, by the path of the field.
    #[must_use]
    pub fn faults(&self, seats: i32) -> Vec<FieldError> {
        let mut faults = Vec::new();
        faults.extend(self.points.iter().flat_map(points::terms::faults));
        faults.extend(boards::terms::faults(self.boards.as_deref().unwrap_or_default(), seats));
        faults.extend(self.screening.iter().flat_map(|screening| screening.faults(seats)));
        faults.extend(self.dates.iter().flat_map(dates::terms::Terms::faults));
        faults.extend(self.picks.iter().flat_map(|picks| picks.faults()));
        faults.extend(self.stage.iter().flat_map(stage::terms::Terms::faults));
        faults.extend(self.circle.and_then(circle::terms::Terms::fault));
        faults.extend(self.chat.and_then(chat::terms::Terms::fault));
        faults.extend(programme::terms::faults(self.programme.as_deref().unwrap_or_default()));
        faults
    }
}
