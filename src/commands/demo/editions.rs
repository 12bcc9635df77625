//! The events of a demonstration: each is drawn up in its own past and led, by the same verbs as in
//! life, to where it stands now.

use std::sync::Arc;

use chrono::{DateTime, Duration, DurationRound, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

use super::applying::apply_and_approve;
use super::couples::{self, COUPLES};
use super::crowd::{Crowd, SEATS, gather};
use super::people::{at_once, of_status, signed_in};
use super::plaza::liven;
use super::{chat, circle, evening, introductions, online, tonight};
use crate::announcements::announce::announce;
use crate::app::App;
use crate::badges::issue::issue;
use crate::error::{Error, Fault};
use crate::events::access::Organizer;
use crate::events::crew::{self, Role};
use crate::events::event;
use crate::events::phase::Phase;
use crate::planning::draw_up::draw_up;
use crate::planning::publish::publish;
use crate::points::close_books;
use crate::registrations::registration::Status;
use crate::screening::commit_run::{Draw, commit_run};
use crate::screening::reply::{Answer, Reply, reply};

/// What there is to see: slug, title in both languages, phase, applicants, seats.
const OTHERS: [(&str, &str, &str, Phase, usize, u32); 6] = [
    ("chunri", "春日读书会", "Spring Reading", Phase::Draft, 0, 40),
    ("jinqiu", "金秋徒步", "Autumn Hike", Phase::Registration, 90, 60),
    ("yinyuehui", "燕缘际会·爱情音乐会", "Love Concert", Phase::Online, 160, 100),
    ("zhongqiu", "中秋诗会", "Mid-Autumn Verses", Phase::Confirmation, 150, 60),
    ("qixi-tonight", "情定七夕·今晚", "Qixi Tonight", Phase::OnSite, 120, 60),
    ("yuandan", "元旦联欢", "New Year's Party", Phase::Closed, 100, 60),
];
/// How many apply to the main event.
pub const APPLICANTS: usize = 800;

/// How long before or after the present phase the others begin, in hours of the whole journey.
fn hours_of(phase: Phase) -> i64 {
    match phase {
        Phase::Draft => -24,
        Phase::Registration => 0,
        Phase::Online => 7 * 24,
        Phase::Screening => 12 * 24,
        Phase::Confirmation => 13 * 24,
        Phase::OnSite => 19 * 24,
        Phase::Closed => 20 * 24,
    }
}

/// Writes the people and leads every event to its phase: at most `most` people apply to one, and there are
/// seats for no more than half of them.
///
/// # Errors
/// Only faults; every refusal would be a mistake of the scene.
pub async fn set_scene(app: &Arc<App>, now: DateTime<Utc>, main: Phase, most: usize) -> Result<(), Error> {
    app.clock.set(now - Duration::days(80));
    let crowd = gather(app, APPLICANTS.min(most)).await?;
    let main = ("qixi", "燕缘际会·七夕", "Qixi Night", main, APPLICANTS, u32::try_from(SEATS).unwrap_or(u32::MAX));
    let seats_of_most = u32::try_from(most / 2).unwrap_or(u32::MAX);
    for (slug, title, title_en, phase, applicants, seats) in OTHERS.into_iter().chain([main]) {
        // The main event stands in for the one of its phase.
        if slug == "qixi" || phase != main.3 {
            let (applicants, seats) = (applicants.min(most), seats.min(seats_of_most));
            lead(app, &crowd, now, (slug, title, title_en, phase, applicants, seats)).await?;
        }
    }
    app.clock.set(now);
    Ok(())
}

/// Half an hour into the phase or more, whichever it is, and an hour into the evening; what is over is over
/// long enough for volunteers to have asked how it went. Phases begin at noon in Shanghai, but for those that would be
/// over before noon comes round.
fn since(phase: Phase, now: DateTime<Utc>) -> Result<DateTime<Utc>, Fault> {
    let ago = match phase {
        Phase::Closed => Duration::days(25),
        Phase::OnSite => Duration::hours(1),
        _ => Duration::minutes(30),
    };
    let (noon, whole) = match phase {
        Phase::Screening => (Duration::zero(), Duration::hours(1)),
        Phase::OnSite => (Duration::zero(), Duration::minutes(30)),
        _ => (Duration::hours(4), Duration::days(1)),
    };
    Ok((now - ago - noon).duration_trunc(whole).map_err(Fault::of)? + noon)
}

/// Two in the afternoon or ten in the morning in Shanghai, whichever comes first once the doors may
/// open; the evening that is being watched has begun, half an hour after its doors opened.
fn starts_at(phase: Phase, opens: DateTime<Utc>) -> Result<DateTime<Utc>, Fault> {
    let begun = opens + Duration::minutes(30);
    let day = opens.duration_trunc(Duration::days(1)).map_err(Fault::of)?;
    let usual = [6, 26].map(|hours| day + Duration::hours(hours)).into_iter().find(|at| *at >= opens);
    Ok(usual.filter(|_| phase != Phase::OnSite).unwrap_or(begun))
}

async fn lead(
    app: &Arc<App>,
    crowd: &Crowd,
    now: DateTime<Utc>,
    (slug, title, title_en, phase, applicants, seats): (&str, &str, &str, Phase, usize, u32),
) -> Result<(), Error> {
    let first = since(phase, now)? - Duration::hours(hours_of(phase));
    let begins = |phase: Phase| first + Duration::hours(hours_of(phase));
    app.clock.set(begins(Phase::Draft) - Duration::hours(1));
    let by = signed_in(crowd.organizer);
    let phases = Phase::SCHEDULED.map(|phase| json!({ "phase": phase, "starts_at": begins(phase) }));
    let starts = starts_at(phase, begins(Phase::OnSite))?;
    let half = seats / 2;
    let wish = json!({
        "organization": crowd.union.slug, "template": "mixer", "slug": slug, "title": title, "title_en": title_en,
        "summary": "线上相识，线下相见：五天互动，一个下午的八分钟约会。", "venue": "市工人文化宫",
        "starts_at": starts, "ends_at": starts + Duration::hours(4),
        "seats": seats, "phases": phases,
        "hosts": [{ "role": "organizer", "name": "市总工会" }, { "role": "co_organizer", "name": crowd.union.name },
            { "role": "supporter", "name": "市工人文化宫" }],
        "stage": { "confessions": { "each": 1, "answer_minutes": 60 } }, "circle": { "days": 60 },
        "chat": { "open": true, "slow_seconds": 5 },
        "screening": { "fallback": "reduce_seats", "side": { "men": { "min": half, "max": half },
            "women": { "min": half, "max": half } }, "unit_side": { "max": 3 } },
    });
    let event = draw_up(app, &by, serde_json::from_value(wish).map_err(Fault::of)?).await?;
    let mut organizer = Organizer { account: by, event };
    if phase == Phase::Draft {
        return Ok(());
    }
    organizer.event = publish(app, &organizer).await?;
    appoint_crew(app, crowd, organizer.event.id).await?;
    // Nothing happens later than it is now, and what has just begun has begun half an hour ago.
    let into = |phase: Phase| begins(phase) + Duration::minutes(20);
    app.clock.set(into(Phase::Registration));
    let people = apply_and_approve(app, crowd, &organizer, applicants, phase == Phase::Registration).await?;
    if phase >= Phase::Online {
        // An online phase that has just begun has seen one day, a finished one all five.
        let days = if phase == Phase::Online { 1 } else { 5 };
        online::days(app, &organizer, &people, into(Phase::Online), days).await?;
        liven(app, &organizer, &people, &crowd.pictures).await?;
        if phase == Phase::Online {
            chat::talk(app, &organizer, &people).await?;
        }
    }
    if phase >= Phase::Confirmation {
        app.clock.set(into(Phase::Screening));
        close_books::due(app).await?;
        commit_run(app, &organizer, Draw::default()).await?;
        app.clock.set(into(Phase::Confirmation));
    }
    if phase == Phase::Confirmation {
        some_answer(app, &organizer).await?;
    }
    if phase >= Phase::OnSite {
        everybody_comes(app, &organizer.event).await?;
        issue(app, organizer.event.id, Some(crowd.organizer)).await?;
    }
    let [_, desk, volunteer] = crowd.crew;
    if phase == Phase::OnSite {
        tonight::begin(app, desk, &organizer, now).await?;
    }
    if phase == Phase::Closed {
        let matches = evening::held(app, desk, &organizer, COUPLES).await?;
        couples::follow_up(app, volunteer, &organizer.event, &matches, now).await?;
        evening::surveyed(app, &organizer.event).await?;
        circle::gather(app, &organizer, now).await?;
        introductions::help(app, volunteer, &organizer, now).await?;
    }
    Ok(())
}

async fn appoint_crew(app: &App, crowd: &Crowd, event_id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let grants =
        crowd.crew.iter().zip([Role::Host, Role::Desk, Role::Volunteer]).map(|(account, role)| crew::ActiveModel {
            id: Set(app.new_id()),
            event_id: Set(event_id),
            account_id: Set(*account),
            role: Set(role),
            granted_at: Set(app.now()),
        });
    crew::Entity::insert_many(grants).exec_without_returning(&txn).await?;
    txn.commit().await
}

/// A third has said yes, some have said no, and the organizer has written to everybody who has not answered.
async fn some_answer(app: &App, organizer: &Organizer) -> Result<(), Error> {
    for (place, person) in of_status(app, &organizer.event, Status::Selected).await?.iter().enumerate() {
        let answer = match place % 12 {
            0 | 4 | 8 => Reply::Confirm,
            5 => Reply::Decline,
            _ => continue,
        };
        reply(app, person, Answer { reply: answer }).await?;
    }
    let plan = json!({
        "to": { "statuses": ["selected"] },
        "subject": "{昵称}，来不来，请告诉我们",
        "text": "{昵称}，您好！\n\n您入选了，席位为您留着。来或不来，都请在期限之前点一下：不来的话，候补的朋友会感谢您。",
    });
    announce(app, organizer, serde_json::from_value(plan).map_err(Fault::of)?).await?;
    Ok(())
}

async fn everybody_comes(app: &Arc<App>, event: &event::Model) -> Result<(), Error> {
    let selected = of_status(app, event, Status::Selected).await?;
    let comes = |app: Arc<App>, person| async move { reply(&app, &person, Answer { reply: Reply::Confirm }).await };
    at_once(app, selected, comes).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_evening_that_is_watched_has_begun() {
        let midnight: DateTime<Utc> = "2026-11-30T00:00:00Z".parse().unwrap();
        for minute in 0..1440 {
            let now = midnight + Duration::minutes(minute);
            let opened = since(Phase::OnSite, now).unwrap();
            let begun = starts_at(Phase::OnSite, opened).unwrap();
            // Who arrives for the scene comes half an hour ago, once the doors are open.
            assert!(opened < now - Duration::minutes(30) && begun <= now - Duration::minutes(30), "{now}: {begun}");
            assert!(begun + Duration::hours(4) > now + Duration::hours(2), "{now}: {begun}");
        }
    }
}
