//! Photos on the plaza.

use std::io::Cursor;

use image::GenericImageView;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::plaza::photo;
use queqiao::registrations::registration;
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryOrder};

use super::{PLAZA, QUEUE, approve, contributions, follow, shown_photo, upload};
use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::photos::{bomb, jpeg, taken_somewhere};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_photo_is_shown_once_approved_and_forgets_where_it_was_taken(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let (hers, his) = (Browser::of(&evening, &her).await, Browser::of(&evening, &him).await);
    let office = Browser::of(&evening, &evening.organizer).await;
    let photos = vec![("IMG_0001.jpg", taken_somewhere(1600, 900)), ("IMG_0002.jpg", jpeg(64, 64))];
    let page = follow(&hers, upload(&hers, "/e/qixi/plaza/posts", Some("香山的红叶"), photos).await).await;
    assert!(page.contains("主办方通过后 +4 分") && page.contains("等待通过，只有你看得见"), "{page}");
    let rows =
        photo::Entity::find().order_by_asc(photo::Column::Place).all(evening.app.database.reader()).await.unwrap();
    assert_eq!(rows.iter().map(|row| (row.width, row.height)).collect::<Vec<_>>(), [(1280, 720), (64, 64)]);
    let small = format!("/e/qixi/photos/{}/small", rows[0].id);
    let large = format!("/e/qixi/photos/{}/large", rows[0].id);
    assert_eq!(his.get(&large).await.0, 404, "it waits");
    let (_, queue) = office.get(QUEUE).await;
    assert!(queue.contains("香山的红叶") && queue.contains(&small), "{queue}");
    assert_eq!(office.request(Method::GET, &small).send().await.unwrap().status().as_u16(), 200);

    let post = contributions(&evening).await.pop().unwrap();
    let approved = office.send(&format!("{QUEUE}?show=waiting"), &[("approve", &post.id.to_string())]).await;
    assert!(follow(&office, approved).await.contains("已处理 1 条"));
    let (_, wall) = his.get(PLAZA).await;
    assert!(wall.contains("香山的红叶") && wall.contains(&small), "{wall}");
    for path in [&small, &large] {
        let seen = his.request(Method::GET, path).send().await.unwrap();
        assert_eq!(seen.status().as_u16(), 200);
        assert_eq!(header(&seen, "content-type"), "image/jpeg");
        assert_eq!(header(&seen, "x-content-type-options"), "nosniff");
        assert_eq!(header(&seen, "cache-control"), "private, max-age=604800, immutable");
        let bytes = seen.bytes().await.unwrap();
        assert!(!bytes.windows(3).any(|window| window == b"GPS") && !bytes.windows(4).any(|window| window == b"Exif"));
        let longest = image::load_from_memory(&bytes).unwrap().dimensions();
        assert!(longest.0 == 1280 || longest.0 == 320, "{longest:?}");
    }
    assert_eq!(his.get(&format!("/e/qixi/photos/{}/huge", rows[0].id)).await.0, 404);

    let down = [("remove", post.id.to_string()), ("reason", "请不要公开联系方式".to_owned())];
    let down: Vec<(&str, &str)> = down.iter().map(|(name, value)| (*name, value.as_str())).collect();
    follow(&office, office.send(&format!("{QUEUE}?show=shown"), &down).await).await;
    assert_eq!(his.get(&large).await.0, 404, "taken down");
    let (_, hers) = hers.get(PLAZA).await;
    assert!(hers.contains("已下架") && hers.contains("请不要公开联系方式"), "{hers}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_no_photo_is_refused_beside_the_field(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let hers = Browser::of(&evening, &evening.participant("women").await).await;
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#.to_vec();
    let polyglot = b"\xff\xd8\xff\xe0<html><script>alert(1)</script></html>".to_vec();
    let four = vec![("a.jpg", jpeg(8, 8)), ("b.jpg", jpeg(8, 8)), ("c.jpg", jpeg(8, 8)), ("d.jpg", jpeg(8, 8))];
    for (photos, text) in [
        (vec![("photo.jpg", svg)], "请选 JPEG、PNG 或 WebP"),
        (vec![("photo.jpg", polyglot)], "这张照片读不出来"),
        (vec![("photo.png", bomb())], "这张照片太大了"),
        (four, "照片太多了"),
    ] {
        let refused = upload(&hers, "/e/qixi/plaza/posts", Some("写了很久的话"), photos).await;
        let (status, page) = read(refused).await;
        assert_eq!(status, 422, "{page}");
        assert!(page.contains(text) && page.contains("写了很久的话"), "{text}: {page}");
        assert!(page.contains("aria-invalid=\"true\" aria-describedby=\"photo-wrong\""), "{page}");
    }
    let refused = upload(&hers, "/e/qixi/plaza/posts", Some(" "), vec![("a.jpg", jpeg(8, 8))]).await;
    let (status, page) = read(refused).await;
    assert!(status == 422 && page.contains("这里不能空着"), "{page}");
    let huge = upload(&hers, "/e/qixi/plaza/posts", Some("x"), vec![("a.jpg", vec![0; 13 << 20])]).await;
    assert_eq!(huge.status().as_u16(), 413);
    let none = hers.send("/e/qixi/plaza/posts", &[("body", "x")]).await;
    assert_eq!(none.status().as_u16(), 415);
    assert!(contributions(&evening).await.is_empty());
    assert_eq!(photo::Entity::find().count(evening.app.database.reader()).await.unwrap(), 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_photo_is_for_those_at_the_same_event(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let hers = Browser::of(&evening, &evening.participant("women").await).await;
    let (_, photo) = shown_photo(&evening, &hers).await;
    let path = format!("/e/qixi/photos/{photo}/large");
    let him = evening.participant("men").await;
    assert_eq!(Browser::of(&evening, &him).await.request(Method::GET, &path).send().await.unwrap().status(), 200);

    // The same union's other edition, and somebody who takes part in that one alone.
    let elsewhere = evening.participant("men").await;
    let txn = evening.app.database.begin_write().await.unwrap();
    let mut other = evening.event.clone().into_active_model();
    other.id = Set(evening.app.new_id());
    other.slug = Set("chunri".to_owned());
    let other: event::Model = other.insert(&txn).await.unwrap();
    let mut row = registration::ActiveModel { id: Set(elsewhere.registration_id), ..Default::default() };
    row.event_id = Set(other.id);
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let theirs = Browser::of(&evening, &elsewhere).await;
    assert_eq!(theirs.get(&path).await.0, 404);
    assert_eq!(theirs.get(&path.replace("qixi", "chunri")).await.0, 404, "not of that event");
    assert_eq!(theirs.get("/e/chunri/plaza").await.0, 200);

    let stranger = Browser::of(&evening, &evening.stranger().await).await;
    assert_eq!(stranger.get(&path).await.0, 404);
    assert_eq!(stranger.get(QUEUE).await.0, 403);
    let visitor = Browser::open(&evening).request(Method::GET, &path).send().await.unwrap();
    assert_eq!(visitor.status().as_u16(), 303, "to the sign-in");
    let applied = evening.participant_as("men", registration::Status::Applied).await;
    assert_eq!(Browser::of(&evening, &applied).await.get(&path).await.0, 404);
    assert_eq!(Browser::of(&evening, &applied).await.get(PLAZA).await.0, 403);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn photos_go_home_with_a_person_and_are_forgotten_with_them(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let hers = Browser::of(&evening, &her).await;
    shown_photo(&evening, &hers).await;
    let mut zip = zip::ZipArchive::new(Cursor::new(evening.takes_home(&her).await.bytes)).unwrap();
    let mut home = Vec::new();
    std::io::Read::read_to_end(&mut zip.by_name("photos/1.jpg").unwrap(), &mut home).unwrap();
    assert_eq!(image::load_from_memory(&home).unwrap().dimensions(), (64, 48));
    assert_eq!(evening.leaves(&her).await.status, 204);
    assert_eq!(photo::Entity::find().count(evening.app.database.reader()).await.unwrap(), 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_portrait_stands_on_the_card_once_approved(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let (hers, his) = (Browser::of(&evening, &her).await, Browser::of(&evening, &him).await);
    let (status, page) = read(upload(&hers, "/e/qixi/plaza/portrait", None, vec![("", vec![])]).await).await;
    assert!(status == 422 && page.contains("请先选一张照片"), "{page}");
    let put = upload(&hers, "/e/qixi/plaza/portrait", None, vec![("me.jpg", jpeg(400, 400))]).await;
    assert!(follow(&hers, put).await.contains("等待通过"));
    assert!(!his.get("/e/qixi/people").await.1.contains("/photos/"));
    approve(&evening, contributions(&evening).await[0].id).await;
    assert!(his.get("/e/qixi/people").await.1.contains("/photos/"));
    assert!(hers.get("/e/qixi/plaza/portrait").await.1.contains("正在展示"));
}
