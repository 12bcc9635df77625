//! The calls that take whole tables.

use actix_web::post;
use actix_web::web::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::access::{UnitKeeper, UnitVoice};
use super::enroll::enroll;
use super::import::{ROSTER_COLUMNS, Roster, import_units as import, read_roster};
use crate::accounts::SignedIn;
use crate::app::House;
use crate::body::Query;
use crate::error::Error;
use crate::organizations::access::resolve_union;
use crate::page::faults::{corrections, invalid_rows};
use crate::sheet::RowError;
use crate::sheet::upload::Upload;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitsImport {
    /// Slug or id of the union; may be left out by whoever works for one only.
    pub organization: Option<String>,
    /// Take in the good rows although others are at fault.
    #[serde(default)]
    pub partial: bool,
    /// Send the rows that are wrong back as a workbook to put right.
    #[serde(default)]
    pub corrections: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RosterImport {
    /// Take in the good rows although others are at fault.
    #[serde(default)]
    pub partial: bool,
    /// Send the rows that are wrong back as a workbook to put right.
    #[serde(default)]
    pub corrections: bool,
    /// Whoever is not in the table no longer works there.
    #[serde(default)]
    pub replace: bool,
}

/// What became of a table.
#[derive(Debug, Serialize, ToSchema)]
pub struct TableTaken {
    /// Rows that are new.
    pub added: u64,
    /// With `partial`: the rows left out.
    pub errors: Vec<RowError>,
    /// Sheets of the workbook that hold no such list, and lines that are none of its rows (`14: 合计：12人`); they were
    /// not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread_sheets: Vec<String>,
    /// With `partial` and `corrections`: the rows left out, to put right and send again: an XLSX in Base64, with a column of remarks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrections: Option<String>,
}

/// Takes in a table of units: columns 单位 (name) and 邮箱域名 (mail domain). Who: organizer of the union, administrator.
#[utoipa::path(tag = "units", params(UnitsImport),
    request_body(content = String, description = "CSV or XLSX, as the body or as a file of a form", content_type = "text/csv"), responses(
    (status = 200, body = TableTaken),
    (status = 403, description = "`wrong_role`"),
    (status = 404, description = "No such organization, or not yours"),
    (status = 413),
    (status = 415),
    (status = 422, description = "`invalid_rows` with `errors` and `corrections`, or what is wrong with the whole table"),
), security(("bearer" = [])))]
#[post("/units/import")]
pub async fn import_units(
    house: House,
    by: SignedIn,
    how: Query<UnitsImport>,
    upload: Upload,
) -> Result<Json<TableTaken>, Error> {
    let UnitsImport { organization, partial, corrections } = how.into_inner();
    let language = corrections.then_some(by.language);
    // Whose units they are is settled before five megabytes are read; the verb settles it again.
    let named = organization.clone();
    house.run(async move |app| resolve_union(app.database.reader(), &by, named.as_deref()).await).await?;
    let sheet = upload.sheet(by.account_id).await?;
    let taken =
        house.run(async move |app| import(&app, &by, organization.as_deref(), &sheet, partial, language).await).await?;
    Ok(Json(TableTaken {
        added: taken.added as u64,
        errors: taken.errors,
        unread_sheets: taken.unread,
        corrections: taken.corrections,
    }))
}

/// Takes in a table of people who work for a unit: a column 邮箱 (email). Only digests are kept.
/// Who: organizer of the unit's union, administrator.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path), RosterImport),
    request_body(content = String, description = "CSV or XLSX, as the body or as a file of a form", content_type = "text/csv"), responses(
    (status = 200, body = TableTaken),
    (status = 403, description = "`wrong_role`"),
    (status = 413),
    (status = 415),
    (status = 422, description = "`invalid_rows` with `errors` and `corrections`, or what is wrong with the whole table"),
), security(("bearer" = [])))]
#[post("/units/{unit}/roster/import")]
pub async fn import_roster(
    house: House,
    by: UnitKeeper,
    how: Query<RosterImport>,
    upload: Upload,
) -> Result<Json<TableTaken>, Error> {
    let RosterImport { partial, corrections: wanted, replace } = how.into_inner();
    let by = UnitVoice { account: by.account, unit: by.unit };
    let language = wanted.then_some(by.account.language);
    let sheet = upload.sheet(by.account.account_id).await?;
    let taken = house
        .run(async move |app| {
            let Roster { people, errors, unread } = read_roster(&sheet)?;
            if !partial && !errors.is_empty() {
                return Err(invalid_rows(language, &sheet, &ROSTER_COLUMNS, &errors).await);
            }
            let corrections = corrections(language, &sheet, &ROSTER_COLUMNS, &errors).await?;
            let enrolled = enroll(&app, &by, &people, replace).await?;
            Ok(TableTaken { added: enrolled.added, errors, unread_sheets: unread, corrections })
        })
        .await?;
    Ok(Json(taken))
}
