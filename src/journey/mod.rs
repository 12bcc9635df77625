//! 我的旅程: one person's own way, from signing up to walking the bridge. Holds no table: it shows
//! what the other rooms know about the person, and the one thing to do next.

mod home;
mod my_event;
mod my_points;
mod next;
mod now;
mod plot;
mod sign_up;
mod situation;
mod start_page;
mod way;
mod work;

use actix_web::web::ServiceConfig;

pub use work::WORKPLACES;

/// Pages that say what comes next are of one size: what comes next is another thing for whoever was picked back.
const BLOCK: usize = 16 * 1024;

/// The pages of this room.
pub fn pages(config: &mut ServiceConfig) {
    config
        .service(sign_up::sign_up_page)
        .service(sign_up::begin)
        .service(start_page::start)
        .service(home::home_page)
        .service(my_event::my_event_page)
        .service(my_points::points_page)
        .service(now::now_line);
}
