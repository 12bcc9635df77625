//! 鹊桥志愿者: who looks after a couple that asked for it, and what became of it.

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
