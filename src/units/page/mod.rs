//! Where unions look after their units, and where a unit says who works there.

mod contact;
mod list;
mod one;

use actix_web::web::ServiceConfig;

pub fn pages(config: &mut ServiceConfig) {
    config
        .service(list::shown)
        .service(list::added)
        .service(list::imported)
        .service(one::shown)
        .service(one::amended)
        .service(one::appointed)
        .service(one::dismissed)
        .service(one::enrolled)
        .service(contact::mine)
        .service(contact::shown)
        .service(contact::confirmed);
}
