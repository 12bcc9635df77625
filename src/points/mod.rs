//! 积分: every point has a line in an append-only ledger that says why; what a person has is a fold over these lines.

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
