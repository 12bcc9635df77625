//! 鹊桥 Queqiao runs a trade union's singles mixer from the first announcement to the wedding photo.
//!
//! This list is the table of contents, and its order is the law: a room may use what stands above
//! it and nothing below (`tests/layering.rs` reads this file). The rooms follow the event.

// ground: knows no room
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

// rooms, in the order of the event
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
pub mod feedback;
pub mod circle;
pub mod chat;
pub mod volunteers;
pub mod goods;
pub mod introductions;
pub mod planning;
pub mod noticeboard;
pub mod journey;
pub mod announcements;
pub mod reports;
pub mod office;

// roof: sees every room
pub mod server;
pub mod commands;
