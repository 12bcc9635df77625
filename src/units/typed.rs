//! The unit somebody means by what they typed into a form.

use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::unit;
use crate::error::Fault;

/// Units offered where the typed name is none.
const NEAR: usize = 5;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct TypedUnit {
    /// None where nothing was typed, where no unit has the name, or where two unions have one each.
    pub id: Option<Uuid>,
    /// Units that may have been meant, id and name, where none has the name.
    pub near: Vec<(Uuid, String)>,
    /// Something was typed, and no unit has the name.
    pub unknown: bool,
    /// What is written down as it was typed: none of those that are near was meant.
    pub name: Option<String>,
}

/// What a form says where none of the units that are near is meant.
pub const AS_TYPED: &str = "typed";

/// The unit of these unions that was chosen, else the one whose name was typed, else what was typed.
pub async fn find_typed(
    db: &impl ConnectionTrait,
    unions: &[Uuid],
    chosen: &str,
    typed: &str,
) -> Result<TypedUnit, Fault> {
    let as_typed = chosen == AS_TYPED;
    let chosen = match chosen.parse::<Uuid>().ok() {
        Some(id) => unit::Entity::find_by_id(id).one(db).await?,
        None => None,
    };
    if let Some(chosen) = chosen.filter(|unit| unions.contains(&unit.organization_id)) {
        return Ok(TypedUnit { id: Some(chosen.id), ..TypedUnit::default() });
    }
    if unit::folded(typed).is_empty() {
        return Ok(TypedUnit::default());
    }
    let found = unit::named(db, unions, typed).await?;
    if found.is_empty() {
        let near = unit::near(db, unions, typed).await?.into_iter().take(NEAR);
        let near: Vec<_> = near.map(|unit| (unit.id, unit.name)).collect();
        // Asked once more only where a slip can be mended.
        let name = Some(typed.trim().to_owned()).filter(|_| as_typed || near.is_empty());
        return Ok(TypedUnit { near, unknown: true, id: None, name });
    }
    let only = Some(found).filter(|found| found.len() == 1).and_then(|mut found| found.pop());
    Ok(TypedUnit { id: only.map(|unit| unit.id), ..TypedUnit::default() })
}
