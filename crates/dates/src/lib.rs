//! Who sits with whom in which round.
//!
//! A plan gives as many dates as the tables, the rounds and people's hours allow; among those it is fair first (the
//! sorted numbers of dates a person are as large as can be from the smallest on) and dear second (the greatest sum of
//! scores, 0 to 1,000 a pair). Where people sit in two rows, all remaining pairs are one minimum-cost flow, of which
//! one round is taken off and the rest chosen anew ([`rolling::plan`]); where anybody may meet anybody, each round is
//! a maximum-weight matching with the same preference for fairness ([`crowd::plan_crowd`]; Edmonds 1965). The phases
//! are those of Strasser, "Speed Dating: An Algorithmic Case Study Involving Matching and Scheduling" (2010).
//!
//! Plain arithmetic on whole numbers: no clock, no database. [`instance`] reads and answers a plan as JSON.

pub mod choose;
pub mod crowd;
mod exact;
pub mod flow;
pub mod gathering;
pub mod instance;
mod kind;
pub mod merit;
mod peel;
pub mod rolling;
mod scaling;
pub mod tables;
#[cfg(test)]
mod tests;
