//! 八分钟约会: who sits with whom, from who is present. Counts are as fair as they can be before
//! scores are looked at, and a round that was played is never planned again.

pub mod instance;
pub mod planner;

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
