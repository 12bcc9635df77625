//! Stories of the room `checkin`.

mod door;
mod gone_for_good;
mod refused;
mod again;
mod offline;
mod told;
