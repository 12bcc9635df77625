//! Somebody who knows says who works for a unit.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::access::UnitVoice;
use super::roster_entry;
use crate::accounts::address::MailAddress;
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;

/// Rows written by one statement: SQLite takes 32,766 values a statement, PostgreSQL 65,535.
const AT_ONCE: usize = 1_000;

/// What became of a roster.
#[derive(Debug, Clone, Copy)]
pub struct Enrolled {
    /// Addresses the roster did not list before.
    pub added: u64,
    /// Addresses it lists now.
    pub heads: u64,
}

/// Adds addresses to a unit's roster, or makes them the whole roster. Whether one of them belongs
/// to an applicant cannot be told from the answer.
///
/// # Errors
/// Only faults.
pub async fn enroll(app: &App, by: &UnitVoice, people: &[MailAddress], replace: bool) -> Result<Enrolled, Error> {
    // Digests are made before the transaction: twenty thousand take a while.
    let digests: Vec<Vec<u8>> = people.iter().map(|address| roster_entry::digest_of(app, address)).collect();
    let unit_id = by.unit.id;
    let txn = app.database.begin_write().await?;
    let of_unit = roster_entry::Column::UnitId.eq(unit_id);
    if replace {
        roster_entry::Entity::delete_many().filter(of_unit.clone()).exec(&txn).await?;
    }
    let mut added = 0;
    for part in digests.chunks(AT_ONCE) {
        let rows = part.iter().map(|digest| {
            let (id, added_at) = (app.new_id(), app.now());
            let entry = roster_entry::Model { id, unit_id, email_digest: digest.clone(), added_at };
            entry.into_active_model().reset_all()
        });
        let unique = [roster_entry::Column::UnitId, roster_entry::Column::EmailDigest];
        added += roster_entry::Entity::insert_many(rows)
            .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
            .exec_without_returning(&txn)
            .await?;
    }
    let heads = roster_entry::Entity::find().filter(of_unit).count(&txn).await?;
    let deed = if replace { Deed::RosterReplaced } else { Deed::RosterExtended };
    deed.by(by.account.account_id)
        .of_union(by.unit.organization_id)
        .about("unit", unit_id)
        .with(json!({"added": added, "heads": heads}))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(Enrolled { added, heads })
}
