//! Organizers import lists of applicants, as Excel in China writes them.

mod cells;
mod kept;

use std::io::{Cursor, Write};
use std::time::Instant;

use queqiao::accounts::{account, profile};
use queqiao::audit::entry;
use queqiao::events::phase::Phase;
use queqiao::invitations::invitation;
use queqiao::registrations::registration::{self, Status};
use queqiao::units::unit;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::{Form, Part};
use rstest::rstest;
use rust_xlsxwriter::{Formula, Workbook};
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::fixtures::browser::{Browser, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Answer, Person};

const PATH: &str = "/api/v1/events/qixi/registrations/import";
const LIST: &str = "姓名,性别,邮箱,工作单位,出生年月,备注\n\
    王小云,女,Yun@例子.中国,市第一医院,1995-08-02,a\n\
    𠮷田👩‍🚀,男,yoshida@example.com,地铁公司,1990,b\n";

async fn import_as(person: &Person, query: &str, kind: &str, bytes: impl Into<Vec<u8>>) -> Answer {
    let request = person.request(Method::POST, &format!("{PATH}{query}"));
    person.send(request.header(CONTENT_TYPE, kind).body(bytes.into())).await
}

async fn import(evening: &Evening, query: &str, bytes: impl Into<Vec<u8>>) -> Answer {
    import_as(&evening.organizer, query, "text/csv", bytes).await
}

async fn roll(evening: &Evening) -> Vec<registration::Model> {
    let rows = registration::Entity::find().order_by_asc(registration::Column::Number);
    rows.all(evening.app.database.reader()).await.unwrap()
}

/// Accounts, registrations, units, letters and audit entries.
async fn on_record(evening: &Evening) -> [u64; 5] {
    let db = evening.app.database.reader();
    [
        account::Entity::find().count(db).await.unwrap(),
        registration::Entity::find().count(db).await.unwrap(),
        unit::Entity::find().count(db).await.unwrap(),
        evening.letters().await.len() as u64,
        entry::Entity::find().count(db).await.unwrap(),
    ]
}

fn errors(answer: &Answer) -> Vec<(u64, &str, &str)> {
    let errors = answer.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |error: &'static str| error;
    let (line, field, code) = (text("line"), text("field"), text("code"));
    errors.iter().map(|e| (e[line].as_u64().unwrap(), e[field].as_str().unwrap(), e[code].as_str().unwrap())).collect()
}

fn workbook(rows: &[[&str; 4]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["姓名", "性别", "邮箱", "单位"]).unwrap();
    for (row, at) in rows.iter().zip(1..) {
        sheet.write_row(at, 0, *row).unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_list_makes_invitations_and_nothing_else(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let answer = import(&evening, "?approve=true", LIST).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json, json!({ "imported": 2, "units_created": 0, "errors": [], "unused_columns": ["备注"] }));
    assert_eq!(roll(&evening).await, [], "nobody takes part who was not asked");
    assert_eq!(on_record(&evening).await[0], 1, "no account but the organizer's");
    let letters = evening.letters().await;
    let invited = letters.iter().find(|letter| letter.recipient == "yun@xn--fsqu00a.xn--fiqs8s").unwrap();
    assert_eq!((letters.len(), invited.subject.as_str()), (2, "燕缘际会工会邀请您参加“情定七夕”"));
    assert!(!invited.plain.contains("王小云"), "{}", invited.plain);
    let open = evening.organizer.get("/api/v1/events/qixi/invitations").await.json["items"].clone();
    let listed = json!({
        "gender": "female", "unit": "市第一医院", "real_name": "王小云", "nickname": null, "born_on": "1995-08-02",
        "birth_year": 1995,
        "education": null, "phone": null, "approved": true,
    });
    assert_eq!((&open[0]["email"], &open[0]["words"]), (&json!("yun@例子.中国"), &listed));
    // What the list says lies sealed.
    let rows = invitation::Entity::find().all(evening.app.database.reader()).await.unwrap();
    let sealed = format!("{:?}", rows[0].details.as_ref().unwrap());
    assert!(!sealed.contains(&format!("{:?}", "王小云".as_bytes()).trim_matches(['[', ']']).to_owned()), "{sealed}");

    // Whoever says yes takes part, approved as the list was checked, under a name that is none.
    let yoshida = evening.account("yoshida", profile::Gender::Male).await;
    assert_eq!(yoshida.accepts_all().await, 1);
    let rows = roll(&evening).await;
    assert_eq!(
        rows.iter().map(|row| (row.number, row.status, row.account_id)).collect::<Vec<_>>(),
        [(1, Status::Approved, yoshida.account_id)]
    );
    assert_eq!(evening.letters_to(&yoshida, "approved").await.len(), 1);
    let page = evening.organizer.get("/api/v1/events/qixi/registrations").await;
    assert_eq!(page.json["items"][0]["real_name"], json!(null), "the list is no word of the person's");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_way_a_spreadsheet_is_sent_is_read(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let row = |address: &str| format!("邮箱;性别;单位\n{address};男;电力局\n");
    let gb18030 = encoding_rs::GB18030.encode(&row("gb@example.com")).0.into_owned();
    let utf16: Vec<u8> =
        "\u{FEFF}".encode_utf16().chain(row("wide@example.com").encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let bom = format!("\u{FEFF}{}", row("bom@example.com")).into_bytes();
    let xlsx = workbook(&[["王小云", "女", "yun@example.com", "电力局"]]);
    for (kind, bytes) in [
        ("text/csv; charset=gb18030", gb18030),
        ("text/csv", utf16),
        ("application/octet-stream", bom),
        // Named a CSV, and it is none: what it is, its bytes say.
        ("text/csv", xlsx),
    ] {
        let answer = import_as(&evening.organizer, "", kind, bytes).await;
        assert_eq!((answer.status, &answer.json["imported"]), (201, &json!(1)), "{kind}: {}", answer.text());
    }
    let file = Part::bytes(row("form@example.com").into_bytes()).file_name("名单.xls");
    let form = Form::new().text("comment", "x").part("file", file);
    let answer = evening.organizer.send(evening.organizer.request(Method::POST, PATH).multipart(form)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let sent = invitation::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert_eq!(sent.len(), 5);
    assert!(sent.iter().all(|sent| sent.unit_id == Some(evening.units[2].id)));
    let bom = evening.account("bom", profile::Gender::Male).await;
    assert_eq!(bom.accepts_all().await, 1);
    let row = roll(&evening).await.remove(0);
    assert_eq!((row.status, row.unit_id), (Status::Applied, evening.units[2].id));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_bad_row_stops_all_unless_a_part_is_wanted(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let there = evening.account("there", profile::Gender::Male).await;
    let invited = format!("email,gender,unit\n{},m,电力局\nwaiting@example.com,f,电力局\n", there.email);
    assert_eq!(import(&evening, "", invited).await.status, 201);
    there.accepts_all().await;
    let before = on_record(&evening).await;
    let list = format!(
        "email,gender,unit,birth_year,nickname\n\
        good@example.com,m,电力局,1995,小明\n\
        GOOD@EXAMPLE.COM,m,电力局,,\n\
        ,m,电力局,,\n\
        no-address,x,电力局,2020,\n\
        unit@example.com,f,无此单位,,\n\
        {},m,电力局,,\n\
        waiting@example.com,f,电力局,,\n\
        long@example.com,f,电力局,,{}\n",
        there.email,
        "长".repeat(21)
    );
    let expected = [
        (3, "email", "duplicate_in_file"),
        (4, "email", "required"),
        (5, "email", "invalid_email"),
        (5, "gender", "unknown_gender"),
        (5, "birth_year", "bad_year"),
        (6, "unit", "unknown_unit"),
        (7, "email", "already_registered"),
        (8, "email", "already_invited"),
        (9, "nickname", "too_long"),
    ];
    let refused = import(&evening, "", list.clone()).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid_rows"));
    assert_eq!(errors(&refused), expected);
    assert_eq!(refused.json["errors_total"], 9);
    // Whoever sent the list is told what stood there, and whose row it is.
    let error = &refused.json["errors"][3];
    assert_eq!((&error["value"], &error["whose"]), (&json!("x"), &json!("no-address")));
    assert_eq!(on_record(&evening).await, before);

    let partial = import(&evening, "?partial=true&create_units=true", list.clone()).await;
    assert_eq!(
        (partial.status, &partial.json["imported"], &partial.json["units_created"]),
        (201, &json!(2), &json!(1)),
        "{}",
        partial.text()
    );
    assert_eq!(errors(&partial).len(), 8);
    let again = import(&evening, "?partial=true", list).await;
    assert_eq!((again.status, again.code()), (422, "invalid_rows"));
    assert_eq!(invitation::Entity::find().count(evening.app.database.reader()).await.unwrap(), 4);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_no_table_is_refused_by_its_name(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let before = on_record(&evening).await;
    let mut bomb = ZipWriter::new(Cursor::new(Vec::new()));
    for part in ["xl/workbook.xml", "xl/sharedStrings.xml"] {
        bomb.start_file(part, SimpleFileOptions::default()).unwrap();
        bomb.write_all(&vec![b' '; 60 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap().into_inner();
    assert!(bomb.len() < 200_000);
    for (bytes, status, code) in [
        (Vec::new(), 422, "sheet_empty"),
        ("邮箱,性别,单位\n".into(), 422, "sheet_empty"),
        ("姓名,性别\n甲,男\n".into(), 422, "missing_columns"),
        ("邮箱,email,性别,单位\na,b,男,c\n".into(), 422, "column_twice"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), 415, "not_a_table"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), 415, "workbook_old_or_locked"),
        (b"PK\x03\x04 but nothing follows".to_vec(), 422, "workbook_damaged"),
        (bomb, 413, "workbook_too_large"),
        (vec![b'a'; 5 * 1024 * 1024 + 1], 413, "too_large"),
        ("邮箱,性别,单位\n\"甲\n".into(), 422, "unclosed_quote"),
        ("邮箱,性别,单位\na\u{1}b,男,c\n".into(), 422, "control_character"),
        (format!("邮箱,性别,单位\n{}", "a,男,c\n".repeat(20_001)).into_bytes(), 422, "too_many_rows"),
    ] {
        let answer = import(&evening, "?partial=true", bytes).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{}", answer.text());
    }
    let json = import_as(&evening.organizer, "", "application/json", "{}").await;
    assert_eq!((json.status, json.code()), (415, "not_a_table"));
    let form = Form::new().text("comment", "x");
    let empty = evening.organizer.send(evening.organizer.request(Method::POST, PATH).multipart(form)).await;
    assert_eq!((empty.status, empty.code()), (400, "no_file"));
    let torn = import_as(&evening.organizer, "", "multipart/form-data; boundary=x", "--x\r\nnonsense").await;
    assert_eq!((torn.status, torn.code()), (400, "unreadable_body"));
    let query = import(&evening, "?all=true", LIST).await;
    assert_eq!((query.status, query.code()), (422, "invalid"));
    assert_eq!(on_record(&evening).await, before);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn formulas_are_their_results_or_a_fault_of_their_row(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["邮箱", "性别", "单位", "手机"]).unwrap();
    for (row, address) in [(1, "a@example.com"), (2, "#N/A")] {
        sheet.write(row, 0, Formula::new("=B1&\"@example.com\"").set_result(address)).unwrap();
        sheet.write_row(row, 1, ["男", "电力局"]).unwrap();
        sheet.write(row, 3, 13_800_138_000_i64).unwrap();
    }
    let book = book.save_to_buffer().unwrap();
    let refused = import(&evening, "", book.clone()).await;
    assert_eq!(
        (refused.status, errors(&refused)),
        (422, vec![(3, "email", "spreadsheet_error")]),
        "{}",
        refused.text()
    );
    let partial = import(&evening, "?partial=true", book).await;
    assert_eq!(partial.json["imported"], 1);
    let open = evening.organizer.get("/api/v1/events/qixi/invitations").await.json["items"].clone();
    assert_eq!(open[0]["words"]["phone"], "13800138000");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_organizers_import_and_only_while_seats_are_open(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    for (who, status) in
        [(evening.stranger().await, 403), (evening.participant("men").await, 403), (evening.visitor(), 401)]
    {
        assert_eq!(import_as(&who, "", "text/csv", LIST).await.status, status);
    }
    for phase in [Phase::Confirmation, Phase::OnSite, Phase::Closed] {
        evening.move_to(phase).await;
        let late = import(&evening, "", LIST).await;
        assert_eq!((late.status, late.code()), (409, "phase_closed"));
    }
    assert_eq!(roll(&evening).await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn somebody_with_an_account_takes_part_in_their_own_words(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.account("her", profile::Gender::Female).await;
    let list = "邮箱,性别,单位,昵称\nher@example.com,男,电力局,别名\n";
    let answer = import(&evening, "", list).await;
    assert_eq!((answer.status, &answer.json["imported"]), (201, &json!(1)), "{}", answer.text());
    assert_eq!(her.accepts_all().await, 1);
    let row = roll(&evening).await.remove(0);
    assert_eq!((row.account_id, row.side), (her.account_id, registration::Side::Women));
    let profile =
        profile::Entity::find_by_id(her.account_id).one(evening.app.database.reader()).await.unwrap().unwrap();
    assert_eq!(profile.nickname, "her");
    // Whoever changes their mind takes themselves off, and may be asked again.
    assert_eq!(her.delete("/api/v1/events/qixi/registrations/me").await.status, 204);
    assert_eq!(import(&evening, "", list).await.json["imported"], 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_imports_of_one_list_enter_everybody_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let answers = futures_util::future::join_all((0..6).map(|_| import(&evening, "", LIST))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.code() == "invalid_rows"));
    let sent = async || invitation::Entity::find().count(evening.app.database.reader()).await.unwrap();
    assert_eq!((sent().await, evening.letters().await.len()), (2, 2));
    // The same request again is the same import.
    let keyed = || {
        let request = evening.organizer.request(Method::POST, PATH).header("Idempotency-Key", "k1");
        request.header(CONTENT_TYPE, "text/csv").body("邮箱,性别,单位\nonce@example.com,女,电力局\n")
    };
    let first = evening.organizer.send(keyed()).await;
    let second = evening.organizer.send(keyed()).await;
    assert_eq!((first.status, &first.bytes), (second.status, &second.bytes));
    assert_eq!(sent().await, 3);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_hundred_are_imported_in_one_go(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let rows: String = (0..800)
        .map(|n| {
            format!("p{n}@example.com,{},单位{},19{}\n", if n % 2 == 0 { "男" } else { "女" }, n % 126, 80 + n % 20)
        })
        .collect();
    let started = Instant::now();
    let answer = import(&evening, "?create_units=true&approve=true", format!("邮箱,性别,单位,出生年份\n{rows}")).await;
    assert_eq!((answer.status, &answer.json["imported"]), (201, &json!(800)), "{}", answer.text());
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    assert_eq!(answer.json["units_created"], 126);
    let open = invitation::Entity::find().count(evening.app.database.reader()).await.unwrap();
    assert_eq!((open, evening.letters().await.len()), (800, 800));
    assert_eq!(roll(&evening).await, []);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_day_that_never_was_is_told_and_not_guessed_at(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let list = "姓名,性别,邮箱,工作单位,出生日期,出生年份,昵称\n\
        甲,女,a@example.com,市第一医院,1990-02-30,1990,\n乙,男,b@example.com,市第一医院,1990年13月,,\n\
        丙,女,c@example.com,市第一医院,,1991/2/29,\n丁,男,d@example.com,市第一医院,1992-02-29,,Ａ０１２\n\
        戊,女,e@example.com,市第一医院,1990-04-31,1990-04-30,\n己,男,f@example.com,市第一医院,1990年4月,,B612\n";
    let refused = import(&evening, "", list).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid_rows"), "{}", refused.text());
    let faults = [
        (2, "born_on", "bad_date"),
        (3, "born_on", "bad_date"),
        (4, "birth_year", "bad_year"),
        (5, "nickname", "like_a_number"),
        (6, "born_on", "bad_date"),
    ];
    assert_eq!(errors(&refused), faults);
    let values: Vec<&str> =
        refused.json["errors"].as_array().unwrap().iter().map(|wrong| wrong["value"].as_str().unwrap()).collect();
    assert_eq!(values, ["1990-02-30", "1990年13月", "1991/2/29", "A012", "1990-04-31"]);
    let office = Browser::of(&evening, &evening.organizer).await;
    let part = Part::bytes(list.as_bytes().to_vec()).file_name("list.csv");
    let form =
        office.request(Method::POST, "/office/e/qixi/registrations/import").header("Sec-Fetch-Site", "same-origin");
    let (status, page) = read(form.multipart(Form::new().part("file", part)).send().await.unwrap()).await;
    assert!(status == 422 && page.contains("1990-02-30") && page.contains("不能像胸牌号或报名号"), "{page}");
}
