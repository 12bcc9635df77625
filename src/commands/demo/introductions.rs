//! Who asks the volunteers for an introduction after a demonstration's finished evening, and which two were proposed.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{EntityTrait, QueryOrder};
use uuid::Uuid;

use super::people::{signed_in, who_came};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::events::access::Organizer;
use crate::events::phase::Phase;
use crate::introductions::ask::{NewIntroductionRequest, ask};
use crate::introductions::propose::{NewIntroduction, propose};
use crate::introductions::request;
use crate::organizations::organization;
use crate::registrations::access::Participant;
use crate::registrations::registration::Side;

/// How many of a side ask.
const ASKING: usize = 4;

/// What they would like: ages, education, district, words.
const WISHES: [(&[&str], &str, &str, &str); ASKING] = [
    (&["25-29"], "本科", "海淀", "性格开朗，周末愿意一起出门走走。"),
    (&["25-29", "30-34"], "", "", "能聊到一起最要紧，别的慢慢来。"),
    (&["30-34"], "硕士", "朝阳", "喜欢安静，也喜欢做饭。"),
    (&[], "", "海淀", ""),
];

/// Lets some ask, and the volunteer propose two of them to each other.
///
/// # Errors
/// Only faults; every refusal would be a mistake of the scene.
pub async fn help(app: &App, volunteer: Uuid, organizer: &Organizer, now: DateTime<Utc>) -> Result<(), Error> {
    let event = &organizer.event;
    // After one evening: whoever was at two would be asked about two.
    if request::Entity::find().one(app.database.reader()).await?.is_some() {
        return Ok(());
    }
    let over = event.boundary(Phase::Closed).unwrap_or(event.ends_at);
    app.clock.set((over + Duration::days(3)).min(now));
    let (men, women) = (who_came(app, event, Side::Men).await?, who_came(app, event, Side::Women).await?);
    // The last numbers: whoever is a couple by now wears another one.
    let last = |people: Vec<(Participant, String)>| people.into_iter().rev().take(ASKING).map(|(person, _)| person);
    for people in [last(men), last(women)] {
        for (person, (ages, education, district, words)) in people.zip(WISHES) {
            let wish =
                serde_json::json!({ "ages": ages, "education": education, "district": district, "words": words });
            let shows = ["age", "education", "interests", "about"];
            let new = serde_json::json!({ "wish": wish, "shows": shows, "agrees": true });
            let new: NewIntroductionRequest = serde_json::from_value(new).map_err(Fault::of)?;
            ask(app, &person, new).await?;
        }
    }
    let requests = request::Entity::find().order_by_asc(request::Column::Id).all(app.database.reader()).await?;
    let union = organization::Entity::find_by_id(event.organization_id).one(app.database.reader()).await?;
    if let (Some(one), Some(other), Some(union)) = (requests.first(), requests.last(), union) {
        app.clock.set(now.min(over + Duration::days(3)).max(now - Duration::days(2)));
        let pair = NewIntroduction { one: one.id, other: other.id };
        propose(app, signed_in(volunteer), &union.slug, pair).await?;
    }
    Ok(())
}
