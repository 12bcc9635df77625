//! Who can be approved without anybody looking: somebody else vouches for them.

use sea_orm::ConnectionTrait;

use super::terms::Terms;
use crate::accounts::account;
use crate::app::App;
use crate::error::Fault;
use crate::units::{mail_domain, roster_entry, unit};

/// Whether the roster of the unit or the domain of a proved mail address says that the person works there, as far as
/// the event lets it.
pub async fn vouches(
    txn: &impl ConnectionTrait,
    app: &App,
    terms: Terms,
    unit: &unit::Model,
    account: &account::Model,
) -> Result<bool, Fault> {
    Ok(vouch_for(txn, app, terms, &[(unit, account)]).await?.contains(&true))
}

/// As [`vouches`], of each of these.
pub async fn vouch_for(
    txn: &impl ConnectionTrait,
    app: &App,
    terms: Terms,
    people: &[(&unit::Model, &account::Model)],
) -> Result<Vec<bool>, Fault> {
    let mut vouched = Vec::with_capacity(people.len());
    let mut to_look_up = Vec::new();
    for (place, (unit, account)) in people.iter().enumerate() {
        let mut by_domain = false;
        if account.verified_at.is_some() && (terms.by_mail_domain || terms.by_roster) {
            let email = account.address(&app.secrets)?;
            by_domain = terms.by_mail_domain && mail_domain::is_of(&email, unit.mail_domain.as_deref());
            if !by_domain && terms.by_roster {
                to_look_up.push((place, unit.id, email));
            }
        }
        vouched.push(by_domain);
    }
    let listed = to_look_up.iter().map(|(_, unit, email)| (*unit, email.as_str()));
    let listed = roster_entry::list(txn, app, listed).await?;
    for ((place, ..), listed) in to_look_up.iter().zip(listed) {
        if let Some(vouched) = vouched.get_mut(*place) {
            *vouched = listed;
        }
    }
    Ok(vouched)
}
