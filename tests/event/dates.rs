//! Stories of the room `dates`.
