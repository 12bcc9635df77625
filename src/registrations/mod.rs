//! 报名: a person's application to one event; at most one is alive per person and event.

pub mod access;
pub mod registration;

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
