//! What an administrator looks after: unions and their first organizers, the year of all of them,
//! and whether the house is well.

use queqiao::accounts::profile::Gender;
use queqiao::events::phase::Phase;
use queqiao::mail::letter;
use queqiao::organizations::organization;
use rstest::rstest;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_union_is_taken_in_and_gets_its_first_organizer(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let administrator = Browser::of(&evening, &evening.administrator().await).await;
    let newcomer = evening.account("newcomer", Gender::Female).await;
    let wrong = [("name", "纺"), ("name_en", ""), ("slug", "No Slug")];
    let (status, page) = read(administrator.send("/admin/unions", &wrong).await).await;
    assert!(status == 422 && page.contains("id=\"name-wrong\"") && page.contains("id=\"slug-wrong\""), "{page}");
    assert!(page.contains("value=\"No Slug\""), "what was typed stays: {page}");
    let taken = [("name", "市纺织工会"), ("slug", "yanyuan")];
    let (status, page) = read(administrator.send("/admin/unions", &taken).await).await;
    assert!(status == 409 && page.contains("这个网址已经有人用了"), "{page}");

    let wish = [("name", "市纺织工会"), ("name_en", "Textile Workers"), ("slug", "textile")];
    let founded = administrator.send("/admin/unions", &wish).await;
    assert_eq!((founded.status().as_u16(), header(&founded, "location")), (303, "/office/o/textile/staff"));
    let (_, page) = administrator.get("/admin").await;
    assert!(page.contains("市纺织工会") && page.contains("还没有工作人员"), "{page}");
    let (_, page) = administrator.get("/office/o/textile/staff").await;
    assert!(page.contains("还没有人"), "{page}");
    let no_address = administrator.send("/office/o/textile/staff", &[("email", "no address")]).await;
    let (status, page) = read(no_address).await;
    assert!(status == 422 && page.contains("id=\"email-wrong\"") && page.contains("no address"), "{page}");
    for email in [newcomer.email.as_str(), "nobody@example.com"] {
        let named = administrator.send("/office/o/textile/staff", &[("email", email)]).await;
        assert_eq!((named.status().as_u16(), header(&named, "location")), (303, "/office/o/textile/staff"));
        assert!(header(&named, "set-cookie").contains("invited"), "{named:?}");
    }
    let (_, page) = administrator.get("/office/o/textile/staff").await;
    assert!(page.contains("还没有人") && page.contains("等待答复的邀请"), "{page}");
    assert!(page.contains(&newcomer.email) && page.contains("nobody@example.com"), "{page}");

    // She sees her union and no other, and cannot leave it without anybody.
    let hers = Browser::of(&evening, &newcomer).await;
    assert_eq!(hers.get("/office/o/textile/staff").await.0, 404, "nobody is appointed who did not accept");
    let (_, page) = hers.get("/me").await;
    assert!(page.contains("市纺织工会邀请你担任市纺织工会的工作人员"), "{page}");
    let mine = page.split("href=\"/me/invitations/").nth(1).unwrap().split('"').next().unwrap();
    let (status, page) = hers.get(&format!("/me/invitations/{mine}")).await;
    assert!(status == 200 && page.contains("接受邀请"), "{page}");
    let accepted = hers.send(&format!("/me/invitations/{mine}"), &[]).await;
    assert_eq!((accepted.status().as_u16(), header(&accepted, "location")), (303, "/office"));
    assert_eq!(hers.get("/office").await.0, 200);
    let (_, page) = hers.get("/office/o/textile/staff").await;
    assert!(page.contains(&newcomer.email), "{page}");
    assert_eq!(hers.get("/office/o/yanyuan/staff").await.0, 404);
    let leave = page.split("action=\"").find(|part| part.contains("/leave\"")).unwrap().split('"').next().unwrap();
    let (status, page) = read(hers.send(leave, &[]).await).await;
    assert!(status == 409 && page.contains("最后一位"), "{page}");
    assert_eq!(administrator.send(leave, &[]).await.status().as_u16(), 303);
    assert_eq!(hers.get("/office/o/textile/staff").await.0, 404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_house_is_for_its_administrators(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let somebody = evening.account("somebody", Gender::Male).await;
    for person in [&evening.organizer, &somebody] {
        let browser = Browser::of(&evening, person).await;
        assert_eq!(browser.get("/admin").await.0, 403);
        let refused = browser.send("/admin/unions", &[("name", "假工会"), ("slug", "false-union")]).await;
        assert_eq!(refused.status().as_u16(), 403);
        assert_eq!(person.get("/api/v1/admin/report").await.code(), "wrong_role");
    }
    assert_eq!(organization::Entity::find().count(evening.app.database.reader()).await.unwrap(), 1);
    let year = evening.administrator().await.get("/api/v1/admin/report?year=2026").await.json;
    assert!(
        year["organization"].is_null() && year["sentence"]["zh"].as_str().unwrap().contains("2026年还没有"),
        "{year}"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_letter_that_waits_too_long_is_worth_a_look(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let administrator = evening.administrator().await;
    let wish = serde_json::json!({ "email": "her@example.com", "nickname": "小云", "gender": "female" });
    assert_eq!(evening.visitor().post("/api/v1/auth/register", wish).await.status, 202);
    assert_eq!(evening.letters().await.len(), 1);
    let txn = evening.app.database.begin_write().await.unwrap();
    letter::Entity::update_many()
        .col_expr(letter::Column::State, Expr::value(letter::State::Waiting))
        .filter(letter::Column::Kind.eq("verify"))
        .exec(&txn)
        .await
        .unwrap();
    txn.commit().await.unwrap();
    let browser = Browser::of(&evening, &administrator).await;
    let (_, page) = browser.get("/admin").await;
    let signs = page.split("<main").last().unwrap();
    assert!(signs.contains("1 封") && !signs.contains("看一看"), "{page}");
    evening.clock.advance(chrono::Duration::minutes(16));
    let (_, page) = Browser::of(&evening, &administrator).await.get("/admin").await;
    assert!(page.split("<main").last().unwrap().contains("看一看"), "{page}");
}
