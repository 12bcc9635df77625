//! What is held about a person: taken home, and forgotten.

use std::io::{Cursor, Read};

use queqiao::accounts::profile::Gender;
use queqiao::accounts::{access_token, account, consent};
use queqiao::events::crew;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::{self, Status};
use queqiao::units::roster_entry;
use rstest::rstest;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::evening::{Engine, Evening};
use crate::fixtures::person::{Answer, PASSWORD, refused};

fn unpacked(answer: &Answer) -> Vec<(String, Value)> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.headers["content-type"], "application/zip");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let mut zip = ZipArchive::new(Cursor::new(answer.bytes.clone())).unwrap();
    let mut files = Vec::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.push((file.name().unwrap().into_owned(), serde_json::from_str(&text).unwrap()));
    }
    files
}

const SECRETS: [&str; 6] =
    ["guest-1@example.com", "织女星下的人", "赵本名", "13912345678", "wx-secret", "昨夜星辰昨夜风"];

async fn describe(guest: &crate::fixtures::person::Person) {
    let me = json!({"nickname": SECRETS[1], "real_name": SECRETS[2], "phone": SECRETS[3], "wechat": SECRETS[4],
        "about": SECRETS[5]});
    assert_eq!(guest.patch("/api/v1/me", me).await.status, 200);
    let guest_address = json!({"email": guest.email});
    guest.post("/api/v1/auth/password/forgot", guest_address).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_person_takes_home_everything_held_about_them(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let guest = evening.participant("men").await;
    let other = evening.participant("women").await;
    describe(&guest).await;
    let post = guest.post("/api/v1/events/qixi/posts", json!({"body": "我爱爬山，也爱看星星"})).await;
    assert_eq!(post.status, 201, "{}", post.text());
    let files = unpacked(&evening.takes_home(&guest).await);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["account.json", "letters.json", "registrations.json", "points.json", "plaza.json", "picks.json"] {
        assert!(names.contains(&name), "{names:?}");
    }
    let all = format!("{files:?}");
    for held in SECRETS.iter().chain(&["我爱爬山，也爱看星星", "A0001"]) {
        assert!(all.contains(held), "{held} is missing");
    }
    assert!(!all.contains("token=") && !all.contains("argon2"), "no secret goes out");
    let others = format!("{:?}", unpacked(&evening.takes_home(&other).await));
    for held in SECRETS {
        assert!(!others.contains(held), "{held} in somebody else's export");
    }
    let bare = evening.administrator().await;
    assert!(!unpacked(&evening.takes_home(&bare).await).is_empty());
    let unproven = evening.visitor().post("/api/v1/me/export", json!({ "password": PASSWORD })).await;
    refused(&unproven, 401, "not_signed_in");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_person_agreed_to_is_kept_in_the_words_they_read(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let mut her = evening.visitor();
    let wish = json!({"email": "her@example.com", "nickname": "小云",
        "gender": "female", "language": "en", "consents": ["may_keep", "grown_up", "grown_up"]});
    assert_eq!(her.post("/api/v1/auth/register", wish).await.status, 202);
    let letter = evening.letters().await.pop().unwrap();
    let token = letter.plain.split("token=").nth(1).unwrap().split(['&', '\n', '\r']).next().unwrap().trim();
    let first = json!({"token": token, "password": PASSWORD});
    assert_eq!(her.post("/api/v1/auth/verify", first).await.status, 200);
    let credentials = json!({"email": "her@example.com", "password": PASSWORD});
    her.token = her.post("/api/v1/auth/login", credentials).await.json["access_token"].as_str().map(str::to_owned);
    let apply = json!({"unit_id": evening.units[0].id, "consents": ["may_show"]});
    assert_eq!(her.post("/api/v1/events/qixi/registrations", apply).await.status, 201);
    let unheard = json!({"unit_id": evening.units[0].id, "consents": ["may_sell"]});
    refused(&her.post("/api/v1/events/qixi/registrations", unheard).await, 422, "invalid");

    let files = unpacked(&her.post("/api/v1/me/export", json!({ "password": PASSWORD })).await);
    let consents = files[0].1["consents"].as_array().unwrap();
    let kept_consents: Vec<(&str, &str)> =
        consents.iter().map(|row| (row["sentence"].as_str().unwrap(), row["words"].as_str().unwrap())).collect();
    assert!(
        matches!(kept_consents[..], [("grown_up", age), ("may_keep", _), ("may_show", show)]
        if age.contains("18 years old") && show.contains("我同意")),
        "{kept_consents:?}"
    );
    assert_eq!(her.delete_with("/api/v1/me", json!({ "password": PASSWORD })).await.status, 204);
    assert_eq!(consent::Entity::find().count(evening.app.database.reader()).await.unwrap(), 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_person_is_forgotten_and_the_ledgers_still_add_up(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let guest = evening.participant("men").await;
    describe(&guest).await;
    let post = guest.post("/api/v1/events/qixi/posts", json!({"body": "昨夜星辰昨夜风，画楼西畔桂堂东"})).await;
    assert_eq!(post.status, 201, "{}", post.text());
    let roster = format!("/api/v1/units/{}/roster", evening.units[0].id);
    evening.organizer.post(&roster, json!({"emails": [guest.email]})).await;

    assert_eq!(evening.leaves(&guest).await.status, 204);
    refused(&guest.get("/api/v1/me").await, 401, "not_signed_in");
    refused(&guest.delete_with("/api/v1/me", json!({ "password": PASSWORD })).await, 401, "not_signed_in");
    let fresh = access_token::issue(&evening.app, guest.account_id).unwrap();
    let visitor = evening.visitor();
    let again = visitor.request(reqwest::Method::GET, "/api/v1/me").bearer_auth(fresh);
    refused(&visitor.send(again).await, 401, "not_signed_in");

    let db = evening.app.database.reader();
    let row = registration::Entity::find_by_id(guest.registration_id).one(db).await.unwrap().unwrap();
    assert_eq!(row.status, Status::Withdrawn);
    assert_eq!(roster_entry::Entity::find().count(db).await.unwrap(), 0);
    assert!(account::Entity::find_by_id(guest.account_id).one(db).await.unwrap().is_some(), "the row stays");
    if engine == Sqlite {
        let copy = evening.folder().join("copy");
        let vacuum = format!("VACUUM INTO '{}'", copy.display());
        evening.app.database.writer_for_schema().execute_unprepared(&vacuum).await.unwrap();
        let bytes = std::fs::read(copy).unwrap();
        for held in SECRETS {
            assert!(!bytes.windows(held.len()).any(|window| window == held.as_bytes()), "{held} is still there");
        }
    }
    // The address is free again, for a new beginning.
    let wish = json!({"email": guest.email, "nickname": "新", "gender": "male"});
    assert_eq!(visitor.post("/api/v1/auth/register", wish).await.status, 202);
    assert!(evening.letters().await.iter().any(|letter| letter.kind == "verify" && letter.recipient == guest.email));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_has_happened_is_not_undone_by_forgetting(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let guest = evening.participant_as("women", Status::Confirmed).await;
    assert_eq!(evening.leaves(&guest).await.status, 204);
    let db = evening.app.database.reader();
    let row = registration::Entity::find_by_id(guest.registration_id).one(db).await.unwrap().unwrap();
    assert_eq!(row.status, Status::Confirmed);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn roles_go_with_the_person_and_the_last_administrator_stays(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let (one, other) = (evening.administrator().await, evening.administrator().await);
    for person in [&one, &other] {
        evening.with_password(person, PASSWORD).await;
    }
    let proof = json!({ "password": PASSWORD });
    let leaving = [(one.clone(), proof.clone()), (other.clone(), proof)]
        .map(|(person, proof)| tokio::spawn(async move { person.delete_with("/api/v1/me", proof).await }));
    let mut left = Vec::new();
    for person in leaving {
        left.push(person.await.unwrap());
    }
    left.sort_by_key(|answer| answer.status);
    assert_eq!(left[0].status, 204);
    refused(&left[1], 409, "last_administrator");

    let desk = evening.crew(crew::Role::Desk).await;
    assert_eq!(evening.leaves(&desk).await.status, 204);
    assert_eq!(crew::Entity::find().count(evening.app.database.reader()).await.unwrap(), 0);
    assert_eq!(evening.leaves(&evening.organizer).await.status, 204);
    let newcomer = evening.account("newcomer", Gender::Male).await;
    refused(&newcomer.get("/api/v1/organizations/yanyuan").await, 404, "not_found");
}
