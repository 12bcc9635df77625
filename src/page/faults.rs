//! What is wrong with an uploaded table, row by row, in the reader's words.

use serde_json::Value;

use super::{Page, fluent};
use crate::error::{Error, Refused};
use crate::sheet::upload::RowError;

/// One cell that cannot be taken.
#[derive(Debug, Clone)]
pub struct WrongRow {
    pub line: u64,
    pub column: String,
    pub text: String,
}

/// The cells that cannot be taken, the first of them where there are many.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    pub rows: Vec<WrongRow>,
    /// How many there are in all.
    pub total: u64,
}

impl Faults {
    /// Those a refused table was refused for; none where it was refused as a whole.
    #[must_use]
    pub fn refused(page: &Page, refused: &Refused) -> Self {
        let rows = refused.extra.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let text = |row: &Value, member: &str| row.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let fault = |row: &Value| {
            let line = row.get("line").and_then(Value::as_u64).unwrap_or_default();
            row_fault(page, line, &text(row, "field"), &text(row, "code"), &text(row, "message"))
        };
        let total = refused.extra.get("errors_total").and_then(Value::as_u64).unwrap_or_default();
        Self { rows: rows.iter().map(fault).collect(), total }
    }

    /// The rows that were left out of a table the rest of which was taken.
    #[must_use]
    pub fn left_out(page: &Page, errors: &[RowError]) -> Self {
        let fault = |row: &RowError| row_fault(page, row.line.into(), row.field, row.code, &row.message);
        Self { rows: errors.iter().take(200).map(fault).collect(), total: errors.len() as u64 }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

fn row_fault(page: &Page, line: u64, field: &str, code: &str, message: &str) -> WrongRow {
    let find = |key: String| fluent::find(page.language, &key.replace('_', "-"));
    let text = find(format!("row-{field}-{code}")).or_else(|| find(format!("row-{code}")));
    WrongRow { line, column: column(page, field), text: text.unwrap_or_else(|| message.to_owned()) }
}

fn column(page: &Page, field: &str) -> String {
    fluent::find(page.language, &format!("column-{}", field.replace('_', "-"))).unwrap_or_else(|| field.to_owned())
}

/// Why a table was refused as a whole, in the reader's words; with the columns or the line it is about.
///
/// # Errors
/// Whatever is a fault and no refusal.
pub fn whole(page: &Page, error: Error) -> Result<(Box<Refused>, String), Error> {
    let Error::Refused(refused) = error else { return Err(error) };
    let key = format!("trouble-{}", refused.code.replace('_', "-"));
    let mut text = fluent::find(page.language, &key).unwrap_or_else(|| page.t("trouble-refused"));
    if let Some(fields) = refused.extra.get("fields").and_then(Value::as_array) {
        let names = fields.iter().filter_map(Value::as_str).map(|field| column(page, field));
        text = format!("{text} {}", page.list(names));
    }
    if let Some(line) = refused.extra.get("line").and_then(Value::as_u64) {
        text = format!("{text} {}", page.say("row-line", &[("line", line.into())]));
    }
    Ok((refused, text))
}
