//! `queqiao rehearse`: the whole journey of an event, every step over HTTP, by as many clients at
//! once as there are desks and phones. It keeps its own account of what it sent and compares.

pub mod cast;
pub mod client;
pub mod phone;
pub mod report;
