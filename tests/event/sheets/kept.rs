//! Lists as people keep them: each of these was refused once, or read as something it did not say.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use calamine::{Reader, Xlsx, open_workbook_from_rs};
use data_encoding::BASE64;
use queqiao::events::phase::Phase;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, header::CONTENT_TYPE};
use rstest::rstest;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use super::{errors, import};
use crate::fixtures::browser::{Browser, between, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Answer, Person, refused};

fn kept(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/event/fixtures/lists").join(name)).unwrap()
}

/// What the lists said of everybody who was invited, by the letters before the `@`.
pub(super) async fn listed(evening: &Evening) -> BTreeMap<String, Value> {
    let invited = evening.organizer.get("/api/v1/events/qixi/invitations?limit=200").await;
    let name = |item: &Value| item["email"].as_str().unwrap().split('@').next().unwrap().to_owned();
    invited.json["items"].as_array().unwrap().iter().map(|item| (name(item), item["words"].clone())).collect()
}

pub(super) async fn upload(person: &Person, path: &str, table: impl Into<Vec<u8>>) -> Answer {
    person.send(person.request(Method::POST, path).header(CONTENT_TYPE, "text/csv").body(table.into())).await
}

/// As a page of ours sends it.
pub(super) async fn send(browser: &Browser, path: &str, form: Form) -> (u16, String) {
    let request = browser.request(Method::POST, path).header("Sec-Fetch-Site", "same-origin").multipart(form);
    read(request.send().await.unwrap()).await
}

/// The cells of the first sheet of a workbook in Base64.
fn opened(workbook: &str) -> Vec<Vec<String>> {
    let bytes = BASE64.decode(workbook.as_bytes()).unwrap();
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

fn closed(rows: &[Vec<String>]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, at) in rows.iter().zip(0..) {
        sheet.write_row(at, 0, row).unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_list_is_read_as_it_was_meant(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    for (list, people, units) in [
        ("empty-shared-string.xlsx", 2, 0),
        ("two-list-sheets.xlsx", 3, 1),
        ("title-row.xlsx", 2, 0),
        ("title-row.csv", 1, 0),
        ("instructions-sheet-first.xlsx", 1, 0),
        ("survey-export.xlsx", 1, 0),
        ("date-format-31.xlsx", 2, 0),
        ("merged-unit-column.xlsx", 3, 0),
        ("prenumbered-rows.xlsx", 2, 0),
        ("gender-words.xlsx", 9, 0),
        ("invisible-in-mail.xlsx", 8, 0),
        ("two-phone-columns.xlsx", 1, 0),
        ("fullwidth-comma.csv", 1, 0),
    ] {
        let answer = import(&evening, "?create_units=true", kept(list)).await;
        assert_eq!(answer.status, 201, "{list}: {}", answer.text());
        let reported = (&answer.json["imported"], &answer.json["units_created"], &answer.json["errors"]);
        assert_eq!(reported, (&json!(people), &json!(units), &json!([])), "{list}");
        let unread = if list == "instructions-sheet-first.xlsx" { json!(["填写说明"]) } else { json!(null) };
        assert_eq!(answer.json["unread_sheets"], unread, "{list}");
    }
    let listed = listed(&evening).await;
    let row = |who: &str, what: &str| listed[who][what].clone();
    assert_eq!((row("p82", "nickname"), row("p82", "education")), (json!(null), json!(null)));
    assert_eq!((row("p302", "unit"), row("p301", "unit")), (json!("供电公司"), json!("市第一医院")));
    for (what, value) in [("real_name", "测试41"), ("gender", "male"), ("unit", "市第一医院"), ("phone", "13800138000")]
    {
        assert_eq!(row("p41", what), value);
    }
    assert_eq!((row("p101", "born_on"), row("p201", "born_on")), (json!("1995-08-02"), json!("1990-12-31")));
    assert_eq!([row("p51", "unit"), row("p52", "unit"), row("p53", "unit")], ["市第一医院"; 3]);
    let genders = (131..140).map(|who| row(&format!("p{who}"), "gender").as_str().unwrap().to_owned());
    let wanted = ["male", "male", "female", "male", "male", "female", "male", "female", "female"];
    assert_eq!(genders.collect::<Vec<_>>(), wanted);
    for who in 151..159 {
        assert_eq!(row(&format!("p{who}"), "phone"), "13800138000");
    }
    assert_eq!(row("p281", "phone"), "13800138000");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_cannot_be_read_says_what_to_do(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let shortened = import(&evening, "", kept("phone-scientific.csv")).await;
    assert_eq!(errors(&shortened), [(2, "phone", "number_shortened")]);
    let reported = &shortened.json["errors"][0];
    assert_eq!((&reported["value"], &reported["whose"]), (&json!("1.38001E+10"), &json!("测试161")));
    assert!(reported["message"].as_str().unwrap().contains("Format the column as text"));
    let kept_whole = "姓名,性别,邮箱,单位,手机\n甲,男,a@mail.example,电力局,'13800138000\n乙,女,b@mail.example,电力局,１３８００１３８０００\n";
    assert_eq!(import(&evening, "", kept_whole).await.status, 201);
    assert!(listed(&evening).await.values().all(|row| row["phone"] == "13800138000"));

    refused(&import(&evening, "", kept("web-page-as.xls")).await, 415, "web_page");
    let page = encoding_rs::GB18030.encode("<TABLE><tr><td>姓名</td></tr></TABLE>").0.into_owned();
    refused(&import(&evening, "", page).await, 415, "web_page");

    let unknown = import(&evening, "", "报名汇总\n姓名,性别,电子邮箱,部门\n甲,男,a@b.cn,外科\n").await;
    refused(&unknown, 422, "missing_columns");
    let reported = (&unknown.json["fields"], &unknown.json["line"], &unknown.json["header"]);
    assert_eq!(reported, (&json!(["unit"]), &json!(2), &json!("姓名 | 性别 | 电子邮箱 | 部门")));
    let twice = import(&evening, "", "姓名,性别,邮箱,单位,工作单位\n甲,男,a@b.cn,外科,医院\n").await;
    refused(&twice, 422, "column_twice");
    assert_eq!((&twice.json["fields"], &twice.json["headings"]), (&json!(["unit"]), &json!(["单位", "工作单位"])));

    // On a page, in the reader's words.
    let browser = Browser::of(&evening, &evening.organizer).await;
    for (list, reported) in [
        (kept("web-page-as.xls"), "另存为 .xlsx"),
        (
            "报名汇总\n姓名,性别,邮箱,部门\n甲,男,a@b.cn,外科\n".into(),
            "第 2 行被当成了标题行：姓名 | 性别 | 邮箱 | 部门",
        ),
        ("姓名,性别,邮箱,单位,工作单位\n甲,男,a@b.cn,外科,医院\n".into(), "（单位、工作单位）"),
    ] {
        let form = Form::new().part("file", Part::bytes(list).file_name("名单.xls"));
        let (_, page) = send(&browser, "/office/e/qixi/registrations/import", form).await;
        assert!(page.contains(reported), "{page}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_that_is_wrong_is_told_at_once_and_comes_back_to_be_put_right(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let list = "报名表\n序号,姓名,性别,邮箱,单位\n1,王小云,未知,yun@,无此单位\n2,李雷,男,li@mail.example,电力局\n\
        3,韩梅梅,不详,li@mail.example,电力局\n";
    let answer = import(&evening, "", list).await;
    let wrong = [
        (3, "email", "invalid_email"),
        (3, "gender", "unknown_gender"),
        (3, "unit", "unknown_unit"),
        (5, "gender", "unknown_gender"),
        (5, "email", "duplicate_in_file"),
    ];
    assert_eq!((answer.code(), errors(&answer)), ("invalid_rows", wrong.to_vec()), "{}", answer.text());
    let reported = answer.json["errors"].as_array().unwrap().iter().map(|e| (e["value"].clone(), e["whose"].clone()));
    let row = |value: &str, whose: &str| (json!(value), json!(whose));
    let expected = [
        row("yun@", "王小云"),
        row("未知", "王小云"),
        row("无此单位", "王小云"),
        row("不详", "韩梅梅"),
        row("li@mail.example", "韩梅梅"),
    ];
    assert_eq!(reported.collect::<Vec<_>>(), expected);

    // The others are taken, and these come back as a workbook.
    let partial = import(&evening, "?partial=true&corrections=true", list).await;
    assert_eq!((partial.status, &partial.json["imported"]), (201, &json!(1)), "{}", partial.text());
    let mut rows = opened(partial.json["corrections"].as_str().unwrap());
    assert_eq!(rows[0], ["序号", "姓名", "性别", "邮箱", "单位", "需要改正的地方"]);
    assert_eq!((rows.len(), &rows[1][..5]), (3, &["1", "王小云", "未知", "yun@", "无此单位"].map(str::to_owned)[..]));
    let remarks = &rows[1][5];
    assert!(
        ["邮箱：", "性别：请写男或女。", "单位：本工会没有这个单位。"]
            .iter()
            .all(|reported| remarks.contains(reported)),
        "{remarks}"
    );
    // Put right, and sent as it is.
    rows[1][2..5].clone_from_slice(&["女", "yun@mail.example", "电力局"].map(str::to_owned));
    rows[2][2..4].clone_from_slice(&["女", "han@mail.example"].map(str::to_owned));
    let right = import(&evening, "", closed(&rows)).await;
    let taken = json!({ "imported": 2, "units_created": 0, "errors": [], "unused_columns": ["序号"] });
    assert_eq!((right.status, &right.json), (201, &taken), "{}", right.text());

    // On the page.
    let browser = Browser::of(&evening, &evening.organizer).await;
    let sent = async |path: &str, list: &str| {
        let form = Form::new().part("file", Part::bytes(list.as_bytes().to_vec()).file_name("名单.csv"));
        let (status, page) = send(&browser, path, form).await;
        assert_eq!(status, 422, "{page}");
        page
    };
    let list = "姓名,性别,邮箱,单位\n小\u{202e}李,x,x@mail.example,无此单位\n";
    let page = sent("/office/e/qixi/registrations/import", list).await;
    for reported in ["<bdi>小李</bdi>", "<bdi>x</bdi>", "请写男或女", "<bdi>无此单位</bdi>", "本工会没有这个单位"]
    {
        assert!(page.contains(reported), "{reported}: {page}");
    }
    let rows = opened(between(&page, "sheet;base64,", "\""));
    assert_eq!(rows[1][..4], ["小李", "x", "x@mail.example", "无此单位"].map(str::to_owned));
    let page = sent("/office/o/yanyuan/units/import", "序号,单位,域名\n1,电力局,qq.com\n").await;
    assert!(page.contains("本工会已经有这个单位") && page.contains("<bdi>qq.com</bdi>"), "{page}");
    assert_eq!(opened(between(&page, "sheet;base64,", "\""))[1][..3], ["1", "电力局", "qq.com"].map(str::to_owned));
    let page = sent(&format!("/office/o/yanyuan/units/{}/roster", evening.units[0].id), "姓名,邮箱\n甲,a@\n").await;
    assert_eq!(opened(between(&page, "sheet;base64,", "\""))[1][..2], ["甲", "a@"].map(str::to_owned));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn units_and_rosters_are_read_in_the_same_way(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let organizer = &evening.organizer;
    let mut book = Workbook::new();
    book.add_worksheet().set_name("填写说明").unwrap().write(0, 0, "请勿修改表头").unwrap();
    for (sheet, units) in [("一", ["铁路局", "轮渡公司"]), ("二", ["机场", ""])] {
        let sheet = book.add_worksheet().set_name(sheet).unwrap();
        sheet.write(0, 0, "单位一览表").unwrap().write_row(1, 0, ["序号", "1、您的单位（必填）："]).unwrap();
        for (row, unit) in (2..).zip(units) {
            sheet.write_row(row, 0, [row.to_string(), unit.to_owned()]).unwrap();
        }
    }
    let taken = upload(organizer, "/api/v1/units/import", book.save_to_buffer().unwrap()).await;
    let reported = json!({ "added": 3, "errors": [], "unread_sheets": ["填写说明"] });
    assert_eq!((taken.status, &taken.json), (200, &reported), "{}", taken.text());
    let wrong = upload(organizer, "/api/v1/units/import", "单位，域名\n机 场，qq.com\n铁路局2，\n机场，\n").await;
    let wrong_ones = [
        (2, "mail_domain", "public_mail_domain"),
        (2, "name", "unit_exists"),
        (4, "name", "duplicate"),
        (4, "name", "unit_exists"),
    ];
    assert_eq!(errors(&wrong), wrong_ones);
    assert_eq!(wrong.json["errors"][1]["whose"], "机 场");

    let roster = format!("/api/v1/units/{}/roster/import", evening.units[0].id);
    let list = "职工名册\n序号,姓名,3、您的邮箱\n1,甲,\u{202d}a@mail.example\u{202c}\n2,乙,mailto:b@mail.example\n3,,\n4,丁,没有\n";
    let wrong = upload(organizer, &roster, list).await;
    assert_eq!(errors(&wrong), [(6, "email", "mail_address")]);
    let partial = upload(organizer, &format!("{roster}?partial=true&corrections=true"), list).await;
    assert_eq!(partial.json["added"], 2);
    assert_eq!(opened(partial.json["corrections"].as_str().unwrap())[1][..3], ["4", "丁", "没有"].map(str::to_owned));
    refused(&upload(organizer, &roster, kept("web-page-as.xls")).await, 415, "web_page");
}
