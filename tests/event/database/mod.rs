//! What the database promises, and what it says when it cannot.

mod distribution;
mod full_disk;
mod limits;
mod lost_answer;
mod pooler;
mod renamed;
mod schema;
mod tenancy;
