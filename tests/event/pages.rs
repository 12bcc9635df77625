//! Stories of the room `pages`.
