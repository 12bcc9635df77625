//! What a person sees and changes of their own account.

use actix_web::web::Json;
use actix_web::{get, patch};
use chrono::NaiveDate;
use garde::Validate;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::account;
use super::address::address_to_unicode;
use super::describe::{self, Changes};
use super::nickname::nickname_rule;
use super::profile::{self, Gender, Private};
use super::signed_in::SignedIn;
use crate::app::{App, House};
use crate::body::{Body, one_line, text};
use crate::error::{Error, Fault, Refused};
use crate::folding;
use crate::language::Language;

/// One's own account and profile.
#[derive(Serialize, ToSchema)]
pub struct Me {
    pub email: String,
    pub language: Language,
    pub administrator: bool,
    /// What colleagues call one who works for a union or an event.
    pub name: Option<String>,
    pub nickname: Option<String>,
    pub gender: Option<Gender>,
    /// Shown to nobody else: others are told an age band, organizers the age on the day of their event.
    pub born_on: Option<NaiveDate>,
    /// That of the date; or all that is known.
    pub birth_year: Option<i32>,
    pub education: Option<String>,
    pub district: Option<String>,
    pub interests: Vec<String>,
    pub about: Option<String>,
    /// Only the organizer of an event one registers for sees it.
    pub real_name: Option<String>,
    /// Given to a match only, by handshake.
    pub phone: Option<String>,
    /// Given to a match only, by handshake.
    pub wechat: Option<String>,
    pub unit_id: Option<Uuid>,
}

impl Me {
    fn of(app: &App, (account, profile): (account::Model, Option<profile::Model>)) -> Result<Self, Fault> {
        let me = Self {
            email: address_to_unicode(&account.address(&app.secrets)?),
            language: account.language,
            administrator: account.administrator,
            name: account.name,
            nickname: None,
            gender: None,
            born_on: None,
            birth_year: None,
            education: None,
            district: None,
            interests: Vec::new(),
            about: None,
            real_name: None,
            phone: None,
            wechat: None,
            unit_id: None,
        };
        let Some(profile) = profile else { return Ok(me) };
        let Private { real_name, born_on, phone, wechat } = profile.private(&app.secrets)?;
        Ok(Self {
            interests: profile.interests(),
            nickname: Some(profile.nickname),
            gender: Some(profile.gender),
            born_on,
            birth_year: profile.birth_year,
            education: profile.education,
            district: profile.district,
            about: profile.about,
            real_name,
            phone,
            wechat,
            unit_id: profile.unit_id,
            ..me
        })
    }
}

/// What is to be different. A field left out stays; `null` empties it.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub struct MyChanges {
    #[garde(skip)]
    pub language: Option<Language>,
    #[garde(inner(inner(custom(one_line(1, 40)))))]
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub name: Option<Option<String>>,
    #[garde(inner(custom(nickname_rule)))]
    pub nickname: Option<String>,
    #[garde(skip)]
    pub gender: Option<Gender>,
    #[garde(skip)]
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>, format = Date, example = "1996-08-22")]
    pub born_on: Option<Option<NaiveDate>>,
    #[garde(inner(inner(custom(one_line(1, 20)))))]
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub education: Option<Option<String>>,
    #[garde(inner(inner(custom(one_line(1, 40)))))]
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub district: Option<Option<String>>,
    /// At most 20 words of at most 20 characters.
    #[garde(inner(length(max = 20), inner(custom(one_line(1, 20)))))]
    pub interests: Option<Vec<String>>,
    #[garde(inner(inner(custom(text(1, 1000)))))]
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub about: Option<Option<String>>,
    #[garde(inner(inner(custom(one_line(1, 40)))))]
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub real_name: Option<Option<String>>,
    #[garde(inner(inner(custom(phone_number))))]
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub phone: Option<Option<String>>,
    #[garde(inner(inner(custom(one_line(1, 40)))))]
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub wechat: Option<Option<String>>,
    #[garde(skip)]
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<Uuid>)]
    pub unit_id: Option<Option<Uuid>>,
}

impl From<MyChanges> for Changes {
    fn from(wanted: MyChanges) -> Self {
        let trimmed = |text: String| folding::line(&text);
        let line = |field: Option<Option<String>>| field.map(|text| text.map(trimmed));
        let plain = |field: Option<Option<String>>| field.map(|text| text.map(|text| folding::plain(&text)));
        Self {
            language: wanted.language,
            name: line(wanted.name),
            nickname: wanted.nickname.map(trimmed),
            gender: wanted.gender,
            born_on: wanted.born_on,
            education: line(wanted.education),
            district: line(wanted.district),
            interests: wanted.interests.map(|values| values.into_iter().map(trimmed).collect()),
            about: wanted.about.map(|text| text.map(|text| text.trim().to_owned())),
            real_name: line(wanted.real_name),
            phone: plain(wanted.phone),
            wechat: plain(wanted.wechat),
            unit_id: wanted.unit_id,
        }
    }
}

/// Tells a field that says `null` from one that is not there.
fn named<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

fn phone_number(number: &str, (): &()) -> garde::Result {
    let number = folding::plain(number);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let known = number.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')'));
    if known && (5..=15).contains(&digits) && number.chars().count() <= 24 {
        Ok(())
    } else {
        Err(garde::Error::new("phone_number|must be a telephone number"))
    }
}

/// One's own account and profile.
///
/// Who: account.
#[utoipa::path(
    tag = "accounts",
    responses(
        (status = 200, body = Me),
        (status = 401, description = "`not_signed_in`"),
    ),
    security(("bearer" = []))
)]
#[get("/me")]
pub async fn show(house: House, who: SignedIn) -> Result<Json<Me>, Error> {
    let found = match profile::recall_own(&house, who.account_id) {
        Some(known) => Some(known),
        None => house.ask(async move |app| profile::own(&app, who.account_id).await).await?,
    };
    Ok(Json(Me::of(&house, found.ok_or_else(Refused::not_signed_in)?)?))
}

/// Changes one's own profile and language.
///
/// Who: account.
#[utoipa::path(
    tag = "accounts",
    request_body = MyChanges,
    responses(
        (status = 200, body = Me),
        (status = 401, description = "`not_signed_in`"),
        (status = 422, description = "`invalid`"),
    ),
    security(("bearer" = []))
)]
#[patch("/me")]
pub async fn change(house: House, who: SignedIn, changes: Body<MyChanges>) -> Result<Json<Me>, Error> {
    let changes = changes.into_inner().into();
    let changed = house.run(async move |app| {
        let changed = describe::describe(&app, who.account_id, changes).await?;
        Ok(Me::of(&app, changed)?)
    });
    changed.await.map(Json)
}
