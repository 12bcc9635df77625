//! Who gets a seat.
//!
//! Applicants stand in a strict order: ascending by class, then descending by points, then by a ticket that anybody
//! can recompute. Limits may bound each side of the event, each age band in a side, and each unit. In that order
//! everybody is taken who can still be part of a complete legal selection. What comes of it is the lexicographically
//! best legal selection; nobody who stays outside stands before somebody whose seat they could have had, moving up
//! never costs a seat, and where the limits are nested it has the most points of all legal selections (Gale 1968;
//! Rado 1957; Edmonds 1971). Limits of two trees, such as age bands beside units, are one flow with lower bounds;
//! three that cross would be three-dimensional matching, and are refused as rules.
//!
//! Plain functions from a list, rules and a seed to an outcome: no clock, no database, no floating point, and what is
//! the same in comes out the same. A list is read with [`applicant::read_csv`], rules from TOML
//! ([`rules::Rules`]), and [`outcome::screen`] decides.
//!
//! ```
//! use queqiao_screening::{applicant::read_csv, outcome::screen, rules::Rules};
//!
//! let list = read_csv(b"number,side,unit,band,class,points\nA1,men,rail,,1,80\nA2,men,rail,,1,95\n").unwrap();
//! let outcome = screen(&list, &Rules::from_toml("seats = 1").unwrap(), &[0; 32]);
//! assert_eq!(outcome.selected, Some(vec!["A2".to_owned()]));
//! ```

pub mod applicant;
pub mod boards;
pub mod draw;
pub mod draw_record;
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
