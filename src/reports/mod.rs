//! What the union tells about its events.

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut Calls<'_>) {}
