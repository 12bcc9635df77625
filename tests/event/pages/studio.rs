//! The organizer's studio: screening, standbys, badges and letters to many.

use queqiao::announcements::announcement;
use queqiao::audit::entry;
use queqiao::badges::{badge, code};
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::mail::letter::{self, State};
use queqiao::mail::postman::Postman;
use queqiao::points::frozen;
use queqiao::registrations::registration::Status;
use queqiao::screening::terms::Terms;
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, PaginatorTrait};
use serde_json::json;

use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;

const STUDIO: &str = "/office/e/qixi/screening";
const STANDBY: &str = "/office/e/qixi/standby";
const BADGES: &str = "/office/e/qixi/badges";
const MAIL: &str = "/office/e/qixi/mail";
const MARKUP: &str = "<b>&\"小云";
const ESCAPED: &str = "&#60;b&#62;&#38;&#34;小云";

async fn freeze(evening: &Evening) {
    let txn = evening.app.database.begin_write().await.unwrap();
    let event = event::hold(&txn, evening.event.id).await.unwrap();
    frozen::seal(&txn, &evening.app, &event, None, evening.app.now()).await.unwrap();
    txn.commit().await.unwrap();
}

async fn deeds(evening: &Evening, action: &str) -> usize {
    let deeds = entry::Entity::find().all(evening.app.database.reader()).await.unwrap();
    deeds.iter().filter(|deed| deed.action == action).count()
}

fn rules<'a>(seats: &'a str, half: &'a str, fallback: &'a str, act: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("seats", seats),
        ("screening.side.men.min", half),
        ("screening.side.men.max", half),
        ("screening.side.women.min", half),
        ("screening.side.women.max", half),
        ("screening.unit_side.max", ""),
        ("screening.unit.max", ""),
        ("screening.fallback", fallback),
        ("band.side", "women"),
        ("band.name", ""),
        ("band.min", ""),
        ("band.max", ""),
        ("act", act),
    ]
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rules_are_tried_before_they_are_kept(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Screening).await else { return };
    evening.participants("men", 4, Status::Approved).await;
    evening.participants("women", 6, Status::Approved).await;
    let browser = Browser::of(&evening, &evening.organizer).await;
    let (status, page) = browser.get(STUDIO).await;
    assert_eq!(status, 200, "{page}");
    for text in
        ["<svg", "class=\"cut\"", "10 人里入选 4 人", "分数线 0", "先冻结积分", "name=\"seats\" type=\"number\""]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    let preview = format!("{STUDIO}/preview");
    let (status, part) = read(browser.send(&preview, &rules("2", "1", "none", "")).await).await;
    assert_eq!(status, 200, "{part}");
    assert!(!part.contains("<html") && part.contains("进 0 人，出 2 人。"), "{part}");
    assert!(part.contains("男方") && part.contains("挡住"), "what bound is told: {part}");
    // Halves that were halves of four follow to six, of which there are not enough men.
    let (_, part) = read(browser.send(&preview, &rules("10", "2", "none", "")).await).await;
    assert!(part.contains("这组规则无法满足") && part.contains("→ <strong>"), "{part}");
    assert!(part.contains("value=\"adopt\""), "{part}");
    let (status, page) = read(browser.send(STUDIO, &rules("10", "2", "none", "adopt")).await).await;
    assert!(status == 200 && !page.contains("这组规则无法满足") && page.contains("入选"), "{page}");
    let (_, page) = read(browser.send(STUDIO, &rules("10", "2", "reduce_seats", "preview")).await).await;
    assert!(page.contains("按事先说好的办法") && page.contains("value=\"5\""), "{page}");

    let (status, page) = read(browser.send(STUDIO, &rules("9", "3", "none", "preview")).await).await;
    assert!(status == 422 && page.contains("加起来要能凑成总席位") && page.contains("value=\"9\""), "{page}");
    let mut band = rules("4", "2", "none", "save");
    (band[9], band[10]) = (("band.name", MARKUP), ("band.min", "x"));
    let (status, page) = read(browser.send(STUDIO, &band).await).await;
    assert!(status == 422 && page.contains(ESCAPED) && !page.contains(MARKUP), "{page}");
    let answer = browser.send(STUDIO, &rules("2", "1", "none", "save")).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, STUDIO));
    let event = event::by_slug(evening.app.database.reader(), "qixi").await.unwrap().unwrap();
    assert_eq!((event.seats, Terms::of(&event).unwrap().side.unwrap().men.max), (2, 1));
    assert_eq!(deeds(&evening, "event_amended").await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_studio_leads_from_the_frozen_ledger_to_the_record(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Screening).await else { return };
    evening.participants("men", 3, Status::Approved).await;
    evening.participants("women", 3, Status::Approved).await;
    let browser = Browser::of(&evening, &evening.organizer).await;
    let (runs, list, freeze) = (format!("{STUDIO}/runs"), format!("{STUDIO}/list"), format!("{STUDIO}/freeze"));
    let (status, page) = read(browser.send(&runs, &[("step", "run")]).await).await;
    assert!(status == 409 && page.contains("要先冻结积分"), "{status} {page}");
    assert_eq!(browser.send(&freeze, &[]).await.status().as_u16(), 303);
    let (status, page) = read(browser.send(&list, &[("step", "list"), ("draw", " ")]).await).await;
    assert!(status == 422 && page.contains("id=\"draw-wrong\""), "{status} {page}");
    assert_eq!(browser.send(&list, &[("step", "list"), ("draw", MARKUP)]).await.status().as_u16(), 303);
    let (_, page) = browser.get(STUDIO).await;
    assert!(page.contains(ESCAPED) && !page.contains(MARKUP) && page.contains("6 人"), "{page}");
    let (status, page) = read(browser.send(&runs, &[("step", "run")]).await).await;
    assert!(status == 422 && page.contains("开奖结果"), "{status} {page}");
    let fields = [("step", "run"), ("beacon", "01 05 09+08")];
    let answer = browser.send(&runs, &fields).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, STUDIO));
    let (status, page) = browser.get(STUDIO).await;
    assert_eq!(status, 200, "{page}");
    for text in ["入选 4 人，候补 2 人", "01 05 09+08", "queqiao verify qixi-screening-1.json", "待写 6 封", "<svg"]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("id=\"rules\""), "what is done is not moved any more");
    let (status, file) = browser.get("/api/v1/events/qixi/screening/runs/1/file").await;
    assert!(status == 200 && queqiao::commands::verify::holds(file.as_bytes()).is_ok(), "{file}");
    let (status, page) = read(browser.send(&runs, &fields).await).await;
    assert!(status == 409 && page.contains("已经筛选过了"), "{status} {page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_seat_that_stayed_empty_is_filled_when_somebody_fits(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Screening).await else { return };
    let men = evening.participants("men", 3, Status::Approved).await;
    evening.participants("women", 2, Status::Approved).await;
    for man in &men {
        evening.calls_themselves(man, MARKUP).await;
    }
    let browser = Browser::of(&evening, &evening.organizer).await;
    let (status_before, page) = browser.get(STANDBY).await;
    assert!(status_before == 200 && page.contains("还没有筛选"), "{page}");
    freeze(&evening).await;
    assert_eq!(evening.organizer.post("/api/v1/events/qixi/screening/runs", json!({})).await.status, 201);
    let mut waiting = Vec::new();
    let mut seated = Vec::new();
    for man in &men {
        match evening.status(man).await {
            Status::Waitlisted => waiting.push(man),
            _ => seated.push(man),
        }
    }
    let (waits, leaves) = (waiting[0], seated[0]);
    let promotions = format!("{STANDBY}/promotions");
    let (status_now, page) = read(browser.send(&promotions, &[("side", "men")]).await).await;
    assert!(status_now == 409 && page.contains("没有空着的席位"), "{page}");
    evening.stands(waits, Status::Withdrawn).await;
    let reply = leaves.post("/api/v1/events/qixi/registrations/me/reply", json!({ "reply": "decline" })).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let (_, page) = browser.get(STANDBY).await;
    assert!(page.contains("1 个席位空着") && page.contains("没有人候补。") && page.contains("谢绝"), "{page}");
    assert!(page.contains(ESCAPED) && !page.contains(MARKUP), "{page}");
    let (status_now, page) = read(browser.send(&promotions, &[("side", "men")]).await).await;
    assert!(status_now == 409 && page.contains("现在都不合适"), "{page}");
    evening.stands(waits, Status::Waitlisted).await;
    let stranger = Browser::of(&evening, &evening.stranger().await).await;
    assert_eq!(stranger.send(&promotions, &[("side", "men")]).await.status().as_u16(), 403);
    assert_eq!(evening.status(waits).await, Status::Waitlisted);
    assert_eq!(browser.send(&promotions, &[("side", "men")]).await.status().as_u16(), 303);
    assert_eq!(evening.status(waits).await, Status::Selected);
    let (_, page) = browser.get(STANDBY).await;
    assert!(!page.contains("个席位空着") && page.contains("待答复，"), "{page}");
    let board = evening.organizer.get("/api/v1/events/qixi/screening/standby").await;
    assert_eq!(board.json["sides"][0]["empty"], 0, "{}", board.text());
    let again = evening.organizer.post("/api/v1/events/qixi/screening/standby/promotions", json!({ "side": "men" }));
    let again = again.await;
    assert_eq!((again.status, again.code()), (409, "no_empty_seat"));
    assert_eq!(deeds(&evening, "standby_promoted").await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn badges_are_numbered_printed_and_replaced(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let men = evening.participants("men", 12, Status::Confirmed).await;
    evening.participants("women", 3, Status::Confirmed).await;
    evening.calls_themselves(&men[0], MARKUP).await;
    let browser = Browser::of(&evening, &evening.organizer).await;
    let (status, page) = browser.get(BADGES).await;
    assert!(status == 200 && page.contains("还没有号码的：15 人"), "{page}");
    assert_eq!(browser.send(BADGES, &[]).await.status().as_u16(), 303);
    let (_, page) = browser.get(BADGES).await;
    assert!(page.contains("男012") && page.contains("女003") && page.contains("男 12 · 女 3"), "{page}");
    assert!(page.contains(ESCAPED) && !page.contains(MARKUP), "{page}");

    let faces = |page: &str| page.matches("<article").count();
    let sheets = |page: &str| page.matches("<section class=\"sheet").count();
    let (status, page) = browser.get(&format!("{BADGES}/print?size=90x54&nickname=yes")).await;
    assert_eq!((status, faces(&page), sheets(&page)), (200, 15, 2), "{page}");
    assert!(page.contains(ESCAPED) && !page.contains(MARKUP) && page.contains("情定七夕"), "{page}");
    let (_, page) = browser.get(&format!("{BADGES}/print?size=86x120&side=men&from=2&to=6")).await;
    assert_eq!((faces(&page), sheets(&page)), (5, 2), "{page}");
    assert!(!page.contains(ESCAPED), "no nickname was asked for");
    let chosen = format!("{BADGES}/print?size=a6&badge=%E7%94%B7003&badge=w1&side=men");
    assert_eq!(faces(&browser.get(&chosen).await.1), 2);
    evening.stands(&men[4], Status::Withdrawn).await;
    assert_eq!(faces(&browser.get(&format!("{BADGES}/print?side=men")).await.1), 11, "who is gone is not printed");
    assert_eq!(deeds(&evening, "badges_printed").await, 4);

    let one = format!("{BADGES}/m1");
    assert!(browser.get(&one).await.1.contains("男001"));
    let reissue = format!("{one}/reissue");
    let (status, page) = read(browser.send(&reissue, &[("reason", " ")]).await).await;
    assert!(status == 422 && page.contains("id=\"reason-wrong\""), "{page}");
    let answer = browser.send(&reissue, &[("reason", "手机丢了")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, one.as_str()));
    let codes = code::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert_eq!(codes.iter().filter(|code| code.revoked_at.is_some()).count(), 1);
    assert_eq!(badge::Entity::find().count(evening.app.database.reader()).await.unwrap(), 15);
    assert_eq!(browser.get(&format!("{BADGES}/m99")).await.0, 404);
    assert_eq!(browser.get(&format!("{BADGES}/nothing")).await.0, 404);
    let stranger = Browser::of(&evening, &evening.stranger().await).await;
    for path in [BADGES.to_owned(), one, format!("{BADGES}/print")] {
        let (status, page) = stranger.get(&path).await;
        assert!(status == 403 && !page.contains("男001"), "{path} {status}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_letter_is_shown_tried_and_sent_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let coming = evening.participants("men", 2, Status::Confirmed).await;
    let waiting = evening.participant_as("women", Status::Waitlisted).await;
    evening.calls_themselves(&coming[0], "小北").await;
    let browser = Browser::of(&evening, &evening.organizer).await;
    let (status, page) = browser.get(MAIL).await;
    assert!(status == 200 && page.contains("将寄给 3 人") && page.contains("还没有寄过"), "{page}");
    let (_, part) = read(browser.send(&format!("{MAIL}/count"), &[("status", "confirmed")]).await).await;
    assert!(part.contains("将寄给 2 人") && !part.contains("<html"), "{part}");
    let none = [("status", "confirmed"), ("side", "women")];
    let (_, part) = read(browser.send(&format!("{MAIL}/count"), &none).await).await;
    assert!(part.contains("将寄给 0 人"), "{part}");
    let written = |act: &'static str| {
        vec![("status", "confirmed"), ("subject", "{昵称}，集合地点"), ("text", MARKUP), ("act", act)]
    };
    let seen = browser.send(&format!("{MAIL}/preview"), &written("")).await;
    assert!(header(&seen, "content-security-policy").contains("sandbox"));
    let seen = seen.text().await.unwrap();
    assert!(seen.contains("organizer，集合地点") && seen.contains(ESCAPED) && !seen.contains(MARKUP), "{seen}");

    let (status, page) = read(browser.send(MAIL, &[("text", MARKUP), ("act", "send")]).await).await;
    assert!(status == 422 && page.contains("id=\"subject-wrong\"") && page.contains(ESCAPED), "{page}");
    let half = [("subject", "集合"), ("text", "门口见"), ("subject_en", "Meet"), ("act", "send")];
    let (status, page) = read(browser.send(MAIL, &half).await).await;
    assert!(status == 422 && page.contains("id=\"text_en-wrong\""), "{page}");
    let (status, page) = read(browser.send(MAIL, &[&written("send")[1..], &none[..]].concat()).await).await;
    assert!(status == 409 && page.contains("没有符合条件的人"), "{page}");
    assert_eq!(evening.letters().await.len(), 0);

    let (status, page) = read(browser.send(MAIL, &written("try")).await).await;
    assert!(status == 200 && page.contains("已寄到您的邮箱") && page.contains("{昵称}，集合地点"), "{page}");
    assert_eq!(evening.letters_to(&evening.organizer, "announcement").await.len(), 1);
    let answer = browser.send(MAIL, &written("send")).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, MAIL));
    assert!(header(&answer, "set-cookie").contains("announce-sent"));
    let again = browser.send(MAIL, &written("send")).await;
    assert!(header(&again, "set-cookie").contains("announce-again"), "a second tap is no second letter");
    let letters = evening.letters_to(&coming[0], "announcement").await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].subject, "小北，集合地点");
    assert!(letters[0].html.contains(ESCAPED) && !letters[0].html.contains(MARKUP));
    // The same words to more people go to those only who have not had them.
    let wider = [("subject", "{昵称}，集合地点"), ("text", MARKUP), ("act", "send")];
    assert_eq!(browser.send(MAIL, &wider).await.status().as_u16(), 303);
    assert_eq!(evening.letters_to(&coming[0], "announcement").await.len(), 1);
    assert_eq!(evening.letters_to(&waiting, "announcement").await.len(), 1);
    let (_, part) = read(browser.send(&format!("{MAIL}/count"), &wider).await).await;
    assert!(part.contains("其中 3 人收到过同样的信"), "{part}");

    let postman = Postman::new(&evening.app).unwrap();
    while postman.step().await.unwrap().sent > 0 {}
    let listed = evening.organizer.get("/api/v1/events/qixi/announcements").await;
    let fates =
        |place: usize| (listed.json["items"][place]["sent"].clone(), listed.json["items"][place]["people"].clone());
    assert_eq!((fates(0), fates(1)), ((json!(1), json!(1)), (json!(2), json!(2))), "{}", listed.text());
    let id = listed.json["items"][1]["id"].as_str().unwrap().to_owned();
    let txn = evening.app.database.begin_write().await.unwrap();
    let failed = letter::ActiveModel { id: Set(letters[0].id), state: Set(State::Failed), ..Default::default() };
    failed.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let (status, page) = browser.get(&format!("{MAIL}/{id}")).await;
    assert!(status == 200 && page.contains("没有送达的人") && page.contains("小北"), "{page}");
    assert!(!page.contains("@example.com"), "addresses are for letters only: {page}");
    assert_eq!(deeds(&evening, "announcement_sent").await, 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_union_reads_and_writes_nothing_here(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let guest = evening.participant_as("men", Status::Confirmed).await;
    let mail_body = json!({ "subject": "集合", "text": "门口见", "to": { "statuses": ["confirmed"] } });
    let sent = evening.organizer.post("/api/v1/events/qixi/announcements", mail_body.clone()).await;
    assert_eq!((sent.status, &sent.json["written"]), (201, &json!(1)), "{}", sent.text());
    let id = sent.json["id"].as_str().unwrap();
    let stranger = evening.stranger().await;
    let browser = Browser::of(&evening, &stranger).await;
    for path in [STUDIO, STANDBY, BADGES, MAIL, &format!("{MAIL}/{id}"), &format!("{MAIL}/preview")] {
        let (status, page) = browser.get(path).await;
        assert!(status == 403 && !page.contains("门口见"), "{path} {status}");
        assert_eq!(Browser::of(&evening, &guest).await.get(path).await.0, 403, "{path}");
    }
    // Their own event, our announcement.
    let txn = evening.app.database.begin_write().await.unwrap();
    let staff = queqiao::organizations::staff::Entity::find().all(&txn).await.unwrap();
    let union = staff.iter().find(|one| one.account_id == stranger.account_id).unwrap().organization_id;
    let mut row: event::ActiveModel = evening.event.clone().into();
    row.id = Set(evening.app.new_id());
    row.slug = Set("theirs".to_owned());
    row.organization_id = Set(union);
    row.insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let (status, page) = browser.get(&format!("/office/e/theirs/mail/{id}")).await;
    assert!(status == 404 && !page.contains("门口见"), "{status}");
    let ours = json!({ "to": { "units": [evening.units[0].id] }, "subject": "x", "text": "y" });
    let nobody = stranger.post("/api/v1/events/theirs/announcements", ours).await;
    assert_eq!((nobody.status, nobody.code()), (409, "nobody_to_write_to"), "{}", nobody.text());
    assert_eq!(stranger.post("/api/v1/events/qixi/announcements", mail_body).await.status, 403);

    let own = Browser::of(&evening, &evening.organizer).await;
    let posts = [format!("{STUDIO}/runs"), format!("{STUDIO}/freeze"), BADGES.to_owned(), MAIL.to_owned()];
    for path in &posts {
        let forged = own.request(Method::POST, path).header("Sec-Fetch-Site", "cross-site");
        let (status, page) =
            read(forged.form(&[("act", "send"), ("subject", "x"), ("text", "y")]).send().await.unwrap()).await;
        assert!(status == 403 && page.contains("不是从本站页面发出的"), "{path} {status}");
    }
    assert_eq!(announcement::Entity::find().count(evening.app.database.reader()).await.unwrap(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_hundred_get_one_letter_each_whoever_sends_at_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    evening.participants("men", 400, Status::Approved).await;
    evening.participants("women", 400, Status::Approved).await;
    let mail_body = json!({ "subject": "线上互动还剩两天", "text": "{昵称}，您好！\n\n每天签到别忘了。",
        "subject_en": "Two days left", "text_en": "Do sign in every day." });
    let send = || evening.organizer.post("/api/v1/events/qixi/announcements", mail_body.clone());
    let (one, two, three) = tokio::join!(send(), send(), send());
    let written: i64 = [&one, &two, &three].iter().map(|answer| answer.json["written"].as_i64().unwrap()).sum();
    assert_eq!(written, 800, "{} {} {}", one.text(), two.text(), three.text());
    let letters = evening.letters().await;
    assert_eq!(letters.len(), 800);
    let people: std::collections::HashSet<_> = letters.iter().map(|letter| letter.account_id).collect();
    assert_eq!(people.len(), 800);
    assert_eq!(announcement::Entity::find().count(evening.app.database.reader()).await.unwrap(), 1);
    let counted = evening.organizer.post("/api/v1/events/qixi/announcements/count", json!({ "to": { "side": "men" } }));
    assert_eq!(counted.await.json["people"], 400);
    evening.change(|row| row.title = Set("改了标题".to_owned())).await;
    assert_eq!(send().await.json["already"], 800);
}
