//! 邀请: whoever is named by mail address is asked first. Until they say yes, whoever named them
//! reads their own words and nothing else: not whether the address has an account, nor what it is
//! called. So this room writes an invitation without ever looking for one; whose thing it is
//! (a union's, a unit's, an event's) takes what was accepted, and who answers is told further down.

pub mod invitation;
pub mod invite;
pub mod invited_person;
pub mod letters;
pub mod listed;
pub mod personal;
pub mod refusals;
pub mod rows;
pub mod sweep;
