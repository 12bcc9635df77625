//! 积分: every point has a line in an append-only ledger that says why; what a person has is a fold over these lines.

mod api;
pub mod award_by_hand;
pub mod board;
mod books_api;
pub mod chain;
pub mod close_books;
pub mod digest;
pub mod entry;
pub mod fold;
pub mod freeze;
pub mod frozen;
pub mod ladder;
pub mod ledger;
pub mod personal;
pub mod refusals;
pub mod reverse;
pub mod rules;
pub mod running;
pub mod standing;
pub mod statement;
pub mod still_pays;
pub mod terms;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::my_statement)
        .service(api::rules)
        .service(api::digests)
        .service(books_api::freeze_ledger)
        .service(books_api::enter_lines)
        .service(books_api::reverse_line)
        .service(books_api::every_line);
}
