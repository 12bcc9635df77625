//! The host's console: the run sheet, what can be shown, and what the hall sees, before and while it
//! sees it.

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get};
use askama::Template;

use super::cue::Reveals;
use super::terms::Terms;
use crate::accounts::visit::Visit;
use crate::error::Error;
use crate::events::access::Host;
use crate::page::{self, Page};
use crate::{picks, programme};

/// What the scripts say on the screen, as `stage-{name}`; each gap keeps its name in braces for the
/// script to fill.
pub const SPOKEN_ON_SCREEN: [&str; 16] = [
    "arrived",
    "men",
    "women",
    "declarations",
    "dates-round",
    "dates-next",
    "dates-soon",
    "dates-over",
    "choosing",
    "choosing-note",
    "chosen",
    "chosen-over",
    "together",
    "bridge",
    "speaks",
    "blessings",
];
/// What the console's script says besides.
const SPOKEN_ON_CONSOLE: [&str; 17] = [
    "state-waiting",
    "state-aside",
    "state-revealed",
    "state-crossed",
    "step-numbers",
    "step-nicknames",
    "step-bridge",
    "no-couples",
    "moved",
    "failed",
    "no-link",
    "round-start",
    "round-finish",
    "round-none",
    "nothing-more",
    "no-confessions",
    "nobody-speaks",
];
const GAPS: [(&str, &str); 3] = [("count", "{count}"), ("round", "{round}"), ("rounds", "{rounds}")];

#[derive(Template)]
#[template(path = "stage/console.html")]
struct Console {
    page: Page,
    slug: String,
    title: String,
    segments: Vec<(String, u32)>,
    /// What is shown of a couple, in order.
    steps: String,
    has_confessions: bool,
    has_nicknames: bool,
    /// How many people one ballot may name where the console has to plan the round.
    picks: u32,
    spoken: Vec<(&'static str, String)>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(console);
}

/// The words a script needs.
pub fn spoken(page: &Page, names: &[&'static str]) -> Vec<(&'static str, String)> {
    let gaps = GAPS.map(|(name, kept)| (name, kept.into()));
    names.iter().map(|name| (*name, page.say(&format!("stage-{name}"), &gaps))).collect()
}

#[get("/e/{event}/console")]
async fn console(visit: Visit, host: Host) -> Result<HttpResponse, Error> {
    let page = visit.page;
    let event = host.event;
    let title = event.titled(page.language).to_owned();
    let picks = picks::terms::Terms::of(&event)?.limit;
    let segments = programme::terms::of(&event)?.into_iter().map(|segment| {
        let named = page.language.name(&segment.title, segment.title_en.as_deref());
        (named.to_owned(), segment.minutes)
    });
    let stage = Terms::of(&event)?;
    let steps: Vec<&str> = Reveals::steps_of(&stage).map(Reveals::word).collect();
    let (segments, mut spoken_here) = (segments.collect(), spoken(&page, &SPOKEN_ON_SCREEN));
    spoken_here.extend(spoken(&page, &SPOKEN_ON_CONSOLE));
    page::answer(&Console {
        slug: event.slug.clone(),
        title,
        segments,
        picks,
        steps: steps.join(" "),
        has_confessions: stage.confessions.is_some(),
        has_nicknames: stage.nicknames,
        spoken: spoken_here,
        page,
    })
}
