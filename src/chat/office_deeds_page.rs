//! What hosts and organizers do on the chat's page in the office: say something, hold a room otherwise, close it, decide.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, post};
use serde_json::json;

use super::announce::{self, NewChatAnnouncement};
use super::close::{self, ChatClosing};
use super::lines_api::room_in_path;
use super::moderate::{self, ChatVerdict};
use super::office_page::{ChatQuery, address, look};
use super::set_rules::{self, ChatRules};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::{Host, Organizer, id_in_path};
use crate::page::Page;
use crate::page::flash::see_saying;
use crate::page::form::{Form, needed};

pub fn pages(config: &mut ServiceConfig) {
    config.service(decide).service(say).service(hold).service(close_it);
}

/// Hides or shows something. Who: organizer.
#[post("/office/e/{event}/chat/lines/{id}")]
async fn decide(
    house: House,
    visit: Visit,
    by: Organizer,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (id, who) = (id_in_path(&request, "id")?, by.clone());
    let decided = async {
        let wish = json!({ "decision": form.value("decision"), "reason": form.text("verdict") });
        let ChatVerdict { decision, reason } = body::read(wish)?;
        house.run(async move |app| moderate::decide(&app, &who, id, decision, reason).await).await
    };
    let decided = decided.await.map(drop);
    let by = Host { account: by.account, event: by.event, organizer: true };
    redirect_or_refuse(&house, visit.page, by, form, decided, "chat-decided").await
}

/// Says something to a room. Who: host, organizer.
#[post("/office/e/{event}/chat/{room}/announcements")]
async fn say(house: House, visit: Visit, by: Host, request: HttpRequest, form: Form) -> Result<HttpResponse, Error> {
    let (which, who) = (room_in_path(&request)?, by.clone());
    let outcome = async {
        let announcement: NewChatAnnouncement = body::read(json!({ "body": form.value("body") }))?;
        house.run(async move |app| announce::announce(&app, &who, which, announcement.body).await).await
    };
    let outcome = outcome.await.map(drop);
    redirect_or_refuse(&house, visit.page, by, form, outcome, "chat-announced").await
}

/// Says how a room is held. Who: host, organizer.
#[post("/office/e/{event}/chat/{room}/rules")]
async fn hold(house: House, visit: Visit, by: Host, request: HttpRequest, form: Form) -> Result<HttpResponse, Error> {
    let (which, who) = (room_in_path(&request)?, by.clone());
    let held = async {
        let slow_seconds = needed(form.number("slow_seconds"));
        let rules: ChatRules =
            body::read(json!({ "read_only": form.flag("read_only"), "slow_seconds": slow_seconds }))?;
        house.run(async move |app| set_rules::set_rules(&app, &who, which, &rules).await).await
    };
    let held = held.await;
    redirect_or_refuse(&house, visit.page, by, form, held, "chat-rules-set").await
}

/// Closes a room for good. Who: host, organizer.
#[post("/office/e/{event}/chat/{room}/close")]
async fn close_it(
    house: House,
    visit: Visit,
    by: Host,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (which, who) = (room_in_path(&request)?, by.clone());
    let closed = async {
        let closing: ChatClosing = body::read(json!({ "reason": form.value("reason") }))?;
        house.run(async move |app| close::close(&app, &who, which, &closing.reason).await).await
    };
    let closed = closed.await;
    redirect_or_refuse(&house, visit.page, by, form, closed, "chat-closed").await
}

/// The page after a deed, or the form again with what is wrong with it.
async fn redirect_or_refuse(
    house: &House,
    page: Page,
    by: Host,
    form: Form,
    done: Result<(), Error>,
    flash: &'static str,
) -> Result<HttpResponse, Error> {
    let Err(error) = done else { return see_saying(&address(&by), flash) };
    form.show_again(page, error, |page, form| look(house, page, by, ChatQuery::default(), form)).await
}
