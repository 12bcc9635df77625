//! Stories of the room `checkin`.
