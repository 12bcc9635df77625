//! 形象照: the face beside a nickname, where the person put one up and the organizer let it stand.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};

use super::contribution::{self, Column, Kind, State};
use super::photo::{self, Frame};

/// A portrait, and what stands on the plaza as it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portrait {
    pub contribution_id: Uuid,
    pub frame: Frame,
}

/// The portraits of these people that everybody sees.
pub async fn load_approved(
    db: &impl ConnectionTrait,
    registrations: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Portrait>, DbErr> {
    let rows = contribution::Entity::find()
        .filter(Column::RegistrationId.is_in(registrations))
        .filter(Column::Kind.eq(Kind::Portrait))
        .filter(Column::State.eq(State::Approved))
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    // The latest one wins.
    let latest: HashMap<Uuid, Uuid> = rows.into_iter().map(|row| (row.registration_id, row.id)).collect();
    let frames = photo::frames(db, latest.values().copied()).await?;
    let portrait = |(person, contribution_id): (Uuid, Uuid)| {
        let frame = *frames.get(&contribution_id)?.first()?;
        Some((person, Portrait { contribution_id, frame }))
    };
    Ok(latest.into_iter().filter_map(portrait).collect())
}

/// The last one a person put up and did not take down, whatever else became of it.
pub async fn last_of(
    db: &impl ConnectionTrait,
    registration_id: Uuid,
) -> Result<Option<(contribution::Model, Frame)>, DbErr> {
    let last = contribution::Entity::find()
        .filter(Column::RegistrationId.eq(registration_id))
        .filter(Column::Kind.eq(Kind::Portrait))
        .filter(Column::State.ne(State::Withdrawn))
        .order_by_desc(Column::Id)
        .one(db)
        .await?;
    let Some(last) = last else { return Ok(None) };
    let frames = photo::frames(db, [last.id]).await?;
    Ok(frames.get(&last.id).and_then(|frames| frames.first()).map(|frame| (last, *frame)))
}
