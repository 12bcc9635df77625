//! Who did what to whom, when and why. Append-only, written in the transaction of the deed.

mod deed;
pub mod entry;
pub mod personal;

pub use deed::Deed;
pub use entry::Entry;
