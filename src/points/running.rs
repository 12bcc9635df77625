//! The tallies of one event, kept between two readings of its board. Lines are only ever added, so a reading takes
//! what is new; a line that became visible late is noticed by counting, and then everything is read again.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Duration, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, PaginatorTrait, QueryOrder, QuerySelect};

use super::entry;
use super::fold::Tally;

/// Lines this close to the newest one are looked at again: others of their moment may still be on their way.
const OVERLAP: Duration = Duration::seconds(10);

/// Everybody's tallies as they were last read.
#[derive(Debug, Default)]
pub struct Running {
    tallies: BTreeMap<Uuid, Tally>,
    /// Lines in the tallies.
    counted: u64,
    /// Everything entered before this is in the tallies; None before the first reading.
    settled: Option<DateTime<Utc>>,
    /// Lines entered since, that are in the tallies too.
    seen: HashSet<Uuid>,
}

impl Running {
    /// Brings the tallies up to date and shows them.
    pub async fn catch_up(
        &mut self,
        db: &impl ConnectionTrait,
        event_id: Uuid,
    ) -> Result<&BTreeMap<Uuid, Tally>, DbErr> {
        // Counted first: whatever is counted here, the reading after it sees as well.
        let total = entry::Entity::of_event(event_id).count(db).await?;
        if self.settled.is_some() {
            self.add_new(db, event_id).await?;
        }
        if self.counted < total {
            self.read_again(db, event_id).await?;
        }
        Ok(&self.tallies)
    }

    async fn read_again(&mut self, db: &impl ConnectionTrait, event_id: Uuid) -> Result<(), DbErr> {
        *self = Self::default();
        let newest = entry::Entity::of_event(event_id)
            .select_only()
            .column(entry::Column::At)
            .order_by_desc(entry::Column::At)
            .into_tuple::<DateTime<Utc>>()
            .one(db)
            .await?;
        let Some(newest) = newest else { return Ok(()) };
        let settled = newest - OVERLAP;
        (self.tallies, self.counted) = entry::tallies(db, event_id, Some(settled)).await?;
        self.settled = Some(settled);
        self.add_new(db, event_id).await
    }

    async fn add_new(&mut self, db: &impl ConnectionTrait, event_id: Uuid) -> Result<(), DbErr> {
        let lines = entry::since(db, event_id, self.settled).await?;
        let Some(newest) = lines.iter().map(|line| line.at).max() else { return Ok(()) };
        for line in lines.iter().filter(|line| !self.seen.contains(&line.id)) {
            let deed = line.deed();
            self.tallies.entry(line.registration_id).or_default().count(deed.rule, deed.day, deed.effect);
            self.counted += 1;
        }
        let settled = std::cmp::max(self.settled, Some(newest - OVERLAP));
        self.settled = settled;
        self.seen = lines.iter().filter(|line| Some(line.at) >= settled).map(|line| line.id).collect();
        Ok(())
    }
}
