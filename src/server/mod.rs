//! Which path leads to which room. Reads as the site map.

mod dress;
mod health;
mod my_data;
mod nul;
mod openapi;
mod replay;
pub mod opening;
mod personal;
mod refusals;
pub mod rounds;
mod shield;
mod trace;

use std::net::TcpListener;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, NormalizePath, TrailingSlash, from_fn};
use actix_web::{App as Site, HttpServer, Scope, web};
use tracing_actix_web::TracingLogger;
use utoipa::openapi::OpenApi;

use crate::app::{App, House};
use crate::calls::{Calls, Description};
use crate::error::{Error, FieldError, Refused};
use crate::{
    accounts, announcements, badges, checkin, circle, confessions, couples, dates, events, feedback, journey, live,
    office, organizations, page, people, picks, plaza, points, programme, registrations, reports, screening, stage,
    units, volunteers,
};

/// Every call of the API, room by room in the order of the event.
fn calls(config: &mut Calls<'_>) {
    config
        .configure(accounts::calls)
        .configure(organizations::calls)
        .configure(units::calls)
        .configure(events::calls)
        .configure(registrations::calls)
        .configure(points::calls)
        .configure(plaza::calls)
        .configure(screening::calls)
        .configure(badges::calls)
        .configure(checkin::calls)
        .configure(programme::calls)
        .configure(dates::calls)
        .configure(people::calls)
        .configure(picks::calls)
        .configure(couples::calls)
        .configure(confessions::calls)
        .configure(stage::calls)
        .configure(live::calls)
        .configure(feedback::calls)
        .configure(circle::calls)
        .configure(volunteers::calls)
        .configure(announcements::calls)
        .configure(reports::calls)
        .configure(personal::calls)
        .configure(office::calls)
        .route("/openapi.json", web::get().to(openapi::document));
}

/// Every page, in the order of the event.
fn pages(config: &mut web::ServiceConfig) {
    config
        .configure(page::pages)
        .configure(accounts::pages)
        .configure(units::pages)
        .configure(events::pages)
        .configure(registrations::pages)
        .configure(points::pages)
        .configure(plaza::pages)
        .configure(screening::pages)
        .configure(badges::pages)
        .configure(checkin::pages)
        .configure(programme::pages)
        .configure(dates::pages)
        .configure(people::pages)
        .configure(picks::pages)
        .configure(couples::pages)
        .configure(confessions::pages)
        .configure(stage::pages)
        .configure(feedback::pages)
        .configure(circle::pages)
        .configure(volunteers::pages)
        .configure(announcements::pages)
        .configure(reports::pages)
        .configure(journey::pages)
        .configure(my_data::pages)
        .configure(office::pages);
}

/// Where the calls lie.
const BELOW: &str = "/api/v1";

/// The calls, served; and described where somebody asks for that.
fn api(described: Option<&mut Description>) -> Scope {
    web::scope(BELOW).configure(|config| calls(&mut Calls::new(config, described)))
}

/// What every call says of itself and what any call may; made once, however many workers serve it.
fn document() -> &'static OpenApi {
    static DOCUMENT: OnceLock<OpenApi> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let mut description = Description::default();
        let _served = api(Some(&mut description));
        refusals::added(description.complete(BELOW, openapi::described()))
    })
}

/// The API as it describes itself, as a file for people to read.
#[must_use]
pub fn description() -> String {
    document().to_pretty_json().unwrap_or_default()
}

/// Opens the house on a listener. Await the server to serve; it stops by its handle, not by signals.
///
/// # Errors
/// Where the listener cannot be taken.
pub fn open(app: &Arc<App>, listener: TcpListener) -> std::io::Result<Server> {
    let house: House = web::Data::from(Arc::clone(app));
    let workers = app.settings.server.workers;
    let shutdown = app.settings.server.shutdown_seconds;
    let document = web::Data::new(openapi::Document::from(document()));
    let mut server = HttpServer::new(move || {
        Site::new()
            .app_data(house.clone())
            .app_data(web::QueryConfig::default().error_handler(|wrong, _| bad_query(&wrong).into()))
            .app_data(web::FormConfig::default().error_handler(|_, _| bad_form().into()))
            .app_data(web::PathConfig::default().error_handler(|_, _| Error::from(Refused::not_found()).into()))
            .configure(health::pages)
            .app_data(document.clone())
            .service(api(None))
            .configure(openapi::pages)
            .configure(pages)
            .default_service(web::to(nothing_here))
            .wrap(from_fn(replay::once))
            .wrap(from_fn(nul::refused))
            .wrap(from_fn(shield::stand))
            .wrap(from_fn(dress::problems))
            .wrap(Compress::default())
            .wrap(NormalizePath::new(TrailingSlash::MergeOnly))
            .wrap(from_fn(trace::measure))
            .wrap(TracingLogger::<trace::Quiet>::new())
    })
    .disable_signals()
    // Longer than a proxy or a phone keeps a quiet connection: whoever closes first makes the
    // other's next request fail.
    .keep_alive(Duration::from_secs(75))
    .client_request_timeout(Duration::from_secs(30))
    .shutdown_timeout(shutdown)
    .listen(listener)?;
    if workers > 0 {
        server = server.workers(workers);
    }
    Ok(server.run())
}

async fn nothing_here() -> Result<(), Error> {
    Err(Refused::not_found().into())
}

fn bad_form() -> Error {
    Refused::malformed("malformed_form", "The form could not be read.").into()
}

fn bad_query(wrong: &impl std::fmt::Display) -> Error {
    Refused::invalid(vec![FieldError::new("query", "invalid", wrong.to_string())]).into()
}
