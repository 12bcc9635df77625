//! 爆灯 on a phone: tap a number and a lamp is lit, in private, until the round closes.
//!
//! Every tap sends the whole ballot, so the page works without a script; with one it does the same
//! without leaving. What a page answers to a ballot is the same whatever was in it.

use actix_web::middleware::from_fn;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use sea_orm::{QueryFilter, QueryOrder, entity::prelude::*};

use super::cast_ballot::{self, Picks};
use super::discreet::discreet;
use super::gallery::{self, Candidate};
use super::own::{self, OwnBallot};
use super::refusals::{BALLOT_UNREADABLE, KEY_UNAVAILABLE};
use super::round::{self, State};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::checkin::presence;
use crate::error::refusal::MALFORMED_FORM;
use crate::error::{Error, Fault};
use crate::events::tabs;
use crate::padding;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab};
use crate::registrations::access::Participant;

#[derive(Template)]
#[template(path = "picks/page.html")]
struct PicksPage {
    page: Page,
    slug: String,
    tabs: Vec<Tab>,
    form: Form,
    stand: Stand,
    round: i32,
    most: usize,
    faces: Vec<Candidate>,
    own: OwnBallot,
}

/// What can be done here now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// No round was opened yet.
    Early,
    /// A round is open, and this person is not inside.
    Outside,
    Open,
    /// A round is open, and its ballots can be neither sealed nor opened here just now.
    Stuck,
    /// Closed and not counted yet.
    Counting,
    Tallied,
    Void,
}

/// What is read of the round called last.
struct Read {
    stand: Stand,
    round: Option<round::Model>,
    faces: Vec<Candidate>,
    own: OwnBallot,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(picks_page).service(send_picks);
}

async fn render_picks(house: &House, page: Page, me: Participant, form: Form) -> Result<HttpResponse, Error> {
    let event = me.event.clone();
    let Read { stand, round, faces, own } = read(house, me).await?;
    let tabs = tabs::of_night(&page, &event, house.now(), "picks");
    let (round, most) = round.map_or((0, 0), |round| (round.number, round.most()));
    let mut answer = PicksPage { page, slug: event.slug, tabs, form, stand, round, most, faces, own };
    let text = answer.render().map_err(Fault::of)?;
    // The same page without a single lamp, and room for all of them: nobody on the Wi-Fi can tell
    // from its size how many are lit, or for whom.
    answer.own = OwnBallot::default();
    let dark = answer.render().map_err(Fault::of)?.len();
    Ok(page::answer_sized(padding::padded(text, dark + answer.room_for_lamps())))
}

async fn read(house: &House, me: Participant) -> Result<Read, Error> {
    house
        .run(async move |app| {
            let db = app.database.reader();
            let called = round::Entity::of_event(me.event.id).filter(round::Column::State.ne(State::Planned));
            let round = called.order_by_desc(round::Column::Number).one(db).await?;
            let nothing = |stand, round| Read { stand, round, faces: Vec::new(), own: OwnBallot::default() };
            let Some(round) = round else { return Ok(nothing(Stand::Early, None)) };
            let stand = match round.state {
                State::Planned => Stand::Early,
                State::Open => Stand::Open,
                State::Closed => Stand::Counting,
                State::Tallied => Stand::Tallied,
                State::Void => Stand::Void,
            };
            if stand != Stand::Open {
                return Ok(nothing(stand, Some(round)));
            }
            if !presence::is_inside(db, me.registration.id).await? {
                return Ok(nothing(Stand::Outside, Some(round)));
            }
            let faces = gallery::candidates(db, &app, &me, &round).await?;
            match own::ballot(&app, &me, round.number).await {
                Ok(own) => Ok(Read { stand, faces, own, round: Some(round) }),
                Err(error) if error.is(KEY_UNAVAILABLE) => Ok(nothing(Stand::Stuck, Some(round))),
                // Can be sent again, as if it had never been.
                Err(error) if error.is(BALLOT_UNREADABLE) => {
                    Ok(Read { stand, faces, own: OwnBallot::default(), round: Some(round) })
                }
                // Closed between the two looks.
                Err(Error::Refused(_)) => Ok(nothing(Stand::Counting, Some(round))),
                Err(fault) => Err(fault),
            }
        })
        .await
}

#[get("/e/{event}/picks", wrap = "from_fn(discreet)")]
async fn picks_page(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    render_picks(&house, visit.page, me, Form::default()).await
}

#[post("/e/{event}/picks", wrap = "from_fn(discreet)")]
async fn send_picks(house: House, visit: Visit, me: Participant, form: Form) -> Result<HttpResponse, Error> {
    let round = form.value("round").parse().map_err(|_| MALFORMED_FORM.saying("Which round?"))?;
    let picks = Picks {
        badges: lit(&form),
        stage: !form.value("stage").is_empty(),
        follow_up: !form.value("follow_up").is_empty(),
    };
    let request = cast_ballot::Request { guest: me.clone(), round, picks };
    match house.run(async move |app| cast_ballot::cast_ballot(&app, request).await).await {
        Ok(_) => see_saying(&format!("/e/{}/picks", me.event.slug), "picks-taken"),
        Err(error) => form.show_again(visit.page, error, |page, form| render_picks(&house, page, me, form)).await,
    }
}

/// The lamps as they are to be: those lit, with the one lit or put out, or moved up, that was tapped.
fn lit(form: &Form) -> Vec<String> {
    let mut lit: Vec<String> = form.values("lamp").filter(|badge| !badge.is_empty()).map(str::to_owned).collect();
    let place = |lit: &[String], badge: &str| lit.iter().position(|lamp| lamp == badge);
    match (form.value("tap"), form.value("up")) {
        ("", "") => {}
        ("", up) => {
            if let Some(place) = place(&lit, up).filter(|place| *place > 0) {
                lit.swap(place - 1, place);
            }
        }
        (tapped, _) => match place(&lit, tapped) {
            Some(place) => {
                lit.remove(place);
            }
            None => lit.push(tapped.to_owned()),
        },
    }
    lit
}

/// Bytes a lit lamp and what goes with it may add to the page, without the nickname.
const LAMP: usize = 1024;

impl PicksPage {
    /// Bytes the page grows by at the most when every lamp is lit, receipt and all.
    fn room_for_lamps(&self) -> usize {
        // A nickname stands once beside its lamp, and escaped it is at most six times as long.
        let longest = self.faces.iter().map(|face| 6 * face.nickname.len()).max().unwrap_or(0);
        (self.most + 1) * (LAMP + longest)
    }

    /// While this stays the same, what the person is in the middle of stays under their fingers.
    fn keep(&self) -> String {
        if self.stand == Stand::Open { format!("open-{}", self.round) } else { String::new() }
    }

    /// Once, right after the first lamp: whether they would go on stage with somebody who picked back.
    fn is_asked(&self) -> bool {
        self.own.badges.len() == 1 && !self.own.stage && !self.own.follow_up
    }

    fn headline(&self) -> String {
        self.page.t(match self.stand {
            Stand::Early => "picks-early",
            Stand::Outside => "picks-outside",
            Stand::Open => "picks-open",
            Stand::Stuck => "picks-stuck",
            Stand::Counting => "picks-counting",
            Stand::Tallied => "picks-tallied",
            Stand::Void => "picks-void",
        })
    }

    fn is_lit(&self, face: &Candidate) -> bool {
        self.own.badges.contains(&face.badge)
    }

    fn nickname(&self, badge: &str) -> &str {
        self.faces.iter().find(|face| face.badge == badge).map_or("", |face| &face.nickname)
    }

    /// Places of lamps that are not lit, from 1.
    fn dark(&self) -> std::ops::RangeInclusive<usize> {
        self.own.badges.len() + 1..=self.most
    }

    /// Those I met stand first: the words over each part of the hall, what kind it is, and who is there.
    fn halls(&self) -> [(&'static str, &'static str, Vec<&Candidate>); 2] {
        let (met, others) = self.faces.iter().partition(|face| face.met.is_some());
        [("picks-met", "hall met", met), ("picks-others", "hall", others)]
    }

    /// The words of what can be wrong with a tap, for the page's own script.
    fn refusal_texts(&self) -> String {
        let codes = ["not-here", "too-many-picks", "not-checked-in", "staff-cannot-pick", "key-unavailable"]
            .map(|code| (code.replace('-', "_"), self.page.t(&format!("trouble-{code}"))));
        serde_json::to_string(&std::collections::BTreeMap::from(codes)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_lights_puts_out_or_moves_up() {
        let lamps = [("lamp", "女001"), ("lamp", "女002"), ("lamp", "")];
        let after = |tap: (&'static str, &'static str)| lit(&Form::filled(lamps.into_iter().chain([tap])));
        assert_eq!(after(("tap", "女003")), ["女001", "女002", "女003"]);
        assert_eq!(after(("tap", "女001")), ["女002"]);
        assert_eq!(after(("up", "女002")), ["女002", "女001"]);
        assert_eq!(after(("up", "女001")), ["女001", "女002"]);
        assert_eq!(after(("up", "女009")), ["女001", "女002"]);
        assert_eq!(after(("stage", "yes")), ["女001", "女002"]);
    }
}
