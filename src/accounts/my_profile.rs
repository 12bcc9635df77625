//! 我的资料 as a page: what others may see of me, and what only a handshake gives away.

use actix_web::{HttpResponse, get, post};
use askama::Template;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::account;
use super::age;
use super::describe::describe;
use super::me_api::MyChanges;
use super::profile::{self, Gender, Private};
use super::signed_in::SignedIn;
use super::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, Refused};
use crate::language::Language;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, fluent};

#[derive(Template)]
#[template(path = "accounts/my_profile.html")]
struct MyProfile {
    page: Page,
    form: Form,
    genders: Vec<(&'static str, String)>,
    educations: Vec<(String, String)>,
    /// What colleagues call whoever works here, in a form of its own: it needs no profile.
    naming: Option<Form>,
}

#[get("/me/profile")]
pub async fn profile_page(house: House, visit: Visit, who: SignedIn) -> Result<HttpResponse, Error> {
    let (profile, naming) = read(&house, visit.page.language, who).await?;
    let form = profile.unwrap_or_default();
    page::answer(&MyProfile { naming, ..MyProfile::new(visit.page, form) })
}

/// The profile as a form, and the form of the name where there is no profile or a name stands already.
async fn read(house: &House, language: Language, who: SignedIn) -> Result<(Option<Form>, Option<Form>), Error> {
    let found = house.run(async move |app| {
        let db = app.database.reader();
        let account = account::find(db, who.account_id).await?;
        let profile = profile::Entity::find_by_id(who.account_id).one(db).await?;
        let profile = profile
            .map(|profile| Ok::<_, Error>(filled(profile.private(&app.secrets)?, profile, language)))
            .transpose()?;
        Ok((profile, account.and_then(|account| account.name)))
    });
    let (profile, name) = found.await?;
    let naming = (profile.is_none() || name.is_some()).then(|| Form::filled([("name", name.unwrap_or_default())]));
    Ok((profile, naming))
}

#[post("/me/profile/name")]
pub async fn save_name(house: House, visit: Visit, who: SignedIn, form: Form) -> Result<HttpResponse, Error> {
    let saved = async {
        let changes: MyChanges = body::parse(json!({ "name": form.text("name") }).to_string().as_bytes())?;
        house.run(async move |app| describe(&app, who.account_id, changes.into()).await).await
    };
    match saved.await {
        Ok(_) => see_saying("/me/profile", "saved"),
        Err(error) => {
            let profile = read(&house, visit.page.language, who).await?.0.unwrap_or_default();
            let show =
                async |page, naming| page::answer(&MyProfile { naming: Some(naming), ..MyProfile::new(page, profile) });
            form.show_again(visit.page, error, show).await
        }
    }
}

#[post("/me/profile")]
pub async fn save_profile(house: House, visit: Visit, who: SignedIn, form: Form) -> Result<HttpResponse, Error> {
    let saved = async {
        let stored =
            house.ask(async move |app| profile::Entity::find_by_id(who.account_id).one(app.database.reader()).await);
        let is_dated = stored.await?.is_some_and(|profile| profile.born_on.is_some());
        let changes: MyChanges =
            body::parse(request(&form, is_dated).to_string().as_bytes()).map_err(of_the_whole_list)?;
        house.run(async move |app| describe(&app, who.account_id, changes.into()).await).await
    };
    match saved.await {
        Ok(_) => see_saying("/me/profile", "saved"),
        Err(error) => {
            let naming = read(&house, visit.page.language, who).await?.1;
            let show = async |page, form| page::answer(&MyProfile { naming, ..MyProfile::new(page, form) });
            form.show_again(visit.page, error, show).await
        }
    }
}

fn filled(private: Private, profile: profile::Model, language: Language) -> Form {
    let gender = match profile.gender {
        Gender::Male => "male",
        Gender::Female => "female",
    };
    let interests = fluent::list(language, profile.interests());
    let fields = [
        ("nickname", Some(profile.nickname)),
        ("gender", Some(gender.to_owned())),
        ("born_on", private.born_on.map(|born| born.to_string())),
        ("education", profile.education),
        ("district", profile.district),
        ("interests", Some(interests)),
        ("about", profile.about),
        ("wechat", private.wechat),
        ("phone", private.phone),
        ("real_name", private.real_name),
    ];
    Form::filled(fields.into_iter().filter_map(|(name, value)| Some((name, value?))))
}

/// The same request a program would send. An emptied field is null, which empties it; but a date that was
/// never there leaves the year that is known.
fn request(form: &Form, is_dated: bool) -> Value {
    let interests = form.value("interests").split([',', '，', '、', ';', '；', ' ', '　', '\n']);
    let interests: Vec<&str> = interests.map(str::trim).filter(|word| !word.is_empty()).collect();
    let mut request = json!({
        "nickname": form.value("nickname"),
        "gender": form.text("gender"),
        "education": form.text("education"),
        "district": form.text("district"),
        "interests": interests,
        "about": form.text("about"),
        "wechat": form.text("wechat"),
        "phone": form.text("phone"),
        "real_name": form.text("real_name"),
    });
    let born = born_on(form);
    if let (Value::Object(members), true) = (&mut request, is_dated || !born.is_null()) {
        members.insert("born_on".to_owned(), born);
    }
    request
}

/// The date of birth in a form, for a request; what is none stays as it is, to be refused by its name.
#[must_use]
pub fn born_on(form: &Form) -> Value {
    match age::read(form.value("born_on")) {
        Some(born) => json!(born),
        None => form.text("born_on"),
    }
}

/// The words are typed into one field, so what is wrong with one is told beside it.
fn of_the_whole_list(error: Error) -> Error {
    let Error::Refused(mut refused) = error else { return error };
    for wrong in &mut refused.errors {
        if wrong.field.starts_with("interests") {
            wrong.field.truncate("interests".len());
        }
    }
    Refused::invalid(refused.errors).into()
}

impl MyProfile {
    fn new(page: Page, form: Form) -> Self {
        let genders = vec![("female", page.t("gender-female")), ("male", page.t("gender-male"))];
        let mut educations: Vec<(String, String)> = vec![(String::new(), page.t("profile-not-given"))];
        let known = ["高中", "大专", "本科", "硕士", "博士"].map(str::to_owned);
        // What an import wrote in other words is not lost by opening the page.
        let own = Some(form.value("education").to_owned()).filter(|own| !own.is_empty() && !known.contains(own));
        educations.extend(known.into_iter().chain(own).map(|word| (word.clone(), degree_label(&page, &word))));
        Self { page, form, genders, educations, naming: None }
    }
}

/// A degree in the reader's language; what is stored is Chinese.
fn degree_label(page: &Page, degree: &str) -> String {
    match degree {
        "高中" => page.t("degree-school"),
        "大专" => page.t("degree-college"),
        "本科" => page.t("degree-bachelor"),
        "硕士" => page.t("degree-master"),
        "博士" => page.t("degree-doctor"),
        other => other.to_owned(),
    }
}
