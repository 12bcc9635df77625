//! 签到: a badge opens the door once. Every scan is an attempt that stays on record; the admitted
//! one is the check-in.

pub mod presence;

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
