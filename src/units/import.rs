//! Tables of units and of people who work for one, read row by row.

use std::collections::HashMap;

use serde_json::json;

use super::{add, mail_domain, unit};
use crate::accounts::SignedIn;
use crate::accounts::address::MailAddress;
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::organizations::access::resolve_union;
use crate::sheet::upload::{RowError, invalid_rows};
use crate::sheet::{CellFault, Column, Sheet};

const UNIT_COLUMNS: [Column; 2] = [
    Column {
        field: "name", headings: &["单位", "单位名称", "工作单位", "名称", "unit", "employer"], required: true
    },
    Column { field: "mail_domain", headings: &["邮箱域名", "邮件域名", "域名", "domain"], required: false },
];

const ROSTER_COLUMNS: [Column; 1] =
    [Column {
        field: "email", headings: &["邮箱", "电子邮箱", "邮件", "电子邮件", "e-mail", "mail"], required: true
    }];

/// What became of a table of units.
#[derive(Debug)]
pub struct Imported {
    pub added: usize,
    pub errors: Vec<RowError>,
}

/// A row of a table of units that can be taken in.
struct UnitRow {
    line: u32,
    name: String,
    mail_domain: Option<String>,
}

/// Takes in every unit of a table, or, where a row is at fault, none, unless `partial`.
///
/// # Errors
/// 422 `invalid_rows` with a fault for each: `blank`, `too_short`, `too_long`, `duplicate`,
/// `unit_exists`, `mail_domain`, `public_mail_domain`; what cannot be read as a table, as
/// [`crate::sheet::Unreadable`] says.
pub async fn import_units(
    app: &App,
    by: &SignedIn,
    organization: Option<&str>,
    sheet: &Sheet,
    partial: bool,
) -> Result<Imported, Error> {
    let (wanted, mut errors) = read_units(sheet)?;
    let txn = app.database.begin_write().await?;
    let union = resolve_union(&txn, by, organization).await?;
    let mut added = 0;
    for row in wanted {
        match add::write(&txn, app, union.id, &row.name, row.mail_domain).await? {
            Some(_) => added += 1,
            None => errors.push(fault(row.line, "name", "unit_exists", "the organization has a unit of this name")),
        }
    }
    errors.sort_by_key(|error| error.line);
    if !partial && !errors.is_empty() {
        return Err(invalid_rows(&errors).into());
    }
    Deed::UnitsImported
        .by(by.account_id)
        .of_union(union.id)
        .with(json!({"added": added, "faulty": errors.len()}))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(Imported { added, errors })
}

fn read_units(sheet: &Sheet) -> Result<(Vec<UnitRow>, Vec<RowError>), Error> {
    let found = sheet.find(&UNIT_COLUMNS)?;
    let (mut wanted, mut errors, mut seen) = (Vec::new(), Vec::new(), HashMap::new());
    for row in sheet.rows() {
        let [name, domain] = row.texts(&found);
        let line = row.line;
        let name = match name {
            Err(unread) => Err(cell_fault(line, "name", unread)),
            Ok("") => Err(fault(line, "name", "blank", "a unit needs a name")),
            Ok(name) => match name.chars().count() {
                0..2 => Err(fault(line, "name", "too_short", "at least 2 characters")),
                2..=add::LONGEST_NAME => Ok(name),
                _ => Err(fault(line, "name", "too_long", "at most 80 characters")),
            },
        };
        let domain = match domain {
            Err(unread) => Err(cell_fault(line, "mail_domain", unread)),
            Ok("") => Ok(None),
            Ok(domain) => mail_domain::read(domain)
                .map(Some)
                .map_err(|wrong| fault(line, "mail_domain", wrong.code(), wrong.message())),
        };
        match (name, domain) {
            (Ok(name), Ok(mail_domain)) => match seen.insert(unit::folded(name), line) {
                None => wanted.push(UnitRow { line, name: name.to_owned(), mail_domain }),
                Some(first) => {
                    let message = format!("the same unit as on line {first}");
                    errors.push(RowError { line, field: "name", code: "duplicate", message });
                }
            },
            (name, domain) => errors.extend([name.err(), domain.err()].into_iter().flatten()),
        }
    }
    Ok((wanted, errors))
}

/// Reads the addresses of a roster. The same address twice is the same person.
///
/// # Errors
/// 422 for what cannot be read as a table.
pub fn read_roster(sheet: &Sheet) -> Result<(Vec<MailAddress>, Vec<RowError>), Error> {
    let found = sheet.find(&ROSTER_COLUMNS)?;
    let (mut people, mut errors) = (Vec::new(), Vec::new());
    for row in sheet.rows() {
        let [email] = row.texts(&found);
        match email.map(MailAddress::read) {
            Ok(Ok(address)) => people.push(address),
            Ok(Err(_)) => errors.push(fault(row.line, "email", "mail_address", "must be a mail address")),
            Err(unread) => errors.push(cell_fault(row.line, "email", unread)),
        }
    }
    people.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    people.dedup();
    Ok((people, errors))
}

fn fault(line: u32, field: &'static str, code: &'static str, message: &str) -> RowError {
    RowError { line, field, code, message: message.to_owned() }
}

fn cell_fault(line: u32, field: &'static str, unread: CellFault) -> RowError {
    RowError { line, field, code: unread.code(), message: unread.to_string() }
}
