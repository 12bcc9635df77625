//! Which path leads to which room. Reads as the site map.

mod connection;
pub mod described;
mod error_pages;
mod forget;
mod health;
mod idempotency;
mod intake;
pub mod jobs;
mod lanes;
pub mod lifecycle;
mod methods;
mod my_data_page;
mod nul_guard;
mod openapi;
pub mod refusals;
pub mod reseal;
mod security_headers;
mod take_home;
mod trace;
mod way_in;

use std::future::ready;
use std::net::TcpListener;
use std::sync::Arc;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol, Request};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server, ServiceResponse};
use actix_web::middleware::{Compress, NormalizePath, TrailingSlash, from_fn};
use actix_web::{App as Site, Error as HttpError, Scope, web};
use tokio::net::TcpStream;
use tracing_actix_web::TracingLogger;
use utoipa::openapi::OpenApi;

use crate::app::{App, House};
use crate::calls::{Calls, Description};
use crate::error::refusal::MALFORMED_FORM;
use crate::error::{Error, FieldError, Refused};
use crate::{
    accounts, announcements, badges, boards, chat, checkin, circle, confessions, couples, dates, draws, events,
    feedback, goods, introductions, journey, live, noticeboard, office, organizations, page, people, picks, planning,
    plaza, points, programme, registrations, reports, screening, stage, units, volunteers, welcome,
};
use connection::doorkeeper::Doorkeeper;
use connection::watched::Watched;
use intake::BodyBudget;

/// Every call of the API: first what most ask for, because paths are compared one after another, then room by
/// room in the order of the event.
fn calls(config: &mut Calls<'_>) {
    config
        .configure(noticeboard::calls)
        .configure(accounts::calls)
        .configure(organizations::calls)
        .configure(units::calls)
        .configure(events::calls)
        .configure(registrations::calls)
        .configure(welcome::calls)
        .configure(points::calls)
        .configure(plaza::calls)
        .configure(boards::calls)
        .configure(screening::calls)
        .configure(badges::calls)
        .configure(checkin::calls)
        .configure(programme::calls)
        .configure(dates::calls)
        .configure(people::calls)
        .configure(picks::calls)
        .configure(couples::calls)
        .configure(confessions::calls)
        .configure(draws::calls)
        .configure(stage::calls)
        .configure(live::calls)
        .configure(feedback::calls)
        .configure(circle::calls)
        .configure(chat::calls)
        .configure(volunteers::calls)
        .configure(goods::calls)
        .configure(introductions::calls)
        .configure(planning::calls)
        .configure(announcements::calls)
        .configure(reports::calls)
        .service(take_home::export)
        .service(forget::erase)
        .configure(office::calls)
        .route("/openapi.json", web::get().to(openapi::document));
}

/// Every page: first what most ask for, then in the order of the event.
fn pages(config: &mut web::ServiceConfig) {
    config
        .configure(noticeboard::pages)
        .configure(page::pages)
        .configure(accounts::pages)
        .configure(units::pages)
        .configure(events::pages)
        .configure(registrations::pages)
        .configure(welcome::pages)
        .configure(plaza::pages)
        .configure(boards::pages)
        .configure(screening::pages)
        .configure(badges::pages)
        .configure(checkin::pages)
        .configure(programme::pages)
        .configure(dates::pages)
        .configure(people::pages)
        .configure(picks::pages)
        .configure(couples::pages)
        .configure(confessions::pages)
        .configure(draws::pages)
        .configure(stage::pages)
        .configure(feedback::pages)
        .configure(circle::pages)
        .configure(chat::pages)
        .configure(volunteers::pages)
        .configure(goods::pages)
        .configure(introductions::pages)
        .configure(planning::pages)
        .configure(announcements::pages)
        .configure(reports::pages)
        .configure(journey::pages)
        .configure(my_data_page::pages)
        .configure(office::pages);
}

/// How many connections may wait to be taken, where the system allows as many.
const AT_THE_DOOR: i32 = 4096;

/// Where the calls lie.
const BELOW: &str = "/api/v1";

/// The calls, served; and described where somebody asks for that.
fn api(described: Option<&mut Description>) -> Scope {
    web::scope(BELOW).configure(|config| calls(&mut Calls::new(config, described)))
}

/// What every call says of itself and what any call may.
fn document() -> OpenApi {
    let mut description = Description::default();
    let _served = api(Some(&mut description));
    described::added(description.complete(BELOW, openapi::described()))
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
    // Counted from the first request on, not from the first time somebody asks for the figures.
    health::recorder();
    let house: House = web::Data::from(Arc::clone(app));
    let settings = &app.settings;
    let document = web::Data::new(openapi::Document::once(document));
    let descriptors = rlimit::Resource::NOFILE.get_soft().unwrap_or(1024);
    let keeper = Arc::new(Doorkeeper::new(settings, descriptors));
    let patience = keeper.patience();
    let held = web::Data::new(BodyBudget::new(&settings.server));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = if settings.server.workers > 0 { settings.server.workers } else { cores };
    let server = actix_server::Server::build()
        .disable_signals()
        .shutdown_timeout(settings.server.shutdown_seconds)
        .workers(workers)
        // The doorkeeper is who decides. Yet more than there are descriptors for are not taken at once:
        // the library then takes nobody for half a second, and this way only until one is closed.
        .max_concurrent_connections(keeper.most_at_the_door().div_ceil(workers));
    // Of a crowd at the door nobody is turned away: whoever is, tries again only after a second.
    rustix::net::listen(&listener, AT_THE_DOOR)?;
    let leaving = server.graceful_shutdown_signal();
    let server = server.listen("queqiao", listener, move || {
        let site = site(&house, &document, &keeper, &held);
        let leaving = leaving.clone();
        let service = HttpService::build()
            .graceful_shutdown_signal(move || {
                let leaving = leaving.clone();
                async move { leaving.notified().await }
            })
            .keep_alive(connection::QUIET)
            .client_request_timeout(patience)
            .client_disconnect_timeout(connection::LINGER)
            .on_connect_ext(|io: &Watched, data| {
                data.insert(io.caller());
            })
            .finish(map_config(site, |()| AppConfig::default()));
        let keeper = Arc::clone(&keeper);
        fn_service(move |io: TcpStream| {
            let admitted = keeper.admit(io).ok_or(DispatchError::DisconnectTimeout);
            ready(admitted.map(|io| {
                // What is written is a whole answer or a whole event: nothing is gained by waiting for more.
                let _ = io.stream().set_nodelay(true);
                let from = io.stream().peer_addr().ok();
                (io, Protocol::Http1, from)
            }))
        })
        .and_then(service)
    })?;
    Ok(server.run())
}

/// Every room, and what every request goes through on its way there: last come, first met.
fn site(
    house: &House,
    document: &web::Data<openapi::Document>,
    keeper: &Arc<Doorkeeper>,
    held: &web::Data<BodyBudget>,
) -> impl ServiceFactory<
    Request,
    Config = AppConfig,
    Response = ServiceResponse<impl MessageBody + use<>>,
    Error = HttpError,
    InitError = (),
> + use<> {
    Site::new()
        .app_data(house.clone())
        .app_data(document.clone())
        .app_data(web::Data::new(Arc::clone(keeper)))
        .app_data(held.clone())
        .app_data(journey::WORKPLACES)
        .app_data(web::QueryConfig::default().error_handler(|wrong, _| bad_query(&wrong).into()))
        .app_data(web::FormConfig::default().error_handler(|_, _| bad_form().into()))
        .app_data(web::PathConfig::default().error_handler(|_, _| Error::from(Refused::not_found()).into()))
        .configure(health::pages)
        .service(api(None))
        .configure(openapi::pages)
        .configure(pages)
        .default_service(web::to(methods::nothing_here))
        .wrap(from_fn(methods::taken_literally))
        .wrap(from_fn(idempotency::once))
        .wrap(from_fn(lanes::keep))
        .wrap(from_fn(nul_guard::refused))
        .wrap(from_fn(intake::bounded))
        .wrap(from_fn(security_headers::stand))
        .wrap(from_fn(error_pages::problems))
        .wrap(from_fn(way_in::form_page_kept))
        .wrap(Compress::default())
        .wrap(NormalizePath::new(TrailingSlash::MergeOnly))
        .wrap(from_fn(methods::understood))
        .wrap(from_fn(trace::measure))
        .wrap(TracingLogger::<trace::Quiet>::new())
        .wrap(from_fn(connection::requests::answered))
        .into_factory()
}

fn bad_form() -> Error {
    MALFORMED_FORM.into()
}

fn bad_query(wrong: &impl std::fmt::Display) -> Error {
    Refused::invalid(vec![FieldError::new("query", "invalid", wrong.to_string())]).into()
}
