//! An organizer prints badges. Codes open the door, so who printed how many is on record.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::code::{self, Secret};
use super::number::Number;
use super::wearers::{self, Wearer};
use crate::app::App;
use crate::audit::Deed;
use crate::database::IDS_A_STATEMENT;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::registrations::registration::Side;

/// Which badges: those named, else a range of one side or of both.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    pub named: Vec<Number>,
    pub side: Option<Side>,
    pub from: Option<i32>,
    pub to: Option<i32>,
}

impl Chosen {
    /// Whoever no longer comes is printed only by name.
    fn takes(&self, wearer: &Wearer) -> bool {
        if !self.named.is_empty() {
            return self.named.contains(&wearer.worn);
        }
        let number = wearer.worn.number;
        wearer.comes()
            && self.side.is_none_or(|side| side == wearer.worn.side)
            && self.from.is_none_or(|from| number >= from)
            && self.to.is_none_or(|to| number <= to)
    }
}

/// The badges chosen, each with the address its QR says.
///
/// # Errors
/// Only faults.
pub async fn print(app: &App, by: &Organizer, chosen: &Chosen) -> Result<Vec<(Wearer, String)>, Error> {
    let txn = app.database.begin_write().await?;
    let wearers = wearers::of_event(&txn, by.event.id).await?;
    let wearers: Vec<Wearer> = wearers.into_iter().filter(|wearer| chosen.takes(wearer)).collect();
    let mut codes: HashMap<Uuid, Secret> = HashMap::new();
    for some in wearers.chunks(IDS_A_STATEMENT) {
        let badges = code::Column::BadgeId.is_in(some.iter().map(|wearer| wearer.badge_id));
        let valid = code::Entity::find().filter(badges).filter(code::Column::RevokedAt.is_null());
        for row in valid.all(&txn).await? {
            codes.insert(row.badge_id, row.open(app)?);
        }
    }
    let printed: Vec<(Wearer, String)> = wearers
        .into_iter()
        .filter_map(|wearer| {
            let url = codes.get(&wearer.badge_id)?.url(app);
            Some((wearer, url))
        })
        .collect();
    if !printed.is_empty() {
        by.records(Deed::BadgesPrinted)
            .about("event", by.event.id)
            .with(json!({ "badges": printed.len() }))
            .record(&txn, app)
            .await?;
    }
    txn.commit().await?;
    Ok(printed)
}
