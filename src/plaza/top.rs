//! What stands above every view of the plaza: where one is, today's sign-in, and what today can
//! still earn.

use chrono::{DateTime, Utc};

use super::daily_check_in;
use super::earnable::{self, Earnable, Why};
use super::entrance::may_look;
use crate::app::App;
use crate::error::Error;
use crate::events::event;
use crate::events::phase::Phase;
use crate::page::{Page, Tab, when};
use crate::points::rules::Rule;
use crate::points::still_pays;
use crate::registrations::access::Participant;

/// The views beside each other, below `/e/{event}/plaza`.
const VIEWS: [(&str, &str); 3] = [("posts", ""), ("declarations", "/declarations"), ("quizzes", "/quizzes")];

pub struct Top {
    pub slug: String,
    pub title: String,
    pub views: Vec<Tab>,
    /// Whether people act, or only look.
    pub open: bool,
    pub points: i64,
    pub signed_in: bool,
    pub offers: Vec<Offer>,
}

/// What one kind of action still earns today.
pub struct Offer {
    pub name: String,
    pub text: String,
    pub spent: bool,
}

/// What the database knows about somebody's day.
pub struct Sight {
    points: i64,
    signed_in: bool,
    earnable: Earnable,
}

/// Reads somebody's day.
///
/// # Errors
/// What [`may_look`] says.
pub async fn look(app: &App, me: &Participant) -> Result<Sight, Error> {
    may_look(app, me)?;
    let (db, now) = (app.database.reader(), app.now());
    let today = still_pays::of_person(db, &me.event, me.registration.id, now).await?;
    Ok(Sight {
        points: today.points(),
        signed_in: daily_check_in::days_of(db, me.registration.id).await?.contains(&me.event.day(now)),
        earnable: earnable::read(db, &me.event, &me.registration, &today, now).await?,
    })
}

impl Sight {
    /// What the next post of today earns once it is approved; None where nothing can be earned.
    #[must_use]
    pub fn next_post(&self) -> i64 {
        self.earnable.of(Rule::Post).map_or(0, |offer| offer.next)
    }

    /// In the reader's words, with `here` open.
    #[must_use]
    pub fn top(&self, page: &Page, event: &event::Model, now: DateTime<Utc>, here: &str) -> Top {
        let below = format!("/e/{}/plaza", event.slug);
        let view = |(name, path): &(&str, &str)| Tab {
            name: page.t(&format!("plaza-{name}")),
            address: format!("{below}{path}"),
            count: Some(self.earnable.unanswered).filter(|count| *name == "quizzes" && *count > 0),
            open: *name == here,
        };
        Top {
            slug: event.slug.clone(),
            title: event.titled(page.language).to_owned(),
            views: VIEWS.iter().map(view).collect(),
            open: event.phase(now) == Phase::Online,
            points: self.points,
            signed_in: self.signed_in,
            offers: self.offers(page),
        }
    }

    fn offers(&self, page: &Page) -> Vec<Offer> {
        let offer = |offer: &earnable::Offer| {
            let name = match offer.rule {
                Rule::SignIn => "offer-sign-in",
                Rule::Quiz => "offer-quiz",
                _ => "offer-post",
            };
            let text = match offer.why {
                Why::Open => page.say("offer-left", &[("points", offer.left.into())]),
                Why::Waits => page.t("offer-waits"),
                Why::NothingAsked => page.t("offer-nothing-asked"),
                Why::Spent => page.t("offer-spent"),
            };
            Offer { name: page.t(name), text, spent: offer.left == 0 }
        };
        self.earnable.offers.iter().map(offer).collect()
    }
}

/// When the plaza and the people on it can be seen, where they cannot yet: in the words `{key}-opens`.
#[must_use]
pub fn opens(page: &Page, key: &str, event: &event::Model, now: DateTime<Utc>) -> Option<String> {
    if event.phase(now) >= Phase::Online {
        return None;
    }
    let at = event.boundary(Phase::Online).filter(|at| *at > now);
    Some(match at {
        Some(at) => {
            page.say(&format!("{key}-opens"), &[("when", when::moment(page.language, event.zone(), at, now).into())])
        }
        None => page.t("plaza-opens-some-day"),
    })
}
