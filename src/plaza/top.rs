//! What stands above every view of the plaza: where one is, today's sign-in, and what today can
//! still earn.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};

use super::contribution::{self, Kind, State};
use super::entrance::may_look;
use super::{answer, daily_check_in, quiz};
use crate::app::App;
use crate::error::Error;
use crate::events::event;
use crate::events::phase::Phase;
use crate::page::{Page, Tab, when};
use crate::points::rules::Rule;
use crate::points::today::{self, Today};
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
    today: Today,
    signed_in: bool,
    /// Posts of today that nobody has decided about.
    waiting: i64,
    /// Quizzes open now that the person has not answered.
    unanswered: u64,
}

/// Reads somebody's day.
///
/// # Errors
/// What [`may_look`] says.
pub async fn look(app: &App, me: &Participant) -> Result<Sight, Error> {
    may_look(app, me)?;
    let (db, now) = (app.database.reader(), app.now());
    let id = me.registration.id;
    let today = me.event.day(now);
    Ok(Sight {
        today: today::of_person(db, &me.event, id, now).await?,
        signed_in: daily_check_in::days_of(db, id).await?.contains(&today),
        waiting: waiting(db, me, now).await?,
        unanswered: unanswered(db, me, now).await?,
    })
}

async fn waiting(db: &impl ConnectionTrait, me: &Participant, now: DateTime<Utc>) -> Result<i64, DbErr> {
    let posts = contribution::Entity::find()
        .filter(contribution::Column::RegistrationId.eq(me.registration.id))
        .filter(contribution::Column::Day.eq(me.event.day(now)))
        .filter(contribution::Column::Kind.eq(Kind::Post))
        .filter(contribution::Column::State.eq(State::Pending));
    Ok(i64::try_from(posts.count(db).await?).unwrap_or(i64::MAX))
}

async fn unanswered(db: &impl ConnectionTrait, me: &Participant, now: DateTime<Utc>) -> Result<u64, DbErr> {
    let open = quiz::Entity::of_event(me.event.id)
        .filter(quiz::Column::OpensAt.lte(now))
        .filter(quiz::Column::ClosesAt.gt(now));
    let open: Vec<_> = open.all(db).await?.into_iter().map(|quiz| quiz.id).collect();
    let open_count = u64::try_from(open.len()).unwrap_or(u64::MAX);
    let answered = answer::Entity::find()
        .filter(answer::Column::RegistrationId.eq(me.registration.id))
        .filter(answer::Column::QuizId.is_in(open))
        .count(db)
        .await?;
    Ok(open_count.saturating_sub(answered))
}

impl Sight {
    /// What the next post of today earns once it is approved; None where nothing can be earned.
    #[must_use]
    pub fn next_post(&self) -> i64 {
        self.today.chance(Rule::Post, self.waiting).map_or(0, |chance| chance.next)
    }

    /// In the reader's words, with `here` open.
    #[must_use]
    pub fn top(&self, page: &Page, event: &event::Model, now: DateTime<Utc>, here: &str) -> Top {
        let below = format!("/e/{}/plaza", event.slug);
        let view = |(name, path): &(&str, &str)| Tab {
            name: page.t(&format!("plaza-{name}")),
            address: format!("{below}{path}"),
            count: (*name == "quizzes" && self.unanswered > 0).then_some(self.unanswered),
            open: *name == here,
        };
        Top {
            slug: event.slug.clone(),
            title: event.titled(page.language).to_owned(),
            views: VIEWS.iter().map(view).collect(),
            open: event.phase(now) == Phase::Online,
            points: self.today.points(),
            signed_in: self.signed_in,
            offers: self.offers(page),
        }
    }

    fn offers(&self, page: &Page) -> Vec<Offer> {
        let kinds = [(Rule::SignIn, "sign-in", 0), (Rule::Quiz, "quiz", 0), (Rule::Post, "post", self.waiting)];
        let offer = |(rule, name, waiting)| {
            let chance = self.today.chance(rule, waiting)?;
            // A point nobody can get at now is not on offer.
            let left = if rule == Rule::Quiz && self.unanswered == 0 { 0 } else { chance.left };
            let text =
                if left > 0 { page.say("offer-left", &[("points", left.into())]) } else { page.t("offer-spent") };
            Some(Offer { name: page.t(&format!("offer-{name}")), text, spent: left == 0 })
        };
        kinds.into_iter().filter_map(offer).collect()
    }
}

/// When the plaza opens, where it has not yet.
#[must_use]
pub fn opens(page: &Page, event: &event::Model, now: DateTime<Utc>) -> Option<String> {
    if event.phase(now) >= Phase::Online {
        return None;
    }
    let at = event.boundary(Phase::Online).filter(|at| *at > now);
    Some(match at {
        Some(at) => page.say("plaza-opens", &[("when", when::moment(page.language, event.zone(), at, now).into())]),
        None => page.t("plaza-opens-some-day"),
    })
}
