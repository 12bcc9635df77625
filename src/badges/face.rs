//! People as the others at their event know them: by number and nickname, and by nothing else.

use std::collections::HashMap;
use std::fmt;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::badge;
use super::number::Number;
use crate::accounts::profile;
use crate::database::IDS_A_STATEMENT;
use crate::registrations::registration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    pub registration_id: Uuid,
    /// None before badges are issued.
    pub worn: Option<Number>,
    pub nickname: String,
}

/// What people in the hall may know of each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BadgeAndNickname {
    #[schema(example = "女008")]
    pub badge: String,
    pub nickname: String,
}

impl Face {
    /// As it is worn: `女008`; nothing before badges are issued.
    #[must_use]
    pub fn badge(&self) -> String {
        self.worn.map(|worn| worn.to_string()).unwrap_or_default()
    }
}

/// As a letter calls them: `女008 小满`.
impl fmt::Display for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.badge(), self.nickname)
    }
}

impl From<&Face> for BadgeAndNickname {
    fn from(face: &Face) -> Self {
        Self { badge: face.badge(), nickname: face.nickname.clone() }
    }
}

/// The faces of these people, by their registrations.
pub async fn faces(
    db: &impl ConnectionTrait,
    registrations: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Face>, DbErr> {
    let wanted: Vec<Uuid> = registrations.into_iter().collect();
    let mut faces = HashMap::with_capacity(wanted.len());
    for some in wanted.chunks(IDS_A_STATEMENT) {
        let people = registration::Column::Id.is_in(some.iter().copied());
        let people = registration::Entity::find().filter(people).all(db).await?;
        let badges = badge::Column::RegistrationId.is_in(some.iter().copied());
        let badges = badge::Entity::find().filter(badges).all(db).await?;
        let worn: HashMap<Uuid, Number> =
            badges.into_iter().map(|badge| (badge.registration_id, badge.worn())).collect();
        let nicknames = profile::nicknames(db, people.iter().map(|person| person.account_id)).await?;
        faces.extend(people.into_iter().map(|person| {
            let nickname = nicknames.get(&person.account_id).cloned().unwrap_or_default();
            (person.id, Face { registration_id: person.id, worn: worn.get(&person.id).copied(), nickname })
        }));
    }
    Ok(faces)
}

/// In the order of their numbers, men first.
#[must_use]
pub fn by_number(faces: HashMap<Uuid, Face>) -> Vec<Face> {
    let mut faces: Vec<Face> = faces.into_values().collect();
    faces.sort_by_key(|face| face.worn);
    faces
}
