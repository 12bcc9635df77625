//! What people write, earn and answer there.

use queqiao::events::phase::Phase;
use queqiao::plaza::complaint;
use queqiao::registrations::exclusion;
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::{PLAZA, QUEUE, approve, card, contributions, follow, upload};
use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};

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
    let commented = his.send(&format!("/e/qixi/plaza/posts/{}/comments", post.id), &[("body", "下次一起呀")]).await;
    assert!(follow(&his, commented).await.contains("下次一起呀"));
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
    let reported = follow(&his, his.send(&report, &[("sort", "other"), ("reason", evil)]).await).await;
    assert!(reported.contains("已经告诉主办方"), "{reported}");
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
async fn the_queue_is_decided_one_by_one_or_all_at_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let (hers, his) = (Browser::of(&evening, &her).await, Browser::of(&evening, &him).await);
    let office = Browser::of(&evening, &evening.organizer).await;
    for text in ["第一条", "第二条", "第三条"] {
        her.post("/api/v1/events/qixi/posts", json!({ "body": text })).await;
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
