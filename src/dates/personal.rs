//! What this room holds about a person, and how it forgets it.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::vacate::vacate;
use super::{date_note, sat_out, sitting};
use crate::app::App;
use crate::error::Error;
use crate::happening::What;
use crate::registrations::exclusion;

/// At which tables the person sat, what they noted for themselves, and whom they never wanted to sit
/// with. Who did not want to sit with them, and what others noted about them, is not told.
///
/// # Errors
/// Only faults.
pub async fn export(db: &impl ConnectionTrait, app: &App, registrations: &[Uuid]) -> Result<Value, Error> {
    let mine = || registrations.iter().copied();
    let one_of_two =
        Condition::any().add(sitting::Column::OneId.is_in(mine())).add(sitting::Column::OtherId.is_in(mine()));
    let sittings = sitting::Entity::find().filter(one_of_two).all(db).await?;
    let waited = sat_out::Entity::find().filter(sat_out::Column::RegistrationId.is_in(mine())).all(db).await?;
    let apart = exclusion::Entity::find().filter(exclusion::Column::SaidBy.is_in(mine())).all(db).await?;
    let notes = date_note::Entity::find().filter(date_note::Column::WrittenBy.is_in(mine())).all(db).await?;
    let notes = notes.iter().map(|row| Ok(json!({"words": row.open_text(app)?, "at": row.written_at})));
    let sittings = sittings.iter().map(
        |row| json!({"event_id": row.event_id, "round_id": row.round_id, "table": row.table_number, "held": row.held}),
    );
    Ok(json!({
        "sittings": sittings.collect::<Vec<_>>(),
        "sat_out": waited.iter().map(|row| json!({"round_id": row.round_id})).collect::<Vec<_>>(),
        "notes": notes.collect::<Result<Vec<_>, Error>>()?,
        "kept_apart": apart.iter().map(|row| json!({"event_id": row.event_id, "because": row.because, "at": row.at})).collect::<Vec<_>>(),
    }))
}

/// Takes the person out of every round that is not over, and forgets whom they did not want to sit with and every note
/// by or about them. Tables that were played stay: they are somebody else's evening, too. Says what to announce after
/// the commit.
///
/// # Errors
/// Only faults.
pub async fn erase(txn: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Vec<(Uuid, What)>, Error> {
    let news = vacate(txn, registrations).await?;
    let mine = || registrations.iter().copied();
    let by_or_about =
        Condition::any().add(date_note::Column::WrittenBy.is_in(mine())).add(date_note::Column::About.is_in(mine()));
    date_note::Entity::delete_many().filter(by_or_about).exec(txn).await?;
    exclusion::Entity::delete_many().filter(exclusion::Column::SaidBy.is_in(mine())).exec(txn).await?;
    Ok(news)
}
