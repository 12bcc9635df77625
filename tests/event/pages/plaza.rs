//! The plaza, the people and the organizer's queue as people see them in a browser.

use std::io::Cursor;

use image::GenericImageView;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::plaza::{complaint, contribution, photo};
use queqiao::registrations::exclusion;
use queqiao::registrations::registration;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Response};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};
use crate::fixtures::photos::{bomb, jpeg, taken_somewhere};

const PLAZA: &str = "/e/qixi/plaza";
const QUEUE: &str = "/office/e/qixi/moderation";

async fn upload(browser: &Browser, path: &str, words: Option<&str>, photos: Vec<(&'static str, Vec<u8>)>) -> Response {
    let mut form = Form::new();
    for (name, bytes) in photos {
        form = form.part("photo", Part::bytes(bytes).file_name(name).mime_str("image/jpeg").unwrap());
    }
    if let Some(words) = words {
        form = form.text("body", words.to_owned());
    }
    let request = browser.request(Method::POST, path).header("Sec-Fetch-Site", "same-origin");
    request.multipart(form).send().await.unwrap()
}

/// The page after a form, with what it says.
async fn follow(browser: &Browser, response: Response) -> String {
    assert_eq!(response.status().as_u16(), 303, "{}", response.text().await.unwrap());
    let said = header(&response, "set-cookie").split(';').next().unwrap().to_owned();
    let path = header(&response, "location").to_owned();
    let cookie = format!("{}; {said}", browser.cookie.clone().unwrap());
    let page = browser.client.get(format!("{}{path}", browser.address)).header("Cookie", cookie);
    let page = page.header("Accept", "text/html").send().await.unwrap();
    let (status, text) = read(page).await;
    assert_eq!(status, 200, "{text}");
    text
}

async fn contributions(evening: &Evening) -> Vec<contribution::Model> {
    let rows = contribution::Entity::find().order_by_asc(contribution::Column::Id);
    rows.all(evening.app.database.reader()).await.unwrap()
}

async fn approve(evening: &Evening, id: Uuid) {
    let path = format!("/api/v1/events/qixi/moderation/{id}/decision");
    assert_eq!(evening.organizer.post(&path, json!({"decision": "approve"})).await.status, 200);
}

/// Puts up a post with one photo and has it approved; gives its id and the photo's.
async fn shown_photo(evening: &Evening, browser: &Browser) -> (Uuid, Uuid) {
    let put = upload(browser, "/e/qixi/plaza/posts", Some("香山的红叶"), vec![("a.jpg", jpeg(64, 48))]).await;
    assert_eq!(put.status().as_u16(), 303, "{}", put.text().await.unwrap());
    let post = contributions(evening).await.pop().unwrap();
    approve(evening, post.id).await;
    let photo = photo::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap();
    (post.id, photo.id)
}

/// The address of somebody's page, as the list links it.
fn card(list: &str, nickname: &str) -> String {
    let end = list.find(&format!(">{nickname}</a>")).unwrap_or_else(|| panic!("{nickname} is not there: {list}"));
    let start = list[..end].rfind("href=\"").unwrap() + 6;
    list[start..].split('"').next().unwrap().to_owned()
}

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
    for (photos, said) in [
        (vec![("photo.jpg", svg)], "请选 JPEG、PNG 或 WebP"),
        (vec![("photo.jpg", polyglot)], "这张照片读不出来"),
        (vec![("photo.png", bomb())], "这张照片太大了"),
        (four, "照片太多了"),
    ] {
        let refused = upload(&hers, "/e/qixi/plaza/posts", Some("写了很久的话"), photos).await;
        let (status, page) = read(refused).await;
        assert_eq!(status, 422, "{page}");
        assert!(page.contains(said) && page.contains("写了很久的话"), "{said}: {page}");
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
async fn each_act_says_what_it_earned(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let (hers, his) = (Browser::of(&evening, &her).await, Browser::of(&evening, &him).await);
    let (_, page) = hers.get(PLAZA).await;
    assert!(page.contains("今日签到") && page.contains("+6 分"), "a post pays four, then two: {page}");
    let page = follow(&hers, hers.send("/e/qixi/plaza/sign-in", &[]).await).await;
    assert!(page.contains("签到成功，+4 分") && page.contains("今天已签到"), "{page}");
    assert!(follow(&hers, hers.send("/e/qixi/plaza/sign-in", &[]).await).await.contains("今天已经签到过了"));
    for earns in ["通过后 +4 分", "通过后 +2 分", "今天发帖的分已满"] {
        let page = follow(&hers, upload(&hers, "/e/qixi/plaza/posts", Some("今天"), vec![]).await).await;
        let toast = page.split("class=\"toast\"").nth(1).unwrap().split("</div>").next().unwrap();
        assert!(toast.contains(earns), "{earns}: {toast}");
    }
    let post = contributions(&evening).await.remove(0);
    approve(&evening, post.id).await;
    let said = his.send(&format!("/e/qixi/plaza/posts/{}/comments", post.id), &[("body", "下次一起呀")]).await;
    assert!(follow(&his, said).await.contains("下次一起呀"));
    let liked = his.send(&format!("/e/qixi/plaza/posts/{}/like", post.id), &[("likes", "yes"), ("to", PLAZA)]).await;
    assert_eq!(header(&liked, "location"), format!("{PLAZA}#post-{}", post.id));
    let (_, wall) = his.get(PLAZA).await;
    assert!(wall.contains("aria-pressed=\"true\"") && wall.contains("评论 1"), "{wall}");
    let elsewhere = [("likes", "no"), ("to", "https://evil.example/")];
    let liked = his.send(&format!("/e/qixi/plaza/posts/{}/like", post.id), &elsewhere).await;
    assert_eq!(header(&liked, "location"), format!("/#post-{}", post.id));
    let declared = hers.send("/e/qixi/plaza/declarations", &[("body", "愿有人与我立黄昏")]).await;
    assert!(follow(&hers, declared).await.contains("主办方通过后上墙"));
    let long = "长".repeat(141);
    let (status, page) = read(hers.send("/e/qixi/plaza/declarations", &[("body", &long)]).await).await;
    assert!(status == 422 && page.contains(&long) && page.contains("body-wrong"), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_people_write_is_shown_and_not_run(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let evil = "<script>alert(1)</script>\"'&";
    evening
        .change_profile(&her, |row| {
            row.nickname = Set(evil.to_owned());
            row.about = Set(Some(evil.to_owned()));
            row.education = Set(Some(evil.to_owned()));
            row.district = Set(Some(evil.to_owned()));
            row.interests = Set(json!([evil]));
        })
        .await;
    let (hers, his) = (Browser::of(&evening, &her).await, Browser::of(&evening, &him).await);
    let office = Browser::of(&evening, &evening.organizer).await;
    upload(&hers, "/e/qixi/plaza/posts", Some(evil), vec![]).await;
    hers.send("/e/qixi/plaza/declarations", &[("body", evil)]).await;
    let pages = [office.get(QUEUE).await, hers.get(PLAZA).await, hers.get("/e/qixi/plaza/declarations").await];
    let rows = contributions(&evening).await;
    for row in &rows {
        approve(&evening, row.id).await;
    }
    let (post, wall) = (rows[0].id, format!("/e/qixi/plaza/posts/{}", rows[0].id));
    his.send(&format!("{wall}/comments"), &[("body", evil)]).await;
    let report = format!("/e/qixi/plaza/report/{post}");
    let form = his.get(&report).await;
    let said = follow(&his, his.send(&report, &[("sort", "other"), ("reason", evil)]).await).await;
    assert!(said.contains("已经告诉主办方"), "{said}");
    let people = his.get("/e/qixi/people").await;
    let person = his.get(&card(&people.1, "&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;")).await;
    let mut pages = pages.to_vec();
    pages.extend([form, people, person, his.get(&wall).await, office.get(&format!("{QUEUE}?show=reported")).await]);
    for (status, page) in pages {
        assert_eq!(status, 200, "{page}");
        assert!(!page.contains("<script>") && page.contains("&#60;script&#62;"), "{page}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_site_posts_nothing_in_anybodys_name(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let his = Browser::of(&evening, &him).await;
    let office = Browser::of(&evening, &evening.organizer).await;
    let hers = card(&his.get("/e/qixi/people").await.1, "guest-1");
    let block = format!("{hers}/apart");
    for (browser, path) in [
        (&his, "/e/qixi/plaza/sign-in"),
        (&his, "/e/qixi/plaza/posts"),
        (&his, "/e/qixi/plaza/declarations"),
        (&his, "/e/qixi/plaza/portrait"),
        (&his, block.as_str()),
        (&office, QUEUE),
        (&office, "/office/e/qixi/quizzes"),
    ] {
        let request = browser.request(Method::POST, path).header("Sec-Fetch-Site", "cross-site");
        let answer = request.form(&[("body", "x"), ("because", "blocked")]).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 403, "{path}");
    }
    let db = evening.app.database.reader();
    assert!(contributions(&evening).await.is_empty() && exclusion::Entity::find().count(db).await.unwrap() == 0);
    drop(her);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn people_are_known_by_what_they_say_of_themselves(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let him = evening.participant("men").await;
    let (reader, hiker) = (evening.participant("women").await, evening.participant("women").await);
    let other_man = evening.participant("men").await;
    for (person, nickname, born, interest) in
        [(&reader, "读书人", 1996, "读书"), (&hiker, "登山客", 1988, "徒步"), (&other_man, "另一位", 1990, "读书")]
    {
        evening
            .change_profile(person, |row| {
                row.nickname = Set(nickname.to_owned());
                row.birth_year = Set(Some(born));
                row.interests = Set(json!([interest]));
                row.set_real_name(&evening.app.secrets, person.account_id, Some("赵本名")).unwrap();
                row.set_phone(&evening.app.secrets, person.account_id, Some("13912345678")).unwrap();
            })
            .await;
    }
    let his = Browser::of(&evening, &him).await;
    let (status, list) = his.get("/e/qixi/people").await;
    assert_eq!(status, 200);
    assert!(list.contains("读书人") && list.contains("登山客") && !list.contains("另一位"), "{list}");
    assert!(list.contains("30–34 岁"), "{list}");
    let page = card(&list, "读书人");
    let (_, one) = his.get(&page).await;
    for hidden in ["1996", "1988", "赵本名", "13912345678", "市第一医院", "地铁公司", "电力局"] {
        assert!(!list.contains(hidden) && !one.contains(hidden), "{hidden}");
    }
    for id in [reader.account_id, reader.registration_id, hiker.registration_id] {
        assert!(!list.contains(&id.to_string()) && !one.contains(&id.to_string()), "no id of a person");
    }
    for (query, seen, unseen) in [
        ("?interest=%E8%AF%BB%E4%B9%A6", "读书人", "登山客"),
        ("?age=35-39", "登山客", "读书人"),
        ("?age=nonsense", "没有符合条件的人", "登山客"),
    ] {
        let (status, list) = his.get(&format!("/e/qixi/people{query}")).await;
        assert!(status == 200 && list.contains(seen) && !list.contains(&format!(">{unseen}</a>")), "{query}: {list}");
    }
    assert_eq!(his.get("/e/qixi/people?page=99999999999").await.0, 200);
    assert_eq!(his.get("/e/qixi/people/aaaaaaaaaaaaaaaa").await.0, 404);
    let before = Evening::begin(engine, Phase::Registration).await.unwrap();
    let early = Browser::of(&before, &before.participant("men").await).await;
    let (status, page) = early.get("/e/qixi/people").await;
    assert!(status == 200 && page.contains("开放"), "{page}");
    assert!(early.get(PLAZA).await.1.contains("还没有开放"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_of_whom_one_blocked_the_other_do_not_see_each_other(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let (hers, his) = (Browser::of(&evening, &her).await, Browser::of(&evening, &him).await);
    let (post, photo) = shown_photo(&evening, &hers).await;
    let wall = format!("/e/qixi/plaza/posts/{post}");
    his.send(&format!("{wall}/comments"), &[("body", "他的评论")]).await;
    let page = card(&hers.get("/e/qixi/people").await.1, "guest-2");
    let his_view_of_her = card(&his.get("/e/qixi/people").await.1, "guest-1");

    let known = hers.send(&format!("{page}/apart"), &[("because", "acquainted")]).await;
    assert!(follow(&hers, known).await.contains("不会把你们排在一桌"));
    assert!(his.get(PLAZA).await.1.contains("香山的红叶"), "they still see each other");
    let blocked = hers.send(&format!("{page}/apart"), &[("because", "blocked")]).await;
    assert!(follow(&hers, blocked).await.contains("已拉黑"));

    assert!(!his.get(PLAZA).await.1.contains("香山的红叶"));
    for path in
        [&wall, &format!("/e/qixi/photos/{photo}/large"), &his_view_of_her, &format!("/e/qixi/plaza/report/{post}")]
    {
        assert_eq!(his.get(path).await.0, 404, "{path}");
    }
    let api = format!("/api/v1/events/qixi/posts/{post}");
    assert_eq!(him.post(&format!("{api}/likes"), json!({})).await.status, 404);
    assert_eq!(him.post(&format!("{api}/comments"), json!({"body": "还在吗"})).await.status, 404);
    assert_eq!(him.get(&format!("{api}/comments")).await.status, 404);
    let (_, hers_now) = hers.get(&wall).await;
    assert!(!hers_now.contains("他的评论") && hers_now.contains("评论 0"), "{hers_now}");
    assert!(!hers.get("/e/qixi/people").await.1.contains(">guest-2<"));
    assert_eq!(hers.get(&page).await.0, 404);
    let said = exclusion::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap();
    assert_eq!((said.said_by, said.because), (her.registration_id, exclusion::Because::Blocked));

    let (_, list) = hers.get("/e/qixi/people/apart").await;
    assert!(list.contains("guest-2") && list.contains("已拉黑"), "{list}");
    assert!(!his.get("/e/qixi/people/apart").await.1.contains("guest-1"), "he is not told");
    assert_eq!(his.send(&format!("{his_view_of_her}/together"), &[]).await.status().as_u16(), 404);
    assert!(follow(&hers, hers.send(&format!("{page}/together"), &[]).await).await.contains("已撤回"));
    assert!(his.get(PLAZA).await.1.contains("香山的红叶"));
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

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_queue_is_decided_one_by_one_or_all_at_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let (hers, his) = (Browser::of(&evening, &her).await, Browser::of(&evening, &him).await);
    let office = Browser::of(&evening, &evening.organizer).await;
    for words in ["第一条", "第二条", "第三条"] {
        her.post("/api/v1/events/qixi/posts", json!({ "body": words })).await;
    }
    let ids: Vec<String> = contributions(&evening).await.iter().map(|row| row.id.to_string()).collect();
    let waiting = format!("{QUEUE}?show=waiting");
    let (status, page) = read(office.send(&waiting, &[("reject", &ids[0])]).await).await;
    assert!(status == 422 && page.contains("写一句理由"), "{page}");
    let (status, page) = read(office.send(&waiting, &[("all", "approve")]).await).await;
    assert!(status == 422 && page.contains("还没有选中"), "{page}");
    let rejected = office.send(&waiting, &[("reject", &ids[0]), ("reason", "请不要公开联系方式")]).await;
    assert!(follow(&office, rejected).await.contains("已处理 1 条"));
    let both = [("ids", ids[1].as_str()), ("ids", ids[2].as_str()), ("all", "approve")];
    let page = follow(&office, office.send(&waiting, &both).await).await;
    assert!(page.contains("已处理 2 条") && page.contains("都处理完了"), "{page}");
    let (status, page) = read(office.send(&waiting, &[("reject", &ids[1]), ("reason", "晚了")]).await).await;
    assert!(status == 409 && page.contains("已经被处理过"), "{page}");
    assert!(hers.get(PLAZA).await.1.contains("请不要公开联系方式"), "the author reads why");
    assert_eq!(her.get("/api/v1/events/qixi/ledger/me").await.json["points"], 6);

    let report = format!("/e/qixi/plaza/report/{}", ids[1]);
    let (status, page) = read(his.send(&report, &[]).await).await;
    assert_eq!(status, 422, "{page}");
    follow(&his, his.send(&report, &[("sort", "advertising"), ("reason", "")]).await).await;
    let (status, page) = read(his.send(&report, &[("sort", "other")]).await).await;
    assert!(status == 409 && page.contains("已经举报过"), "{page}");
    let (_, page) = office.get(&format!("{QUEUE}?show=reported")).await;
    assert!(page.contains("广告或留联系方式") && page.contains("第二条"), "{page}");
    let open = complaint::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap();
    let act = format!("{QUEUE}/reports/{}", open.id);
    let settled = office.send(&act, &[("act", "remove"), ("reason", "确实是广告")]).await;
    assert!(follow(&office, settled).await.contains("这条举报已处理"));
    assert!(!his.get(PLAZA).await.1.contains("第二条"));
    let (status, _) = read(office.send(&act, &[("act", "dismiss"), ("reason", "x")]).await).await;
    assert_eq!(status, 409);
    assert_eq!(his.get(QUEUE).await.0, 403);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_quiz_is_asked_answered_and_told(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let hers = Browser::of(&evening, &her).await;
    let office = Browser::of(&evening, &evening.organizer).await;
    let path = "/office/e/qixi/quizzes";
    // On the event's clock it is two in the afternoon.
    let mut form = vec![
        ("title", "今天的一题"),
        ("opens_at", "2026-08-22T15:00"),
        ("closes_at", "2026-08-22T18:00"),
        ("questions[0].text", "搭桥的是哪一种鸟？"),
        ("questions[0].options[0]", "燕子"),
        ("questions[0].options[1]", "喜鹊"),
        ("questions[0].options[2]", ""),
    ];
    let (status, page) = read(office.send(path, &form).await).await;
    assert!(status == 422 && page.contains("请点选正确的那一个选项") && page.contains("搭桥的是哪一种鸟？"), "{page}");
    form.push(("questions[0].correct", "1"));
    let more = [form.as_slice(), &[("more", "yes")]].concat();
    let (status, page) = read(office.send(path, &more).await).await;
    assert!(status == 200 && page.contains("questions[1].text") && page.contains("value=\"喜鹊\""), "{page}");
    form[2].1 = "2026-08-22T14:30";
    let (status, page) = read(office.send(path, &form).await).await;
    assert!(status == 422 && page.contains("截止时间要晚于开放时间"), "{page}");
    form[2].1 = "2026-08-22T18:00";
    let page = follow(&office, office.send(path, &form).await).await;
    assert!(page.contains("题目已经放上广场") && page.contains("1 道题 · 0 人作答"), "{page}");
    assert!(!hers.get("/e/qixi/plaza/quizzes").await.1.contains("今天的一题"), "not before it opens");

    let link = page.split(&format!("{path}/")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let one = format!("{path}/{link}");
    let (_, page) = office.get(&one).await;
    assert!(page.contains("value=\"2026-08-22T15:00\"") && page.contains("搭桥的是哪一种鸟？"), "{page}");
    form[0].1 = "改过的一题";
    assert!(follow(&office, office.send(&one, &form).await).await.contains("题目已修改"));

    evening.clock.set(evening.app.now() + hours(2));
    assert_eq!(office.get(&one).await.0, 404);
    assert_eq!(office.send(&one, &form).await.status().as_u16(), 409);
    let answer = format!("/e/qixi/plaza/quizzes/{link}");
    let (status, page) = read(hers.send(&answer, &[("questions", "1")]).await).await;
    assert!(status == 422 && page.contains("每道题都选一个"), "{page}");
    let handed_in = hers.send(&answer, &[("questions", "1"), ("choice-0", "0")]).await;
    let page = follow(&hers, handed_in).await;
    assert!(page.contains("已交卷，+4 分") && page.contains("公布答案") && !page.contains("class=\"right\""), "{page}");
    let (status, page) = read(hers.send(&answer, &[("questions", "1"), ("choice-0", "1")]).await).await;
    assert!(status == 409, "{page}");
    evening.clock.set(evening.app.now() + hours(3));
    let (_, page) = hers.get("/e/qixi/plaza/quizzes").await;
    assert!(page.contains("答对 0 / 1 题") && page.contains("class=\"right\""), "{page}");
    assert!(!page.contains("<progress"), "the shares of so few would tell who chose what");
}
