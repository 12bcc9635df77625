//! Stories of the room `units`.
