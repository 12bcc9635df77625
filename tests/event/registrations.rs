//! Stories of the room `registrations`.
