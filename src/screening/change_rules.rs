//! An organizer changes the seats and the rules by which they will be given.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::IntoActiveModel;
use serde::Deserialize;

use super::promised;
use super::refusals::BOARDS_HAVE_RULES;
use super::terms::{LAST, Terms};
use crate::app::App;
use crate::boards;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::events::rules::seats_rule;
use crate::events::{amendment, event};
use crate::happening::What;
use crate::registrations::precedence;

/// What is to be changed; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    #[garde(custom(seats_rule))]
    pub seats: Option<i32>,
    #[garde(skip)]
    pub screening: Option<Terms>,
}

impl Changes {
    fn named(&self) -> Vec<&'static str> {
        let fields = [("seats", self.seats.is_some()), ("screening", self.screening.is_some())];
        fields.into_iter().filter(|(_, named)| *named).map(|(field, _)| field).collect()
    }
}

/// # Errors
/// 409 `event_closed`, `too_late`, `boards_have_rules`; 422 `invalid`.
pub async fn change_rules(app: &App, by: &Organizer, changes: Changes) -> Result<event::Model, Error> {
    let txn = app.database.begin_write().await?;
    let (event, phase) = amendment::hold(&txn, app, by).await?;
    if !boards::terms::of(&event)?.is_empty() {
        return Err(BOARDS_HAVE_RULES.into());
    }
    let named = changes.named();
    let settled = amendment::settled(&event, phase, &[("screening", LAST)]);
    let late: Vec<_> = settled.into_iter().filter(|(field, _)| named.contains(field)).collect();
    if !late.is_empty() {
        let late = late.into_iter().map(|(field, last)| (field.to_owned(), last)).collect();
        return Err(amendment::too_late(late).into());
    }
    let seats = changes.seats.unwrap_or(event.seats);
    let stored: Option<Terms> = event.part("screening")?;
    let terms = changes.screening.or_else(|| Some(stored?.follow(event.seats)));
    let terms = terms.map(|terms| terms.completed(seats, event.sides));
    promised::keep(&txn, &event, phase, &named, terms.as_ref()).await?;
    let settings = match terms {
        Some(terms) => {
            let faults = terms.faults(seats);
            if !faults.is_empty() {
                return Err(Refused::invalid(faults).into());
            }
            event.with_part("screening", &terms)?
        }
        None => event.settings.clone(),
    };
    let mut row = event.clone().into_active_model();
    row.seats = Set(seats);
    row.settings = Set(settings);
    let event = amendment::write(&txn, app, by, (&event, row), None, &named).await?;
    precedence::update_classes(&txn, &event, app.now()).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::EventChanged);
    Ok(event)
}
