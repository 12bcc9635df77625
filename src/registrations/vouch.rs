//! Who can be approved without anybody looking: somebody else vouches for them.

use sea_orm::ConnectionTrait;

use super::terms::Terms;
use crate::accounts::account;
use crate::app::App;
use crate::error::Fault;
use crate::units::{roster_entry, unit};

/// Whether the roster of the unit or the domain of a proved mail address says that the person works there, as far as
/// the event lets it.
pub async fn vouches(
    txn: &impl ConnectionTrait,
    app: &App,
    terms: Terms,
    unit: &unit::Model,
    account: &account::Model,
) -> Result<bool, Fault> {
    if account.verified_at.is_none() {
        return Ok(false);
    }
    let email = account.address(&app.secrets)?;
    if terms.by_mail_domain && has_domain(&email, unit.mail_domain.as_deref()) {
        return Ok(true);
    }
    Ok(terms.by_roster && roster_entry::lists(txn, app, unit.id, &email).await?)
}

/// The very domain: anybody may be able to have an address below it.
fn has_domain(email: &str, domain: Option<&str>) -> bool {
    let own = email.rsplit_once('@').map(|(_, own)| own);
    domain.is_some() && own == domain
}
