//! Who can be approved without anybody looking: somebody else vouches for them.

use sea_orm::ConnectionTrait;

use crate::accounts::{account, profile};
use crate::error::Error;
use crate::events::plan::Plan;
use crate::units::unit;

/// Whether the roster of the unit or the domain of a proved mail address says that the person works there, as far as
/// the event lets it.
///
/// # Errors
/// Only faults.
pub async fn vouches(
    _txn: &impl ConnectionTrait,
    plan: &Plan,
    unit: &unit::Model,
    account: &account::Model,
    _profile: &profile::Model,
) -> Result<bool, Error> {
    let approval = plan.approval.unwrap_or_default();
    Ok(approval.by_mail_domain
        && account.verified_at.is_some()
        && has_domain(&account.email, unit.mail_domain.as_deref()))
}

/// The very domain: anybody may be able to have an address below it.
fn has_domain(email: &str, domain: Option<&str>) -> bool {
    let own = email.rsplit_once('@').map(|(_, own)| own);
    domain.is_some() && own == domain
}
