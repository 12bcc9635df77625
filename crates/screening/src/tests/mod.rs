//! The sieve against known answers and against enumeration.

mod known_answers;
mod properties;
