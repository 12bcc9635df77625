//! 爆灯: picks are sealed until the round closes; mutual ones become matches, the others cease to exist.

pub mod seal;
pub mod keys;
pub mod mutual;
pub mod onstage;

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
