//! The plaza, the people and the organizer's queue as people see them in a browser.

mod photos;
mod contributions;
mod people;

use queqiao::plaza::{contribution, photo};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Response};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Evening;
use crate::fixtures::photos::jpeg;

const PLAZA: &str = "/e/qixi/plaza";
const QUEUE: &str = "/office/e/qixi/moderation";

async fn upload(
    browser: &Browser,
    path: &str,
    caption: Option<&str>,
    photos: Vec<(&'static str, Vec<u8>)>,
) -> Response {
    let mut form = Form::new();
    for (name, bytes) in photos {
        form = form.part("photo", Part::bytes(bytes).file_name(name).mime_str("image/jpeg").unwrap());
    }
    if let Some(caption) = caption {
        form = form.text("body", caption.to_owned());
    }
    let request = browser.request(Method::POST, path).header("Sec-Fetch-Site", "same-origin");
    request.multipart(form).send().await.unwrap()
}

/// The page after a form, with what it says.
async fn follow(browser: &Browser, response: Response) -> String {
    assert_eq!(response.status().as_u16(), 303, "{}", response.text().await.unwrap());
    let flash = header(&response, "set-cookie").split(';').next().unwrap().to_owned();
    let path = header(&response, "location").to_owned();
    let cookie = format!("{}; {flash}", browser.cookie.clone().unwrap());
    let page = browser.client.get(format!("{}{path}", browser.address)).header("Cookie", cookie);
    let page = page.header("Accept", "text/html").send().await.unwrap();
    let (status, text) = read(page).await;
    assert_eq!(status, 200, "{text}");
    text
}

async fn contributions(evening: &Evening) -> Vec<contribution::Model> {
    let rows = contribution::Entity::find().order_by_asc(contribution::Column::Id);
    rows.all(evening.app.database.reader()).await.unwrap()
}

async fn approve(evening: &Evening, id: Uuid) {
    let path = format!("/api/v1/events/qixi/moderation/{id}/decision");
    assert_eq!(evening.organizer.post(&path, json!({"decision": "approve"})).await.status, 200);
}

/// The address of somebody's page, as the list links it.
fn card(list: &str, nickname: &str) -> String {
    let end = list.find(&format!(">{nickname}</a>")).unwrap_or_else(|| panic!("{nickname} is not there: {list}"));
    let start = list[..end].rfind("href=\"").unwrap() + 6;
    list[start..].split('"').next().unwrap().to_owned()
}

/// Puts up a post with one photo and has it approved; gives its id and the photo's.
async fn shown_photo(evening: &Evening, browser: &Browser) -> (Uuid, Uuid) {
    let put = upload(browser, "/e/qixi/plaza/posts", Some("香山的红叶"), vec![("a.jpg", jpeg(64, 48))]).await;
    assert_eq!(put.status().as_u16(), 303, "{}", put.text().await.unwrap());
    let post = contributions(evening).await.pop().unwrap();
    approve(evening, post.id).await;
    let photo = photo::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap();
    (post.id, photo.id)
}
