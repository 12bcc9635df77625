//! Stories of the room `events`.
