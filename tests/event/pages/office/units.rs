//! A union looks after its units.

use queqiao::accounts::profile::Gender;
use queqiao::events::phase::Phase;
use queqiao::organizations::organization;
use queqiao::registrations::registration::Status;
use queqiao::units::{roster_entry, unit, unit_contact};
use reqwest::Method;
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{ESCAPED, EVIL, give_name, upload, wrong};
use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_union_looks_after_its_units(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let base = "/office/o/yanyuan/units";
    let added = browser.send(base, &[("name", EVIL), ("mail_domain", "Hospital.Example")]).await;
    assert_eq!((added.status().as_u16(), header(&added, "location")), (303, base));
    let (code, page) = browser.get(&format!("{base}?q=script")).await;
    assert!(code == 200 && page.contains(ESCAPED) && page.contains("hospital.example"), "{page}");
    assert!(!page.contains("<script>alert") && !page.contains("电力局"), "{page}");
    let (code, page) = read(browser.send(base, &[("name", "电力局"), ("mail_domain", "qq.com")]).await).await;
    assert!(code == 422 && wrong(&page, "mail_domain").is_some_and(|text| text.contains("公共邮箱")), "{page}");
    assert!(page.contains("value=\"qq.com\""), "{page}");
    let (code, page) = read(browser.send(base, &[("name", " 电力局 ")]).await).await;
    assert!(code == 409 && wrong(&page, "name").is_some(), "{page}");
    let table = "单位名称,邮箱域名\n铁路局,rail.example\n电力局,\n";
    let (code, page) = read(upload(&browser, &format!("{base}/import"), &[], table).await).await;
    assert!(code == 422 && page.contains("本工会已经有这个单位") && !page.contains("铁路局"), "{page}");
    let (code, page) = read(upload(&browser, &format!("{base}/import"), &["partial"], table).await).await;
    assert!(code == 200 && page.contains("已加入 1 个单位"), "{page}");

    let one = format!("{base}/{}", evening.units[0].id);
    assert_eq!(
        browser.send(&one, &[("name", "市一院"), ("mail_domain", "yiyuan.example")]).await.status().as_u16(),
        303
    );
    assert_eq!(browser.send(&one, &[("name", "市一院"), ("mail_domain", "")]).await.status().as_u16(), 303);
    let row = unit::Entity::find_by_id(evening.units[0].id).one(evening.app.database.reader()).await.unwrap().unwrap();
    assert_eq!((row.name.as_str(), row.mail_domain), ("市一院", None));
    let roster = "邮箱\na@example.com\nb@\n";
    let (code, page) = read(upload(&browser, &format!("{one}/roster"), &[], roster).await).await;
    assert!(code == 422 && page.contains("这不像一个邮箱地址"), "{page}");
    assert_eq!(upload(&browser, &format!("{one}/roster"), &["partial"], roster).await.status().as_u16(), 200);
    let whole = upload(&browser, &format!("{one}/roster"), &["replace"], "邮箱\nc@example.com\n").await;
    assert_eq!(whole.status().as_u16(), 303);
    assert_eq!(roster_entry::Entity::find().count(evening.app.database.reader()).await.unwrap(), 1);

    let stranger = Browser::of(&evening, &evening.stranger().await).await;
    for path in [base, one.as_str()] {
        assert_eq!(stranger.get(path).await.0, 404, "{path}");
        assert_eq!(stranger.send(path, &[("name", "我的了")]).await.status().as_u16(), 404, "{path}");
    }
    let administrator = Browser::of(&evening, &evening.administrator().await).await;
    assert_eq!(administrator.get(&one).await.0, 200);
    let unions = organization::Entity::find().filter(organization::Column::Slug.ne("yanyuan"));
    let other = unions.one(evening.app.database.reader()).await.unwrap().unwrap();
    for union in ["nothing", &other.slug] {
        // Not even to somebody who may see both is a unit there as another union's.
        let elsewhere = format!("/office/o/{union}/units/{}", evening.units[0].id);
        assert_eq!(administrator.get(&elsewhere).await.0, 404);
        let renamed = administrator.send(&elsewhere, &[("name", "别家的"), ("mail_domain", "")]).await;
        assert_eq!(renamed.status().as_u16(), 404);
        assert_eq!(
            upload(&administrator, &format!("{elsewhere}/roster"), &["replace"], "邮箱\nx@example.com\n")
                .await
                .status()
                .as_u16(),
            404
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_unit_contact_confirms_and_sees_a_head_count_only(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let organizer = Browser::of(&evening, &evening.organizer).await;
    let applicant = evening.participant_as("women", Status::Applied).await;
    give_name(&evening, &applicant, "林深见鹿").await;
    let person = evening.account("contact", Gender::Female).await;
    let browser = Browser::of(&evening, &person).await;
    assert_eq!(browser.get("/unit").await.0, 403);
    let unit = &evening.units[0];
    let contacts = format!("/office/o/yanyuan/units/{}/contacts", unit.id);
    let (code, page) = read(organizer.send(&contacts, &[("email", "no address")]).await).await;
    assert!(code == 422 && wrong(&page, "email").is_some() && page.contains("value=\"no address\""), "{page}");
    assert_eq!(organizer.send(&contacts, &[("email", &person.email)]).await.status().as_u16(), 303);
    assert_eq!(browser.get("/unit").await.0, 403, "nobody is appointed who did not accept");
    assert_eq!(person.accepts_all().await, 1);
    let answer = browser.request(Method::GET, "/unit").send().await.unwrap();
    let mine = format!("/unit/{}", unit.id);
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, mine.as_str()));
    let emails = format!("{}\nother@example.com，third@example.com", applicant.email);
    assert_eq!(browser.send(&mine, &[("emails", &emails)]).await.status().as_u16(), 303);
    let (code, page) = browser.get(&mine).await;
    assert!(code == 200 && page.contains("<strong class=\"figure\">3</strong>"), "{page}");
    assert!(!page.contains(&applicant.email) && !page.contains("林深见鹿") && !page.contains("qixi"), "{page}");
    let (code, page) = read(browser.send(&mine, &[("emails", "good@example.com\n<script>")]).await).await;
    assert!(code == 422 && wrong(&page, "emails").is_some() && page.contains("&#60;script&#62;"), "{page}");
    assert_eq!(browser.send(&mine, &[("emails", " ")]).await.status().as_u16(), 422);
    for path in [format!("/unit/{}", evening.units[1].id), "/unit/x".to_owned()] {
        assert_eq!(browser.get(&path).await.0, 404, "{path}");
        assert_eq!(browser.send(&path, &[("emails", "a@example.com")]).await.status().as_u16(), 404, "{path}");
    }
    assert_eq!(browser.get(&format!("/office/o/yanyuan/units/{}", unit.id)).await.0, 403);
    assert_eq!(browser.get(&format!("/office/o/yanyuan/units/{}", evening.units[1].id)).await.0, 404);
    assert_eq!(browser.get("/office").await.0, 403);
    let contact = unit_contact::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap();
    assert_eq!(organizer.send(&format!("{contacts}/{}/leave", contact.id), &[]).await.status().as_u16(), 303);
    assert_eq!(browser.get(&mine).await.0, 404);
}
