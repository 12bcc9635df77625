//! Where organizers look through applications: the roll, one applicant, lists in and out.

mod import_export;
mod invited;
mod labels;
mod list;
mod one;
mod typed_unit_page;

use actix_web::web::ServiceConfig;

pub fn pages(config: &mut ServiceConfig) {
    config
        .service(list::show_registrations)
        .service(list::searched)
        .service(list::decided)
        .service(list::approved)
        .service(import_export::form)
        .service(import_export::imported)
        .service(invited::show_invited)
        .service(import_export::blank)
        .service(import_export::exported)
        .service(one::show_registration)
        .service(one::decided)
        .service(typed_unit_page::settled);
}
