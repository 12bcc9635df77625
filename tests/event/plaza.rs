//! Stories of the room `plaza`.
