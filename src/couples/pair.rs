//! The two of a couple, as others know them.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::couple;
use crate::badges::face::{self, Face};

/// The two of each couple by its id, women's numbers first.
pub async fn pairs(
    db: &impl ConnectionTrait,
    couples: impl IntoIterator<Item = &couple::Model>,
) -> Result<HashMap<Uuid, Vec<Face>>, DbErr> {
    let couples: Vec<(Uuid, [Uuid; 2])> = couples.into_iter().map(|couple| (couple.id, couple.people())).collect();
    let faces = face::faces(db, couples.iter().flat_map(|(_, people)| *people)).await?;
    let pair = |(id, people): (Uuid, [Uuid; 2])| {
        let mut pair: Vec<Face> = people.iter().filter_map(|person| faces.get(person).cloned()).collect();
        pair.sort_by_cached_key(Face::badge);
        (id, pair)
    };
    Ok(couples.into_iter().map(pair).collect())
}

/// What they wear, and what they call themselves, for programs.
#[must_use]
pub fn unzip(pair: Vec<Face>) -> (Vec<String>, Vec<String>) {
    pair.into_iter().map(|face| (face.badge(), face.nickname)).unzip()
}
