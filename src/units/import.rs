//! Tables of units and of people who work for one, read row by row.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::{add, mail_domain, unit};
use crate::accounts::SignedIn;
use crate::accounts::address::MailAddress;
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::language::Language;
use crate::organizations::access::resolve_union;
use crate::page::faults::{corrections, invalid_rows};
use crate::sheet::{Column, List, ListRow, RowError, Sheet, headings};

const UNIT_COLUMNS: [Column; 2] = [
    Column {
        field: "name",
        headings: &["单位", "单位名称", "单位全称", "工作单位", "名称", "unit", "employer"],
        required: true,
    },
    Column { field: "mail_domain", headings: &["邮箱域名", "邮件域名", "域名", "domain"], required: false },
];

pub const ROSTER_COLUMNS: [Column; 1] = [Column { field: "email", headings: &headings::EMAIL, required: true }];

/// What became of a table of units.
#[derive(Debug)]
pub struct Imported {
    pub added: usize,
    pub errors: Vec<RowError>,
    /// Sheets that are no such list.
    pub unread: Vec<String>,
    /// The rows left out, to put right: a workbook in Base64.
    pub corrections: Option<String>,
}

/// A row of a table of units, as far as it can be read.
struct UnitRow {
    row: ListRow<2>,
    name: Option<String>,
    mail_domain: Option<String>,
    errors: Vec<RowError>,
}

/// Takes in every unit of a table, or, where a row is at fault, none, unless `partial`. Rows to put right are written
/// where they are wanted in a language.
///
/// # Errors
/// 422 `invalid_rows` with a fault for each: `blank`, `too_short`, `too_long`, `duplicate`,
/// `unit_exists`, `mail_domain`, `public_mail_domain`; what cannot be read as a table, as
/// [`crate::sheet::Unreadable`] says.
pub async fn import_units(
    app: &App,
    by: &SignedIn,
    organization: Option<&str>,
    sheet: &Arc<Sheet>,
    partial: bool,
    language: Option<Language>,
) -> Result<Imported, Error> {
    let list = sheet.list(&UNIT_COLUMNS, &["name"])?;
    let mut rows = read_units(list.rows);
    let txn = app.database.begin_write().await?;
    let union = resolve_union(&txn, by, organization).await?;
    let known = unit::Entity::find().filter(unit::Column::OrganizationId.eq(union.id)).all(&txn).await?;
    let known: HashSet<String> = known.into_iter().map(|unit| unit.name_folded).collect();
    let mut added = 0;
    for row in &mut rows {
        let Some(name) = &row.name else { continue };
        let exists = known.contains(&unit::folded(name))
            || (row.errors.is_empty()
                && add::write(&txn, app, union.id, name, row.mail_domain.take()).await?.is_none());
        if exists {
            row.errors.push(row.row.error("name", "unit_exists", "the organization has a unit of this name"));
        }
        added += usize::from(row.errors.is_empty());
    }
    let errors: Vec<RowError> = rows.into_iter().flat_map(|row| row.errors).collect();
    if !partial && !errors.is_empty() {
        drop(txn);
        return Err(invalid_rows(language, sheet, &UNIT_COLUMNS, &errors).await);
    }
    let corrections = corrections(language, sheet, &UNIT_COLUMNS, &errors).await?;
    Deed::UnitsImported
        .by(by.account_id)
        .of_union(union.id)
        .with(json!({"added": added, "faulty": errors.len()}))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(Imported { added, errors, unread: list.unread, corrections })
}

fn read_units(rows: Vec<ListRow<2>>) -> Vec<UnitRow> {
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        let mut errors = Vec::new();
        let [name, domain] = row.texts();
        let name = match name.map(|name| (name, name.chars().count())) {
            Err(fault) => Err(row.unread("name", fault)),
            Ok((_, 0)) => Err(row.error("name", "blank", "a unit needs a name")),
            Ok((_, 1)) => Err(row.error("name", "too_short", "at least 2 characters")),
            Ok((name, ..=add::LONGEST_NAME)) => Ok(name.to_owned()),
            Ok(_) => Err(row.error("name", "too_long", "at most 80 characters")),
        };
        let name = name.map_err(|error| errors.push(error)).ok();
        let mail_domain = match domain {
            Err(fault) => Err(row.unread("mail_domain", fault)),
            Ok("") => Ok(None),
            Ok(domain) => mail_domain::read(domain)
                .map(Some)
                .map_err(|wrong| row.error("mail_domain", wrong.code(), wrong.message())),
        };
        let mail_domain = mail_domain.map_err(|error| errors.push(error)).ok().flatten();
        if let Some(name) = &name {
            match seen.get(&unit::folded(name)) {
                Some(first) => {
                    errors.push(row.error("name", "duplicate", format!("the same unit as on line {first}")));
                }
                None => drop(seen.insert(unit::folded(name), row.line)),
            }
        }
        read.push(UnitRow { row, name, mail_domain, errors });
    }
    read
}

/// The addresses of a roster. The same address twice is the same person.
#[derive(Debug)]
pub struct Roster {
    pub people: Vec<MailAddress>,
    pub errors: Vec<RowError>,
    /// Sheets that are no such list.
    pub unread: Vec<String>,
}

/// Reads a roster.
///
/// # Errors
/// 422 for what cannot be read as a table.
pub fn read_roster(sheet: &Sheet) -> Result<Roster, Error> {
    let List { rows, unread, .. } = sheet.list(&ROSTER_COLUMNS, &["email"])?;
    let (mut people, mut errors) = (Vec::new(), Vec::new());
    for row in rows {
        let [email] = row.texts();
        match email.map(MailAddress::read) {
            Ok(Ok(address)) => people.push(address),
            Ok(Err(_)) => errors.push(row.error("email", "mail_address", "must be a mail address")),
            Err(fault) => errors.push(row.unread("email", fault)),
        }
    }
    people.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    people.dedup();
    Ok(Roster { people, errors, unread })
}
