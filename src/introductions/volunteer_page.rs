//! Who asked, for a volunteer: cards of both sides, and two of them proposed to each other.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::authorize;
use super::candidates::{self, Candidate};
use super::card::Card;
use super::page::line;
use super::proposals::{self, Outcome, Proposal};
use super::propose::{self, NewIntroduction};
use crate::accounts::SignedIn;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, Refused};
use crate::organizations::organization;
use crate::page::flash::see_saying;
use crate::page::form::{Form, needed};
use crate::page::{self, Page, when};
use crate::registrations::registration::Side;

#[derive(Template)]
#[template(path = "introductions/volunteer.html")]
struct Introducing {
    page: Page,
    form: Form,
    unions: Vec<Union>,
    now: DateTime<Utc>,
}

struct Union {
    union: organization::Model,
    candidates: Vec<Candidate>,
    proposals: Vec<Proposal>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(introducing_page).service(propose_introduction);
}

async fn render(house: &House, page: Page, account: SignedIn, form: Form) -> Result<HttpResponse, Error> {
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let mut unions = Vec::new();
        for union in authorize::unions_of(db, account.account_id).await? {
            let candidates = candidates::of_union(db, &app, union.id, account.account_id).await?;
            let proposals = proposals::of_union(db, union.id, account.account_id, app.now()).await?;
            unions.push(Union { union, candidates, proposals });
        }
        Ok(unions)
    });
    let unions = read.await?;
    if unions.is_empty() {
        return Err(Refused::not_found().into());
    }
    page::answer(&Introducing { page, form, unions, now: house.now() })
}

/// Who: volunteer of any event, organizer.
#[get("/volunteer/introductions")]
async fn introducing_page(house: House, visit: Visit, account: SignedIn) -> Result<HttpResponse, Error> {
    render(&house, visit.page, account, Form::default()).await
}

#[post("/volunteer/introductions/{organization}")]
async fn propose_introduction(
    house: House,
    visit: Visit,
    account: SignedIn,
    union: Path<String>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let proposed = async {
        let new: NewIntroduction =
            body::read(json!({ "one": needed(form.text("one")), "other": needed(form.text("other")) }))?;
        house.run(async move |app| propose::propose(&app, account, &union, new).await).await
    };
    match proposed.await {
        Ok(_) => see_saying("/volunteer/introductions", "introduction-proposed"),
        Err(error) => {
            let show = async |page, form| render(&house, page, account, form).await;
            form.show_again(visit.page, error, show).await
        }
    }
}

impl Introducing {
    fn line(&self, card: &Card) -> String {
        line(&self.page, card)
    }

    fn day(&self, at: &DateTime<Utc>) -> String {
        when::day(self.page.language, chrono_tz::Asia::Shanghai, *at, self.now)
    }

    /// Both sides, each with the member of the form it is chosen by.
    fn sides<'a>(&self, union: &'a Union) -> [(&'static str, String, Vec<&'a Candidate>); 2] {
        let of = |side: Side| union.candidates.iter().filter(move |one| one.card.side == Some(side)).collect();
        [("one", self.page.t("side-women"), of(Side::Women)), ("other", self.page.t("side-men"), of(Side::Men))]
    }

    fn ages(&self, one: &Candidate) -> String {
        self.page.list(one.wish.ages.iter().map(|age| self.page.t(&format!("band-{age}"))))
    }

    fn pair(&self, one: &Proposal) -> String {
        let nobody = || self.page.t("introduction-somebody");
        self.page.list(one.nicknames.iter().map(|name| name.clone().unwrap_or_else(nobody)))
    }

    fn outcome(&self, one: &Proposal) -> String {
        match one.outcome {
            Outcome::Open => self.page.say("introduction-outcome-open", &[("day", self.day(&one.lapses_at).into())]),
            Outcome::Together => self.page.t("introduction-outcome-together"),
            Outcome::NotAbout => self.page.t("introduction-outcome-not-about"),
        }
    }

    fn pill(&self, one: &Proposal) -> &'static str {
        match one.outcome {
            Outcome::Together => "pill good",
            Outcome::Open => "pill",
            Outcome::NotAbout => "pill over",
        }
    }
}
