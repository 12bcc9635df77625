//! The organizer's office in a browser.

mod drafting;
mod running;
mod applications;
mod units;

use queqiao::accounts::profile;
use queqiao::audit::entry;
use queqiao::events::event;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Evening;
use crate::fixtures::person::Person;

const EVIL: &str = "<script>alert(1)</script>\"'&";
const ESCAPED: &str = "&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;";

type Fields = Vec<(String, String)>;

/// What a browser would send of the form with this action, button apart.
fn filled(page: &str, action: &str) -> Fields {
    let form = page.split("<form").find(|form| form.contains(&format!("action=\"{action}\""))).unwrap();
    let form = form.split("</form>").next().unwrap();
    let mut fields = Vec::new();
    for tag in form.split('<').skip(1) {
        let (inside, after) = tag.split_once('>').unwrap_or((tag, ""));
        let value = |name: &str| -> Option<String> {
            let value = inside.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
            Some(plain(value))
        };
        let ticked = !inside.contains("type=\"checkbox\"") && !inside.contains("type=\"radio\"");
        let Some(name) = value("name").or_else(|| inside.starts_with("option").then(String::new)) else { continue };
        if inside.starts_with("input") && (ticked || inside.contains(" checked")) {
            fields.push((name, value("value").unwrap_or_default()));
        } else if inside.starts_with("textarea") {
            fields.push((name, plain(after.trim_start_matches('\n'))));
        } else if inside.starts_with("select") {
            fields.push((name, String::new()));
        } else if inside.starts_with("option") && inside.contains(" selected") {
            fields.last_mut().unwrap().1 = value("value").unwrap();
        }
    }
    fields
}

fn plain(html: &str) -> String {
    html.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
}

fn with(fields: &[(String, String)], changes: &[(&str, &str)]) -> Fields {
    let kept = fields.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| name != changed)).cloned();
    kept.chain(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
}

async fn send(browser: &Browser, path: &str, fields: &[(String, String)]) -> reqwest::Response {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.send(path, &fields).await
}

async fn upload(browser: &Browser, path: &str, ticked: &[&'static str], table: &str) -> reqwest::Response {
    let form = ticked.iter().fold(Form::new(), |form, name| form.text(*name, "yes"));
    let form = form.part("file", Part::bytes(table.as_bytes().to_vec()).file_name("名单.csv"));
    browser.request(Method::POST, path).header("Sec-Fetch-Site", "same-origin").multipart(form).send().await.unwrap()
}

/// The mark beside an input, where there is one.
fn wrong<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    page.split(&format!("id=\"{name}-wrong\">")).nth(1)?.split('<').next()
}

async fn event(evening: &Evening, slug: &str) -> Option<event::Model> {
    event::by_slug(evening.app.database.reader(), slug).await.unwrap()
}

async fn deeds(evening: &Evening, action: &str) -> Vec<entry::Model> {
    let deeds = entry::Entity::find().filter(entry::Column::Action.eq(action));
    deeds.all(evening.app.database.reader()).await.unwrap()
}

async fn give_name(evening: &Evening, person: &Person, name: &str) {
    evening.calls_themselves(person, name).await;
    let real_name = |row: &mut profile::ActiveModel| {
        row.set_real_name(&evening.app.secrets, person.account_id, Some(name)).unwrap();
    };
    evening.change_profile(person, real_name).await;
}
