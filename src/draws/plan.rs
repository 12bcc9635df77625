//! A draw is set up: nobody but the house knows of it yet.

use chrono::{DateTime, Utc};
use garde::Validate;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde::Deserialize;
use utoipa::ToSchema;

use super::among;
use super::draw::{self, Among, NewDrawPrize, Prizes, Source, State};
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line;
use crate::error::{Error, FieldError, Refused};
use crate::events::access::Host;
use crate::events::event;
use crate::events::phase::Phase;

/// The most draws an event has: each is published for good.
const MOST: usize = 100;

/// A draw to be set up.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDraw {
    #[garde(custom(one_line(1, 60)))]
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    #[garde(skip)]
    pub among: Among,
    /// In the order in which they are given out: one to ten.
    #[garde(length(min = 1, max = 10), dive)]
    #[schema(min_items = 1, max_items = 10)]
    pub prizes: Vec<NewDrawPrize>,
    #[garde(dive)]
    pub source: Source,
    /// Whether one person may win more than once: several prizes, or after having won at another draw.
    #[serde(default)]
    #[garde(skip)]
    pub again: bool,
    /// Whether whoever is not inside at the draw is passed over.
    #[serde(default)]
    #[garde(skip)]
    pub present: bool,
}

/// Sets a draw up.
///
/// # Errors
/// 422 on `among`; 409 `phase_closed` for a host before and after the evening.
pub async fn plan(app: &App, by: &Host, wish: NewDraw) -> Result<draw::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, by.event.id).await?;
    may(by, &event, app.now())?;
    among::judge(&txn, &event, &wish.among).await?;
    let number = draw::of_event(&txn, event.id).await?.first().map_or(0, |last| last.number) + 1;
    if usize::try_from(number).unwrap_or_default() > MOST {
        return Err(Refused::invalid(vec![FieldError::new("name", "too_many", "at most 100 draws an event")]).into());
    }
    let fresh = draw::Model {
        id: app.new_id(),
        event_id: event.id,
        number,
        name: wish.name.trim().to_owned(),
        among: wish.among,
        prizes: Prizes(wish.prizes.into_iter().map(Into::into).collect()),
        source: wish.source,
        again: wish.again,
        present: wish.present,
        state: State::Planned,
        made_by: by.account.account_id,
        made_at: app.now(),
        fixed_at: None,
        announcement: None,
        fingerprint: None,
        list_root: None,
        people: None,
        beacon: None,
        file: None,
        held_by: None,
        held_at: None,
        reason: None,
    };
    let planned = fresh.into_active_model().reset_all().insert(&txn).await?;
    by.records(Deed::DrawPlanned).about("draw", planned.id).record(&txn, app).await?;
    txn.commit_telling(&planned).await?;
    Ok(planned)
}

/// Organizers draw at any time, a host on the evening.
///
/// # Errors
/// 409 `phase_closed`.
pub fn may(by: &Host, event: &event::Model, now: DateTime<Utc>) -> Result<(), Error> {
    if by.organizer { Ok(()) } else { event.requires(now, Phase::OnSite) }
}
