//! 鹊桥 Queqiao runs a trade union's singles mixer from the first announcement to the wedding photo.
//!
//! The lists of modules are the table of contents, and their order is the law: a room may use what stands above it and
//! nothing below (`tests/layering.rs` reads them). They begin with the ground (`src/ground.rs`), follow the event
//! (`src/before.rs`, `src/evening.rs`, `src/after.rs`), and end here, where the rooms are put together.

pub use queqiao_after::*;

// rooms that put the others together
pub mod planning;
pub mod noticeboard;
pub mod journey;
pub mod announcements;
pub mod reports;
pub mod office;

// roof: sees every room
pub mod server;
pub mod commands;
