//! Who did what to whom, when and why. Append-only, written in the transaction of the deed.

pub mod changes;
mod deed;
pub mod entry;
pub mod personal;

pub use deed::{AT_THE_MACHINE, Deed};
pub use entry::Entry;
