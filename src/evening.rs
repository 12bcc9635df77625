//! The rooms of the evening, from a badge to the big screen, in the order of the event: a room uses what stands above
//! it and nothing below (`tests/layering.rs` reads this list).

pub use queqiao_before::*;

pub mod badges;
pub mod checkin;
pub mod programme;
pub mod dates;
pub mod people;
pub mod picks;
pub mod couples;
pub mod confessions;
pub mod draws;
pub mod stage;
pub mod live;
