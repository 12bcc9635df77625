//! Why the roof says no, and every refusal of the house: `docs/errors.md` and the description of the API
//! are made from this list.

use actix_web::http::StatusCode;

use crate::error::refusal::{self, Refusal};
use crate::{
    accounts, announcements, badges, boards, chat, checkin, circle, confessions, couples, dates, draws, events, goods,
    idempotency, introductions, invitations, office, organizations, picks, planning, plaza, points, programme,
    registrations, screening, sheet, stage, units, volunteers, welcome,
};

crate::refusals! {
    METHOD_NOT_ALLOWED = new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "Here one can only ask in other ways; `Allow` says which.",
    );
    TOO_SLOW = new(StatusCode::REQUEST_TIMEOUT, "too_slow", "The body of the request came too slowly.");
    HOUSE_FULL = unavailable("house_full", "Too much is being sent to us at once; wait a little.");
}

/// Every refusal there is, in the order of the house.
pub fn all() -> impl Iterator<Item = &'static Refusal> {
    [
        refusal::ALL,
        idempotency::ALL,
        sheet::refusals::ALL,
        accounts::refusals::ALL,
        invitations::refusals::ALL,
        organizations::refusals::ALL,
        units::refusals::ALL,
        events::refusals::ALL,
        registrations::refusals::ALL,
        welcome::refusals::ALL,
        points::refusals::ALL,
        plaza::refusals::ALL,
        boards::refusals::ALL,
        screening::refusals::ALL,
        badges::refusals::ALL,
        checkin::refusals::ALL,
        programme::refusals::ALL,
        dates::refusals::ALL,
        picks::refusals::ALL,
        couples::refusals::ALL,
        confessions::refusals::ALL,
        draws::refusals::ALL,
        stage::refusals::ALL,
        circle::refusals::ALL,
        chat::refusals::ALL,
        volunteers::refusals::ALL,
        goods::refusals::ALL,
        introductions::refusals::ALL,
        planning::refusals::ALL,
        announcements::refusals::ALL,
        office::refusals::ALL,
        ALL,
    ]
    .into_iter()
    .flatten()
}
