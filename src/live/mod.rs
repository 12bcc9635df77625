//! What is true now, told to everybody who listens: whole snapshots, each kind of listener its
//! own. A snapshot is made once however many listen to it, and whoever is slow misses versions,
//! never the last one.

mod api;
pub mod audience;
pub mod channels;
pub mod entrance;
pub mod heartbeat;
pub mod snapshot;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config.service(api::listen);
}
