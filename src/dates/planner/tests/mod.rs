//! The planner against brute force over whole schedules, and against a second flow algorithm.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop")]

mod crowd;
mod flow;
mod oracle;
mod known_answers;
mod properties;
mod seats;
