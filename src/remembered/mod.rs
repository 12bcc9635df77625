//! What the house was told by its database and need not ask again: who a session belongs to, who works
//! for a union, what an event is.
//!
//! Nobody who writes has to think of it. A transaction sees what each of its statements changes
//! ([`statement`]), and when it is committed, and before anybody is told so, that is counted
//! ([`changes`]). What is remembered ([`memory`]) carries the counts of everything it was read from, and
//! is worth nothing once one of them has moved. What another process writes is heard of: on PostgreSQL
//! the tables tell it themselves, with the commit, and on the embedded database the file shows it. While
//! nothing is heard, nothing is remembered, and everything is asked anew.

pub mod changes;
pub mod memory;
pub mod statement;
pub mod table;

pub use changes::Changes;
pub use memory::Memory;
pub use table::Table;
