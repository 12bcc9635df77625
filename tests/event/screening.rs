//! Stories of the room `screening`.
