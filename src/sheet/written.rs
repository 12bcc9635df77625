//! A table we hand out, as the spreadsheets of an office open it without asking.

use csv::{Terminator, WriterBuilder};

/// A CSV in UTF-8 with its mark (Excel reads it as the local encoding otherwise) and CR LF. What a
/// spreadsheet would take for a formula is made a text: an applicant may be called `=HYPERLINK(…)`.
#[must_use]
pub fn csv<R, C>(header: &[String], rows: R) -> Vec<u8>
where
    R: IntoIterator<Item = C>,
    C: IntoIterator<Item = String>,
{
    let mut bytes = "\u{FEFF}".as_bytes().to_vec();
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(header.iter().map(|cell| defused(cell.clone())));
    for row in rows {
        let _ = writer.write_record(row.into_iter().map(defused));
    }
    bytes.extend(writer.into_inner().unwrap_or_default());
    bytes
}

/// What a spreadsheet takes for the beginning of a formula.
pub(super) fn is_lure(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠')
}

fn defused(cell: String) -> String {
    if cell.starts_with(is_lure) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_handed_out_runs_in_a_spreadsheet() {
        let header = ["姓名".to_owned(), "备注".to_owned()];
        let rows = [["=HYPERLINK(\"http://x\")", "a,b"], ["@SUM(1)", "-1"], ["李雷", "第一行\n第二行"]];
        let bytes = csv(&header, rows.map(|row| row.map(str::to_owned)));
        let text = String::from_utf8(bytes).unwrap();
        let wanted = "\u{FEFF}姓名,备注\r\n\"'=HYPERLINK(\"\"http://x\"\")\",\"a,b\"\r\n'@SUM(1),'-1\r\n李雷,\"第一行\n第二行\"\r\n";
        assert_eq!(text, wanted);
    }
}
