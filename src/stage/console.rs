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
use crate::programme::terms::SegmentKind;
use crate::{picks, programme};

/// What the scripts say on the screen, as `stage-{name}`; each gap keeps its name in braces for the
/// script to fill.
pub const SPOKEN_ON_SCREEN: [&str; 29] = [
    "arrived",
    "men",
    "women",
    "declarations",
    "dates-round",
    "dates-next",
    "dates-changing",
    "dates-paused",
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
    "icebreaker",
    "icebreaker-note",
    "groups",
    "group",
    "talent",
    "draw-people",
    "draw-fingerprint",
    "draw-named",
    "draw-hall",
    "draw-calls",
    "draw-off",
];
/// What the console's script says besides.
const SPOKEN_ON_CONSOLE: [&str; 50] = [
    "state-waiting",
    "state-aside",
    "state-revealed",
    "state-crossed",
    "state-gone",
    "gone-home",
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
    "round-lasts",
    "round-short",
    "round-pause",
    "round-resume",
    "round-again",
    "round-sure",
    "round-sure-note",
    "hall-left",
    "hall-came",
    "hall-sure",
    "picks-none",
    "picks-planned",
    "picks-open",
    "picks-closed",
    "picks-tallied",
    "picks-tallied-untold",
    "picks-void",
    "picks-open-act",
    "picks-open-note",
    "picks-open-go",
    "picks-close",
    "picks-close-act",
    "picks-close-note",
    "picks-close-go",
    "picks-chosen-untold",
    "picks-open-sure",
    "nothing-to-show",
    "nothing-more",
    "no-confessions",
    "nobody-speaks",
    "no-talents",
    "nobody-performs",
    "no-draws",
    "nothing-to-draw",
];
const GAPS: [(&str, &str); 6] = [
    ("count", "{count}"),
    ("round", "{round}"),
    ("rounds", "{rounds}"),
    ("left", "{left}"),
    ("badges", "{badges}"),
    ("named", "{named}"),
];

/// One line of the run sheet, and the scene the console offers for it; empty where there is none.
struct SegmentLine {
    title: String,
    minutes: u32,
    scene: &'static str,
}

/// What the hall looks at during a segment, as the console's script calls it.
fn scene_of(kind: SegmentKind, stage: &Terms) -> &'static str {
    match kind {
        SegmentKind::Icebreaker => "icebreaker",
        SegmentKind::TalentShow => "talent",
        SegmentKind::Games => "groups",
        SegmentKind::Dates => "dates",
        SegmentKind::PickRound => "choosing",
        SegmentKind::Stage | SegmentKind::Bridge => "couple",
        SegmentKind::Confessions if stage.confessions.is_some() => "confession",
        SegmentKind::Concert => "welcome",
        SegmentKind::Confessions | SegmentKind::Other => "",
    }
}

#[derive(Template)]
#[template(path = "stage/console.html")]
struct Console {
    page: Page,
    slug: String,
    title: String,
    segments: Vec<SegmentLine>,
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
    let stage = Terms::of(&event)?;
    let segments = programme::terms::of(&event)?.into_iter().map(|segment| {
        let named = page.language.name(&segment.title, segment.title_en.as_deref());
        let title = named.to_owned();
        SegmentLine { title, minutes: segment.minutes, scene: scene_of(segment.kind, &stage) }
    });
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
