//! What is due is written to those it concerns, once: the volunteer in whose care a couple is, and
//! the two themselves.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use chrono::Days;
use sea_orm::{EntityTrait, QueryFilter, entity::prelude::*};

use super::cases::{self, Case};
use super::reminder;
use crate::accounts::account;
use crate::app::App;
use crate::couples::couple;
use crate::database::Write;
use crate::error::{Error, Fault};
use crate::events::crew::{self, Role};
use crate::events::event;
use crate::language::Language;
use crate::mail::letter::{self, Action, Draft};
use crate::picks::own;
use crate::registrations::registration;

#[derive(Template)]
#[template(path = "volunteers/case_due.zh.txt")]
struct DueZh<'a> {
    title: &'a str,
    couple: &'a str,
}

#[derive(Template)]
#[template(path = "volunteers/case_due.en.txt")]
struct DueEn<'a> {
    title: &'a str,
    couple: &'a str,
}

#[derive(Template)]
#[template(path = "volunteers/follow_up.zh.txt")]
struct AskedZh<'a> {
    title: &'a str,
    nickname: &'a str,
    partner: &'a str,
}

#[derive(Template)]
#[template(path = "volunteers/follow_up.en.txt")]
struct AskedEn<'a> {
    title: &'a str,
    nickname: &'a str,
    partner: &'a str,
}

/// Writes what is due now. To be called every now and then; each letter is written once.
///
/// # Errors
/// Only faults.
pub async fn remind(app: &Arc<App>) -> Result<(), Error> {
    let now = app.now();
    let reader = app.database.reader();
    // The last task falls due after three months.
    let since = now.checked_sub_days(Days::new(130)).unwrap_or(now);
    let asked = couple::Entity::find_standing().filter(couple::Column::FollowUpSince.gte(since)).all(reader).await?;
    let ids: HashSet<Uuid> = asked.iter().map(|couple| couple.event_id).collect();
    let events = event::Entity::find().filter(event::Column::Id.is_in(ids)).all(reader).await?;
    let mut due = cases::of_events(reader, events).await?;
    due.retain(|case| case.next.is_some_and(|(_, due)| due <= now));
    let ids: Vec<Uuid> = due.iter().map(|case| case.couple.id).collect();
    let written = reminder::of_couples(reader, &ids).await?;
    let written: HashSet<_> = written.into_iter().map(|written| (written.couple_id, written.milestone)).collect();
    due.retain(|case| case.next.is_some_and(|(milestone, _)| !written.contains(&(case.couple.id, milestone))));
    if due.is_empty() {
        return Ok(());
    }
    let txn = app.database.begin_write().await?;
    for case in &due {
        let Some((milestone, _)) = case.next else { continue };
        if reminder::claim(&txn, case.couple.id, milestone, now).await? {
            write(&txn, app, case).await?;
        }
    }
    txn.commit().await
}

async fn write(txn: &Write, app: &App, case: &Case) -> Result<(), Fault> {
    let volunteers = match case.volunteer_id {
        Some(volunteer) => vec![volunteer],
        None => {
            let crew = crew::Entity::find()
                .filter(crew::Column::EventId.eq(case.event.id))
                .filter(crew::Column::Role.eq(Role::Volunteer));
            crew.all(txn).await?.into_iter().map(|serves| serves.account_id).collect()
        }
    };
    let faces = own::faces(txn, case.couple.people()).await?;
    let shown = |id: &Uuid| faces.get(id).map(|(badge, nickname)| format!("{badge} {nickname}")).unwrap_or_default();
    let both = case.couple.people().map(|id| shown(&id));
    let couple = both.join("、");
    for volunteer in volunteers {
        let Some(account) = account::find(txn, volunteer).await? else { continue };
        let title = title(case, account.language);
        let words = match account.language {
            Language::Zh => DueZh { title, couple: &couple }.render(),
            Language::En => DueEn { title, couple: &couple }.render(),
        };
        let action = Action {
            label: account.language.choose("打开回访", "Open the case").to_owned(),
            url: app.public_url(&format!("/volunteer/c/{}", case.couple.id)),
        };
        post(txn, app, case, ("case_due", action), account, words).await?;
    }
    let [lo, hi] = case.couple.people();
    for (own, partner) in [(lo, hi), (hi, lo)] {
        let Some(person) = registration::Entity::find_by_id(own).one(txn).await? else { continue };
        let Some(account) = account::find(txn, person.account_id).await? else { continue };
        let nickname = faces.get(&own).map(|(_, nickname)| nickname.as_str()).unwrap_or_default();
        let (title, partner) = (title(case, account.language), shown(&partner));
        let words = match account.language {
            Language::Zh => AskedZh { title, nickname, partner: &partner }.render(),
            Language::En => AskedEn { title, nickname, partner: &partner }.render(),
        };
        let action = Action {
            label: account.language.choose("打开活动页", "Open the event").to_owned(),
            url: app.public_url(&format!("/e/{}", case.event.slug)),
        };
        post(txn, app, case, ("follow_up", action), account, words).await?;
    }
    Ok(())
}

fn title(case: &Case, language: Language) -> &str {
    language.choose(&case.event.title, case.event.title_en.as_ref().unwrap_or(&case.event.title))
}

async fn post(
    txn: &Write,
    app: &App,
    case: &Case,
    (kind, action): (&'static str, Action),
    account: account::Model,
    words: askama::Result<String>,
) -> Result<(), Fault> {
    let Some((milestone, _)) = case.next else { return Ok(()) };
    let draft = Draft {
        kind,
        to: account.address(&app.secrets)?,
        account_id: Some(account.id),
        event_id: Some(case.event.id),
        language: account.language,
        words: words.map_err(Fault::of)?,
        action: Some(action),
        attachments: Vec::new(),
        dedupe: Some(format!("{kind}:{}:{milestone:?}:{}", case.couple.id, account.id)),
        not_before: None,
    };
    letter::post(txn, app, draft).await
}
