//! 扫码加入: what a poster's QR leads to.

use queqiao::events::phase::Phase;
use queqiao::units::unit;
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::json;

use crate::fixtures::browser::{Browser, header};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::letter::token_in;

const POSTERS: &str = "/office/e/qixi/posters";

/// What the QR in a picture says.
fn scanned(png: &[u8]) -> String {
    let picture = image::load_from_memory(png).unwrap().to_luma8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        picture.get_pixel(u32::try_from(x).unwrap(), u32::try_from(y).unwrap()).0[0]
    });
    prepared.detect_grids().first().expect("no QR in the picture").decode().unwrap().1
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_organizer_prints_posters_of_the_event_and_of_each_unit(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let office = Browser::of(&evening, &evening.organizer).await;
    let (status, page) = office.get(POSTERS).await;
    assert_eq!(status, 200);
    for unit in &evening.units {
        assert!(page.contains(&unit.name) && page.contains(&format!("paper=a3&amp;unit={}", unit.id)), "{page}");
    }
    let unit = &evening.units[0];
    let link = format!("{}/e/qixi/join/{}", evening.address, unit.id);
    for (query, says) in [("", format!("{}/e/qixi", evening.address)), (&*format!("?unit={}", unit.id), link.clone())] {
        let answer = office.request(Method::GET, &format!("{POSTERS}/picture.png{query}")).send().await.unwrap();
        assert_eq!(header(&answer, "content-type"), "image/png");
        assert_eq!(scanned(&answer.bytes().await.unwrap()), says);
    }
    for paper in ["a4", "a3"] {
        let (_, sheet) = office.get(&format!("{POSTERS}/print?paper={paper}&unit={}", unit.id)).await;
        assert!(sheet.contains(&unit.name) && sheet.contains(&format!("class=\"poster {paper}\"")), "{sheet}");
    }
    let links = evening.organizer.get("/api/v1/events/qixi/posters").await.json;
    assert_eq!(links["units"]["items"][0]["link"], json!(link), "{links}");
    // Another union's unit has no poster here, and nobody else has any.
    let (other, _) = evening.other_union(Phase::Registration).await;
    assert_eq!(other.get("/api/v1/events/qixi/posters").await.status, 403);
    let stranger = Browser::of(&evening, &other).await;
    assert_eq!(stranger.get(POSTERS).await.0, 403);
    assert_eq!(stranger.get(&format!("{POSTERS}/picture.png")).await.0, 403);
    assert_eq!(office.get(&format!("{POSTERS}/picture.png?unit={}", evening.event.id)).await.0, 404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_scans_finds_the_employer_filled_in_after_signing_up_too(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let unit = &evening.units[1];
    let mut phone = Browser::open(&evening);
    let (status, page) = phone.get(&format!("/e/qixi/join/{}", unit.id)).await;
    let register = format!("/e/qixi/register?unit={}", unit.id);
    assert!(status == 200 && page.contains(&unit.name) && page.contains(&format!("href=\"{register}\"")), "{page}");
    // Nobody is signed in: the way goes through the sign-in and the sign-up, and leads back.
    let answer = phone.request(Method::GET, &register).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 303);
    let sign_in = header(&answer, "location").to_owned();
    let (_, page) = phone.get(&sign_in).await;
    let sign_up = page.split("href=\"").find(|rest| rest.starts_with("/register?to=")).unwrap();
    let (_, asked) = phone.get(sign_up.split('"').next().unwrap()).await;
    assert!(asked.contains(&format!("name=\"to\" value=\"{register}\"")), "{asked}");
    let filled = [
        ("email", "new@example.cn"),
        ("nickname", "云上的喜鹊"),
        ("gender", "female"),
        ("grown_up", "yes"),
        ("may_keep", "yes"),
        ("to", &register),
    ];
    assert_eq!(header(&phone.send("/register", &filled).await, "location"), "/letter");
    let letter = evening.letters().await.pop().unwrap();
    let link = letter.plain.split("/verify?").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let (_, page) = phone.get(&format!("/verify?{link}")).await;
    assert!(page.contains(&format!("name=\"to\" value=\"{register}\"")), "{page}");
    let token = token_in(&letter.plain);
    let proof = [("token", token.as_str()), ("password", "magpies-over-the-river-9"), ("to", &register)];
    let begun = phone.send("/verify", &proof).await;
    assert_eq!(header(&begun, "location"), register);
    phone.keep(&begun);
    let (_, form) = phone.get(&register).await;
    assert!(form.contains(&format!("value=\"{}\"", unit.name)), "{form}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_poster_outlives_its_unit_and_says_nothing_of_others(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let phone = Browser::open(&evening);
    let typed = &evening.units[2];
    let txn = evening.app.database.begin_write().await.unwrap();
    let mut row: unit::ActiveModel = typed.clone().into_active_model();
    row.typed_at = Set(Some(evening.app.now()));
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    for unit in [typed.id.to_string(), evening.event.id.to_string(), "x".to_owned()] {
        let answer = phone.request(Method::GET, &format!("/e/qixi/join/{unit}")).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/e/qixi"));
    }
    let her = evening.account("newcomer", queqiao::accounts::profile::Gender::Female).await;
    let (_, form) = Browser::of(&evening, &her).await.get(&format!("/e/qixi/register?unit={}", typed.id)).await;
    assert!(!form.contains(&typed.name), "{form}");
}
