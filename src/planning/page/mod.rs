//! The office's pages about an event: drawing one up, changing it, its points.

mod copy;
mod drawing;
mod filled;
mod moment;
mod points;
mod postpone;
mod preview;
mod rows;
mod settings;
mod typed;
mod wizard;

use actix_web::web::ServiceConfig;

pub fn pages(config: &mut ServiceConfig) {
    config
        .service(preview::empty)
        .service(preview::preview)
        .service(wizard::begin)
        .service(wizard::draw)
        .service(settings::show_settings)
        .service(settings::amended)
        .service(points::show_points_rules)
        .service(points::amended)
        .service(copy::show_copy)
        .service(copy::copied)
        .service(copy::discarded)
        .service(postpone::show_postponement)
        .service(postpone::postponed);
}
