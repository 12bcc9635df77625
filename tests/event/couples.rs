//! Stories of the room `couples`.
