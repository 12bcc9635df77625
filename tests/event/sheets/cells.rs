//! What stands in a cell: nothing that only looks like something, a date however it is written; and the sheets that
//! are no list.

use std::io::{Cursor, Read, Write};

use queqiao::events::phase::Phase;
use queqiao::units::{roster_entry, unit};
use reqwest::multipart::{Form, Part};
use rstest::rstest;
use rust_xlsxwriter::{Format, Workbook};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::kept::{listed, send, upload};
use super::{errors, import};
use crate::fixtures::browser::{Browser, between};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;

/// A workbook of one sheet, in which the cells that are None are stored as an empty shared string, as some programs
/// store what somebody deleted: `t="s"` with a value of nothing.
fn with_empty_strings(rows: &[&[Option<&str>]]) -> Vec<u8> {
    let mut strings: Vec<&str> = Vec::new();
    let mut lines = String::new();
    for (line, row) in (1..).zip(rows) {
        lines.push_str(&format!("<row r=\"{line}\">"));
        for (column, cell) in ('A'..).zip(*row) {
            let value = cell.map_or_else(String::new, |text| {
                strings.push(text);
                (strings.len() - 1).to_string()
            });
            lines.push_str(&format!("<c r=\"{column}{line}\" t=\"s\"><v>{value}</v></c>"));
        }
        lines.push_str("</row>");
    }
    let texts: String = strings.iter().map(|text| format!("<si><t>{text}</t></si>")).collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let mut whole = Workbook::new();
    whole.add_worksheet().write(0, 0, "x").unwrap();
    let mut whole = ZipArchive::new(Cursor::new(whole.save_to_buffer().unwrap())).unwrap();
    let mut book = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..whole.len() {
        let mut part = whole.by_index(at).unwrap();
        let (name, mut bytes) = (part.name().unwrap().into_owned(), Vec::new());
        part.read_to_end(&mut bytes).unwrap();
        if name == "xl/worksheets/sheet1.xml" {
            bytes = format!("<worksheet xmlns=\"{main}\"><sheetData>{lines}</sheetData></worksheet>").into_bytes();
        } else if name == "xl/sharedStrings.xml" {
            bytes = format!("<sst xmlns=\"{main}\">{texts}</sst>").into_bytes();
        }
        book.start_file(name, SimpleFileOptions::default()).unwrap();
        book.write_all(&bytes).unwrap();
    }
    book.finish().unwrap().into_inner()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cell_that_was_emptied_is_empty_in_units_and_rosters(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let db = evening.app.database.reader();
    let before = unit::Entity::find().count(db).await.unwrap();
    let units = with_empty_strings(&[
        &[Some("单位"), Some("域名")],
        &[Some("铁路局"), None],
        &[None, None],
        &[None, Some("harbour.example")],
    ]);
    // The last row has a domain and no name: that is said, and the domain's neighbour is no unit called 单位.
    let wrong = upload(&evening.organizer, "/api/v1/units/import?partial=true", units).await;
    assert_eq!((wrong.status, &wrong.json["added"]), (200, &json!(1)), "{}", wrong.text());
    assert_eq!(errors(&wrong).iter().map(|(line, field, _)| (*line, *field)).collect::<Vec<_>>(), [(4, "name")]);
    assert_eq!(unit::Entity::find().count(db).await.unwrap(), before + 1);
    let names: Vec<String> = unit::Entity::find().all(db).await.unwrap().into_iter().map(|unit| unit.name).collect();
    assert!(!names.contains(&"单位".to_owned()) && names.contains(&"铁路局".to_owned()), "{names:?}");

    let roster = format!("/api/v1/units/{}/roster/import", evening.units[0].id);
    let list = with_empty_strings(&[
        &[Some("姓名"), Some("邮箱")],
        &[Some("甲"), Some("a@mail.example")],
        &[Some("乙"), None],
        &[None, None],
    ]);
    let taken = upload(&evening.organizer, &roster, list).await;
    assert_eq!(
        (taken.status, &taken.json["added"], &taken.json["errors"]),
        (200, &json!(1), &json!([])),
        "{}",
        taken.text()
    );
    assert_eq!(roster_entry::Entity::find().count(db).await.unwrap(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_page_names_the_sheets_it_did_not_read(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let unit = format!("/office/o/yanyuan/units/{}/roster", evening.units[0].id);
    for (path, header, row, taken) in [
        (
            "/office/e/qixi/registrations/import",
            ["姓名", "性别", "邮箱", "单位"],
            ["甲", "男", "jia@mail.example", "市第一医院"],
            "已邀请 1 人",
        ),
        ("/office/o/yanyuan/units/import", ["单位", "域名", "", ""], ["铁路局", "", "", ""], "已加入 1 个单位"),
        (unit.as_str(), ["姓名", "邮箱", "", ""], ["乙", "yi@mail.example", "", ""], "名册新增 1 人"),
    ] {
        let mut book = Workbook::new();
        for notes in ["填写说明", "<b>选项"] {
            let sheet = book.add_worksheet().set_name(notes).unwrap();
            sheet.write(0, 0, "请勿修改表头").unwrap();
        }
        let list = book.add_worksheet().set_name("名单").unwrap();
        list.write_row(0, 0, header).unwrap().write_row(1, 0, row).unwrap();
        let part = Part::bytes(book.save_to_buffer().unwrap()).file_name("名单.xlsx");
        let (status, page) = send(&browser, path, Form::new().part("file", part)).await;
        assert_eq!(status, 200, "{path}: {page}");
        let notice = between(&page, "这些工作表和行没有读", "</p>");
        assert!(notice.contains("填写说明") && notice.contains("&#60;b&#62;选项"), "{path}: {notice}");
        assert!(!notice.contains("名单、") && page.contains(taken), "{path}: {page}");
        assert!(!page.contains("这些行没有加入"), "{path}: no row was left out: {page}");
    }
}

/// The formats a spreadsheet has of its own and writes down by their number alone.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_date_is_a_date_in_every_format_of_the_spreadsheets_own(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let days = [14, 15, 22, 28, 29, 30, 31, 32, 33, 34, 35, 51, 53, 54, 55, 56, 58];
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["姓名", "性别", "邮箱", "单位", "出生日期"]).unwrap();
    for (row, format) in (1..).zip(days) {
        let mail = format!("p{format}@mail.example");
        sheet.write_row(row, 0, ["甲", "男", mail.as_str(), "市第一医院"]).unwrap();
        // 1 August 1995, as spreadsheets count: the day is shown, so it is one, though it is the first.
        sheet.write_with_format(row, 4, 34_912, &Format::new().set_num_format_index(format)).unwrap();
    }
    let answer = import(&evening, "", book.save_to_buffer().unwrap()).await;
    assert_eq!((answer.status, &answer.json["errors"]), (201, &json!([])), "{}", answer.text());
    let listed = listed(&evening).await;
    for format in days {
        assert_eq!(listed[&format!("p{format}")]["born_on"], "1995-08-01", "format {format}");
    }
}
