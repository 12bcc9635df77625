//! Stories of the room `organizations`.
