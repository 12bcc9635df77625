//! The terms of all rooms, listed once. A plan, the wish for a new event and the changes to one have each of them as a
//! member of the same name, so that a refusal finds the same path in all three.

/// Hands the list to another macro, before what else that one is to know.
macro_rules! terms_of_all_rooms {
    ($then:ident! $($more:tt)*) => {
        $then! {
            {
                approval: crate::registrations::terms::Terms,
                /// What each action earns; `{}` for an event without points.
                points: std::collections::BTreeMap<String, crate::points::rules::PointTerms>,
                /// 专场: several evenings under one registration; left out or empty, the event has one.
                boards: Vec<crate::boards::terms::Board>,
                screening: crate::screening::terms::Terms,
                dates: crate::dates::terms::Terms,
                picks: crate::picks::terms::Terms,
                stage: crate::stage::terms::Terms,
                programme: Vec<crate::programme::terms::Segment>,
                circle: crate::circle::terms::Terms,
                chat: crate::chat::terms::Terms,
            }
            $($more)*
        }
    };
}

/// A request with the terms among its members.
macro_rules! request {
    (
        { $($(#[$note:meta])* $room:ident: $terms:ty,)* }
        $(#[$on:meta])*
        pub struct $name:ident { $($own:tt)* }
    ) => {
        $(#[$on])*
        pub struct $name {
            $($own)*
            $(
                $(#[$note])*
                #[garde(skip)]
                pub $room: Option<$terms>,
            )*
        }

        impl $name {
            /// What it says about the plan.
            #[must_use]
            pub fn plan(&self) -> $crate::planning::plan::Plan {
                $crate::planning::plan::Plan { $($room: self.$room.clone(),)* }
            }
        }
    };
}

pub(super) use {request, terms_of_all_rooms};
