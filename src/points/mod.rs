//! 积分: every point has a line in an append-only ledger that says why; what a person has is a fold over these lines.

pub mod chain;
pub mod digest;
pub mod entry;
pub mod fold;
pub mod frozen;
pub mod ladder;
pub mod ledger;
pub mod rules;
pub mod standing;

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
