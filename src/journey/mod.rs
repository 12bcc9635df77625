//! 我的旅程: one person's own way, from signing up to walking the bridge. Holds no table: it shows
//! what the other rooms know about the person, and the one thing to do next.

mod sign_up;

use actix_web::web::ServiceConfig;

/// The pages of this room.
pub fn pages(config: &mut ServiceConfig) {
    config.service(sign_up::sign_up_page).service(sign_up::begin);
}
