//! Stories of the room `badges`.
