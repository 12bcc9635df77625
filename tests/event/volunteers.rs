//! Stories of the room `volunteers`.
