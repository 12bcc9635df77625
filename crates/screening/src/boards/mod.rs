//! Several boards under one registration: who gets a seat, and on which board.
//!
//! Every board has seats and limits of its own; everybody has put the boards they would come to in the order of their
//! wish. In rank order everybody gets the dearest board of their list with which a complete legal selection of all
//! boards still exists, those before them keeping exactly what they have. What is true of that, whatever the limits:
//!
//! - It is legal, and the first rank at which another legal selection differs is one it serves worse.
//! - *No justified envy*: where somebody was given less than they wished, there is no complete legal selection in which
//!   everybody before them has what they have and they have more. So nobody turned away, or placed lower, stands before
//!   somebody whose place they could have had.
//! - *Monotone*: moving up never costs a board. Before somebody who moved up stand fewer promises, and what could be
//!   completed with more of them can be with fewer.
//! - *The order of a list decides nothing but which of the boards that are open to its owner they get*: before their
//!   turn only the set of wished boards is looked at. To wish for fewer boards can change what those before can have,
//!   where a board finds too few people; it also forgoes the boards left out.
//! - Of people alike (same side, unit, band, same set of boards) who was refused a board closes it for all behind.
//!
//! Why it is exact: a selection is a set of pairs (person, board), bounded by two families of nested sets, the people
//! (at most one board each) and the tree of each board (board, side, unit in side). Two such families are one flow with
//! lower bounds ([`network`]), so that every question "does a complete legal selection exist" is one search. A board
//! whose own limits cross, as sides and units across sides do, would be a third family. Whether such limits can be met
//! is whether a three-way table with given sums exists (boards by units by men, women and places left empty), which is
//! NP-complete with three layers already (De Loera and Onn, SIAM Journal on Computing 33, 2004). Such rules are refused
//! beforehand ([`board::check`]).

pub mod board;
pub mod explain;
pub mod field;
pub mod infeasible;
pub mod network;
pub mod outcome;
pub mod relax;
pub mod select;
pub mod succession;
