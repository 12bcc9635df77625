//! Stories of the room `points`.
