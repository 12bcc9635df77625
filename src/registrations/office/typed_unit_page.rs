//! The form by which a union settles what an applicant wrote as their employer; it stands on the page of its units.

use actix_web::{HttpResponse, post};

use crate::app::House;
use crate::error::Error;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::registrations::eligibility::unknown_unit;
use crate::registrations::refusals::UNIT_SETTLED;
use crate::registrations::settle_unit::{TypedUnitSettlement, settle_unit};
use crate::units::access::UnitKeeper;
use crate::units::unit;

/// Who: organizer of the union, administrator.
#[post("/office/o/{organization}/units/{unit}/settle")]
pub async fn settled(house: House, by: UnitKeeper, form: Form) -> Result<HttpResponse, Error> {
    let units = format!("/office/o/{}/units", by.union.slug);
    let meant = form.value("into").to_owned();
    let maps = form.value("act") == "map";
    let settled = async move |app: std::sync::Arc<crate::app::App>| {
        let into = match maps {
            true => {
                let named = unit::named(app.database.reader(), &[by.union.id], &meant).await?;
                Some(named.into_iter().next().ok_or_else(unknown_unit)?.id)
            }
            false => None,
        };
        settle_unit(&app, &by, TypedUnitSettlement { into }).await
    };
    match house.run(settled).await {
        Ok(_) => see_saying(&units, if maps { "unit-mapped" } else { "unit-added" }),
        Err(error) if error.is(UNIT_SETTLED) => see_saying(&units, "unit-settled"),
        Err(Error::Refused(_)) => see_saying(&units, "unit-unknown"),
        Err(fault) => Err(fault),
    }
}
