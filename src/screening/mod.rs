//! Screening 积分筛选: in rank order, everyone is taken who can still be part of a complete legal selection.
//! The list and the draw are published before the run, anybody who has its file can recompute it,
//! and nobody who holds a seat ever loses it to a later run.

pub mod record;
pub mod sieve;

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
