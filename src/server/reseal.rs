//! What stands under an older key is sealed under the present one, a bounded piece a round, while the
//! house serves. Each kind of thing is listed once here, beside those of [`bonds::ALL`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::badges;
use crate::bonds;
use crate::error::{Error, Fault};
use crate::identity;
use crate::sealed;

/// Rows of each kind a round seals anew at most.
pub const A_ROUND: u64 = 2_000;

/// Columns that say under which key they stand, beside those of the bonds.
const SEALED: &[(&str, &str)] = &[("badge_code", "sealed"), ("house", "lasting")];

/// The key everything was found to stand under, so that the next round need not look.
#[derive(Default)]
struct Done(AtomicU32);

/// Looks whether a key came or went, and seals a piece of what stands under an older one.
///
/// # Errors
/// Only faults; a key file that cannot be read.
pub async fn due(app: &Arc<App>) -> Result<(), Error> {
    if app.secrets.look()? {
        tracing::info!(keys = ?app.secrets.numbers(), "the keys have changed");
    }
    let (newest, done) = (app.secrets.newest(), app.extensions.get_or_default::<Done>());
    if app.secrets.numbers().len() > 1 && done.0.load(Ordering::Relaxed) != newest && renew(app, A_ROUND).await? {
        tracing::info!(key = newest, "everything stands under the present key");
        done.0.store(newest, Ordering::Relaxed);
    }
    Ok(())
}

/// Seals anew at most so many of each kind. Says whether all are done.
///
/// # Errors
/// Only faults.
pub async fn renew(app: &App, most: u64) -> Result<bool, Error> {
    identity::renew(&app.database, &app.secrets, app.house_id()).await?;
    let bonds = bonds::renew::renew(&app.database, &app.secrets, most).await?;
    let codes = badges::code::renew(app, most).await?;
    let texts = sealed::renew::renew(&app.database, &app.secrets, most).await?;
    Ok(bonds && codes && texts)
}

/// How many things of each table stand under which key; 0 is none that has a number.
pub async fn standing(db: &impl ConnectionTrait) -> Result<BTreeMap<&'static str, BTreeMap<u32, u64>>, Fault> {
    let bonds = bonds::ALL.iter().map(|bond| (bond.table, bond.name));
    let mut standing: BTreeMap<&'static str, BTreeMap<u32, u64>> = BTreeMap::new();
    let hashes = bonds::SEALED.iter().map(|sealed| (sealed.table, sealed.name));
    let texts = sealed::ALL.iter().map(sealed::Column::place);
    for (table, column) in bonds.chain(hashes).chain(texts).chain(SEALED.iter().copied()) {
        for (number, rows) in bonds::standing::count_by_key(db, table, column).await? {
            *standing.entry(table).or_default().entry(number).or_default() += rows;
        }
    }
    Ok(standing)
}
