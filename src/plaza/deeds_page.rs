//! What people do on the plaza's pages: sign in, post, declare, comment, like. Each act is a form;
//! the page after it says what it earned.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, post};
use serde_json::json;

use super::contribute::{self, NewComment, NewContribution, NewDeclaration, NewPost};
use super::contribution::Kind;
use super::page as plaza_page;
use super::photo_api::may_today;
use super::{daily_check_in, entrance, like, photo, top};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::id_in_path;
use crate::page::flash::{see_counting, see_saying};
use crate::page::form::Form;
use crate::page::{self, own_path};
use crate::paging::Paging;
use crate::picture::upload::{PhotoForm, Received};
use crate::registrations::access::Participant;

pub fn pages(config: &mut ServiceConfig) {
    config.service(sign_in_today).service(put_up_post).service(declare).service(comment).service(like_post);
}

#[post("/e/{event}/plaza/sign-in")]
async fn sign_in_today(house: House, me: Participant) -> Result<HttpResponse, Error> {
    let path = format!("/e/{}/plaza", me.event.slug);
    let done = house.run(async move |app| daily_check_in::sign_in(&app, daily_check_in::Request(me)).await).await?;
    match done.awarded.points {
        _ if !done.first => see_saying(&path, "signed-in-before"),
        0 => see_saying(&path, "signed-in-full"),
        points => see_counting(&path, "signed-in-today", points.unsigned_abs()),
    }
}

#[post("/e/{event}/plaza/posts")]
async fn put_up_post(house: House, visit: Visit, me: Participant, form: PhotoForm) -> Result<HttpResponse, Error> {
    let path = format!("/e/{}/plaza", me.event.slug);
    entrance::may_put_up(&house, &me)?;
    let may = may_today(&house, &me, Kind::Post).await;
    let Received { form, photos } = form.receive(me.account.account_id, photo::MOST, may).await?;
    let who = me.clone();
    let put = async {
        let post: NewPost = body::read(json!({ "body": form.value("body") }))?;
        let contribution = NewContribution { kind: Kind::Post, about: None, body: post.body, photos: photos? };
        // Asked first: afterwards this very post waits, and the step it took is not the next one.
        let put = house.run(async move |app| {
            let earns = top::look(&app, &who).await?.next_post();
            contribute::contribute(&app, &who, contribution).await?;
            Ok(earns)
        });
        put.await
    };
    match put.await {
        Ok(0) => see_saying(&path, "post-waits-full"),
        Ok(earns) => see_counting(&path, "post-waits", earns.unsigned_abs()),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| {
                plaza_page::wall(&house, page, me, Kind::Post, form, Paging::default())
            })
            .await
        }
    }
}

#[post("/e/{event}/plaza/declarations")]
async fn declare(house: House, visit: Visit, me: Participant, form: Form) -> Result<HttpResponse, Error> {
    let path = format!("/e/{}/plaza/declarations", me.event.slug);
    let who = me.clone();
    let put = async {
        let declaration: NewDeclaration = body::read(json!({ "body": form.value("body") }))?;
        let contribution =
            NewContribution { kind: Kind::Declaration, about: None, body: declaration.body, photos: Vec::new() };
        house.run(async move |app| contribute::contribute(&app, &who, contribution).await).await
    };
    match put.await {
        Ok(_) => see_saying(&path, "declaration-waits"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| {
                plaza_page::wall(&house, page, me, Kind::Declaration, form, Paging::default())
            })
            .await
        }
    }
}

#[post("/e/{event}/plaza/posts/{id}/comments")]
async fn comment(
    house: House,
    visit: Visit,
    me: Participant,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let about = id_in_path(&request, "id")?;
    let path = format!("/e/{}/plaza/posts/{about}", me.event.slug);
    let who = me.clone();
    let put = async {
        let comment: NewComment = body::read(json!({ "body": form.value("body") }))?;
        let contribution =
            NewContribution { kind: Kind::Comment, about: Some(about), body: comment.body, photos: Vec::new() };
        house.run(async move |app| contribute::contribute(&app, &who, contribution).await).await
    };
    match put.await {
        Ok(_) => see_saying(&path, "comment-up"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| {
                plaza_page::post(&house, page, me, about, form, Paging::default())
            })
            .await
        }
    }
}

/// Without a script; with one the page asks the API and stays where it is.
#[post("/e/{event}/plaza/posts/{id}/like")]
async fn like_post(house: House, me: Participant, request: HttpRequest, form: Form) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    let likes = form.value("likes") == "yes";
    house.run(async move |app| like::like(&app, &me, id, likes).await).await?;
    Ok(page::see(&format!("{}#post-{id}", own_path(Some(form.value("to"))))))
}
