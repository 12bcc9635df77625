//! One scan. Admitted or refused, known or not, it stays on record, with the very bytes it was
//! answered with: a desk on bad Wi-Fi asks again, and must hear the same.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::refusals::NONCE_REUSED;
use crate::database::pairs::of_pairs;
use crate::error::refusal::Refusal;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// Who was signed in at the desk; of a paired device, who let it in.
    pub account_id: Uuid,
    /// The paired device that asked.
    pub device_id: Option<Uuid>,
    /// What the desk calls itself.
    pub device: String,
    /// Made once a physical scan and kept through every retry.
    pub nonce: String,
    pub request_digest: Vec<u8>,
    pub kind: Kind,
    /// Keyed digest of what was scanned; None where a number was typed.
    pub code_digest: Option<Vec<u8>>,
    /// The number that was typed, as it is worn; None where it names no badge.
    pub typed: Option<String>,
    pub registration_id: Option<Uuid>,
    pub result: Verdict,
    /// Why it was refused, or would have been had the desk been online.
    pub reason: Option<Reason>,
    /// When it happened by the desk's clock.
    pub at: DateTimeUtc,
    /// When it came in by ours.
    pub received_at: DateTimeUtc,
    pub offline: bool,
    /// How far the desk's clock is behind ours, as far as we can tell.
    pub skew_seconds: Option<i64>,
    /// The attempt that this one takes back.
    pub undoes: Option<Uuid>,
    /// Why it was taken back.
    pub note: Option<String>,
    pub answer: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = AttemptKind)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Entry,
    Exit,
    /// Takes an earlier attempt back.
    Undo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = AttemptVerdict)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Admitted,
    Refused,
}

/// Why a scan is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    UnknownCode,
    /// The badge has been given another code since.
    RevokedCode,
    /// The badge is for another event.
    WrongEvent,
    NotSelected,
    Waitlisted,
    Withdrawn,
    Declined,
    /// Has a seat and never said yes, or not in time.
    Unconfirmed,
    TooEarly,
    EventClosed,
    /// Their seat is of a board on another day, or of another one than the desk is for.
    OtherBoard,
    AlreadyAdmitted,
    /// Somebody has to look: an exit of a person who is not inside, or a guest without a badge.
    NeedsReview,
}

impl Entity {
    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id))
    }
}

/// The attempt a desk has already made with this nonce.
pub async fn find_by_nonce(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    device: &str,
    nonce: &str,
) -> Result<Option<Model>, DbErr> {
    let of_desk = Entity::of_event(event_id).filter(Column::Device.eq(device));
    of_desk.filter(Column::Nonce.eq(nonce)).one(db).await
}

/// What desks have made with these nonces, by desk and nonce.
pub async fn find_by_nonces(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    nonces: &[(&str, &str)],
) -> Result<HashMap<(String, String), Made>, DbErr> {
    let made = of_pairs(Entity::of_event(event_id), (Column::Device, Column::Nonce), nonces.iter().copied());
    let made = made.all(db).await?;
    Ok(made.into_iter().map(|made| ((made.device.clone(), made.nonce.clone()), Made::from(made))).collect())
}

/// Puts an attempt on record. False where the device's nonce is on record already.
pub async fn record(txn: &impl ConnectionTrait, row: ActiveModel) -> Result<bool, DbErr> {
    record_all(txn, vec![row]).await
}

/// Puts attempts on record. False where a device's nonce is on record already: then this transaction is to
/// be given up.
pub async fn record_all(txn: &impl ConnectionTrait, rows: Vec<ActiveModel>) -> Result<bool, DbErr> {
    let number = rows.len() as u64;
    if number == 0 {
        return Ok(true);
    }
    let known = OnConflict::columns([Column::EventId, Column::Device, Column::Nonce]).do_nothing().to_owned();
    Ok(Entity::insert_many(rows).on_conflict(known).exec_without_returning(txn).await? == number)
}

/// What a request was answered, and by what it is known again.
#[derive(Clone, Debug)]
pub struct Made {
    pub request_digest: Vec<u8>,
    pub answer: Vec<u8>,
}

impl From<Model> for Made {
    fn from(made: Model) -> Self {
        Self { request_digest: made.request_digest, answer: made.answer }
    }
}

impl Made {
    /// The first answer, byte for byte.
    ///
    /// # Errors
    /// 409 `nonce_reused` where the request is another one.
    pub fn replay(&self, request_digest: &[u8]) -> Result<Vec<u8>, Refusal> {
        if self.request_digest == request_digest { Ok(self.answer.clone()) } else { Err(NONCE_REUSED) }
    }
}

impl Model {
    /// The first answer, byte for byte.
    ///
    /// # Errors
    /// 409 `nonce_reused` where the request is another one.
    pub fn replay(self, request_digest: &[u8]) -> Result<Vec<u8>, Refusal> {
        Made::from(self).replay(request_digest)
    }
}
