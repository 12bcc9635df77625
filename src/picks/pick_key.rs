//! What the database may know of the key of a round, from the opening until the ballots are gone:
//! where it lies, and how to recognise it. Never the key.

use std::sync::Arc;

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use super::keys::{Keys, Looked};
use super::refusals::{KEY_STORE_AWAY, KEY_UNAVAILABLE, KEY_WRONG};
use crate::error::{Fault, Refused};
use queqiao_ballots::secret::Secret;

/// Seconds after which it is worth asking again for a key that was not here.
const AGAIN: u64 = 5;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pick_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: Uuid,
    /// See [`Secret::mark`].
    pub mark: Vec<u8>,
    /// The number of the place; see [`Keys::number`].
    pub place: i32,
    /// In words, for whoever has to bring it back.
    pub whereabouts: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What is known of the key of a round; nothing once its ballots are gone.
pub async fn find(db: &impl ConnectionTrait, round_id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(round_id).one(db).await
}

/// The secret of a round that was opened.
///
/// # Errors
/// Only faults; that it is not here is an answer, `key_unavailable` or `key_wrong`, with where it lies.
pub async fn secret(
    db: &impl ConnectionTrait,
    keys: &Keys,
    round_id: Uuid,
) -> Result<Result<Arc<Secret>, Refused>, Fault> {
    let elsewhere = KEY_UNAVAILABLE.saying(
        "The key of this round is not here; `key` says where it lies. The ballots stay sealed: close the round there.",
    );
    let Some(kept) = find(db, round_id).await? else {
        return Ok(Err(without(elsewhere, String::new())));
    };
    Ok(match keys.look(round_id, &kept.mark).await? {
        Looked::Found(secret) => Ok(secret),
        Looked::Wrong => Err(without(KEY_WRONG.into(), kept.whereabouts)),
        Looked::Nowhere => Err(without(elsewhere, kept.whereabouts)),
        Looked::Away => {
            let away =
                "The store of the keys does not answer just now. The ballots stay sealed; try again in a moment.";
            Err(without(KEY_UNAVAILABLE.saying(away), kept.whereabouts))
        }
    })
}

fn without(refused: Refused, whereabouts: String) -> Refused {
    Refused { retry_after: Some(AGAIN), ..refused.with("key", whereabouts) }
}

/// That the store of the keys says nothing, also not whether a key lies there.
pub(super) fn away() -> Refused {
    Refused { retry_after: Some(AGAIN), ..KEY_STORE_AWAY.into() }
}

/// What guests hear of a key that is not here: where it lies is for hosts.
pub(super) fn unavailable() -> Refused {
    Refused { retry_after: Some(AGAIN), ..KEY_UNAVAILABLE.into() }
}
