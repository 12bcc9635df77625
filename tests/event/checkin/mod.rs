//! Stories of the room `checkin`.

mod door;
mod refused;
mod again;
mod offline;
