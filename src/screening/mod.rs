//! 积分筛选: who gets a seat, decided by published rules that anybody can recompute.

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
