//! Letters are rows written in the transaction that causes them, and delivered later: at least
//! once, never two at a time, and given up only where everybody can see it.

pub mod attachment;
pub mod deliver;
pub mod forget;
pub mod kind;
mod lease;
pub mod letter;
pub mod line;
pub mod message;
pub mod opening;
pub mod personal;
pub mod postman;
pub mod recipient;
pub mod rendering;
