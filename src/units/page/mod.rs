//! Where unions look after their units, and where a unit says who works there.

mod contact;
mod list;
mod one;

use actix_web::web::ServiceConfig;

pub fn pages(config: &mut ServiceConfig) {
    config
        .service(list::show_units)
        .service(list::added)
        .service(list::imported)
        .service(one::show_unit)
        .service(one::amended)
        .service(one::appointed)
        .service(one::dismissed)
        .service(one::enrolled)
        .service(contact::mine)
        .service(contact::show_confirmation)
        .service(contact::confirmed);
}
