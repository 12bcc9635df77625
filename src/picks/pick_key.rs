//! What the database may know of the key of a round, from the opening until the ballots are gone:
//! where it lies, and how to recognise it. Never the key.

use std::sync::Arc;

use actix_web::http::StatusCode;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use super::keys::{Keys, Looked};
use crate::error::{Error, Refused};
use queqiao_ballots::seal::Secret;

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

/// Why nobody can open the ballots of a round here. They stay sealed: nothing is lost by that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoKey {
    Elsewhere {
        whereabouts: String,
    },
    /// Something lies where the key should be.
    Wrong {
        whereabouts: String,
    },
}

impl From<NoKey> for Refused {
    fn from(refused: NoKey) -> Self {
        let (refused, whereabouts) = match refused {
            NoKey::Elsewhere { whereabouts } => {
                let detail = "The key of this round is not here; `key` says where it lies. The ballots stay sealed: close the round there.";
                (Self::new(StatusCode::SERVICE_UNAVAILABLE, "key_unavailable", detail), whereabouts)
            }
            NoKey::Wrong { whereabouts } => {
                let detail = "What lies here as the key of this round is not its key. The ballots stay sealed until the right one is back.";
                (Self::new(StatusCode::SERVICE_UNAVAILABLE, "key_wrong", detail), whereabouts)
            }
        };
        Self { retry_after: Some(AGAIN), ..refused.with("key", whereabouts) }
    }
}

impl From<NoKey> for Error {
    fn from(refused: NoKey) -> Self {
        Refused::from(refused).into()
    }
}

/// What is known of the key of a round; nothing once its ballots are gone.
///
/// # Errors
/// Only faults.
pub async fn find(db: &impl ConnectionTrait, round_id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(round_id).one(db).await
}

/// The secret of a round that was opened.
///
/// # Errors
/// Only faults; that it is not here is an answer.
pub async fn secret(
    db: &impl ConnectionTrait,
    keys: &Keys,
    round_id: Uuid,
) -> Result<Result<Arc<Secret>, NoKey>, Error> {
    let Some(kept) = find(db, round_id).await? else {
        return Ok(Err(NoKey::Elsewhere { whereabouts: String::new() }));
    };
    let whereabouts = kept.whereabouts;
    Ok(match keys.look(round_id, &kept.mark)? {
        Looked::Found(secret) => Ok(secret),
        Looked::Wrong => Err(NoKey::Wrong { whereabouts }),
        Looked::Nowhere => Err(NoKey::Elsewhere { whereabouts }),
    })
}
