//! 互动广场: the online zone where people show themselves, declare, sign in and answer quizzes.

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
