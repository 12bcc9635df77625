//! A badge as its owner sees it.

use serde::Serialize;
use utoipa::ToSchema;

use super::refusals::NO_BADGE;
use super::{badge, code, picture};
use crate::app::App;
use crate::error::Error;
use crate::registrations::registration::{self, Side, Status};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BadgeShown)]
pub struct OwnBadge {
    /// As it is worn.
    #[schema(example = "男013")]
    pub number: String,
    /// The same, under the name it has wherever people refer to each other.
    #[schema(example = "男013")]
    pub badge: String,
    pub side: Side,
    /// Opens the door: keep it to yourself.
    pub code: String,
    /// What the QR says: an address that ends in the code.
    pub url: String,
    /// The QR as an SVG document.
    pub qr: String,
}

/// The badge of somebody who comes, with its code. Whoever gave their seat back has none: it would open
/// nothing.
///
/// # Errors
/// 404 `no_badge` where the person has not been numbered yet, or has no seat any more.
pub async fn of(app: &App, person: &registration::Model) -> Result<OwnBadge, Error> {
    if person.status != Status::Confirmed {
        return Err(NO_BADGE.into());
    }
    let db = app.database.reader();
    let badge = badge::of_registration(db, person.id).await?.ok_or(NO_BADGE)?;
    let code = code::valid_for(db, badge.id).await?.ok_or(NO_BADGE)?.open(app)?;
    let url = code.url(app);
    Ok(OwnBadge {
        number: badge.label(),
        badge: badge.label(),
        side: badge.side,
        code: code.as_str().to_owned(),
        qr: picture::svg(&url)?,
        url,
    })
}
