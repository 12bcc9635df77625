//! Whether the keys are the house's own, and what stands under which of them.

use sea_orm::ConnectionTrait;

use super::Finding;
use crate::bonds;
use crate::commands::keys::under;
use crate::error::Fault;
use crate::identity;
use crate::secrets::Secrets;
use crate::server::reseal;

/// Every key fits, everything stands under a key that is here, and no row was written past the house.
pub async fn keys(db: &impl ConnectionTrait, secrets: &Secrets) -> Result<Finding, Fault> {
    let recognised = identity::recognise::recognise(db, secrets).await?;
    let mut finding = Finding::of("keys", recognised.known.len());
    let Some(house) = recognised.house else {
        finding.notes.push("nobody has served this database since there are keys".to_owned());
        return Ok(finding);
    };
    finding.notes.push(format!("house {house}"));
    finding.wrong.extend(recognised.wrong);
    let (standing, here) = (reseal::standing(db).await?, secrets.numbers());
    let mut numbers: Vec<u32> = standing.values().flat_map(|by| by.keys().copied()).chain(here.clone()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    for number in numbers {
        let message = under(&standing, number);
        if here.contains(&number) {
            let role = if number == secrets.newest() { "seals" } else { "opens" };
            finding.notes.push(format!("key {number} {role}: {message}"));
        } else {
            finding.wrong.push(format!("key {number} is not here: {message}"));
        }
    }
    for (table, id) in bonds::standing::broken(db, secrets).await? {
        finding.wrong.push(format!("{table} {id}: written past the house; it opens nothing"));
    }
    Ok(finding)
}
