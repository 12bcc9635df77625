//! Whose scans these were, for an organizer who looks at them: of an old code it is known who carried it once.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryFilter};

use super::{attempt, bearer};
use crate::badges::badge;
use crate::badges::number::Number;
use crate::registrations::registration::Side;

/// Whose badge it is.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Owner {
    registration_id: Uuid,
    side: Side,
    number: i32,
    pub nickname: Option<String>,
}

impl Owner {
    /// `男013`.
    #[must_use]
    pub fn badge(&self) -> String {
        Number { side: self.side, number: self.number }.to_string()
    }
}

/// The owner of the badge that each of these attempts named, as far as it named one of this event.
pub async fn find(db: &impl ConnectionTrait, scans: &[attempt::Model]) -> Result<HashMap<Uuid, Owner>, DbErr> {
    let named = scans.iter().filter_map(|scan| scan.registration_id);
    let badges = bearer::badges().filter(badge::Column::RegistrationId.is_in(named));
    let owners: Vec<Owner> = badges.into_model().all(db).await?;
    let owners: HashMap<Uuid, Owner> = owners.into_iter().map(|owner| (owner.registration_id, owner)).collect();
    let of = |scan: &attempt::Model| Some((scan.id, owners.get(&scan.registration_id?)?.clone()));
    Ok(scans.iter().filter_map(of).collect())
}
