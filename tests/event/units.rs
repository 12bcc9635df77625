//! 单位: employers, their rosters, and who speaks for them.

use queqiao::accounts::profile::Gender;
use queqiao::events::phase::Phase;
use queqiao::units::{roster_entry, unit};
use reqwest::Method;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::evening::{Engine, Evening};
use crate::fixtures::person::{Answer, Person, refused};

const UNITS: &str = "/api/v1/units";
const IMPORT: &str = "/api/v1/units/import";

async fn upload(person: &Person, path: &str, table: impl Into<Vec<u8>>) -> Answer {
    let request = person.request(Method::POST, path).header("content-type", "text/csv").body(table.into());
    person.send(request).await
}

fn names(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json["items"].as_array().unwrap().iter().map(|unit| unit["name"].as_str().unwrap().to_owned()).collect()
}

fn faults(answer: &Answer) -> Vec<(u64, String)> {
    refused(answer, 422, "invalid_rows");
    let errors = answer.json["errors"].as_array().unwrap();
    errors.iter().map(|e| (e["line"].as_u64().unwrap(), e["code"].as_str().unwrap().to_owned())).collect()
}

async fn count(evening: &Evening) -> u64 {
    unit::Entity::find().count(evening.app.database.reader()).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_unit_is_found_while_somebody_types(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    for name in ["ＡＢＣ Software 公司", "北京市第一医院分院", "100%_果汁厂"] {
        let answer = evening.organizer.post(UNITS, json!({"name": name})).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    let visitor = evening.visitor();
    let search = async |q: &str| {
        let request = visitor.request(Method::GET, UNITS).query(&[("organization", "yanyuan"), ("q", q)]);
        names(&visitor.send(request).await)
    };
    assert_eq!(search("abc soft").await, ["ＡＢＣ Software 公司"]);
    assert_eq!(search("第一医院").await, ["北京市第一医院分院", "市第一医院"]);
    assert_eq!(search("市第一").await, ["市第一医院", "北京市第一医院分院"], "those that begin so come first");
    assert_eq!(search("%").await, ["100%_果汁厂"]);
    assert_eq!(search("_").await, ["100%_果汁厂"]);
    assert_eq!(search("!").await, Vec::<String>::new());
    assert_eq!(search("").await.len(), 6);
    assert_eq!(names(&evening.organizer.get("/api/v1/units?q=abc").await).len(), 1, "one's own union needs no name");
    // Of which union, only somebody who works for one need not say; and who asks comes first.
    refused(&visitor.get("/api/v1/units?q=abc").await, 401, "not_signed_in");
    refused(&visitor.get("/api/v1/units?q=abc&organization=nowhere").await, 404, "not_found");
    refused(&visitor.get("/api/v1/units?q=abc&organisation=yanyuan").await, 422, "invalid");
    refused(&visitor.get(&format!("/api/v1/units?organization=yanyuan&q={}", "a".repeat(81))).await, 422, "invalid");
    let many: String = (0..30).map(|n| format!("分公司{n}\n")).collect();
    assert_eq!(upload(&evening.organizer, IMPORT, format!("单位\n{many}")).await.json["added"], 30);
    assert_eq!(search("分公司").await.len(), 20);
    let stranger = evening.stranger().await;
    assert_eq!(names(&stranger.get("/api/v1/units?q=abc").await).len(), 0, "another union's units are not theirs");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_union_takes_in_a_unit_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let organizer = &evening.organizer;
    let made = organizer.post(UNITS, json!({"name": " 市图书馆 ", "mail_domain": "@图书馆.中国"})).await;
    assert_eq!((made.status, &made.json["name"]), (201, &json!("市图书馆")), "{}", made.text());
    assert_eq!(made.json["mail_domain"], "图书馆.中国");
    refused(&organizer.post(UNITS, json!({"name": "市 图书馆"})).await, 409, "unit_exists");
    for wish in [
        json!({"name": ""}),
        json!({"name": "图"}),
        json!({"name": "图".repeat(81)}),
        json!({"name": "图书\n馆"}),
        json!({"name": "新图书馆", "mail_domain": "qq.com"}),
        json!({"name": "新图书馆", "mail_domain": "not a domain"}),
        json!({"name": "新图书馆", "contacts": []}),
        json!({}),
    ] {
        refused(&organizer.post(UNITS, wish).await, 422, "invalid");
    }
    let stranger = evening.stranger().await;
    refused(&stranger.post(UNITS, json!({"organization": "yanyuan", "name": "新图书馆"})).await, 404, "not_found");
    let guest = evening.participant("men").await;
    refused(&guest.post(UNITS, json!({"name": "新图书馆"})).await, 403, "wrong_role");
    refused(&evening.visitor().post(UNITS, json!({"name": "新图书馆"})).await, 401, "not_signed_in");
    let administrator = evening.administrator().await;
    refused(&administrator.post(UNITS, json!({"name": "新图书馆"})).await, 422, "invalid");
    let theirs = json!({"organization": "yanyuan", "name": "新图书馆"});
    assert_eq!(administrator.post(UNITS, theirs).await.status, 201);

    let unit = format!("{UNITS}/{}", made.json["id"].as_str().unwrap());
    refused(&stranger.get(&unit).await, 404, "not_found");
    refused(&stranger.patch(&unit, json!({"name": "别的"})).await, 404, "not_found");
    refused(&organizer.patch(&unit, json!({"name": "新图书馆"})).await, 409, "unit_exists");
    let changed = organizer.patch(&unit, json!({"name": "市图书馆总馆", "mail_domain": null})).await;
    assert_eq!((changed.status, &changed.json["mail_domain"]), (200, &Value::Null));
    assert_eq!(organizer.get(&unit).await.json["name"], "市图书馆总馆");
    refused(&organizer.patch(&unit, json!({"mail_domain": "163.com"})).await, 422, "invalid");
    refused(&organizer.get("/api/v1/units/not-an-id").await, 404, "not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_table_of_units_is_taken_in_whole_or_not_at_all(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let organizer = &evening.organizer;
    let before = count(&evening).await;
    let table =
        "单位名称,邮箱域名\n市档案馆,\n,\n市 档案馆,\n电力局,\n中学,qq.com\n学,\n好单位,school.example\n,x.cn\n";
    let answer = upload(organizer, IMPORT, table).await;
    let expected = [(4, "duplicate"), (5, "unit_exists"), (6, "public_mail_domain"), (7, "too_short"), (9, "blank")];
    let expected: Vec<_> = expected.map(|(line, code)| (line, code.to_owned())).into();
    assert_eq!(faults(&answer), expected);
    assert_eq!(count(&evening).await, before, "nothing was taken in");
    let answer = upload(organizer, &format!("{IMPORT}?partial=true"), table).await;
    assert_eq!((answer.status, &answer.json["added"]), (200, &json!(2)), "{}", answer.text());
    assert_eq!(answer.json["errors"].as_array().unwrap().len(), 5);
    assert_eq!(count(&evening).await, before + 2);

    let gb18030 = b"\xb5\xa5\xce\xbb\n\xca\xd0\xbe\xaf\xb2\xec\xbe\xd6\n";
    assert_eq!(upload(organizer, IMPORT, *gb18030).await.json["added"], 1, "Excel in China writes this");
    let bom = "\u{FEFF}单位\r\n市政府🏮\r\n".as_bytes().to_vec();
    assert_eq!(upload(organizer, IMPORT, bom).await.json["added"], 1);
    let found = names(&organizer.get("/api/v1/units?q=%E5%B8%82").await);
    assert!(found.contains(&"市警察局".to_owned()) && found.contains(&"市政府🏮".to_owned()), "{found:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_table_that_cannot_be_taken_in_says_why(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let (organizer, before) = (&evening.organizer, count(&evening).await);
    refused(&upload(organizer, IMPORT, "").await, 422, "sheet_empty");
    let answer = upload(organizer, IMPORT, "姓名\n李雷\n").await;
    assert_eq!((answer.status, &answer.json["fields"]), (422, &json!(["name"])), "{}", answer.text());
    let json = organizer.request(Method::POST, IMPORT).json(&json!({}));
    refused(&organizer.send(json).await, 415, "not_a_table");
    assert_eq!(upload(organizer, IMPORT, vec![b'a'; 6 * 1024 * 1024]).await.status, 413);
    let table = "单位\n市档案馆\n";
    let stranger = evening.stranger().await;
    refused(&upload(&stranger, &format!("{IMPORT}?organization=yanyuan"), table).await, 404, "not_found");
    refused(&upload(&evening.visitor(), IMPORT, table).await, 401, "not_signed_in");
    refused(&upload(organizer, &format!("{IMPORT}?partial=perhaps"), table).await, 422, "invalid");
    assert_eq!(count(&evening).await, before);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_unit_contact_confirms_people_and_learns_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let guest = evening.participant("men").await;
    let (unit, other) = (evening.units[0].id, evening.units[1].id);
    let (contacts, roster) = (format!("{UNITS}/{unit}/contacts"), format!("{UNITS}/{unit}/roster"));
    let contact = evening.account("contact", Gender::Female).await;
    refused(&contact.get(&roster).await, 404, "not_found");
    let invited = evening.organizer.post(&contacts, json!({"email": contact.email})).await;
    assert_eq!(invited.status, 201, "{}", invited.text());
    assert_eq!(evening.organizer.post(&contacts, json!({"email": contact.email})).await.status, 200);
    assert_eq!(evening.organizer.post(&contacts, json!({"email": "nobody@example.com"})).await.status, 201);
    refused(&evening.organizer.post(&contacts, json!({"email": "no address"})).await, 422, "invalid");
    refused(&contact.get(&roster).await, 404, "not_found");
    assert_eq!(contact.accepts_all().await, 1);
    refused(&evening.organizer.post(&contacts, json!({"email": contact.email})).await, 409, "role_held");
    let granted = evening.organizer.get(&contacts).await.json["items"][0].clone();

    assert_eq!(names(&contact.get("/api/v1/me/units").await), ["市第一医院"]);
    let applied = contact.post(&roster, json!({"emails": [guest.email]})).await;
    let did_not = contact.post(&roster, json!({"emails": ["Somebody@else.cn", "somebody@else.cn"]})).await;
    assert_eq!((applied.status, applied.json, did_not.json), (200, json!({"heads": 1}), json!({"heads": 2})));
    assert_eq!(contact.get(&roster).await.json, json!({"heads": 2}));
    let (app, db) = (&evening.app, evening.app.database.reader());
    let people = [(unit, guest.email.as_str()), (other, guest.email.as_str())];
    assert_eq!(roster_entry::list(db, app, people).await.unwrap(), [true, false]);
    let rows = format!("{:?}", roster_entry::Entity::find().all(db).await.unwrap());
    assert!(!rows.contains(&guest.email));

    // That, and nothing else.
    for path in [&contacts, &format!("{UNITS}/{unit}"), "/api/v1/events/qixi/registrations"] {
        refused(&contact.get(path).await, 403, "wrong_role");
    }
    refused(&contact.get(&format!("{UNITS}/{other}/roster")).await, 404, "not_found");
    refused(&upload(&contact, &format!("{roster}/import"), "邮箱\na@b.cn\n").await, 403, "wrong_role");
    let stranger = evening.stranger().await;
    for path in [&contacts, &roster] {
        refused(&stranger.get(path).await, 404, "not_found");
    }
    for emails in [json!([]), json!(["no address"]), json!("a@b.cn"), json!(vec!["a@b.cn"; 201])] {
        refused(&contact.post(&roster, json!({"emails": emails})).await, 422, "invalid");
    }

    let grant = format!("{contacts}/{}", granted["id"].as_str().unwrap());
    refused(&contact.delete(&grant).await, 403, "wrong_role");
    assert_eq!(evening.organizer.get(&contacts).await.json["items"][0]["email"], contact.email.as_str());
    assert_eq!(evening.organizer.delete(&grant).await.status, 204);
    refused(&evening.organizer.delete(&grant).await, 404, "not_found");
    refused(&contact.get(&roster).await, 404, "not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_roster_is_a_table_of_addresses(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let roster = format!("{UNITS}/{}/roster", evening.units[0].id);
    let import = format!("{roster}/import");
    let organizer = &evening.organizer;
    let answer = upload(organizer, &import, "姓名,电子邮箱\n李雷,li@lei.cn\n韩梅梅,没有\n").await;
    assert_eq!(faults(&answer), [(3, "mail_address".to_owned())]);
    assert_eq!(answer.json["errors"][0]["value"], "没有", "told to whoever sent it");
    assert_eq!(organizer.get(&roster).await.json["heads"], 0);
    let partial = upload(organizer, &format!("{import}?partial=true"), "邮箱\nli@lei.cn\nLI@LEI.CN\nno\n").await;
    assert_eq!((partial.status, &partial.json["added"]), (200, &json!(1)), "{}", partial.text());
    let many: String = (0..2500).map(|n| format!("p{n}@lei.cn\n")).collect();
    assert_eq!(upload(organizer, &import, format!("邮箱\n{many}")).await.json["added"], 2500);
    assert_eq!(organizer.get(&roster).await.json["heads"], 2501);
    let replaced = upload(organizer, &format!("{import}?replace=true"), "邮箱\nhan@meimei.cn\n").await;
    assert_eq!(replaced.status, 200);
    assert_eq!(organizer.get(&roster).await.json["heads"], 1);
}
