//! The volunteer who looks after two sees what each of them allows. Each look is on record.

use uuid::Uuid;

use super::refusals::NOT_IN_YOUR_CARE;
use super::take_into_care::{Tended, hold_own};
use crate::accounts::SignedIn;
use crate::app::App;
use crate::audit::Deed;
use crate::badges::face;
use crate::couples::mine::Details;
use crate::couples::volunteer_contact;
use crate::error::Error;
use crate::events::crew::{self, Role};

/// How one of two may be reached.
#[derive(Debug, Clone)]
pub struct Reachable {
    pub badge: String,
    pub nickname: String,
    pub details: Details,
}

/// Looks at what the two allow. Where neither allows anything there is nothing to put on record.
///
/// # Errors
/// 409 `follow_up_not_agreed`, `case_taken`, `not_in_your_care`; 404 for who does not serve at their event.
pub async fn look(app: &App, account: SignedIn, couple_id: Uuid) -> Result<Vec<Reachable>, Error> {
    let txn = app.database.begin_write().await?;
    let Tended { couple, event, .. } = hold_own(&txn, account.account_id, couple_id).await?;
    // The two meant a volunteer: an organizer who looks after them meanwhile sees nothing of it.
    if !crew::in_role(&txn, event.id, Role::Volunteer).await?.contains(&account.account_id) {
        return Err(NOT_IN_YOUR_CARE.into());
    }
    let allowed = volunteer_contact::of_match(&txn, couple.match_id).await?;
    let faces = face::faces(&txn, couple.people()).await?;
    let mut reachable = Vec::new();
    for one in &allowed {
        let Some(face) = faces.get(&one.registration_id) else { continue };
        let (badge, nickname) = (face.badge(), face.nickname.clone());
        reachable.push(Reachable { badge, nickname, details: one.details(app)? });
    }
    reachable.sort_by(|one, other| one.badge.cmp(&other.badge));
    if !reachable.is_empty() {
        Deed::CaseContactSeen
            .by(account.account_id)
            .at(event.organization_id, event.id)
            .about("couple", couple_id)
            .record(&txn, app)
            .await?;
    }
    txn.commit().await?;
    Ok(reachable)
}
