//! Who asked the volunteers of a union, as they see them: what the plaza tells of a person, and what they wish.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::card::{self, Card};
use super::introduction;
use super::request::{self, Wish};
use crate::app::App;
use crate::error::Fault;
use crate::plaza::wall;
use crate::registrations::registration;

#[derive(Clone, Debug)]
pub struct Candidate {
    pub request_id: Uuid,
    pub card: Card,
    /// The last declaration that is shown.
    pub declaration: Option<String>,
    pub wish: Wish,
    pub asked_at: DateTime<Utc>,
    /// Is being asked about somebody.
    pub busy: bool,
}

/// Everybody who asked and did not take it back, longest waiting first. The reader is not among them; nor is whoever was
/// proposed to the reader, or is out of their sight: who serves learns nothing here about themself. Nor is whoever
/// withdrew their application.
pub async fn of_union(
    db: &impl ConnectionTrait,
    app: &App,
    organization_id: Uuid,
    reader: Uuid,
) -> Result<Vec<Candidate>, Fault> {
    let mut requests = request::Entity::find()
        .filter(request::Column::OrganizationId.eq(organization_id))
        .filter(request::Column::AccountId.ne(reader))
        .order_by_asc(request::Column::Id)
        .all(db)
        .await?;
    let mut hidden = introduction::out_of_sight(db, reader).await?;
    let with_reader = introduction::Entity::with(reader);
    let with_reader = with_reader.filter(introduction::Column::OrganizationId.eq(organization_id)).all(db).await?;
    hidden.extend(with_reader.iter().filter_map(|one| one.partner_of(reader)));
    let applied = requests.iter().map(|request| request.registration_id);
    let standing = registration::Entity::find().filter(registration::Column::Id.is_in(applied)).all(db).await?;
    let standing = standing.into_iter().filter(|own| own.status.is_active());
    let standing: HashSet<Uuid> = standing.map(|own| own.id).collect();
    requests.retain(|request| !hidden.contains(&request.account_id) && standing.contains(&request.registration_id));
    let registrations: Vec<Uuid> = requests.iter().map(|request| request.registration_id).collect();
    let busy = busy(db, app.now(), organization_id).await?;
    let mut cards = card::of_registrations(db, app, &registrations).await?;
    let mut declarations = wall::last_declarations(db, registrations).await?;
    let mut found = Vec::new();
    for request in requests {
        let Some(card) = cards.remove(&request.registration_id) else { continue };
        found.push(Candidate {
            request_id: request.id,
            card,
            declaration: declarations.remove(&request.registration_id),
            wish: request.wish(app)?,
            asked_at: request.asked_at,
            busy: busy.contains(&request.account_id),
        });
    }
    Ok(found)
}

/// Who of a union is being asked, by the clock: whoever took it back and asked anew meanwhile is, too.
async fn busy(db: &impl ConnectionTrait, now: DateTime<Utc>, organization_id: Uuid) -> Result<HashSet<Uuid>, Fault> {
    let of_union = introduction::Entity::find().filter(introduction::Column::OrganizationId.eq(organization_id));
    let open = of_union.filter(introduction::Column::LapsesAt.gt(now)).all(db).await?;
    Ok(open.into_iter().filter(|one| one.is_open(now)).flat_map(|one| one.people()).collect())
}
