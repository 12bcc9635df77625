//! What calls and pages ask for alike.

use chrono::Datelike;
use serde::Deserialize;
use utoipa::IntoParams;

use super::event::{self, EventReport};
use super::tree::{self, TreeReport};
use super::year::{self, YearReport};
use crate::app::House;
use crate::error::{Error, FieldError, Refused};
use crate::events::access::Organizer;
use crate::organizations::access::OrganizationStaff;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OfYear {
    /// 2000 to 2100; the present one where it is left out.
    #[param(minimum = 2000, maximum = 2100)]
    year: Option<i32>,
}

impl OfYear {
    /// The year that is meant.
    ///
    /// # Errors
    /// 422 where there cannot have been events.
    pub fn year_or_present(&self, house: &House) -> Result<i32, Error> {
        let present = house.now().with_timezone(&chrono_tz::Asia::Shanghai).year();
        match self.year.unwrap_or(present) {
            year @ 2000..=2100 => Ok(year),
            _ => Err(Refused::invalid(vec![FieldError::new("year", "out_of_range", "2000 to 2100")]).into()),
        }
    }
}

/// The figures of an event.
///
/// # Errors
/// Only faults.
pub async fn of_event(house: &House, by: Organizer) -> Result<EventReport, Error> {
    house.ask(async move |app| event::read(app.database.reader(), by.event, app.now()).await).await
}

/// A union's year.
///
/// # Errors
/// 422 as [`OfYear::year_or_present`].
pub async fn of_year(house: &House, by: OrganizationStaff, of: &OfYear) -> Result<YearReport, Error> {
    let year = of.year_or_present(house)?;
    let union = Some(by.organization);
    house.ask(async move |app| year::read(app.database.reader(), union, year, app.now()).await).await
}

/// The year of a union and of all below it.
///
/// # Errors
/// 422 as [`OfYear::year_or_present`].
pub async fn of_tree(house: &House, by: OrganizationStaff, of: &OfYear) -> Result<TreeReport, Error> {
    let year = of.year_or_present(house)?;
    let union = by.organization;
    house.ask(async move |app| tree::read(app.database.reader(), union, year, app.now()).await).await
}

/// The year of all unions.
///
/// # Errors
/// 422 as [`OfYear::year_or_present`].
pub async fn of_house(house: &House, of: &OfYear) -> Result<YearReport, Error> {
    let year = of.year_or_present(house)?;
    house.ask(async move |app| year::read(app.database.reader(), None, year, app.now()).await).await
}
