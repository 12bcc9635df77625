//! The desk's one screen: what it takes along, what a camera sees, and the address in a QR.

use std::collections::BTreeMap;
use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, Luma, RgbImage};
use qrcode::QrCode;
use queqiao::checkin::{attempt, review};
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use reqwest::Method;
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::json;

use crate::fixtures::browser::{Browser, between, header, read};
use crate::fixtures::door::{DOOR, code_of, guests, opened, paired, scan};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_record_of_the_roster_opens_only_with_its_code(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let mut everybody = guests(&evening, "men", 2).await;
    everybody.extend(guests(&evening, "women", 2).await);
    let lost = code_of(&everybody[0]).await;
    let reissued = evening.organizer.post("/api/v1/events/qixi/badges/男001/reissue", json!({"reason": "丢了"})).await;
    assert_eq!(reissued.status, 200, "{}", reissued.text());
    let mut codes = Vec::new();
    for guest in &everybody {
        codes.push(code_of(guest).await);
    }
    evening.stands(&everybody[3], Status::Withdrawn).await;
    let device = paired(&evening, "东门").await;
    let answer = device.get(&format!("{DOOR}/roster")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.headers["cache-control"], "no-store");
    let roster = answer.json.clone();
    assert_eq!((&roster["expected"]["men"], &roster["expected"]["women"]), (&json!(2), &json!(1)));
    assert_eq!(roster["numbers"], json!({"men": 2, "women": 2}));
    let mut clear = BTreeMap::new();
    for code in &codes {
        let record = opened(&roster, code).unwrap();
        clear.insert(record["badge"].as_str().unwrap().to_owned(), record);
    }
    assert_eq!(clear.keys().collect::<Vec<_>>(), ["女001", "女002", "男001", "男002"]);
    assert!(clear["男002"]["nickname"].as_str().is_some_and(|name| name.starts_with("guest-")));
    assert!(clear["男002"].get("refusal").is_none() && clear["男002"]["unit"].is_string());
    assert_eq!(clear["女002"]["refusal"], "withdrawn");
    assert_eq!(opened(&roster, &lost).unwrap(), json!({"refusal": "revoked_code"}), "whose it was is not told");
    assert!(opened(&roster, "AAAAAAAAAAAAAAAAAAAAAAAAAA").is_none());
    assert_eq!(roster["records"].as_object().unwrap().len(), 5);
    // Without a badge in hand there is nobody in it.
    let text = answer.text();
    for secret in ["guest-", "市第一医院", "地铁公司", "电力局", "男", "女", "withdrawn", &lost] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_desk_fetches_the_roster_again_only_when_it_changed(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let guest = guests(&evening, "men", 1).await.remove(0);
    let device = paired(&evening, "东门").await;
    let path = format!("{DOOR}/roster");
    let first = device.get(&path).await;
    let mark = first.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(mark, format!("\"{}\"", first.json["version"].as_str().unwrap()));
    let again = device.request(Method::GET, &path).header("If-None-Match", &mark);
    assert_eq!(device.send(again).await.status, 304);
    device.post(DOOR, scan(&code_of(&guest).await, "东门", 1)).await;
    let again = device.request(Method::GET, &path).header("If-None-Match", &mark);
    let changed = device.send(again).await;
    assert_eq!((changed.status, &changed.json["inside"]), (200, &json!(["男001"])));
    for person in [evening.stranger().await, evening.crew(Role::Host).await, guest] {
        assert_eq!(person.get(&path).await.status, 403);
    }
}

/// What a phone sees: the code on a table, among other things, not quite sharp.
fn photo(text: &str) -> Vec<u8> {
    let code = QrCode::new(text).unwrap();
    let (width, dark) = (code.width() as u32, code.to_colors());
    let side = (width + 8) * 6;
    let code = GrayImage::from_fn(side, side, |x, y| {
        let module = (x / 6).checked_sub(4).zip((y / 6).checked_sub(4)).filter(|(x, y)| *x < width && *y < width);
        let is_dark = module.is_some_and(|(x, y)| dark[(y * width + x) as usize] == qrcode::Color::Dark);
        Luma([if is_dark { 40 } else { 230 }])
    });
    let code = DynamicImage::ImageLuma8(code).rotate90().blur(1.0).to_rgb8();
    let mut scene = RgbImage::from_fn(640, 480, |x, y| image::Rgb([(90 + x / 8) as u8, (120 + y / 8) as u8, 130]));
    image::imageops::overlay(&mut scene, &code, 210, 90);
    encoded(&scene.into(), ImageFormat::Jpeg)
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_phone_that_cannot_read_a_code_has_it_read(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let guest = guests(&evening, "women", 1).await.remove(0);
    let mine = guest.get("/api/v1/events/qixi/badges/me").await;
    let url = mine.json["url"].as_str().unwrap();
    let device = paired(&evening, "东门").await;
    let send = async |kind: &str, bytes: Vec<u8>| {
        let request = device.request(Method::POST, &format!("{DOOR}/pictures"));
        device.send(request.header("Content-Type", kind).body(bytes)).await
    };
    let seen = send("image/jpeg", photo(url)).await;
    assert_eq!((seen.status, &seen.json["codes"]), (200, &json!([url])), "{}", seen.text());
    let empty = encoded(&DynamicImage::new_rgb8(64, 64), ImageFormat::Png);
    assert_eq!(send("image/png", empty).await.json, json!({"codes": []}));
    // A small file that would unpack into gigabytes.
    let mut bomb = encoded(&DynamicImage::new_luma8(8, 8), ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    for (kind, bytes, status) in [
        ("image/jpeg", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), 422),
        ("image/png", bomb, 422),
        ("image/jpeg", Vec::new(), 422),
        ("image/svg+xml", b"<svg/>".to_vec(), 415),
        ("image/jpeg", vec![0; 3 << 20], 413),
    ] {
        let refused = send(kind, bytes).await;
        assert_eq!(refused.status, status, "{kind}: {}", refused.text());
    }
    let rows = attempt::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert!(rows.is_empty(), "looking checks nobody in");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_address_in_a_qr_is_the_check_in_for_a_desk_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let guest = guests(&evening, "men", 1).await.remove(0);
    let path = format!("/c/{}", code_of(&guest).await);
    let desk = evening.crew(Role::Desk).await;
    let attempts = async || attempt::Entity::find().all(evening.app.database.reader()).await.unwrap().len();
    // A visitor, the guest, another union and a code that is none: one and the same page.
    for browser in [
        Browser::open(&evening),
        Browser::of(&evening, &guest).await,
        Browser::of(&evening, &evening.stranger().await).await,
        Browser::of(&evening, &evening.crew(Role::Host).await).await,
    ] {
        for path in [&path, "/c/AAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let looked = browser.request(Method::GET, path).send().await.unwrap();
            assert_eq!(header(&looked, "referrer-policy"), "no-referrer");
            let (status, page) = read(looked).await;
            assert!(status == 200 && page.contains("data-state=\"stranger\""), "{page}");
            assert!(!page.contains("男001") && !page.contains("guest-"), "{page}");
            let (status, page) = read(browser.send(path, &[("nonce", &"0".repeat(32))]).await).await;
            assert!(status == 200 && page.contains("data-state=\"stranger\""), "{page}");
        }
    }
    let mut browser = Browser::of(&evening, &desk).await;
    for _ in 0..3 {
        let (_, page) = browser.get(&path).await;
        assert!(page.contains("data-state=\"ready\"") && page.contains("男001"), "{page}");
    }
    assert_eq!(attempts().await, 0, "looking writes nothing");
    let (_, page) = browser.get(&path).await;
    let nonce = between(&page, "name=\"nonce\" value=\"", "\"");
    let result = format!("{path}?scan={nonce}");
    for _ in 0..2 {
        let made = browser.send(&path, &[("nonce", nonce)]).await;
        assert_eq!(header(&made, "location"), result);
        let (status, page) = browser.arrive(made).await;
        assert!(status == 200 && page.contains("data-state=\"done\""), "{page}");
    }
    assert_eq!(attempts().await, 1, "a button pressed twice is one scan");
    // What came of it can be loaded anew and makes no second scan; to somebody else it tells nothing.
    assert!(browser.get(&result).await.1.contains("data-state=\"done\""));
    let stranger = Browser::of(&evening, &evening.stranger().await).await;
    for other in [&stranger, &Browser::of(&evening, &guest).await] {
        assert!(other.get(&result).await.1.contains("data-state=\"stranger\""));
    }
    assert_eq!(attempts().await, 1);
    let (_, page) = browser.get(&path).await;
    assert!(page.contains("data-state=\"refused\"") && page.contains("已经签到过"), "{page}");
    let crossing = browser.request(Method::POST, &path).header("Sec-Fetch-Site", "cross-site");
    assert_eq!(crossing.form(&[("nonce", nonce)]).send().await.unwrap().status(), 403);

    // A paired phone, and a badge of another evening.
    let device = paired(&evening, "东门").await;
    let mut phone = Browser::open(&evening);
    phone.cookie = device.token.as_ref().map(|token| format!("queqiao-desk={token}"));
    let (_, page) = phone.get(&path).await;
    assert!(page.contains("data-state=\"refused\"") && page.contains("男001"), "{page}");
    let (_, page) = phone.get("/c/AAAAAAAAAAAAAAAAAAAAAAAAAA").await;
    assert!(page.contains("data-state=\"refused\"") && page.contains("没有这个号码"), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_desk_opens_for_desks_and_only_there_the_camera(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    guests(&evening, "men", 2).await;
    guests(&evening, "women", 1).await;
    let device = paired(&evening, "东<门>").await;
    let mut phone = Browser::open(&evening);
    phone.cookie = device.token.as_ref().map(|token| format!("queqiao-desk={token}"));
    let desk = Browser::of(&evening, &evening.crew(Role::Desk).await).await;
    let organizer = Browser::of(&evening, &evening.organizer).await;
    for (browser, paired) in [(&phone, true), (&desk, false), (&organizer, false)] {
        let answer = browser.request(Method::GET, "/e/qixi/desk").send().await.unwrap();
        assert!(header(&answer, "permissions-policy").starts_with("camera=(self)"));
        let (status, page) = read(answer).await;
        assert!(status == 200 && page.contains("data-expected-men=\"2\""), "{page}");
        assert_eq!(page.contains("data-paired"), paired);
        // What the script fills in is still to be filled in; what we forgot to say is not.
        assert!(page.contains("{time}") && !page.contains("guest-"), "{page}");
    }
    let (_, page) = phone.get("/e/qixi/desk").await;
    assert!(page.contains("data-device=\"东&#60;门&#62;\""), "{page}");
    let front = phone.request(Method::GET, "/").send().await.unwrap();
    assert!(header(&front, "permissions-policy").starts_with("camera=()"));
    let guest = Browser::of(&evening, &evening.participant("men").await).await;
    assert_eq!(guest.get("/e/qixi/desk").await.0, 403);
    assert_eq!(Browser::open(&evening).get("/e/qixi/desk").await.0, 303);
    let worker = phone.request(Method::GET, "/desk-sw.js").send().await.unwrap();
    assert_eq!((worker.status().as_u16(), header(&worker, "content-type")), (200, "text/javascript; charset=utf-8"));
    assert_eq!(header(&worker, "cache-control"), "no-cache");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_the_door_let_pass_without_a_link_is_looked_at(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let everybody = guests(&evening, "women", 2).await;
    let withdrawn = code_of(&everybody[1]).await;
    evening.stands(&everybody[1], Status::Withdrawn).await;
    let (east, west) = (paired(&evening, "东<b>门").await, paired(&evening, "西门").await);
    east.post(DOOR, scan(&code_of(&everybody[0]).await, "东<b>门", 1)).await;
    let mut late = scan(&code_of(&everybody[0]).await, "西门", 2);
    late["offline"] = json!(true);
    let mut gone = scan(&withdrawn, "西门", 3);
    gone["offline"] = json!(true);
    let uploaded = west.post(&format!("{DOOR}/batch"), json!({"scans": [late, gone]})).await;
    assert_eq!(uploaded.status, 200, "{}", uploaded.text());

    let office = Browser::of(&evening, &evening.organizer).await;
    let (status, page) = office.get("/office/e/qixi/reviews").await;
    assert_eq!(status, 200);
    for message in
        ["两个签到台放进了同一个号码", "服务器本来会拒绝", "女001", "女002", "已经退出", "东&#60;b&#62;门", "西门"]
    {
        assert!(page.contains(message), "{message}: {page}");
    }
    let open = review::Entity::find().all(evening.app.database.reader()).await.unwrap();
    let path = format!("/office/e/qixi/reviews/{}", open[0].id);
    for typed in ["", "<script>\u{7}"] {
        let (status, page) = read(office.send(&path, &[("note", typed)]).await).await;
        assert!(status == 422 && page.contains("aria-invalid") && !page.contains("<script>\u{7}"), "{page}");
    }
    let settled = office.send(&path, &[("note", "同一个人")]).await;
    assert_eq!((settled.status().as_u16(), header(&settled, "location")), (303, "/office/e/qixi/reviews"));
    let (status, _) = read(office.send(&path, &[("note", "再来")]).await).await;
    assert_eq!(status, 409);
    let (_, page) = office.get("/office/e/qixi/reviews").await;
    assert_eq!(page.matches("class=\"settle\"").count(), open.len() - 1, "{page}");
    let elsewhere = format!("/office/e/qixi/reviews/{}", evening.event.id);
    assert_eq!(office.send(&elsewhere, &[("note", "x")]).await.status(), 404);
    let crossing = office.request(Method::POST, &path).header("Sec-Fetch-Site", "cross-site");
    assert_eq!(crossing.form(&[("note", "x")]).send().await.unwrap().status(), 403);
    for person in [evening.stranger().await, evening.crew(Role::Desk).await] {
        let browser = Browser::of(&evening, &person).await;
        assert_eq!(browser.get("/office/e/qixi/reviews").await.0, 403);
        assert_eq!(browser.send(&path, &[("note", "x")]).await.status(), 403);
    }
}
