//! 牵手: what two people who picked each other agree to show and to tell each other.

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
