//! 单位: where participants work. A unit belongs to the union that keeps its roster.

pub mod unit;

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
