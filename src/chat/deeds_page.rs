//! What people do on the chat's pages: say something, take it down. Each act is a form; with a script the page asks the
//! API instead and stays where it is.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, post};
use serde_json::json;

use super::lines_api::room_in_path;
use super::page::{Earlier, render_room};
use super::say::{self, Allowance, NewChatLine};
use super::take_down;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::id_in_path;
use crate::page;
use crate::page::flash::see_saying;
use crate::picture::upload::{PhotoForm, Received};
use crate::registrations::access::Participant;

pub fn pages(config: &mut ServiceConfig) {
    config.service(say_something).service(take_it_down);
}

#[post("/e/{event}/chat/{room}")]
async fn say_something(
    house: House,
    visit: Visit,
    me: Participant,
    request: HttpRequest,
    form: PhotoForm,
) -> Result<HttpResponse, Error> {
    let which = room_in_path(&request)?;
    let path = format!("/e/{}/chat/{which}#chat-say", me.event.slug);
    let (who, asks) = (me.clone(), me.clone());
    let asking = house.run(async move |app| say::allowance(&app, &asks, which).await);
    let Allowance { most, may, refusal } = asking.await?;
    let Received { form, photos } = form.receive(me.account.account_id, most, may).await?;
    let outcome = async {
        let line: NewChatLine = body::read(json!({ "body": form.value("body") }))?;
        let photos = photos.map_err(|wrong| say::without_pictures(most, refusal, wrong))?;
        let picture = photos.into_iter().next();
        house.run(async move |app| say::say(&app, &who, which, line.body, picture).await).await
    };
    match outcome.await {
        Ok(line) if line.state.is_seen() => Ok(page::see(&path)),
        Ok(_) => see_saying(&path, "chat-picture-waits"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| {
                render_room(&house, page, me, which, form, Earlier::default())
            })
            .await
        }
    }
}

#[post("/e/{event}/chat/{room}/lines/{id}/down")]
async fn take_it_down(house: House, me: Participant, request: HttpRequest) -> Result<HttpResponse, Error> {
    let (which, id) = (room_in_path(&request)?, id_in_path(&request, "id")?);
    let path = format!("/e/{}/chat/{which}", me.event.slug);
    house.run(async move |app| take_down::take_down(&app, &me, which, id).await).await?;
    see_saying(&path, "chat-taken-down")
}
