//! The audit as its readers see it: who did what to whom, when and why.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::Deserialize;
use uuid::Uuid;

use crate::accounts::address::address_to_unicode;
use crate::accounts::display_names::load_display_names;
use crate::app::App;
use crate::audit;
use crate::audit::entry::{self, Column};
use crate::error::{Error, FieldError, Refused};
use crate::invitations::invitation;
use crate::organizations::organization;
use crate::page::{Page, fluent, when};
use crate::paging::{self, Paging};
use crate::registrations::registration;
use crate::units::unit;

/// From how many of the latest deeds the actions and people to choose from are read.
const CHOSEN_FROM: u64 = 5_000;

/// Which deeds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    #[serde(default)]
    pub action: String,
    /// The account of whoever did it.
    #[serde(default)]
    pub who: String,
    /// Days of the calendar, `2026-08-22`.
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
    pub cursor: Option<String>,
}

/// One deed, with the names of those it is about.
#[derive(Debug, Clone)]
pub struct Deed {
    pub entry: entry::Model,
    /// None: the house itself.
    pub who: Option<String>,
    pub whom: Option<String>,
    pub union: Option<String>,
}

/// A page of deeds, the latest first, and the actions and people there are to choose from.
pub struct AuditEntries {
    pub deeds: paging::Page<Deed>,
    pub actions: BTreeSet<String>,
    pub people: Vec<(String, String)>,
}

/// Looks among the deeds that `of` selects.
///
/// # Errors
/// 422 for a cursor or a day that is none.
pub async fn find(
    db: &impl ConnectionTrait,
    app: &App,
    of: Select<entry::Entity>,
    query: &AuditQuery,
    zone: Tz,
) -> Result<AuditEntries, Error> {
    let paging = Paging { limit: Some(100), cursor: query.cursor.clone() };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (mut actions, mut actors) = latest(db, &of).await?;
    // What is chosen stays to be chosen.
    actions.extend(Some(query.action.clone()).filter(|action| !action.is_empty()));
    actors.extend(query.who.parse::<Uuid>());
    let mut rows = of;
    rows = match query.action.as_str() {
        // Who signed in when is told where it is asked for; it would bury what was done.
        "" => rows.filter(Column::Action.ne(audit::Deed::SignedIn.name())),
        action => rows.filter(Column::Action.eq(action)),
    };
    match (query.who.as_str(), query.who.parse::<Uuid>()) {
        ("clock", _) => rows = rows.filter(Column::ActorId.is_null()),
        (_, Ok(id)) => rows = rows.filter(Column::ActorId.eq(id)),
        _ => {}
    }
    if let Some(from) = midnight("from", &query.from, zone, 0)? {
        rows = rows.filter(Column::At.gte(from));
    }
    if let Some(to) = midnight("to", &query.to, zone, 1)? {
        rows = rows.filter(Column::At.lt(to));
    }
    if let Some(after) = after {
        rows = rows.filter(Column::Id.lt(after));
    }
    let rows = rows.order_by_desc(Column::Id).limit(limit + 1).all(db).await?;
    let names = Names::of(db, app, &rows, actors.iter().copied()).await?;
    let mut people: Vec<(String, String)> =
        actors.iter().filter_map(|id| Some((id.to_string(), names.accounts.get(id)?.clone()))).collect();
    people.sort_by(|(_, one), (_, other)| one.cmp(other));
    Ok(AuditEntries { deeds: paging::Page::of(rows, limit, |row| row.id, |row| names.deed(row)), actions, people })
}

/// What was done, and by whom, in the latest deeds: an audit grows for ever, and is not read from its beginning to
/// offer a choice.
async fn latest(
    db: &impl ConnectionTrait,
    of: &Select<entry::Entity>,
) -> Result<(BTreeSet<String>, BTreeSet<Uuid>), DbErr> {
    // Sign-ins would bury what was done.
    let signed_in = audit::Deed::SignedIn.name();
    let latest = of.clone().select_only().columns([Column::Action, Column::ActorId]);
    let latest = latest.filter(Column::Action.ne(&signed_in)).order_by_desc(Column::Id).limit(CHOSEN_FROM);
    let (mut actions, actors): (BTreeSet<_>, Vec<_>) =
        latest.into_tuple::<(String, Option<Uuid>)>().all(db).await?.into_iter().unzip();
    actions.insert(signed_in);
    Ok((actions, actors.into_iter().flatten().collect()))
}

/// The moment a day begins, or the one after it; None where no day was typed. What is none is refused: it would look as
/// if everything had been looked through.
fn midnight(field: &'static str, typed: &str, zone: Tz, plus: u64) -> Result<Option<DateTime<Utc>>, Error> {
    let begins = |day: NaiveDate| {
        let day = day.checked_add_days(chrono::Days::new(plus))?;
        Some(zone.from_local_datetime(&day.and_hms_opt(0, 0, 0)?).earliest()?.with_timezone(&Utc))
    };
    let wrong = || Refused::invalid(vec![FieldError::new(field, "wrong_type", "a day such as 2026-08-22")]);
    match typed.trim() {
        "" => Ok(None),
        typed => Ok(Some(typed.parse().ok().and_then(begins).ok_or_else(wrong)?)),
    }
}

/// What a deed is called.
#[must_use]
pub fn words_of(page: &Page, action: &str) -> String {
    fluent::find(page.language, &format!("deed-{}", action.replace('_', "-"))).unwrap_or_else(|| action.to_owned())
}

/// When it was, in the reader's words.
#[must_use]
pub fn moment(page: &Page, zone: Tz, deed: &Deed, now: DateTime<Utc>) -> String {
    when::moment(page.language, zone, deed.entry.at, now)
}

struct Names {
    accounts: HashMap<Uuid, String>,
    registrations: HashMap<Uuid, String>,
    units: HashMap<Uuid, String>,
    /// By the addresses that were named, while the invitations are kept.
    invitations: HashMap<Uuid, String>,
    unions: HashMap<Uuid, String>,
}

impl Names {
    async fn of(
        db: &impl ConnectionTrait,
        app: &App,
        rows: &[entry::Model],
        actors: impl Iterator<Item = Uuid>,
    ) -> Result<Self, Error> {
        let about = |kind: &str| -> Vec<Uuid> {
            rows.iter()
                .filter(|row| row.subject_kind.as_deref() == Some(kind))
                .filter_map(|row| row.subject_id)
                .collect()
        };
        let accounts = actors.chain(about("account")).collect();
        let registrations = registration::Entity::find().filter(registration::Column::Id.is_in(about("registration")));
        let units = unit::Entity::find().filter(unit::Column::Id.is_in(about("unit")));
        let invitations = invitation::Entity::find().filter(invitation::Column::Id.is_in(about("invitation")));
        let invitations = invitations.all(db).await?;
        let unions = rows.iter().filter_map(|row| row.organization_id).collect::<Vec<_>>();
        let unions = organization::Entity::find().filter(organization::Column::Id.is_in(unions));
        Ok(Self {
            accounts: load_display_names(db, app, accounts).await?,
            registrations: registrations.all(db).await?.into_iter().map(|row| (row.id, row.label())).collect(),
            units: units.all(db).await?.into_iter().map(|unit| (unit.id, unit.name)).collect(),
            invitations: invitations
                .into_iter()
                .map(|sent| Ok((sent.id, address_to_unicode(&sent.address(app)?))))
                .collect::<Result<_, Error>>()?,
            unions: unions.all(db).await?.into_iter().map(|union| (union.id, union.name)).collect(),
        })
    }

    fn deed(&self, entry: entry::Model) -> Deed {
        let named = |names: &HashMap<Uuid, String>, id: Option<Uuid>| id.and_then(|id| names.get(&id).cloned());
        Deed {
            // An account that was erased leaves its deeds and no name.
            who: entry.actor_id.map(|id| named(&self.accounts, Some(id)).unwrap_or_else(|| short(id))),
            whom: match entry.subject_kind.as_deref() {
                Some("account") => named(&self.accounts, entry.subject_id),
                Some("registration") => named(&self.registrations, entry.subject_id),
                Some("unit") => named(&self.units, entry.subject_id),
                Some("invitation") => named(&self.invitations, entry.subject_id),
                _ => None,
            },
            union: named(&self.unions, entry.organization_id),
            entry,
        }
    }
}

fn short(id: Uuid) -> String {
    id.to_string().chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect()
}
