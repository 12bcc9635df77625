//! The rooms of the weeks before the evening, from an account to a seat, in the order of the event: a room uses what
//! stands above it and nothing below (`tests/layering.rs` reads this list).

pub use queqiao_ground::*;

pub mod accounts;
pub mod invitations;
pub mod organizations;
pub mod units;
pub mod events;
pub mod registrations;
pub mod welcome;
pub mod points;
pub mod plaza;
pub mod boards;
pub mod screening;
