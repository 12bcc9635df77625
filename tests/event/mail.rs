//! Stories of the room `mail`.
