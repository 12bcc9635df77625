//! The screening itself: plain functions from a list, rules and a seed to an outcome. No clock, no database, no floating
//! point. Greedy by rank with an extension oracle: Gale 1968 and Edmonds 1971 for nested limits, one flow for two trees.

pub mod applicant;
pub mod explain;
pub mod flow;
pub mod infeasible;
pub mod limit;
pub mod lottery;
pub mod network;
pub mod outcome;
pub mod pool;
pub mod reach;
pub mod relax;
pub mod rules;
pub mod select;
pub mod succession;
#[cfg(test)]
mod tests;
