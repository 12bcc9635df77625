//! Who did what to whom, when and why. Append-only, written in the transaction of the deed.

pub mod entry;
pub mod personal;

pub use entry::{Entry, record};
