//! What is wrong with an uploaded table, row by row, in the reader's words.

use std::sync::Arc;

use data_encoding::BASE64;
use fluent_templates::fluent_bundle::FluentValue;
use serde_json::{Value, json};

use super::{Page, fluent};
use crate::error::{Error, Fault, Refused};
use crate::language::Language;
use crate::sheet::corrections::{self, REMARKS};
use crate::sheet::refusals::INVALID_ROWS;
use crate::sheet::{Column, RowError, Sheet};

/// The most faulty cells one answer lists; the workbook of corrections has all of them.
const MOST_ERRORS: usize = 200;

/// One cell that cannot be taken.
#[derive(Debug, Clone)]
pub struct WrongRow {
    pub line: u64,
    /// Where several sheets were read.
    pub sheet: String,
    /// The name or address in the row.
    pub whose: String,
    pub column: String,
    /// What stood there.
    pub value: String,
    pub text: String,
}

/// The cells that cannot be taken, the first of them where there are many.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    pub rows: Vec<WrongRow>,
    /// How many there are in all.
    pub total: u64,
    /// The rows to put right, a workbook in Base64.
    pub corrections: Option<String>,
}

impl Faults {
    /// Those a refused table was refused for; none where it was refused as a whole.
    #[must_use]
    pub fn refused(page: &Page, refused: &Refused) -> Self {
        let rows = refused.extra.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Self {
            rows: rows.iter().map(|row| wrong_row(page, row)).collect(),
            total: refused.extra.get("errors_total").and_then(Value::as_u64).unwrap_or_default(),
            corrections: refused.extra.get("corrections").and_then(Value::as_str).map(str::to_owned),
        }
    }

    /// The rows that were left out of a table the rest of which was taken.
    #[must_use]
    pub fn left_out(page: &Page, errors: &[RowError], corrections: Option<String>) -> Self {
        let rows = errors.iter().take(MOST_ERRORS).map(|row| wrong_row(page, &json!(row))).collect();
        Self { rows, total: errors.len() as u64, corrections }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether some of them are on other sheets than others.
    #[must_use]
    pub fn has_sheets(&self) -> bool {
        self.rows.iter().any(|row| !row.sheet.is_empty())
    }
}

fn wrong_row(page: &Page, row: &Value) -> WrongRow {
    let text = |member: &str| row.get(member).and_then(Value::as_str).unwrap_or_default();
    WrongRow {
        line: row.get("line").and_then(Value::as_u64).unwrap_or_default(),
        sheet: text("sheet").to_owned(),
        whose: text("whose").to_owned(),
        column: column(page.language, text("field")),
        value: text("value").to_owned(),
        text: reason(page.language, text("field"), text("code"), text("message")),
    }
}

fn reason(language: Language, field: &str, code: &str, message: &str) -> String {
    let find = |key: String| fluent::find(language, &key.replace('_', "-"));
    let text = find(format!("row-{field}-{code}")).or_else(|| find(format!("row-{code}")));
    text.unwrap_or_else(|| message.to_owned())
}

fn column(language: Language, field: &str) -> String {
    fluent::find(language, &format!("column-{}", field.replace('_', "-"))).unwrap_or_else(|| field.to_owned())
}

/// 422 `invalid_rows` with the first 200 faults as `errors`, how many there are as `errors_total`, and the rows to put
/// right as `corrections`, where they are wanted in a language; a fault where these cannot be written.
pub async fn invalid_rows(
    language: Option<Language>,
    sheet: &Arc<Sheet>,
    columns: &'static [Column],
    errors: &[RowError],
) -> Error {
    let first: Vec<&RowError> = errors.iter().take(MOST_ERRORS).collect();
    let refused = INVALID_ROWS.with("errors", json!(first)).with("errors_total", errors.len());
    match corrections(language, sheet, columns, errors).await {
        Ok(Some(corrections)) => refused.with("corrections", json!(corrections)).into(),
        Ok(None) => refused.into(),
        Err(fault) => fault.into(),
    }
}

/// The rows to put right and send again: a workbook in Base64, with a column of remarks. None where all is right, or
/// nobody wants it.
///
/// # Errors
/// Only faults.
pub async fn corrections(
    language: Option<Language>,
    sheet: &Arc<Sheet>,
    columns: &'static [Column],
    errors: &[RowError],
) -> Result<Option<String>, Fault> {
    let Some(language) = language.filter(|_| !errors.is_empty()) else { return Ok(None) };
    let (sheet, errors) = (Arc::clone(sheet), errors.to_vec());
    let written = tokio::task::spawn_blocking(move || {
        let [zh, en] = REMARKS;
        let heading = language.choose(zh, en);
        corrections::workbook(&sheet, columns, &errors, heading, |errors| remark(language, errors))
    });
    let workbook = written.await.map_err(Fault::of)?.map_err(Fault::of)?;
    Ok(Some(BASE64.encode(&workbook)))
}

fn remark(language: Language, errors: &[&RowError]) -> String {
    let sentences = errors.iter().map(|error| {
        let text = reason(language, error.field, error.code, &error.message);
        let gaps = [("column", column(language, error.field)), ("words", text)];
        fluent::say(language, "row-remark", &gaps.map(|(name, text)| (name, FluentValue::from(text))))
    });
    fluent::sentences(language, sentences)
}

/// Why a table was refused as a whole, in the reader's words; with the columns or the line it is about.
///
/// # Errors
/// Whatever is a fault and no refusal.
pub fn whole(page: &Page, error: Error) -> Result<(Box<Refused>, String), Error> {
    let Error::Refused(refused) = error else { return Err(error) };
    let key = format!("trouble-{}", refused.refusal.code.replace('_', "-"));
    let mut text = fluent::find(page.language, &key).unwrap_or_else(|| page.t("trouble-refused"));
    let texts = |member: &str| {
        refused.extra.get(member).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    };
    let member = |name: &str| refused.extra.get(name).and_then(Value::as_str);
    let fields: Vec<String> = texts("fields").map(|field| column(page.language, field)).collect();
    if !fields.is_empty() {
        text = format!("{text} {}", page.list(fields));
    }
    let line = refused.extra.get("line").and_then(Value::as_u64);
    match (line, member("header"), member("sheet")) {
        (Some(line), Some(header), sheet) => {
            let gaps = [("line", line.into()), ("header", header.into()), ("sheet", sheet.unwrap_or_default().into())];
            let key = if sheet.is_some() { "row-header-of-sheet" } else { "row-header" };
            text = format!("{text} {}", page.say(key, &gaps));
        }
        (Some(line), None, _) => text = format!("{text} {}", page.say("row-line", &[("line", line.into())])),
        (None, ..) => {}
    }
    let headings: Vec<&str> = texts("headings").collect();
    if !headings.is_empty() {
        text = format!("{text} {}", page.say("row-headings", &[("headings", page.list(headings).into())]));
    }
    Ok((refused, text))
}
