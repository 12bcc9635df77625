//! Where somebody works: for a union, for an employer, at an evening, for couples.

use std::sync::Arc;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::accounts::workplaces::Workplaces;
use crate::app::App;
use crate::error::Fault;
use crate::events::crew::{self, Role};
use crate::events::event;
use crate::events::phase::Phase;
use crate::language::Language;
use crate::organizations::organization;
use crate::page::Work;
use crate::remembered::table::Part;
use crate::remembered::{Memory, Table};
use crate::units::unit_contact;

/// As the roof hands it to every page.
pub const WORKPLACES: Workplaces = Workplaces {
    are_none: |app, account| app.extensions.get_or_default::<Idle>().recall(app.database.changes(), &account).is_some(),
    find: |app, account, language| Box::pin(of_account(app, account, language)),
};

/// Somebody who works nowhere.
#[derive(Clone, Copy)]
struct NoWork;

type Idle = Memory<Uuid, NoWork>;

/// What comes first is where the person lands.
async fn of_account(app: Arc<App>, account: Uuid, language: Language) -> Result<Vec<Work>, Fault> {
    let (db, mut works) = (app.database.reader(), Vec::new());
    let before = app.database.changes().before();
    let work = |name, address: &str| Work { name, about: None, address: address.to_owned() };
    if !organization::of_staff(db, account).await?.is_empty() {
        works.push(work("office", "/office"));
    }
    let grants = crew::Entity::find().filter(crew::Column::AccountId.eq(account)).all(db).await?;
    works.extend(at_evenings(&app, db, &grants, language).await?);
    let speaks = unit_contact::Entity::find().filter(unit_contact::Column::AccountId.eq(account));
    if speaks.count(db).await? > 0 {
        works.push(work("unit", "/unit"));
    }
    // The volunteer's own page gathers all evenings, also those that are over: then its work begins.
    if grants.iter().any(|grant| grant.role == Role::Volunteer) {
        works.push(work("volunteer", "/volunteer"));
    }
    if works.is_empty() && grants.is_empty() {
        let read_from = [Table::Organization, Table::Staff, Table::Crew, Table::UnitContact].map(Part::All);
        app.extensions.get_or_default::<Idle>().keep(app.database.changes(), before, account, NoWork, &read_from);
    }
    Ok(works)
}

/// Desks and hosts work until the evening is over.
async fn at_evenings(
    app: &App,
    db: &impl ConnectionTrait,
    grants: &[crew::Model],
    language: Language,
) -> Result<Vec<Work>, Fault> {
    let now = app.now();
    let there: Vec<&crew::Model> = grants.iter().filter(|grant| grant.role != Role::Volunteer).collect();
    if there.is_empty() {
        return Ok(Vec::new());
    }
    let events = event::Entity::find().filter(event::Column::Id.is_in(there.iter().map(|grant| grant.event_id)));
    let events = events.order_by_asc(event::Column::StartsAt).all(db).await?;
    let going_on = events.iter().filter(|event| event.is_published(now) && event.phase(now) < Phase::Closed);
    let works = going_on.flat_map(|event| {
        let mine = there.iter().filter(|grant| grant.event_id == event.id);
        mine.map(|grant| {
            let (name, page) = if grant.role == Role::Host { ("host", "console") } else { ("desk", "desk") };
            let about = Some(event.titled(language).to_owned());
            Work { name, about, address: format!("/e/{}/{page}", event.slug) }
        })
    });
    Ok(works.collect())
}
