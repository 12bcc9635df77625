//! Lists as people keep them, in every dress.

use super::tests::{COLUMNS, CSV, HEADING, by_hand, list, people, refusal, sheet_of, two, utf16};
use super::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

/// Parts of a workbook of these sheets, made by hand: (name, rows).
fn sheets(sheets: &[(&str, &str)]) -> Vec<u8> {
    let entries =
        (1..).zip(sheets).map(|(at, (name, _))| format!(r#"<sheet name="{name}" sheetId="{at}" r:id="r{at}"/>"#));
    let book = format!(r#"<workbook xmlns:r="r"><sheets>{}</sheets></workbook>"#, entries.collect::<String>());
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
    let relations = (1..=sheets.len())
        .map(|at| format!(r#"<Relationship Id="r{at}" Type="{kind}" Target="worksheets/sheet{at}.xml"/>"#));
    let relations = format!("<Relationships>{}</Relationships>", relations.collect::<String>());
    let parts: Vec<(String, String)> =
        (1..).zip(sheets).map(|(at, (_, rows))| (format!("xl/worksheets/sheet{at}.xml"), sheet_of(rows))).collect();
    let mut more: Vec<(&str, &[u8])> =
        vec![("xl/workbook.xml", book.as_bytes()), ("xl/_rels/workbook.xml.rels", relations.as_bytes())];
    more.extend(parts.iter().map(|(name, part)| (name.as_str(), part.as_bytes())));
    by_hand("", &more)
}

#[test]
fn a_part_that_is_listed_twice_is_not_read_twice() {
    let book = r#"<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="r1"/><sheet name="b" sheetId="2" r:id="r1"/></sheets></workbook>"#;
    assert_eq!(refusal(&by_hand(&sheet_of(HEADING), &[("xl/workbook.xml", book.as_bytes())])), Unreadable::Bomb);
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
    let twice = format!(
        r#"<Relationships><Relationship Id="r1" Type="{kind}" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{kind}" Target="/xl/worksheets/Sheet1.xml"/></Relationships>"#
    );
    assert_eq!(
        refusal(&by_hand(&sheet_of(HEADING), &[("xl/_rels/workbook.xml.rels", twice.as_bytes())])),
        Unreadable::Bomb
    );
    assert_eq!(refusal(&sheets(&[("a", HEADING), ("a", HEADING)])), Unreadable::Damaged);
}

/// A row of texts, by hand.
fn typed(line: u32, cells: &[&str]) -> String {
    let cell = |(column, text): (char, &&str)| match *text {
        "" => String::new(),
        text => format!(r#"<c r="{column}{line}" t="str"><v>{text}</v></c>"#),
    };
    format!(r#"<row r="{line}">{}</row>"#, ('A'..).zip(cells).map(cell).collect::<String>())
}

#[test]
fn every_sheet_that_is_a_list_is_read_and_the_others_are_named() {
    let [title, header] = [typed(1, &["市总工会报名表"]), typed(4, &["邮箱", "姓名"])];
    let one = format!("{HEADING}{}", typed(2, &["甲", "a@b.cn"]));
    let other = format!("{title}{header}{}", typed(7, &["b@b.cn", "乙"]));
    let bytes = sheets(&[
        ("填写说明", &typed(1, &["请勿修改表头"])),
        ("一科", &one),
        ("二科", &other),
        ("汇总", &typed(3, &["2", "人"])),
    ]);
    let read = list(&bytes).unwrap();
    let rows: Vec<_> = read.rows.iter().map(|row| (row.line, row.texts().map(Result::unwrap))).collect();
    assert_eq!(rows, [(2, ["甲", "a@b.cn"]), (7, ["乙", "b@b.cn"])]);
    assert_eq!(read.unread, ["填写说明", "汇总"]);
    let error = read.rows[1].error("email", "x", "y");
    assert_eq!(
        (error.sheet.as_deref(), error.value.as_deref(), error.whose.as_deref()),
        (Some("二科"), Some("b@b.cn"), Some("乙"))
    );
    let none = list(&sheets(&[
        ("说明", &typed(1, &["请勿修改"])),
        ("名单", &format!("{title}{}", typed(2, &["邮箱", "单位"]))),
    ]));
    let missing = Unreadable::MissingColumns {
        fields: vec!["name"],
        line: 2,
        header: "邮箱 | 单位".to_owned(),
        sheet: Some("名单".to_owned()),
    };
    assert_eq!(none.unwrap_err(), missing);
}

#[test]
fn a_heading_is_known_in_every_dress() {
    for heading in [
        "姓名",
        "姓 名",
        "＊姓名（必填）",
        "1、您的姓名：",
        "1. 姓名",
        "Q1 您的姓名？",
        "第1题 姓名",
        "第三题：您的姓名",
        "一、姓名",
        "（必填）姓名",
        "【必填】姓名",
        "姓名\nName",
        "姓名 Full name",
        "姓名/Name",
        "Full name 姓名",
        "请填写您的姓名",
        "请输入姓名：",
        "您的姓名是",
        "*姓名*",
    ] {
        let sheet = format!("\"{heading}\",邮箱\n甲,a@b.cn\n");
        assert_eq!(
            people(sheet.as_bytes()),
            [(2 + u32::from(heading.contains('\n')), "甲".into(), "a@b.cn".into())],
            "{heading}"
        );
    }
    for heading in ["姓名拼音", "曾用名", "单位", "一寸照", "您的", ""] {
        let sheet = format!("\"{heading}\",邮箱\n甲,a@b.cn\n");
        assert!(matches!(list(sheet.as_bytes()), Err(Unreadable::MissingColumns { .. })), "{heading}");
    }
    // What says it exactly goes before what only seems to.
    assert_eq!(people("QQ邮箱,姓名,邮箱\nq@b.cn,甲,a@b.cn\n".as_bytes()), [(2, "甲".into(), "a@b.cn".into())]);
}

#[test]
fn a_header_stands_below_titles_and_may_have_two_lines() {
    let wanted = [(4, "甲".to_owned(), "a@b.cn".to_owned())];
    for text in [
        "报名表\n2026年8月\n姓名,邮箱\n甲,a@b.cn\n",
        "报名表，第一批\n\n姓名,邮箱\n甲,a@b.cn\n",
        "报名表,,\n姓名,联系方式,\n,邮箱,手机\n甲,a@b.cn,138\n",
    ] {
        assert_eq!(people(text.as_bytes()), wanted, "{text}");
    }
    // Where the first person comes from is no heading.
    let survey = list("姓名,邮箱,来源\n甲,a@b.cn,邮箱\n乙,b@b.cn,手机\n".as_bytes()).unwrap();
    assert_eq!((survey.rows.len(), survey.unused), (2, vec!["来源".to_owned()]));
    let deep = format!("{}姓名,邮箱\n甲,a@b.cn\n", "说明\n".repeat(19));
    assert_eq!(people(deep.as_bytes()).len(), 1);
}

#[test]
fn a_merged_cell_counts_for_all_it_covers() {
    let rows = [
        typed(1, &["姓名", "联系", ""]),
        typed(2, &["", "邮箱", "手机"]),
        typed(3, &["甲", "a@b.cn", "x"]),
        typed(4, &["", "b@b.cn", "y"]),
        typed(6, &["1", "", ""]),
    ];
    let merged = r#"<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/><mergeCell ref="A3:A5"/><mergeCell ref="A6:XFD1048576"/></mergeCells>"#;
    let sheet = sheet_of(&rows.concat()).replace("</worksheet>", &format!("{merged}</worksheet>"));
    let people = people(&by_hand(&sheet, &[]));
    assert_eq!(
        people,
        [(3, "甲".into(), "a@b.cn".into()), (4, "甲".into(), "b@b.cn".into()), (6, "1".into(), "1".into())]
    );
}

#[test]
fn a_row_without_anything_in_a_column_that_is_read_is_none() {
    assert_eq!(people("序号,姓名,邮箱\n1,甲,a@b.cn\n2,,\n3,　,\n4,,b@b.cn\n".as_bytes()).len(), 2);
    assert_eq!(list("序号,姓名,邮箱\n1,,\n2,,\n".as_bytes()).unwrap_err(), Unreadable::Empty);
}

#[test]
fn the_first_filled_of_two_optional_columns_counts() {
    let rows = people("姓名,邮箱,电子邮箱\n甲,a@b.cn,c@b.cn\n乙,,d@b.cn\n".as_bytes());
    assert_eq!(rows.into_iter().map(|row| row.2).collect::<Vec<_>>(), ["a@b.cn", "d@b.cn"]);
}

#[test]
fn whatever_separates_the_cells_is_found() {
    for separator in [',', ';', '\t', '|', '，', '；', '｜'] {
        let text = format!("姓名{separator}邮箱\n甲{separator}a@b.cn\n");
        assert_eq!(people(text.as_bytes()), [(2, "甲".into(), "a@b.cn".into())], "{separator}");
    }
    assert_eq!(people("姓名，邮箱\n\"甲，乙\"，a@b.cn\n".as_bytes())[0].1, "甲，乙");
    // A sentence is not separated.
    assert_eq!(people("姓名\n上海，分部\n北京，分部\n".as_bytes())[0].1, "上海，分部");
    assert_eq!(people("姓名;邮箱\n甲,乙;a@b.cn\n丙,丁;b@b.cn\n".as_bytes())[1].1, "丙,丁");
    let unmarked = |swap| utf16(CSV, swap)[2..].to_vec();
    assert_eq!((people(&unmarked(false)), people(&unmarked(true))), (two(), two()));
}

#[test]
fn a_web_page_under_another_name_is_told() {
    let xml = "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"></Workbook>";
    for page in [
        "<html xmlns:o=\"x\"><table><tr><td>姓名</td></tr></table></html>",
        " \n<!DOCTYPE html>\n<p>x",
        "<TABLE>\n<tr>",
        "MIME-Version: 1.0\nX-Document-Type: Workbook",
        xml,
    ] {
        assert_eq!(refusal(page.as_bytes()), Unreadable::WebPage, "{page}");
        assert_eq!(refusal(&utf16(page, false)), Unreadable::WebPage, "{page}");
    }
}

#[test]
fn digits_that_are_lost_are_a_fault_and_those_that_were_kept_are_read() {
    let shortened = |text: &str| {
        list(format!("姓名,邮箱\n甲,{text}\n").as_bytes()).unwrap().rows[0].texts()[1] == Err(CellFault::Shortened)
    };
    for text in ["1.38001E+10", "1E+10", "1.5e+11", "１.３８E+10"] {
        assert!(shortened(text), "{text}");
    }
    for text in ["138", "E+10", "1.5", "E栋+1", "1E10", "12E+1", "a1E+10"] {
        assert!(!shortened(text), "{text}");
    }
    for (text, read) in [
        ("'13800138000", "13800138000"),
        ("’138", "138"),
        ("'=1+1", "=1+1"),
        ("１３８", "138"),
        ("'t Hooft", "'t Hooft"),
    ] {
        assert_eq!(people(format!("姓名,邮箱\n甲,{text}\n").as_bytes())[0].2, read);
    }
    let row = &list("姓名,邮箱\n甲,1.38001E+10\n".as_bytes()).unwrap().rows[0];
    assert_eq!(row.unread("email", CellFault::Shortened).value.as_deref(), Some("1.38001E+10"));
}

#[test]
fn rows_to_put_right_come_back_as_they_were_sent_and_are_read_again() {
    let text = "报名表\n姓名,备注,邮箱,需要改正的地方\n甲,x,1.38E+10,旧\n乙,=1+1,b@b.cn,\n丙,y,,\n";
    let sheet = Sheet::read(text.as_bytes()).unwrap();
    let list = sheet.list(&COLUMNS, &["name"]).unwrap();
    assert_eq!(list.unused, ["备注"]);
    let errors = [
        list.rows[1].error("email", "a", "1"),
        list.rows[0].error("email", "b", "2"),
        list.rows[0].error("name", "c", "3"),
    ];
    let remark = |errors: &[&RowError]| errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("+");
    let book = corrections::workbook(&sheet, &COLUMNS, &errors, corrections::REMARKS[1], remark).unwrap();
    let again = Sheet::read(&book).unwrap();
    let cells: Vec<Vec<&str>> =
        again.tables[0].rows.iter().map(|row| (0..4).map(|at| row.text(at)).collect()).collect();
    assert_eq!(
        cells,
        [["姓名", "备注", "邮箱", "To put right"], ["甲", "x", "1.38E+10", "2+3"], ["乙", "=1+1", "b@b.cn", "1"]]
    );
    assert_eq!(again.list(&COLUMNS, &["name"]).unwrap().unused, ["备注"], "the remarks are known, and not read");
}

#[test]
fn a_month_that_was_typed_gets_no_day() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["姓名", "邮箱"]).unwrap();
    let formats = ["yyyy\"年\"m\"月\"", "[$-804]yyyy\"年\"m\"月\";@", "YYYY-MM", "yyyy\"年\"m\"月\"d\"日\""]
        .map(|code| Format::new().set_num_format(code));
    let own = [27, 57, 31].map(|index| Format::new().set_num_format_index(index));
    for (row, format) in (1..).zip(formats.iter().chain(&own)) {
        for (column, day) in [(0, "1995-08-01"), (1, "1995-08-17")] {
            let day = ExcelDateTime::parse_from_str(day).unwrap();
            sheet.write_with_format(row, column, day, format).unwrap();
        }
    }
    let read: Vec<_> =
        people(&book.save_to_buffer().unwrap()).into_iter().map(|(_, one, other)| (one, other)).collect();
    let expected = ["1995-08", "1995-08", "1995-08", "1995-08-01", "1995-08", "1995-08", "1995-08-01"];
    assert_eq!(read, expected.map(|one| (one.to_owned(), "1995-08-17".to_owned())));
}
