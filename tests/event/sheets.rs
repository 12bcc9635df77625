//! Stories of the room `sheets`.
