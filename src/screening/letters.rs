//! The letters of this room: what the run came to, each with its reason, and a seat offered later.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Datelike, Utc, Weekday};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::placement::Placed;
use super::seat::{Seat, Seats};
use super::{deadline, run, sentences};
use crate::accounts::{account, profile};
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::language::Language;
use crate::mail::letter::{self, Action, Draft};
use crate::registrations::registration;

/// What every letter of this room may say.
#[derive(Default)]
struct Facts {
    title: String,
    nickname: String,
    standing: String,
    reasons: Vec<String>,
    side: &'static str,
    in_line: usize,
    deadline: String,
    starts: String,
    venue: String,
}

#[derive(Template)]
#[template(path = "screening/selected.zh.txt", escape = "none")]
struct SelectedZh {
    its: Facts,
}

#[derive(Template)]
#[template(path = "screening/selected.en.txt", escape = "none")]
struct SelectedEn {
    its: Facts,
}

#[derive(Template)]
#[template(path = "screening/waitlisted.zh.txt", escape = "none")]
struct WaitlistedZh {
    its: Facts,
}

#[derive(Template)]
#[template(path = "screening/waitlisted.en.txt", escape = "none")]
struct WaitlistedEn {
    its: Facts,
}

#[derive(Template)]
#[template(path = "screening/not_selected.zh.txt", escape = "none")]
struct NotSelectedZh {
    its: Facts,
}

#[derive(Template)]
#[template(path = "screening/not_selected.en.txt", escape = "none")]
struct NotSelectedEn {
    its: Facts,
}

#[derive(Template)]
#[template(path = "screening/offered.zh.txt", escape = "none")]
struct OfferedZh {
    its: Facts,
}

#[derive(Template)]
#[template(path = "screening/offered.en.txt", escape = "none")]
struct OfferedEn {
    its: Facts,
}

/// Tells everybody what the run came to for them.
pub async fn screened(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    run: &run::Model,
    seats: &Seats,
) -> Result<(), Fault> {
    let recipients = recipients(txn, app, event.id).await?;
    let reply_by = deadline::of_invitations(event, app.now());
    for seat in &seats.0 {
        // An erased account has no address any more.
        let Some(to) = recipients.get(&seat.registration.account_id) else { continue };
        let its = facts(event, seat, to, reply_by);
        let words = match (seat.placed, to.language) {
            (Placed::Selected, Language::Zh) => SelectedZh { its }.render(),
            (Placed::Selected, Language::En) => SelectedEn { its }.render(),
            (Placed::Waitlisted, Language::Zh) => WaitlistedZh { its }.render(),
            (Placed::Waitlisted, Language::En) => WaitlistedEn { its }.render(),
            (Placed::NotSelected, Language::Zh) => NotSelectedZh { its }.render(),
            (Placed::NotSelected, Language::En) => NotSelectedEn { its }.render(),
        };
        let words = words.map_err(Fault::of)?;
        letter::post(txn, app, draft(app, event, run, &seat.registration, to, "screened", words)).await?;
    }
    Ok(())
}

/// A seat came free and is this person's until the deadline.
pub async fn offered(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    run: &run::Model,
    moved_up: &registration::Model,
) -> Result<(), Fault> {
    let account = account::find(txn, moved_up.account_id).await?;
    let Some(account) = account else { return Ok(()) };
    let profile = profile::Entity::find_by_id(account.id).one(txn).await?;
    let nickname = profile.map(|profile| profile.nickname).unwrap_or_default();
    let email = account.address(&app.secrets)?;
    let to = Recipient { account_id: account.id, email, language: account.language, nickname };
    let mut its = evening(event, &to);
    its.deadline = moment(event, moved_up.reply_by.unwrap_or_else(|| app.now()), to.language);
    let words = match to.language {
        Language::Zh => OfferedZh { its }.render(),
        Language::En => OfferedEn { its }.render(),
    };
    let words = words.map_err(Fault::of)?;
    letter::post(txn, app, draft(app, event, run, moved_up, &to, "standby_offer", words)).await
}

/// To whom, and in which language.
struct Recipient {
    account_id: Uuid,
    email: String,
    language: Language,
    nickname: String,
}

async fn recipients(txn: &impl ConnectionTrait, app: &App, event_id: Uuid) -> Result<HashMap<Uuid, Recipient>, Fault> {
    let applied = Query::select()
        .column(registration::Column::AccountId)
        .from(registration::Entity)
        .and_where(registration::Column::EventId.eq(event_id))
        .to_owned();
    let accounts = account::Entity::alive().filter(account::Column::Id.in_subquery(applied.clone())).all(txn).await?;
    let profiles = profile::Entity::find().filter(profile::Column::AccountId.in_subquery(applied)).all(txn).await?;
    let mut names: HashMap<Uuid, String> =
        profiles.into_iter().map(|profile| (profile.account_id, profile.nickname)).collect();
    let recipient = |account: account::Model| {
        let nickname = names.remove(&account.id).unwrap_or_default();
        let email = account.address(&app.secrets)?;
        let to = Recipient { account_id: account.id, email, language: account.language, nickname };
        Ok((to.account_id, to))
    };
    accounts.into_iter().map(recipient).collect()
}

fn evening(event: &event::Model, to: &Recipient) -> Facts {
    let title = match to.language {
        Language::Zh => &event.title,
        Language::En => event.title_en.as_ref().unwrap_or(&event.title),
    };
    Facts {
        title: title.clone(),
        nickname: to.nickname.clone(),
        starts: moment(event, event.starts_at, to.language),
        venue: event.venue.clone(),
        ..Facts::default()
    }
}

fn facts(event: &event::Model, seat: &Seat, to: &Recipient, reply_by: DateTime<Utc>) -> Facts {
    let side = seat.registration.side;
    Facts {
        standing: sentences::standing(&seat.why, seat.points, seat.class, side, to.language),
        reasons: sentences::reasons(&seat.why, side, to.language),
        side: sentences::side_name(side, to.language),
        in_line: seat.in_line.unwrap_or(0),
        deadline: moment(event, reply_by, to.language),
        ..evening(event, to)
    }
}

fn draft(
    app: &App,
    event: &event::Model,
    run: &run::Model,
    registration: &registration::Model,
    to: &Recipient,
    kind: &'static str,
    words: String,
) -> Draft {
    Draft {
        kind,
        to: to.email.clone(),
        account_id: Some(to.account_id),
        event_id: Some(event.id),
        language: to.language,
        words,
        action: Some(Action {
            label: to.language.choose("我的报名", "My registration").to_owned(),
            url: app.public_url(&format!("/e/{}/me", event.slug)),
        }),
        attachments: Vec::new(),
        dedupe: Some(format!("{kind}:{}:{}", registration.id, run.number)),
        not_before: None,
    }
}

/// A moment as people say it, by the clock of the event: `8月22日 周六 14:00`.
fn moment(event: &event::Model, moment: DateTime<Utc>, language: Language) -> String {
    let local = moment.with_timezone(&event.zone());
    match language {
        Language::En => local.format("%A, %-d %B, %H:%M").to_string(),
        Language::Zh => {
            let weekday = match local.weekday() {
                Weekday::Mon => "周一",
                Weekday::Tue => "周二",
                Weekday::Wed => "周三",
                Weekday::Thu => "周四",
                Weekday::Fri => "周五",
                Weekday::Sat => "周六",
                Weekday::Sun => "周日",
            };
            format!("{}月{}日 {weekday} {}", local.month(), local.day(), local.format("%H:%M"))
        }
    }
}
