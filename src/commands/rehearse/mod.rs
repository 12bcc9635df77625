//! `queqiao rehearse`: the whole journey of an event, every step over HTTP, by as many clients at
//! once as there are desks and phones. It keeps its own account of what it sent and compares.
#![expect(clippy::indexing_slicing, reason = "serde_json's index answers null where there is nothing")]

pub mod cast;
pub mod client;
pub mod phone;
pub mod report;
