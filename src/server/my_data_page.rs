//! 我的数据 as a page: take it home, see what was agreed to and where one is signed in, leave for
//! good. On the roof, because clear_browser goes through every room.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::forget::forget;
use super::take_home::taken_home;
use crate::accounts::address::address_to_unicode;
use crate::accounts::asker::Asker;
use crate::accounts::authenticate::Proof;
use crate::accounts::reauthenticate::beside;
use crate::accounts::second_factor::factor;
use crate::accounts::visit::Visit;
use crate::accounts::{
    SignedIn, account, change_password, clear_browser, consent, cookie, end_others, idle, mark, session,
};
use crate::app::{App, House};
use crate::audit;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::event;
use crate::mail::{kind, opening};
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, when};
use crate::registrations::registration;

#[derive(Template)]
#[template(path = "server/my_data.html")]
struct MyData {
    page: Page,
    form: Form,
    email: String,
    consents: Vec<Consent>,
    /// Letters an administrator opened: what kind, and when.
    openings: Vec<(String, String)>,
    sessions: Vec<Session>,
    /// When the person signed in last, and how.
    sign_ins: Vec<(String, String)>,
    /// Whether a second factor is on.
    coded: bool,
}

/// How many sign-ins are shown; taken home are all.
const SIGN_INS: u64 = 20;

/// What was agreed to, and when.
struct Consent {
    /// As they were read then; none where nothing was agreed to on these pages.
    sentences: Vec<String>,
    occasions: Vec<Occasion>,
}

struct Occasion {
    name: String,
    when: String,
    /// Where the event is, to withdraw from it; none for the account itself.
    slug: Option<String>,
}

struct Session {
    since: String,
    until: String,
    here: bool,
}

struct Read {
    account: account::Model,
    agreed: Vec<consent::Model>,
    applications: Vec<(registration::Model, Option<event::Model>)>,
    openings: Vec<opening::Model>,
    sessions: Vec<session::Model>,
    sign_ins: Vec<audit::entry::Model>,
    coded: bool,
}

impl MyData {
    /// Whether something was wrong with the form at the bottom, which is folded up else.
    fn leaves(&self) -> bool {
        ["sure", "erase_password", "erase_code"].iter().any(|field| self.form.wrong(field).is_some())
    }
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(data_page).service(take_home).service(change).service(elsewhere).service(leave);
}

#[get("/me/data")]
async fn data_page(house: House, visit: Visit, who: SignedIn) -> Result<HttpResponse, Error> {
    gathered(&house, visit.page, who, Form::default()).await
}

#[post("/me/data/export")]
async fn take_home(
    house: House,
    request: HttpRequest,
    visit: Visit,
    who: SignedIn,
    form: Form,
) -> Result<HttpResponse, Error> {
    match taken_home(&house, &request, who, Proof::typed(&form, "export_")).await {
        Ok(zip) => Ok(zip),
        Err(error) => Ok(refused(&house, visit.page, who, form, beside("export_", error)).await?),
    }
}

#[post("/me/data/password")]
async fn change(
    house: House,
    request: HttpRequest,
    visit: Visit,
    who: SignedIn,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (old, new) = (Proof::typed(&form, "current_"), form.value("password").to_owned());
    let asker = Asker::of(&house, &request);
    let changed = house.run(async move |app| change_password::change_password(&app, &asker, &who, &old, &new).await);
    match changed.await {
        Ok(mark) => {
            let mut answer = see_saying("/me/data", "password-changed")?;
            answer.add_cookie(&mark::set(&house, &request, &mark)).map_err(Fault::of)?;
            Ok(answer)
        }
        Err(error) => Ok(refused(&house, visit.page, who, form, beside("current_", error)).await?),
    }
}

#[post("/me/data/elsewhere")]
async fn elsewhere(house: House, who: SignedIn) -> Result<HttpResponse, Error> {
    house.run(async move |app| end_others::end_others(&app, &who).await).await?;
    see_saying("/me/data", "signed-out-elsewhere")
}

/// Leaves for good, where the box that says so is ticked.
#[post("/me/data/erase")]
async fn leave(
    house: House,
    request: HttpRequest,
    visit: Visit,
    who: SignedIn,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (asker, proof) = (Asker::of(&house, &request), Proof::typed(&form, "erase_"));
    let left = async {
        if form.value("sure").is_empty() {
            let needed = FieldError::new("sure", "needed", "must be ticked");
            return Err(Refused::invalid(vec![needed]).into());
        }
        house.run(async move |app| forget(&app, &asker, who, &proof).await).await
    };
    match left.await {
        Ok(()) => {
            let mut answer = see_saying("/", "erased")?;
            answer.add_cookie(&cookie::removal(&house)).map_err(Fault::of)?;
            clear_browser::forget(&request, &mut answer);
            Ok(answer)
        }
        Err(error) => Ok(refused(&house, visit.page, who, form, beside("erase_", error)).await?),
    }
}

async fn refused(house: &House, page: Page, who: SignedIn, form: Form, error: Error) -> Result<HttpResponse, Error> {
    form.show_again(page, error, |page, form| gathered(house, page, who, form)).await
}

async fn gathered(house: &House, page: Page, who: SignedIn, form: Form) -> Result<HttpResponse, Error> {
    let read = house.run(async move |app| read(&app, who.account_id).await).await?;
    let now = house.now();
    // The account belongs to no event, so neither does its calendar.
    let day = |at: DateTime<Utc>| when::day(page.language, chrono_tz::Asia::Shanghai, at, now);
    let moment = |at: DateTime<Utc>| when::moment(page.language, chrono_tz::Asia::Shanghai, at, now);
    let occasion = |name: &str, at, slug| Occasion { name: name.to_owned(), when: day(at), slug };
    let agreed = |with: Option<Uuid>| -> Vec<String> {
        read.agreed.iter().filter(|row| row.registration_id == with).map(|row| row.text.clone()).collect()
    };
    let account = occasion(&page.t("data-account"), read.account.created_at, None);
    let mut consents = vec![Consent { sentences: agreed(None), occasions: vec![account] }];
    for (mine, event) in read.applications {
        let Some(event) = event else { continue };
        let sentences = agreed(Some(mine.id));
        let applied = occasion(event.titled(page.language), mine.applied_at, Some(event.slug.clone()));
        match consents.iter_mut().find(|consent| consent.sentences == sentences) {
            Some(same) => same.occasions.push(applied),
            None => consents.push(Consent { sentences, occasions: vec![applied] }),
        }
    }
    let session = |row: session::Model| Session {
        since: moment(row.at),
        until: day(row.expires_at),
        here: who.via.session() == Some(row.id),
    };
    let how = |row: &audit::entry::Model| {
        let by = row.detail.get("by").and_then(|by| by.as_str()).unwrap_or_default();
        page.t(&format!("signed-in-{}", by.replace('_', "-")))
    };
    page::answer(&MyData {
        coded: read.coded,
        sign_ins: read.sign_ins.iter().map(|row| (moment(row.at), how(row))).collect(),
        email: address_to_unicode(&read.account.address(&house.secrets)?),
        consents,
        openings: read.openings.iter().map(|row| (kind::kind_label(&page, &row.kind), moment(row.at))).collect(),
        sessions: read.sessions.into_iter().map(session).collect(),
        form,
        page,
    })
}

async fn read(app: &App, id: Uuid) -> Result<Read, Error> {
    let (db, now) = (app.database.reader(), app.now());
    let account = account::find(db, id).await?.ok_or_else(Refused::not_signed_in)?;
    let mine = registration::Entity::find().filter(registration::Column::AccountId.eq(id));
    let mine: Vec<_> = mine.order_by_desc(registration::Column::AppliedAt).all(db).await?;
    let mut applications = Vec::new();
    for mine in mine.into_iter().filter(|mine| mine.status.is_active()) {
        let event = event::Entity::find_by_id(mine.event_id).one(db).await?;
        applications.push((mine, event));
    }
    let sessions = session::Entity::find()
        .filter(session::Column::AccountId.eq(id))
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_desc(session::Column::At);
    let agreed = consent::of_person(db, id).await?;
    let openings = opening::of_person(db, app, id, &account.address(&app.secrets)?).await?;
    let sign_ins = audit::personal::sign_ins(db, id, SIGN_INS).await?;
    let (coded, mut sessions) = (factor::is_on(db, id).await?, sessions.all(db).await?);
    sessions.retain(|session| !idle::has_ended(app, session.into(), account.is_administrator(app)));
    Ok(Read { account, agreed, applications, openings, sessions, sign_ins, coded })
}
