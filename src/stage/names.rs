//! What people are called on the wall: as they were when they came through the door. Whoever changes
//! their nickname in the evening reads the new one on phones, and the hall does not.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::checkin::presence;
use crate::error::Fault;
use crate::picks::own;

/// Badge number and nickname of people, by registration.
pub async fn of(
    db: &impl ConnectionTrait,
    people: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, (String, String)>, Fault> {
    let people: Vec<Uuid> = people.into_iter().collect();
    let mut faces = own::faces(db, people.iter().copied()).await?;
    let came = presence::Entity::find().filter(presence::Column::RegistrationId.is_in(people)).all(db).await?;
    for guest in came {
        // Whoever came before names were kept at the doors is called what they are called now.
        if let (Some((_, name)), Some(kept)) = (faces.get_mut(&guest.registration_id), guest.nickname) {
            *name = kept;
        }
    }
    Ok(faces)
}
