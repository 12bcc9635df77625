//! Draws: who won follows from what was published before, and from the record that anybody may read.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Finding, the};
use crate::draws::draw::{self, State};
use crate::draws::{entry, win};
use crate::error::Fault;
use queqiao_screening::draw_record::Record;

/// Every draw that was held has a record that holds, and it is the one of its row, its list and its prizes.
pub async fn draws(db: &impl ConnectionTrait) -> Result<Finding, Fault> {
    let draws = draw::Entity::find().all(db).await?;
    let mut finding = Finding::of("draws", draws.len());
    for draw in &draws {
        if let Some(wrong) = judge(db, draw).await? {
            finding.wrong.push(format!("{}: {wrong}", the("draw", draw.id)));
        }
    }
    Ok(finding)
}

/// What is wrong with it, if anything is.
async fn judge(db: &impl ConnectionTrait, draw: &draw::Model) -> Result<Option<String>, Fault> {
    let held = draw.state == State::Held;
    let Some(file) = draw.file.as_deref() else {
        return Ok(held.then(|| "it was held, and there is no record".to_owned()));
    };
    if !held {
        return Ok(Some("it has a record, and was not held".to_owned()));
    }
    let record = match Record::verify(file.as_bytes()) {
        Ok(record) => record,
        Err(wrong) => return Ok(Some(wrong.to_string())),
    };
    if !is_of(draw, &record) {
        return Ok(Some("its record is of another list, number or announcement".to_owned()));
    }
    let people = entry::of_draw(db, draw.id).await?;
    let people: HashMap<String, Uuid> = people.into_iter().map(|one| (one.leaf, one.registration_id)).collect();
    let mut drawn = Vec::new();
    for (prize, leaves) in (1_i32..).zip(&record.won) {
        drawn.extend(leaves.iter().map(|leaf| (prize, people.get(leaf).copied())));
    }
    let wins = win::Entity::find().filter(win::Column::DrawId.eq(draw.id));
    let wins = wins.order_by_asc(win::Column::Prize).order_by_asc(win::Column::Seat).all(db).await?;
    let wins: Vec<(i32, Option<Uuid>)> = wins.iter().map(|won| (won.prize, Some(won.registration_id))).collect();
    Ok((wins != drawn).then(|| "others have its prizes than its record says".to_owned()))
}

/// Whether the record says what stands in the row.
fn is_of(draw: &draw::Model, record: &Record) -> bool {
    let announced = &record.announcement;
    draw.fingerprint.as_deref() == Some(record.fingerprint.as_str())
        && draw.list_root.as_deref() == Some(announced.list_root.as_str())
        && draw.beacon.as_deref() == Some(record.beacon.as_str())
        && draw.people.map(i64::from) == Some(i64::from(announced.people))
}
