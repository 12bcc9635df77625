//! 爱的号码牌: a stable number and a secret code for everyone who comes. A number is never given
//! twice; a code can be replaced, and the old one then opens nothing.

pub mod badge;
pub mod number;

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
