//! 主办工会: the tenants and the people who work for them. Nothing of one leaks into another.

pub mod organization;
pub mod staff;

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
