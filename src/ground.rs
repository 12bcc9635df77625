//! The ground that every room stands on: settings, clock, secrets, database, pages, mail. It knows no room.
//!
//! The house is built of five crates, one on top of the other, so that a change compiles what stands above it and
//! nothing below. Their roots lie side by side in `src`: `ground`, `before`, `evening`, `after`, `lib`. Each lists its
//! modules in the order of the event and hands on what is below it, so that `crate::accounts` is `accounts` everywhere.

pub mod network;
pub mod settings;
pub mod clock;
pub mod chance;
pub mod private;
pub mod folding;
pub mod memory;
pub mod leaked;
pub mod secrets;
pub mod language;
pub mod happening;
pub mod error;
pub mod turns;
pub mod idempotency;
pub mod failpoint;
pub mod rate_limit;
pub mod remembered;
pub mod database;
pub mod identity;
pub mod bonds;
pub mod extensions;
pub mod small_counts;
pub mod sealed;
pub mod app;
pub mod batch;
pub mod authorize_first;
pub mod relay;
pub mod calls;
pub mod strict;
pub mod body;
pub mod padding;
pub mod snapshot;
pub mod paging;
pub mod sheet;
pub mod page;
pub mod picture;
pub mod mail;
pub mod audit;
pub mod clock_watch;
