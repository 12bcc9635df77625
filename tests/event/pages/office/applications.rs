//! Applications are read, decided on and imported.

use queqiao::accounts::profile::Gender;
use queqiao::events::phase::Phase;
use queqiao::invitations::invitation;
use queqiao::registrations::registration::Status;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::{ESCAPED, EVIL, deeds, filled, give_name, upload, wrong};
use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn applications_are_decided_on_in_bulk(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let men = evening.participants("men", 3, Status::Applied).await;
    let women = evening.participants("women", 2, Status::Applied).await;
    give_name(&evening, &men[0], EVIL).await;
    give_name(&evening, &women[0], "林深见鹿").await;
    let base = "/office/e/qixi/registrations";
    let (status_code, page) = browser.get(base).await;
    assert!(status_code == 200 && page.contains(ESCAPED) && !page.contains("<script>"), "{page}");
    assert_eq!(page.matches("name=\"ids\"").count(), 5);
    let (_, page) = browser.get(&format!("{base}?status=applied&side=women&unit=")).await;
    assert_eq!(page.matches("name=\"ids\"").count(), 2);
    assert_eq!(browser.get(&format!("{base}?status=lost")).await.0, 422);
    let (_, page) = read(browser.send(base, &[("q", "林深"), ("status", ""), ("side", "")]).await).await;
    assert!(page.matches("name=\"ids\"").count() == 1 && page.contains("林深见鹿"), "{page}");
    let ids: Vec<String> = men.iter().map(|man| man.registration_id.to_string()).collect();
    let back = format!("{base}?side=men");
    let both = [("ids", ids[0].as_str()), ("ids", ids[1].as_str()), ("back", back.as_str())];
    let (code, page) =
        read(browser.send(&format!("{base}/decide"), &[&both[..], &[("decision", "reject")]].concat()).await).await;
    assert!(code == 422 && wrong(&page, "reason").is_some_and(|text| text.contains("理由")), "{page}");
    let in_one_line = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(in_one_line.matches(" checked aria-label").count(), 2, "whoever was ticked still is: {page}");
    assert_eq!(evening.status(&men[0]).await, Status::Applied);
    let rejected = browser
        .send(&format!("{base}/decide"), &[&both[..1], &[("decision", "reject"), ("reason", EVIL)]].concat())
        .await;
    assert_eq!((rejected.status().as_u16(), header(&rejected, "location")), (303, base));
    let approved = browser.send(&format!("{base}/decide"), &[&both[1..], &[("decision", "approve")]].concat()).await;
    assert_eq!((approved.status().as_u16(), header(&approved, "location")), (303, back.as_str()));
    assert_eq!((evening.status(&men[0]).await, evening.status(&men[1]).await), (Status::Rejected, Status::Approved));
    let flash = header(&approved, "set-cookie").split(';').next().unwrap().to_owned();
    let followed = browser.request(Method::GET, &back).header("Cookie", flash).send().await.unwrap();
    let (_, page) = read(followed).await;
    assert!(page.contains("已处理 1 份报名"), "how many, told once: {page}");
    let one = format!("{base}/{}", ids[0]);
    let (_, page) = browser.get(&one).await;
    assert!(page.contains("审核不通过") && page.contains(ESCAPED) && !page.contains("<script>"), "{page}");
    let nobody = browser.send(&format!("{base}/decide"), &[("decision", "approve")]).await;
    assert_eq!(nobody.status().as_u16(), 422);
    let approved = browser.send(&format!("{base}/approve"), &[("who", "vouched")]).await;
    assert_eq!(approved.status().as_u16(), 303);
    assert_eq!(evening.status(&women[0]).await, Status::Applied, "nobody vouches for her");
    let approved = browser.send(&format!("{base}/approve"), &[("who", "all"), ("back", "//evil.example")]).await;
    assert_eq!((approved.status().as_u16(), header(&approved, "location")), (303, base));
    assert_eq!(evening.status(&women[0]).await, Status::Approved);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_application_is_read_and_decided(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let man = evening.participant_as("men", Status::Applied).await;
    let one = format!("/office/e/qixi/registrations/{}", man.registration_id);
    let (code, page) = read(browser.send(&one, &[("decision", "reject"), ("reason", "")]).await).await;
    assert!(code == 422 && wrong(&page, "reason").is_some(), "{page}");
    let answer = browser.send(&one, &[("decision", "approve")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, one.as_str()));
    assert_eq!(evening.letters_to(&man, "approved").await.len(), 1);
    let (code, page) = read(browser.send(&one, &[("decision", "approve")]).await).await;
    assert!(code == 409 && page.contains("状态已经变了"), "{page}");
    let stranger = Browser::of(&evening, &evening.stranger().await).await;
    assert_eq!(stranger.get(&one).await.0, 403);
    let nothing = format!("/office/e/qixi/registrations/{}", evening.app.new_id());
    assert_eq!(browser.get(&nothing).await.0, 404);
    assert_eq!(browser.send(&nothing, &[("decision", "approve")]).await.status().as_u16(), 404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_roll_is_read_page_by_page(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    evening.participants("men", 130, Status::Approved).await;
    let base = "/office/e/qixi/registrations";
    let (_, page) = browser.get(&format!("{base}?side=men")).await;
    assert_eq!(page.matches("name=\"ids\"").count(), 100);
    let next = page.split(&format!("href=\"{base}?side=men&#38;cursor=")).nth(1).unwrap().split('"').next().unwrap();
    let (_, page) = browser.get(&format!("{base}?side=men&cursor={next}")).await;
    assert_eq!(page.matches("name=\"ids\"").count(), 30);
    assert!(page.contains("A0130") && !page.contains("A0001"), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_list_is_imported_whole_or_not_at_all(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let path = "/office/e/qixi/registrations/import";
    let (code, page) = browser.get(path).await;
    assert!(code == 200 && page.contains("multipart/form-data"), "{page}");
    let table = "邮箱,性别,单位,姓名\na@example.com,男,电力局,=SUM(1)\nb@,男,电力局,乙\nc@example.com,无,新单位,丙\n";
    let (code, page) = read(upload(&browser, path, &[], table).await).await;
    assert!(code == 422 && page.contains("一行都没有导入"), "{page}");
    for line in
        ["<td class=\"number figure\">3</td>", "这不像一个邮箱地址", "<td class=\"number figure\">4</td>", "请写男或女"]
    {
        assert!(page.contains(line), "{line}: {page}");
    }
    let count = async || invitation::Entity::find().count(evening.app.database.reader()).await.unwrap();
    assert_eq!(count().await, 0);
    let (code, page) = read(upload(&browser, path, &["partial", "approve"], table).await).await;
    assert!(code == 200 && page.contains("已邀请 1 人") && page.contains("请写男或女"), "{page}");
    assert_eq!(count().await, 1);
    let (code, page) = read(upload(&browser, path, &[], "邮箱,性别\na@example.com,男\n").await).await;
    assert!(code == 422 && page.contains("缺少这些列： 单位"), "{page}");
    let (code, page) = read(upload(&browser, path, &[], "").await).await;
    assert!(code == 422 && page.contains("表里没有内容"), "{page}");
    let good = "邮箱,性别,单位\nd@example.com,女,新单位\n";
    let answer = upload(&browser, path, &["create_units"], good).await;
    let waiting = "/office/e/qixi/registrations/invitations";
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, waiting));
    let (_, page) = browser.get(waiting).await;
    assert!(page.contains("a@example.com") && page.contains("=SUM(1)") && page.contains("新单位"), "{page}");
    let (a, d) = (evening.account("a", Gender::Male).await, evening.account("d", Gender::Female).await);
    let mine = a.get("/api/v1/me/invitations").await.json["items"][0]["id"].as_str().unwrap().to_owned();
    let own_words = json!({ "real_name": "=SUM(2)" });
    assert_eq!(a.post(&format!("/api/v1/me/invitations/{mine}/accept"), own_words).await.status, 200);
    assert_eq!(d.accepts_all().await, 1);
    let plain = browser.send(path, &[("partial", "yes")]).await;
    assert_eq!(plain.status().as_u16(), 415);

    let blank = browser.request(Method::GET, "/office/e/qixi/registrations/template.csv").send().await.unwrap();
    assert!(header(&blank, "content-type").starts_with("text/csv"));
    assert!(blank.text().await.unwrap().starts_with("\u{FEFF}邮箱,性别,单位,姓名"));
    let export = "/office/e/qixi/registrations/export";
    assert_eq!(browser.get(export).await.0, 404, "reading writes nothing");
    let file = browser.send(export, &[]).await;
    assert_eq!(header(&file, "content-disposition"), "attachment; filename=\"qixi.csv\"");
    let file = file.bytes().await.unwrap();
    let text = String::from_utf8(file.to_vec()).unwrap();
    assert!(text.starts_with('\u{FEFF}') && text.contains(",'=SUM(2),a,电力局,") && text.contains("\r\n"), "{text}");
    let deed = deeds(&evening, "registrations_exported").await.remove(0);
    assert_eq!((deed.actor_id, &deed.detail), (Some(evening.organizer.account_id), &json!({ "rows": 2 })));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_exported_is_what_the_list_shows(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let men = evening.participants("men", 2, Status::Applied).await;
    evening.participants("women", 3, Status::Approved).await;
    give_name(&evening, &men[1], "小云").await;
    let browser = Browser::of(&evening, &evening.organizer).await;
    let (_, page) = browser.get("/office/e/qixi/registrations?status=applied&side=men").await;
    let export = "/office/e/qixi/registrations/export";
    let form = filled(&page, export);
    for (name, value) in [("status", "applied"), ("side", "men"), ("unit", ""), ("q", "")] {
        assert!(form.contains(&(name.to_owned(), value.to_owned())), "{name}: {form:?}");
    }
    let lines = async |fields: &[(&str, &str)]| {
        let (status, text) = read(browser.send(export, fields).await).await;
        assert_eq!(status, 200, "{text}");
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(&[]).await.len(), 5);
    assert_eq!(lines(&[("status", "applied")]).await.len(), 2);
    assert_eq!(lines(&[("side", "women"), ("status", "applied")]).await.len(), 0);
    let found = lines(&[("q", "小云")]).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let year = evening.app.now().format("%Y-").to_string();
    assert!(found[0].contains(&format!(",{year}")), "a date has its year: {found:?}");
    let (status, _) = read(browser.send(export, &[("status", "dancing")]).await).await;
    assert_eq!(status, 422);
}
