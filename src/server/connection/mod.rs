//! Connections: how long each may keep the house waiting, and which are closed when there are too many.
//!
//! What waits for the caller is counted: the head of a request, a body on its way in
//! ([`super::intake`]), an answer that is not taken. What waits for the house is not: a query that
//! takes long, a live stream. Where an address has as many connections as it may, or the process as
//! many as it has descriptors for, the one that has kept the house waiting longest makes room, so that
//! whoever has something to say is heard, however many say nothing.

pub mod doorkeeper;
pub mod requests;
pub mod watched;

use std::time::Duration;

/// Between two requests. Longer than a proxy or a phone keeps a quiet connection: whoever closes first
/// makes the other's next request fail.
pub const QUIET: Duration = Duration::from_secs(75);

/// An answer may be ready before all of its question has come: a photo that is too large, somebody who
/// may not ask. What still comes is thrown away for so long, or the line would be reset under the hands
/// of whoever sends, and the answer lost.
pub const LINGER: Duration = Duration::from_secs(5);

/// A little later than the server itself, which says 408 where it still can.
const SLACK: Duration = Duration::from_secs(1);
