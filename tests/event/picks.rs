//! Stories of the room `picks`.
