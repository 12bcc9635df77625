//! The sieve against known answers and against enumeration.

mod boards;
mod known_answers;
mod properties;
