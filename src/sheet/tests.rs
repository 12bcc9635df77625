use std::io::{Cursor, Write};

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const NAME: Column = Column { field: "name", headings: &["姓名"], required: true };
const EMAIL: Column = Column { field: "email", headings: &["邮箱", "电子邮箱"], required: false };

pub const COLUMNS: [Column; 2] = [NAME, EMAIL];
const ADDRESSES: [Column; 1] = [Column { required: true, ..EMAIL }];

pub fn list(bytes: &[u8]) -> Result<List<2>, Unreadable> {
    Sheet::read(bytes).and_then(|sheet| sheet.list(&COLUMNS, &["name"]))
}

/// (line, name, email) of every row.
pub fn people(bytes: &[u8]) -> Vec<(u32, String, String)> {
    let texts = |row: &ListRow<2>| row.texts().map(|text| text.unwrap_or("?").to_owned());
    list(bytes).unwrap().rows.iter().map(|row| (row.line, texts(row)[0].clone(), texts(row)[1].clone())).collect()
}

pub fn two() -> Vec<(u32, String, String)> {
    [(2, "王小云", "yun@例子.cn"), (3, "𠮷田👩‍🚀", "y@example.cn")].map(|(l, n, e)| (l, n.into(), e.into())).into()
}

pub const CSV: &str = "姓名,邮箱\n王小云,yun@例子.cn\n𠮷田👩‍🚀,y@example.cn\n";

pub fn utf16(text: &str, swap: bool) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(|unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn every_encoding_a_spreadsheet_writes_gives_the_same_rows() {
    let gb18030 = encoding_rs::GB18030.encode(CSV).0.into_owned();
    assert_ne!(gb18030, CSV.as_bytes());
    for bytes in [
        CSV.as_bytes().to_vec(),
        format!("\u{FEFF}{CSV}").into_bytes(),
        utf16(CSV, false),
        utf16(CSV, true),
        gb18030,
        CSV.replace('\n', "\r\n").into_bytes(),
        CSV.replace('\n', "\r").into_bytes(),
        CSV.replace(',', ";").into_bytes(),
        CSV.replace(',', "\t").into_bytes(),
    ] {
        assert_eq!(people(&bytes), two());
    }
}

#[test]
fn headings_are_found_in_any_order_case_and_dress() {
    let rows = people("备注,E-Mail（选填）,＊姓名\n\n x , a@b.cn ,\u{3000}甲\u{200B}\n".as_bytes());
    assert_eq!(rows, [(3, "甲".into(), "a@b.cn".into())]);
    assert_eq!(list("姓名,备注\n甲,x\n".as_bytes()).unwrap().unused, ["备注"]);
}

#[test]
fn quotes_newlines_and_saved_zeros_are_kept_and_lines_still_count() {
    let rows = people("sep=,\n姓名,邮箱\n\"甲,\"\"乙\"\"\n丙\",=\"001\"\n丁,6\" x\n".as_bytes());
    assert_eq!(rows[0], (3, "甲,\"乙\"\n丙".into(), "001".into()));
    assert_eq!(rows[1], (5, "丁".into(), "6\" x".into()));
}

pub fn refusal(bytes: &[u8]) -> Unreadable {
    Sheet::read(bytes).unwrap_err()
}

#[test]
fn text_that_is_no_table_is_refused_with_its_line() {
    assert_eq!(refusal(b""), Unreadable::Empty);
    assert_eq!(refusal("姓名,邮箱\n\n , \n".as_bytes()), Unreadable::Empty);
    assert_eq!(refusal(b"\x89PNG\x0d\x0a\x1a\n\0\0\0\rIHDR"), Unreadable::NotATable);
    assert_eq!(refusal("姓名\n甲\n乙\u{0}\n".as_bytes()), Unreadable::ControlCharacter { line: 3 });
    assert_eq!(refusal("姓名\n甲\n\"乙\n丙\n".as_bytes()), Unreadable::UnclosedQuote { line: 3 });
    assert_eq!(refusal("姓名\n\"乙\n".as_bytes()), Unreadable::UnclosedQuote { line: 2 });
    assert_eq!(refusal(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1]), Unreadable::OldOrLocked);
    let mut broken = "姓名,邮箱\n王小云,a\n王小云的朋友们,b\n".as_bytes().to_vec();
    let at = broken.len() - 5;
    broken[at] = 0xFF;
    assert_eq!(refusal(&broken), Unreadable::UnknownEncoding { line: 3 });
}

#[test]
fn limits_are_told_with_their_line() {
    assert_eq!(refusal(&vec![b'a'; LARGEST_UPLOAD + 1]), Unreadable::TooLarge);
    let many = format!("姓名\n{}", "甲\n".repeat(MOST_ROWS));
    assert_eq!(list(many.as_bytes()).unwrap().rows.len(), MOST_ROWS);
    assert_eq!(list(format!("{many}甲\n").as_bytes()).unwrap_err(), Unreadable::TooManyRows { line: 20_002 });
    let far_more = format!("{many}{}", "甲\n".repeat(MOST_OTHER_ROWS + 1));
    assert_eq!(refusal(far_more.as_bytes()), Unreadable::TooManyRows { line: 22_002 });
    let wide = format!("姓名\n{}x\n", "x,".repeat(MOST_COLUMNS));
    assert_eq!(refusal(wide.as_bytes()), Unreadable::TooManyColumns { line: 2 });
    let long = list(format!("姓名\n{}\n", "长".repeat(LONGEST_CELL + 1)).as_bytes()).unwrap();
    assert_eq!(long.rows[0].texts(), [Err(CellFault::TooLong), Ok("")]);
}

#[test]
fn missing_and_doubled_columns_are_named() {
    let sheet = Sheet::read("邮箱,电子邮箱\na,b\n".as_bytes()).unwrap();
    let missing =
        Unreadable::MissingColumns {
            fields: vec!["name"], line: 1, header: "邮箱 | 电子邮箱".to_owned(), sheet: None
        };
    assert_eq!(sheet.list(&COLUMNS, &[]).unwrap_err(), missing);
    assert_eq!(missing.to_string(), "The header lacks: name. Line 1 was taken for it: 邮箱 | 电子邮箱");
    let headings = ["邮箱", "电子邮箱"].map(str::to_owned);
    assert_eq!(sheet.list(&ADDRESSES, &[]).unwrap_err(), Unreadable::ColumnTwice { field: "email", headings });
}

fn workbook(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().unwrap()
}

#[test]
fn a_workbook_reads_as_people_typed_it() {
    let bytes = workbook(|sheet| {
        let date = Format::new().set_num_format("yyyy-mm-dd");
        let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        sheet.write_row(0, 0, ["姓名", "邮箱"]).unwrap();
        sheet.write(1, 0, "𠮷田👩‍🚀").unwrap();
        sheet.write(1, 1, 13_800_138_000_i64).unwrap();
        sheet.write(2, 0, 0.1 + 0.2).unwrap();
        sheet.write_with_format(2, 1, ExcelDateTime::parse_from_str("1995-08-02").unwrap(), &date).unwrap();
        sheet.write(5, 0, true).unwrap();
        sheet.write_with_format(5, 1, ExcelDateTime::parse_from_str("2026-08-22T14:30:00").unwrap(), &moment).unwrap();
        sheet.write(6, 0, Formula::new("=A2&\"!\"").set_result("甲!")).unwrap();
        sheet.write(6, 1, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    });
    let expected =
        [(2, "𠮷田👩‍🚀", "13800138000"), (3, "0.3", "1995-08-02"), (6, "true", "2026-08-22T14:30:00"), (7, "甲!", "?")];
    assert_eq!(people(&bytes), expected.map(|(l, n, e)| (l, n.to_owned(), e.to_owned())));
}

/// A workbook made by hand, part by part.
pub fn by_hand(sheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let book = r#"<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>"#;
    let relations = r#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let package = r#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let parts: [(&str, &[u8]); 4] = [
        ("_rels/.rels", package.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    let own = parts.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    for (name, bytes) in own.chain(more) {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub fn sheet_of(rows: &str) -> String {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
}

pub const HEADING: &str = r#"<row r="1"><c r="A1" t="str"><v>姓名</v></c><c r="B1" t="str"><v>邮箱</v></c></row>"#;

#[test]
fn a_formula_without_a_value_is_a_fault_of_its_cell_alone() {
    let bytes = by_hand(
        &sheet_of(&format!(
            r#"{HEADING}<row r="2"><c r="A2"><f>B2&amp;"x"</f></c><c r="B2"><f>1+1</f><v></v></c></row>
            <row r="3"><c r="A3" t="str"><f>""</f><v></v></c><c r="B3"><f>1+1</f><v>2</v></c></row>"#
        )),
        &[],
    );
    let rows = list(&bytes).unwrap().rows;
    assert_eq!(rows[0].texts(), [Err(CellFault::FormulaWithoutValue); 2]);
    assert_eq!(rows[1].texts(), [Ok(""), Ok("2")]);
}

#[test]
fn cells_at_the_corners_cost_nothing_and_are_refused() {
    let far = r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    let refused = refusal(&by_hand(&sheet_of(&format!("{HEADING}{far}")), &[]));
    assert_eq!(refused, Unreadable::TooManyColumns { line: 1_048_576 });
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let zeros = vec![b' '; 60 * 1024 * 1024];
    assert_eq!(refusal(&by_hand(&sheet_of(HEADING), &[("xl/sharedStrings.xml", &zeros)])), Unreadable::Bomb);
    assert_eq!(refusal(&by_hand(&sheet_of(HEADING), &[("xl/media/a.png", &zeros[..3 << 20])])), Unreadable::Bomb);
    let texts = format!("<sst>{}</sst>", "<si/>".repeat(1_500_001));
    let refused = refusal(&by_hand(&sheet_of(HEADING), &[("xl/sharedStrings.xml", texts.as_bytes())]));
    assert_eq!(refused, Unreadable::Bomb);
    // The same long text in every cell: small as a file, large as a table.
    let text = format!("<sst><si><t>{}</t></si></sst>", "长".repeat(2_000));
    let cells: String =
        (2..9_000).map(|row| format!(r#"<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>"#)).collect();
    let bytes = by_hand(&sheet_of(&format!("{HEADING}{cells}")), &[("xl/sharedStrings.xml", text.as_bytes())]);
    assert_eq!(refusal(&bytes), Unreadable::Bomb);
}

/// Optimised, half a second of a core for a megabyte is more than any of these takes (`cargo test --release
/// --lib hostile -- --nocapture` tells); as it is built for tests, twenty times that.
#[test]
fn nothing_hostile_costs_more_than_its_size() {
    let attributes = |count: usize| (0..count).map(|at| format!(" a{at}=\"\"")).collect::<String>();
    let row = |inner: &str| sheet_of(&format!("{HEADING}<row r=\"2\">{inner}</row>"));
    let many: String = (0..2_000).map(|at| format!(r#"<sheet name="s{at}" sheetId="{at}" r:id="r1"/>"#)).collect();
    let sheets = format!(r#"<workbook xmlns:r="r"><sheets>{many}</sheets></workbook>"#);
    let texts = format!("<sst>{}</sst>", "<si><r><t>x</t></r></si>".repeat(200_000));
    let wide: String =
        (2..20_000).map(|at| format!(r#"<row r="{at}"><c r="A{at}" t="s"><v>{at}</v></c></row>"#)).collect();
    let names = (0..60_000).map(|at| format!(r#"<definedName name="n{at}">a!$A$1</definedName>"#)).collect::<String>();
    let named = format!(
        r#"<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets><definedNames>{names}</definedNames></workbook>"#
    );
    let merged = format!("<mergeCells>{}</mergeCells>", r#"<mergeCell ref="A1:XFD1048576"/>"#.repeat(100_000));
    let formats = format!(
        "<styleSheet><numFmts>{}</numFmts><cellXfs>{}</cellXfs></styleSheet>",
        (0..20_000).map(|at| format!(r#"<numFmt numFmtId="{at}" formatCode="yyyy{at}"/>"#)).collect::<String>(),
        (0..20_000).map(|at| format!(r#"<xf numFmtId="{at}"/>"#)).collect::<String>()
    );
    let hostile = [
        ("attributes in one tag", by_hand(&row(&format!("<c r=\"A2\"{}><f>1</f></c>", attributes(40_000))), &[])),
        (
            "attributes of a sheet",
            by_hand(&format!("<worksheet{}><sheetData>{HEADING}</sheetData></worksheet>", attributes(40_000)), &[]),
        ),
        (
            "deep nesting",
            by_hand(&row(&format!("<c r=\"A2\"><f>{}1{}</f></c>", "<x>".repeat(150_000), "</x>".repeat(150_000))), &[]),
        ),
        ("sheets", by_hand("<worksheet/>", &[("xl/workbook.xml", sheets.as_bytes())])),
        (
            "shared texts",
            by_hand(&sheet_of(&format!("{HEADING}{wide}")), &[("xl/sharedStrings.xml", texts.as_bytes())]),
        ),
        ("names", by_hand(&sheet_of(HEADING), &[("xl/workbook.xml", named.as_bytes())])),
        ("merged cells", by_hand(&sheet_of(HEADING).replace("</worksheet>", &format!("{merged}</worksheet>")), &[])),
        ("formats", by_hand(&sheet_of(HEADING), &[("xl/styles.xml", formats.as_bytes())])),
        ("a part of blanks", by_hand(&sheet_of(HEADING), &[("xl/theme/theme1.xml", &vec![b' '; 900 << 10])])),
    ];
    for (what, bytes) in hostile {
        let begun = std::time::Instant::now();
        drop(list(&bytes));
        let took = begun.elapsed().as_secs_f64();
        println!("{what}: {} bytes, {took:.3} s", bytes.len());
        let most = if cfg!(debug_assertions) { 10.0 } else { 0.5 };
        assert!(took < most, "{what}: {took:.3} s for {} bytes", bytes.len());
    }
}

#[test]
fn an_entry_that_lies_about_its_size_is_refused() {
    let mut bytes = by_hand(&sheet_of(HEADING), &[("xl/sharedStrings.xml", &vec![b' '; 60 * 1024 * 1024])]);
    let real = u32::try_from(60 * 1024 * 1024).unwrap().to_le_bytes();
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(4).position(|window| window == real) {
        bytes[at + found..at + found + 4].copy_from_slice(&100_u32.to_le_bytes());
        at += found + 4;
    }
    assert!(at > 0);
    assert!(matches!(refusal(&bytes), Unreadable::Bomb | Unreadable::Damaged));
}

#[test]
fn a_zip_that_is_no_workbook_is_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    assert_eq!(refusal(&zip.finish().unwrap().into_inner()), Unreadable::NotATable);
    assert_eq!(refusal(b"PK\x03\x04 and then nothing of the kind"), Unreadable::Damaged);
    assert_eq!(refusal(&by_hand("<worksheet><sheetData><row><c r=", &[])), Unreadable::Damaged);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        drop(list(&bytes));
        drop(list(&[b"PK\x03\x04".as_slice(), &bytes].concat()));
    }

    #[test]
    fn random_text_never_panics(text in "[,;\t\"\r\n=a-c甲😀]{0,80}") {
        drop(list(text.as_bytes()));
    }

    #[test]
    fn a_workbook_with_random_damage_never_panics(at in 0..100_000_usize, byte in any::<u8>(), cut in 0..40_usize) {
        let mut bytes = workbook(|sheet| drop(sheet.write_row(0, 0, ["姓名", "邮箱"]).and_then(|s| s.write_row(1, 0, ["a", "b"]))));
        let length = bytes.len();
        bytes[at % length] = byte;
        bytes.truncate(length - cut / 20 * (at % length));
        drop(list(&bytes));
    }

    #[test]
    fn random_cells_never_panic(kind in "(s|n|str|b|e|d|inlineStr|x)", reference in "[A-Z]{0,4}[0-9]{0,8}", text in "[<>/fvis0-9e.\\-# &;]{0,20}") {
        drop(list(&by_hand(&sheet_of(&format!(r#"{HEADING}<row r="2"><c r="{reference}" t="{kind}"><f>{text}</f><v>{text}</v></c></row>"#)), &[])));
    }

    #[test]
    fn what_is_written_as_csv_is_read_back(cells in proptest::collection::vec("[a-z甲乙😀,;\"\n]{1,12}", 1..20)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["姓名", "邮箱"]).unwrap();
        for cell in &cells {
            writer.write_record([format!("x{cell}x"), "e".to_owned()]).unwrap();
        }
        let read: Vec<String> = people(&writer.into_inner().unwrap()).into_iter().map(|(_, name, _)| name).collect();
        let written: Vec<String> = cells.iter().map(|cell| format!("x{cell}x")).collect();
        prop_assert_eq!(read, written);
    }
}
