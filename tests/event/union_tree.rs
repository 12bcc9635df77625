//! Which union belongs to which, and what of those below is told above: figures, never people.

use std::collections::HashSet;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use futures_util::future::join_all;
use queqiao::audit::entry;
use queqiao::events::phase::Phase;
use queqiao::organizations::organization;
use queqiao::registrations::registration::{Side, Status};
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::evening::{Engine, Evening};
use crate::fixtures::person::{Answer, Person, refused};

/// An administrator, and the unions of these slugs beside the one of the evening.
async fn unions(evening: &Evening, slugs: &[&str]) -> Person {
    let administrator = evening.administrator().await;
    for slug in slugs {
        let wish = json!({"slug": slug, "name": format!("{slug}总工会")});
        assert_eq!(administrator.post("/api/v1/organizations", wish).await.status, 201);
    }
    administrator
}

async fn place(by: &Person, union: &str, parent: impl Into<Value>) -> Answer {
    let parent: Value = parent.into();
    by.put(&format!("/api/v1/organizations/{union}/parent"), json!({ "parent": parent })).await
}

async fn tree(by: &Person, union: &str) -> Vec<(u64, String)> {
    let tree = by.get(&format!("/api/v1/organizations/{union}/tree")).await;
    assert_eq!(tree.status, 200, "{}", tree.text());
    let line = |union: &Value| (union["level"].as_u64().unwrap(), union["slug"].as_str().unwrap().to_owned());
    tree.json["unions"].as_array().unwrap().iter().map(line).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_administrator_says_which_union_stands_below_which(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let administrator = unions(&evening, &["city", "district", "street", "school"]).await;
    for (union, parent) in [("district", "city"), ("street", "district"), ("yanyuan", "street"), ("school", "city")] {
        let placed = place(&administrator, union, parent).await;
        assert_eq!((placed.status, &placed.json), (200, &json!({"organization": union, "parent": parent})));
    }
    let lines = |of: &[(u64, &str)]| of.iter().map(|(level, slug)| (*level, (*slug).to_owned())).collect::<Vec<_>>();
    let whole = [(0, "city"), (1, "district"), (2, "street"), (3, "yanyuan"), (1, "school")];
    assert_eq!(tree(&administrator, "city").await, lines(&whole));
    let above = administrator.get("/api/v1/organizations/yanyuan/tree").await;
    assert_eq!((&above.json["parent"]["slug"], above.json["parent"]["level"].is_null()), (&json!("street"), true));

    // Nobody stands below themselves, and five levels are the most.
    for (union, parent) in [("city", "city"), ("city", "yanyuan"), ("district", "street")] {
        refused(&place(&administrator, union, parent).await, 409, "union_circle");
    }
    let deeper = unions(&evening, &["group", "team"]).await;
    assert_eq!(place(&deeper, "group", "yanyuan").await.status, 200);
    refused(&place(&deeper, "team", "group").await, 409, "too_many_levels");
    assert_eq!(place(&deeper, "team", "school").await.status, 200);
    refused(&place(&deeper, "school", "yanyuan").await, 409, "too_many_levels");
    refused(&place(&deeper, "school", "nowhere").await, 422, "invalid");
    refused(&place(&deeper, "nowhere", "city").await, 404, "not_found");
    refused(&deeper.put("/api/v1/organizations/city/parent", json!({"above": "x"})).await, 422, "invalid");

    // A union takes those below it along, and can stand for itself again.
    assert_eq!(place(&deeper, "district", Value::Null).await.json["parent"], Value::Null);
    assert_eq!(tree(&deeper, "city").await, lines(&[(0, "city"), (1, "school"), (2, "team")]));
    assert_eq!(tree(&deeper, "district").await.len(), 4);
    let placed = entry::Entity::find().filter(entry::Column::Action.eq("organization_placed"));
    let recorded = placed.count(evening.app.database.reader()).await.unwrap();
    assert_eq!(place(&deeper, "district", Value::Null).await.status, 200, "as it is already");
    let placed = entry::Entity::find().filter(entry::Column::Action.eq("organization_placed"));
    assert_eq!((recorded, placed.count(evening.app.database.reader()).await.unwrap()), (7, 7));

    refused(&place(&evening.organizer, "yanyuan", "city").await, 403, "wrong_role");
    refused(&place(&evening.visitor(), "yanyuan", "city").await, 401, "not_signed_in");
    assert_eq!(tree(&evening.organizer, "yanyuan").await.len(), 2);
    refused(&evening.organizer.get("/api/v1/organizations/street/tree").await, 404, "not_found");
}

/// Twelve unions in a ring, each of which somebody places below the next at the same moment: whoever comes last would
/// close the circle.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_close_no_circle(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let administrator = unions(&evening, &["aaa", "bbb", "ccc"]).await;
    let ring = ["aaa", "bbb", "ccc", "aaa"];
    for _ in 0..4 {
        let placing = ring.windows(2).cycle().take(12).map(|pair| place(&administrator, pair[0], pair[1]));
        let answers = join_all(placing).await;
        assert!(answers.iter().all(|answer| [200, 409].contains(&answer.status)));
        let mut parents = HashSet::new();
        for slug in ["aaa", "bbb", "ccc"] {
            let seen = administrator.get(&format!("/api/v1/organizations/{slug}/tree")).await;
            parents.extend(seen.json["parent"]["slug"].as_str().map(str::to_owned));
        }
        assert_eq!(parents.len(), 2, "{parents:?}");
        for slug in ["aaa", "bbb", "ccc"] {
            assert_eq!(place(&administrator, slug, Value::Null).await.status, 200);
        }
    }
}

/// An evening of six pairs that is over, whose union stands below `city`, beside `other` with an event of `pairs` pairs.
async fn a_city(engine: Engine, pairs: u32) -> Option<(Evening, Person)> {
    let mut evening = Evening::begin(engine, Phase::OnSite).await?;
    for side in [Side::Men, Side::Women] {
        let name = if side == Side::Men { "men" } else { "women" };
        let people = evening.participants(name, 6, Status::Confirmed).await;
        for (number, person) in (1..).zip(&people) {
            evening.comes_in(person, side, number).await;
        }
    }
    evening.move_to(Phase::Closed).await;
    let (_, event) = evening.other_union(Phase::OnSite).await;
    let union = organization::Entity::find_by_id(event.organization_id).one(evening.app.database.reader()).await;
    assert_eq!(union.unwrap().unwrap().slug, "other");
    let own = std::mem::replace(&mut evening.event, event);
    let there = evening.participants("men", pairs, Status::Confirmed).await;
    for (number, person) in (1..).zip(&there) {
        evening.comes_in(person, Side::Men, number).await;
    }
    evening.move_to(Phase::Closed).await;
    evening.event = own;
    let administrator = unions(&evening, &["city"]).await;
    for union in ["yanyuan", "other"] {
        assert_eq!(place(&administrator, union, "city").await.status, 200);
    }
    Some((evening, administrator))
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn figures_flow_up_and_people_never_do(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, administrator)) = a_city(engine, 7).await else { return };
    let by = evening.again(&administrator);
    let report = by.get("/api/v1/organizations/city/report/tree?year=2026").await.json;
    assert_eq!((&report["unions"], &report["whole"]["events"]), (&json!(3), &json!(2)));
    assert_eq!((&report["whole"]["attendances"], &report["own"]["attendances"]), (&json!(19), &json!(0)));
    let branches = report["branches"].as_array().unwrap();
    let attendances: Vec<_> =
        branches.iter().map(|one| (&one["organization"], &one["figures"]["attendances"])).collect();
    assert_eq!(attendances, [(&json!("yanyuan"), &json!(12)), (&json!("other"), &json!(7))]);
    assert_eq!(report["before"]["events"], 0);
    let sentence = report["sentence"]["zh"].as_str().unwrap();
    assert!(sentence.contains("city总工会及下属2家工会举办单身职工联谊活动2场"), "{sentence}");
    assert!(sentence.contains("职工19人次参加"), "{sentence}");
    // No event of a union below, and nobody who came to one.
    assert!(!report.to_string().contains("qixi"), "{report}");

    let book = by.get("/api/v1/organizations/city/report/tree.xlsx?year=2026").await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book.bytes)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let whole = sheet.rows().find(|row| row[0] == Data::String("2026 年合计".to_owned())).unwrap();
    assert_eq!((&whole[1], &whole[3]), (&Data::Float(2.0), &Data::Float(19.0)));
    let page = by.get("/office/o/city/report/tree?year=2026").await.text();
    assert!(page.contains("燕缘际会工会") && page.contains("19"), "{page}");

    // A parent reads what flows up, and nothing else of those below; a sister and a child read nothing of the others.
    let organizer = evening.again(&evening.organizer);
    let chief = evening.organizer_of("city").await;
    assert_eq!(chief.get("/api/v1/organizations/city/report/tree?year=2026").await.json["whole"], report["whole"]);
    for path in [
        "/api/v1/organizations/yanyuan",
        "/api/v1/organizations/yanyuan/report",
        "/api/v1/organizations/yanyuan/report/tree",
        "/api/v1/organizations/yanyuan/staff",
        "/api/v1/events/qixi/report",
        "/api/v1/events/qixi/registrations",
        "/office/o/yanyuan/report/tree",
        "/office/e/qixi",
    ] {
        // That there is such an event anybody may know; what is in it, nobody of another union.
        let expected = if path.contains("/qixi") { 403 } else { 404 };
        assert_eq!(chief.get(path).await.status, expected, "{path}");
    }
    for path in
        ["report", "report/tree", "report/tree.xlsx", "tree"].map(|end| format!("/api/v1/organizations/city/{end}"))
    {
        refused(&organizer.get(&path).await, 404, "not_found");
        refused(&evening.visitor().get(&path).await, 401, "not_signed_in");
    }
    refused(&by.get("/api/v1/organizations/city/report/tree?year=1999").await, 422, "invalid");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_small_union_stands_out_of_no_sum(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, administrator)) = a_city(engine, 3).await else { return };
    let by = evening.again(&administrator);
    let report = by.get("/api/v1/organizations/city/report/tree?year=2026").await.json;
    let attendances: Vec<_> =
        report["branches"].as_array().unwrap().iter().map(|one| &one["figures"]["attendances"]).collect();
    assert_eq!(attendances, [&json!(12), &Value::Null]);
    assert_eq!(report["whole"]["attendances"], Value::Null, "15 less 12 is the three that were kept");
    let sentence = report["sentence"]["zh"].as_str().unwrap();
    assert!(sentence.contains("联谊活动2场") && !sentence.contains("人次"), "{sentence}");
    // The union itself knows its own people.
    let own = by.get("/api/v1/organizations/other/report/tree?year=2026").await.json;
    assert_eq!((&own["own"]["attendances"], &own["whole"]["attendances"]), (&json!(3), &json!(3)));
}
