//! Who sits with whom in which round: plain arithmetic, no clock, no database.

pub mod choose;
pub mod crowd;
mod exact;
pub mod flow;
pub mod gathering;
mod kind;
pub mod merit;
mod peel;
pub mod rolling;
mod scaling;
pub mod tables;
#[cfg(test)]
mod tests;
