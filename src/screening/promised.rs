//! What people rely on of seats and rules: the run used them, the list was fixed by them, or somebody applied because of
//! what they said.

use sea_orm::ConnectionTrait;

use super::terms::Terms;
use super::{list, run};
use crate::error::{Error, Fault};
use crate::events::phase::Phase;
use crate::events::{amendment, event};

/// What a run uses, and the last phase in which it may be changed before.
const USED: [(&str, Phase); 2] = [("seats", Phase::Screening), ("screening", Phase::Screening)];

/// The members that stay because the event was screened; after that seats are only added.
pub async fn used(db: &impl ConnectionTrait, event: &event::Model) -> Result<Vec<(&'static str, Phase)>, Fault> {
    Ok(if run::of_event(db, event.id).await?.is_some() { USED.to_vec() } else { Vec::new() })
}

/// The phase before which an event cannot go back: whoever applied after the run could have no seat any more.
pub async fn earliest(db: &impl ConnectionTrait, event: &event::Model) -> Result<Phase, Fault> {
    Ok(if used(db, event).await?.is_empty() { Phase::Draft } else { Phase::Screening })
}

/// Refuses changes of what people rely on. The caller holds the event.
///
/// # Arguments
/// `named`: the members that are to change; `terms`: what the screening would be told then.
///
/// # Errors
/// 409 `too_late` with the fields.
pub async fn keep(
    txn: &impl ConnectionTrait,
    event: &event::Model,
    phase: Phase,
    named: &[&str],
    terms: Option<&Terms>,
) -> Result<(), Error> {
    let used = used(txn, event).await?.into_iter().filter(|(field, _)| named.contains(field));
    let mut late: Vec<(String, Phase)> = used.map(|(field, last)| (field.to_owned(), last)).collect();
    let (before, after) = (Terms::of(event)?.by_history(), terms.is_some_and(Terms::by_history));
    // To look at the past is promised before anybody applies; the list is fixed with what it came to.
    if after && !before && phase > Phase::Draft {
        late.push(("screening.by_history".to_owned(), Phase::Draft));
    } else if after != before && list::latest(txn, event.id).await?.is_some() {
        late.push(("screening.by_history".to_owned(), Phase::Online));
    }
    if late.is_empty() { Ok(()) } else { Err(amendment::too_late(late).into()) }
}
