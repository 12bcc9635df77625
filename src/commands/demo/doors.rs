//! The doors of a demonstration: nine of ten come, one after another, and a desk lets them in.

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use sea_orm::QueryOrder;
use uuid::Uuid;

use super::people::signed_in;
use crate::app::App;
use crate::badges::badge;
use crate::checkin::admit::{Request, admit_all};
use crate::checkin::scan::{Passage, Scan};
use crate::error::{Error, Fault};
use crate::events::access::{By, Desk};
use crate::events::event;

/// How many come at the same moment.
const WAVE: usize = 12;

/// They come between two moments.
///
/// # Errors
/// Only faults; every refusal would be a mistake of the scene.
pub async fn arrive(
    app: &App,
    desk: Uuid,
    event: &event::Model,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<(), Error> {
    let desk = Desk { by: By::Person(signed_in(desk)), event: event.clone(), organizer: false };
    let badges = badge::Entity::of_event(event.id).order_by_asc(badge::Column::Number);
    let badges = badges.all(app.database.reader()).await?;
    let came: Vec<_> = badges.iter().enumerate().filter(|(place, _)| place % 10 != 9).map(|(_, badge)| badge).collect();
    let waves = came.chunks(WAVE);
    let pause = (until - from) / i32::try_from(waves.len()).unwrap_or(1).max(1);
    for (nth, wave) in (0..).zip(waves) {
        app.clock.set(from + pause * nth);
        let request = |badge: &&badge::Model| {
            let scan = Scan {
                code: None,
                badge: Some(badge.worn().to_string()),
                nonce: HEXLOWER.encode(&app.chance.secret::<16>()?),
                device: "东门".to_owned(),
                kind: Passage::Entry,
                at: None,
                offline: false,
            };
            Ok::<_, Fault>(Request { desk: desk.clone(), scan, sent_at: None })
        };
        let requests: Vec<Request> = wave.iter().map(request).collect::<Result<_, _>>()?;
        for answered in admit_all(app, &requests).await? {
            answered?;
        }
    }
    Ok(())
}
