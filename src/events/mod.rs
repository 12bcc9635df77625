//! 活动: one edition of a mixer, and the phases it goes through by the clock of its own zone.

pub mod access;
pub mod crew;
pub mod event;
pub mod phase;

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
