//! Who is screened: everybody approved, with the points and the class they have; or the list, once it is published.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::list;
use super::record::{Listed, list_root};
use crate::app::App;
use crate::boards::{self, wish};
use crate::error::Fault;
use crate::events::event;
use crate::points::standing;
use crate::registrations::precedence;
use crate::registrations::registration::{self, Status};
use crate::units::unit;
use queqiao_screening::applicant::Applicant;

/// Whom a run would look at now: the list that was published last, without those who have left since; before there is
/// one, everybody approved.
pub async fn to_screen(
    db: &impl ConnectionTrait,
    event: &event::Model,
    now: DateTime<Utc>,
) -> Result<Vec<Listed>, Fault> {
    let Some(list) = list::latest(db, event.id).await? else { return applicants(db, event, now).await };
    let approved = registration::Entity::of_event(event.id).filter(registration::Column::Status.eq(Status::Approved));
    let here: HashSet<String> = approved.all(db).await?.iter().map(registration::Model::label).collect();
    Ok(list.lines()?.into_iter().filter(|line| here.contains(&line.applicant.number)).collect())
}

/// The approved applicants in the order of their numbers, with what they wish where there are boards; without salts.
async fn applicants(db: &impl ConnectionTrait, event: &event::Model, now: DateTime<Utc>) -> Result<Vec<Listed>, Fault> {
    let boards = boards::terms::of(event)?;
    let mut wishes = match boards.is_empty() {
        true => HashMap::new(),
        false => wish::of_event(db, &boards, event.id).await?,
    };
    let points: HashMap<Uuid, i64> = standing::of_event(db, event).await?.into_iter().collect();
    let units = unit::Entity::find().filter(unit::Column::OrganizationId.eq(event.organization_id)).all(db).await?;
    let names: HashMap<Uuid, String> = units.into_iter().map(|unit| (unit.id, unit.name)).collect();
    let approved = registration::Entity::of_event(event.id)
        .filter(registration::Column::Status.eq(Status::Approved))
        .order_by_asc(registration::Column::Number)
        .all(db)
        .await?;
    let classes = precedence::of_applicants(db, event, &approved, now).await?;
    let mut applicants: Vec<Listed> = approved
        .into_iter()
        .zip(classes)
        .map(|(registration, class)| {
            let applicant = Applicant {
                number: registration.label(),
                side: registration.side.into(),
                unit: names.get(&registration.unit_id).cloned().unwrap_or_else(|| registration.unit_id.to_string()),
                band: registration.band.clone().unwrap_or_default(),
                class,
                points: points.get(&registration.id).copied().unwrap_or(0),
                held: registration.held,
            };
            let wishes = wishes.remove(&registration.id).unwrap_or_else(|| wish::any(&boards));
            Listed { wishes, ..Listed::new(String::new(), applicant) }
        })
        .collect();
    // As text, for `A10000` comes before `A9999` in the record, which is sorted as whoever recomputes it sorts.
    applicants.sort_by(|a, b| a.applicant.number.cmp(&b.applicant.number));
    Ok(applicants)
}

/// Writes down the list as it stands, with fresh salts. The caller holds the event row.
pub async fn publish(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    draw: &str,
    by: Uuid,
) -> Result<list::Model, Fault> {
    precedence::update_classes(txn, event, app.now()).await?;
    let mut lines = applicants(txn, event, app.now()).await?;
    for line in &mut lines {
        line.salt = HEXLOWER.encode(&app.chance.secret::<16>()?);
    }
    let row = list::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(event.id),
        draw: Set(draw.to_owned()),
        root: Set(HEXLOWER.encode(&list_root(&lines))),
        people: Set(i32::try_from(lines.len()).unwrap_or(i32::MAX)),
        entries: Set(serde_json::to_string(&lines).map_err(Fault::of)?),
        published_by: Set(by),
        published_at: Set(app.now()),
    };
    Ok(row.insert(txn).await?)
}
