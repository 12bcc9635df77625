//! To whom an announcement goes.

use std::collections::{HashMap, HashSet};

use garde::Validate;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::accounts::{account, profile};
use crate::app::App;
use crate::checkin::attempt::{self, Kind, Verdict};
use crate::checkin::presence;
use crate::error::Fault;
use crate::language::Language;
use crate::registrations::registration::{self, Side, Status};

/// How many ids one statement names.
const MANY: usize = 1_000;

/// Which applicants. What is left out does not narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[schema(as = AnnouncementRecipients)]
#[serde(deny_unknown_fields)]
pub struct Whom {
    /// Standing in one of these; everybody but the withdrawn and the rejected where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[garde(length(max = 10))]
    pub statuses: Vec<Status>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub side: Option<Side>,
    /// Of one of these units.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[garde(length(max = 500))]
    pub units: Vec<Uuid>,
    /// True: who came; false: who did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub checked_in: Option<bool>,
}

/// Somebody who is written to.
#[derive(Clone, Debug)]
pub struct Recipient {
    pub account_id: Uuid,
    pub email: String,
    pub language: Language,
    pub nickname: String,
    pub number: String,
}

/// Everybody meant, in the order of applying; people who were forgotten are nobody.
pub async fn recipients(
    db: &impl ConnectionTrait,
    app: &App,
    event_id: Uuid,
    whom: &Whom,
) -> Result<Vec<Recipient>, Fault> {
    let mut rows = registration::Entity::of_event(event_id);
    if let Some(side) = whom.side {
        rows = rows.filter(registration::Column::Side.eq(side));
    }
    if !whom.units.is_empty() {
        rows = rows.filter(registration::Column::UnitId.is_in(whom.units.iter().copied()));
    }
    rows = if whom.statuses.is_empty() {
        rows.filter(registration::Column::Status.is_not_in([Status::Withdrawn, Status::Rejected]))
    } else {
        rows.filter(registration::Column::Status.is_in(whom.statuses.iter().copied()))
    };
    let mut rows = rows.order_by_asc(registration::Column::Number).all(db).await?;
    if let Some(wanted) = whom.checked_in {
        let came = came(db, event_id).await?;
        rows.retain(|row| came.contains(&row.id) == wanted);
    }
    addressed(db, app, &rows).await
}

/// Who is inside, or was let out again after having been.
async fn came(db: &impl ConnectionTrait, event_id: Uuid) -> Result<HashSet<Uuid>, Fault> {
    let inside = presence::Entity::inside(event_id).all(db).await?;
    let left = attempt::Entity::of_event(event_id)
        .filter(attempt::Column::Kind.eq(Kind::Exit))
        .filter(attempt::Column::Result.eq(Verdict::Admitted))
        .all(db)
        .await?;
    let left = left.into_iter().filter_map(|attempt| attempt.registration_id);
    Ok(inside.into_iter().map(|one| one.registration_id).chain(left).collect())
}

/// The people behind some registrations, one letter a person.
async fn addressed(
    db: &impl ConnectionTrait,
    app: &App,
    rows: &[registration::Model],
) -> Result<Vec<Recipient>, Fault> {
    let mut accounts = HashMap::new();
    let mut nicknames = HashMap::new();
    for some in rows.chunks(MANY) {
        let ids = || some.iter().map(|row| row.account_id);
        let living = account::Entity::alive().filter(account::Column::Id.is_in(ids())).all(db).await?;
        accounts.extend(living.into_iter().map(|account| (account.id, account)));
        let profiles = profile::Entity::find().filter(profile::Column::AccountId.is_in(ids())).all(db).await?;
        nicknames.extend(profiles.into_iter().map(|profile| (profile.account_id, profile.nickname)));
    }
    let mut people = Vec::with_capacity(rows.len());
    for row in rows {
        // Taken out: somebody who withdrew and applied again stands here twice.
        let Some(account) = accounts.remove(&row.account_id) else { continue };
        people.push(Recipient {
            account_id: account.id,
            email: account.address(&app.secrets)?,
            language: account.language,
            nickname: nicknames.get(&row.account_id).cloned().unwrap_or_default(),
            number: row.label(),
        });
    }
    Ok(people)
}
