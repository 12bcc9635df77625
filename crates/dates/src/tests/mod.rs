//! The planner against brute force over whole schedules, and against a second flow algorithm.

mod crowd;
mod flow;
mod oracle;
mod known_answers;
mod properties;
mod seats;
