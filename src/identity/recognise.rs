//! Whether the keys are those the database knows; nothing is changed.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{CHECK, LASTING, house, key_check};
use crate::error::Fault;
use crate::secrets::{Secrets, Source};

/// What a look at the database says about the keys; nothing is changed.
#[derive(Debug, Default)]
pub struct Recognised {
    pub house: Option<Uuid>,
    /// The numbers the database knows, and since when each is not the sealing one.
    pub known: Vec<(u32, Option<DateTime<Utc>>)>,
    /// What does not fit.
    pub wrong: Vec<String>,
}

/// Compares the keys with the database, and numbers them as it does.
pub async fn recognise(db: &impl ConnectionTrait, secrets: &Secrets) -> Result<Recognised, Fault> {
    let Some(house) = house::Entity::find_by_id(house::PLACE).one(db).await? else { return Ok(Recognised::default()) };
    let checks = key_check::Entity::find().order_by_asc(key_check::Column::Number).all(db).await?;
    let mut wrong = Vec::new();
    if let Some(own) = secrets.house().filter(|own| *own != house.id) {
        wrong.push(format!("the key file belongs to house {own}, and this is house {}", house.id));
    }
    if matches!(secrets.source(), Source::Unwritten(_)) {
        wrong.push("the key file is missing".to_owned());
    }
    let fitting = fitting(secrets, house.id, &checks);
    let after_all = checks.last().map_or(0, |check| check.number).cast_unsigned() + 1;
    if matches!(secrets.source(), Source::Settings) {
        secrets.number(&fitting.iter().map(|number| number.unwrap_or(after_all)).collect::<Vec<_>>());
    }
    for (number, fits) in secrets.numbers().into_iter().zip(&fitting) {
        if *fits != Some(number) {
            wrong.push(format!("key {number} does not fit this database"));
        }
    }
    match secrets.open(LASTING, house.id.as_bytes(), &house.lasting).map(|root| <[u8; 32]>::try_from(root.as_slice())) {
        Ok(Ok(root)) => secrets.last(Zeroizing::new(root)),
        _ => wrong.push("the lasting key of the house does not open".to_owned()),
    }
    let known = checks.iter().map(|check| (check.number.cast_unsigned(), check.retired_at)).collect();
    Ok(Recognised { house: Some(house.id), known, wrong })
}

/// By which number the database knows each key, in the order of [`Secrets::numbers`].
pub(super) fn fitting(secrets: &Secrets, house: Uuid, checks: &[key_check::Model]) -> Vec<Option<u32>> {
    let number = |digest: &Vec<u8>| {
        checks.iter().find(|check| check.digest == *digest).map(|check| check.number.cast_unsigned())
    };
    secrets.macs(CHECK, &[house.as_bytes()]).iter().map(number).collect()
}
