//! Letters are rows written in the transaction that causes them, and delivered later.

pub mod letter;
