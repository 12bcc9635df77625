//! 账号: who signs in, and what others may see of them.

pub mod access_token;
pub mod account;
pub mod address;
pub mod profile;
pub mod signed_in;

pub use signed_in::SignedIn;

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(_config: &mut ServiceConfig) {}
