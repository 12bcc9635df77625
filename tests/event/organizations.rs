//! 主办工会: tenants, and who works for them.

use queqiao::accounts::profile::Gender;
use queqiao::audit::entry;
use queqiao::events::phase::Phase;
use queqiao::organizations::staff;
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::evening::{Engine, Evening};
use crate::fixtures::person::refused;

const UNIONS: &str = "/api/v1/organizations";
const STAFF: &str = "/api/v1/organizations/yanyuan/staff";

async fn recorded(evening: &Evening, action: &str) -> u64 {
    let entries = entry::Entity::find().filter(entry::Column::Action.eq(action));
    entries.count(evening.app.database.reader()).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_administrator_takes_in_a_union(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let administrator = evening.administrator().await;
    let wish = json!({"slug": "haidian", "name": "海淀区总工会", "name_en": "Haidian"});
    let made = administrator.post(UNIONS, wish.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(recorded(&evening, "organization_founded").await, 1);
    refused(&administrator.post(UNIONS, wish.clone()).await, 409, "slug_taken");
    refused(&evening.organizer.post(UNIONS, wish.clone()).await, 403, "wrong_role");
    refused(&evening.visitor().post(UNIONS, wish).await, 401, "not_signed_in");
    for wish in [
        json!({"slug": "Ha Dian", "name": "海淀"}),
        json!({"slug": "ab", "name": "海淀"}),
        json!({"slug": "haidian2", "name": " "}),
        json!({"slug": "haidian2", "name": "海".repeat(81)}),
        json!({"slug": "haidian2"}),
        json!({"slug": "haidian2", "name": "海淀", "seats": 4}),
    ] {
        refused(&administrator.post(UNIONS, wish).await, 422, "invalid");
    }
    assert_eq!(recorded(&evening, "organization_founded").await, 1);

    let all = administrator.get(&format!("{UNIONS}?limit=1")).await;
    assert_eq!(all.json["items"].as_array().unwrap().len(), 1);
    let rest = administrator.get(&format!("{UNIONS}?cursor={}", all.json["next"].as_str().unwrap())).await;
    assert_eq!((rest.json["items"][0]["slug"].as_str(), rest.json["next"].is_null()), (Some("haidian"), true));
    let own = evening.organizer.get(UNIONS).await;
    assert_eq!(own.json["items"].as_array().unwrap().len(), 1);
    let by_id = format!("{UNIONS}/{}", made.json["id"].as_str().unwrap());
    assert_eq!(administrator.get(&by_id).await.json["slug"], "haidian");
    refused(&evening.organizer.get(&by_id).await, 404, "not_found");
    refused(&administrator.get("/api/v1/organizations/nowhere").await, 404, "not_found");
    refused(&administrator.get("/api/v1/organizations?limit=0").await, 422, "invalid");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_organizer_gives_and_takes_back_roles(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let colleague = evening.account("colleague", Gender::Female).await;
    refused(&colleague.get(STAFF).await, 404, "not_found");
    let wish = json!({"email": "Colleague@example.com", "role": "organizer"});
    let invited = evening.organizer.post(STAFF, wish.clone()).await;
    assert_eq!((invited.status, &invited.json["email"]), (201, &json!("colleague@example.com")), "{}", invited.text());
    let again = evening.organizer.post(STAFF, wish.clone()).await;
    assert_eq!((again.status, &again.json["id"]), (200, &invited.json["id"]));
    assert_eq!(recorded(&evening, "role_granted").await, 0, "nobody is appointed who did not accept");
    refused(&colleague.get(STAFF).await, 404, "not_found");
    assert_eq!(colleague.accepts_all().await, 1);
    assert_eq!(recorded(&evening, "role_granted").await, 1);
    let members = colleague.get(STAFF).await.json["items"].as_array().unwrap().clone();
    assert_eq!(members.len(), 2);
    refused(&evening.organizer.post(STAFF, wish).await, 409, "role_held");

    let grant = format!("{STAFF}/{}", members[1]["id"].as_str().unwrap());
    assert_eq!(evening.organizer.delete(&grant).await.status, 204);
    refused(&evening.organizer.delete(&grant).await, 404, "not_found");
    refused(&colleague.get(STAFF).await, 404, "not_found");
    assert_eq!(recorded(&evening, "role_revoked").await, 1);

    let own = evening.organizer.get(STAFF).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    refused(&evening.organizer.delete(&format!("{STAFF}/{own}")).await, 409, "last_organizer");
    let administrator = evening.administrator().await;
    assert_eq!(administrator.delete(&format!("{STAFF}/{own}")).await.status, 204);
    refused(&evening.organizer.get(STAFF).await, 404, "not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_of_a_union_leaks_into_another(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let stranger = evening.stranger().await;
    let wish = json!({"email": stranger.email, "role": "organizer"});
    refused(&stranger.get("/api/v1/organizations/yanyuan").await, 404, "not_found");
    refused(&stranger.get(STAFF).await, 404, "not_found");
    refused(&stranger.post(STAFF, wish).await, 404, "not_found");
    let grant = evening.organizer.get(STAFF).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    refused(&stranger.delete(&format!("{STAFF}/{grant}")).await, 404, "not_found");
    let other = stranger.get(UNIONS).await.json["items"][0]["slug"].as_str().unwrap().to_owned();
    refused(&stranger.delete(&format!("{UNIONS}/{other}/staff/{grant}")).await, 404, "not_found");
    refused(&evening.visitor().get(STAFF).await, 401, "not_signed_in");
    for wish in [
        json!({"email": "not an address", "role": "organizer"}),
        json!({"email": "organizer@example.com", "role": "king"}),
        json!({"email": "organizer@example.com"}),
    ] {
        refused(&evening.organizer.post(STAFF, wish).await, 422, "invalid");
    }
    refused(&evening.organizer.delete(&format!("{STAFF}/not-an-id")).await, 404, "not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_two_organizers_cannot_both_leave(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let colleague = evening.account("colleague", Gender::Female).await;
    evening.organizer.post(STAFF, json!({"email": colleague.email, "role": "organizer"})).await;
    colleague.accepts_all().await;
    let items = evening.organizer.get(STAFF).await.json["items"].clone();
    let leaving = [evening.organizer.clone(), colleague].into_iter().zip(items.as_array().unwrap().clone()).map(
        |(person, grant)| {
            tokio::spawn(
                async move { person.delete(&format!("{STAFF}/{}", grant["id"].as_str().unwrap())).await.status },
            )
        },
    );
    let mut left = 0;
    for one in leaving.collect::<Vec<_>>() {
        left += u32::from(one.await.unwrap() == 204);
    }
    assert_eq!(left, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_union_is_never_left_without_an_organizer(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    refused(&evening.leaves(&evening.organizer).await, 409, "last_organizer");
    assert_eq!(evening.organizer.get("/api/v1/me").await.status, 200, "nothing was erased");
    let second = evening.account("second", Gender::Female).await;
    let invited = evening.organizer.post(STAFF, json!({ "email": second.email, "role": "organizer" })).await;
    assert_eq!(invited.status, 201, "{}", invited.text());
    assert_eq!(second.accepts_all().await, 1);
    // The two would leave at the same moment: one of them stays.
    let mut left = Vec::new();
    for answer in futures_util::future::join_all([evening.leaves(&evening.organizer), evening.leaves(&second)]).await {
        left.push((answer.status, answer.code().to_owned()));
    }
    left.sort();
    assert_eq!(left, [(204, String::new()), (409, "last_organizer".to_owned())]);
    assert_eq!(staff::Entity::find().count(evening.app.database.reader()).await.unwrap(), 1);
}
