//! Stories of how a couple is reached: what they let their volunteer see, letters through the house, and answers of one
//! tap.

mod answers;
mod own;

use std::sync::Arc;

use chrono::Duration;
use queqiao::audit::entry;
use queqiao::couples::volunteer_contact;
use queqiao::events::crew::Role;
use queqiao::volunteers::ask_again;
use queqiao::volunteers::question;
use queqiao::volunteers::remind::remind;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::fixtures::browser::{Browser, between, header, read};
use crate::fixtures::couples::{consent, matched};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::Hall;
use crate::fixtures::person::{Person, refused};

/// The first man and the first woman, who both want to be asked, in the care of a volunteer.
struct Cared {
    hall: Hall,
    match_id: String,
    couple: String,
    volunteer: Person,
    other: Person,
}

async fn cared(engine: Engine) -> Option<Cared> {
    let (hall, match_id) = matched(engine).await?;
    let (volunteer, other) = (hall.evening.crew(Role::Volunteer).await, hall.evening.crew(Role::Volunteer).await);
    consent(&hall.men[0], &match_id, true, true).await;
    let couple = consent(&hall.women[0], &match_id, true, true).await["couple"]["id"].as_str().unwrap().to_owned();
    assert_eq!(volunteer.post(&format!("/api/v1/couples/{couple}/case"), json!({})).await.status, 204);
    Some(Cared { hall, match_id, couple, volunteer, other })
}

impl Cared {
    /// What one lets the volunteer see, said with their consent.
    async fn lets_see(&self, person: &Person, follow_up: bool, fields: Value) {
        let choice = json!({ "show": true, "follow_up": follow_up, "volunteer_sees": fields });
        let answer = person.put(&format!("/api/v1/matches/{}/consent", self.match_id), choice).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    async fn looks(&self) -> u64 {
        let looks = entry::Entity::find().filter(entry::Column::Action.eq("case_contact_seen"));
        looks.count(self.hall.evening.app.database.reader()).await.unwrap()
    }

    /// What the link in the newest letter to somebody carries.
    async fn link(&self, person: &Person) -> String {
        let letter = self.hall.evening.letters_to(person, "follow_up").await.pop().expect("nobody asked them");
        letter.plain.split("token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
    }

    /// Somebody with the link answers.
    async fn taps(&self, token: &str, answer: &str) -> (u16, String) {
        let answer = json!({ "token": token, "answer": answer });
        let answer = self.hall.evening.visitor().post("/api/v1/answers", answer).await;
        (answer.status, answer.code().to_owned())
    }

    async fn case(&self) -> Value {
        let volunteer = self.hall.evening.again(&self.volunteer);
        volunteer.get("/api/v1/me/cases").await.json["items"][0].clone()
    }

    /// So many days go by, and the clock does what is due.
    async fn days(&self, days: i64) {
        self.hall.evening.clock.advance(Duration::days(days));
        remind(&self.hall.evening.app).await.unwrap();
        ask_again::due(&self.hall.evening.app).await.unwrap();
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_one_allows_is_seen_by_whoever_looks_after_them_and_each_look_is_on_record(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(cared) = cared(engine).await else { return };
    let (hall, path) = (&cared.hall, format!("/api/v1/couples/{}/contact", cared.couple));
    let (he, she) = (&hall.men[0], &hall.women[0]);
    let look = async |person: &Person| person.post(&path, json!({})).await;
    assert_eq!(look(&cared.volunteer).await.json["items"], json!([]), "nobody allowed anything");
    assert_eq!(cared.looks().await, 0, "there was nothing to see");
    cared.lets_see(he, true, json!(["phone"])).await;
    let seen = look(&cared.volunteer).await;
    let his =
        json!([{ "badge": "男001", "nickname": he.nickname(), "wechat": null, "phone": "13800000000", "email": null }]);
    assert_eq!((seen.status, &seen.json["items"]), (200, &his), "{}", seen.text());
    assert_eq!(seen.headers["cache-control"], "no-store");
    assert_eq!(cared.looks().await, 1);
    // She is told nothing of what he allows.
    assert_eq!(
        she.get(&format!("/api/v1/matches/{}", cared.match_id)).await.json["consent"]["volunteer_sees"],
        json!([])
    );
    // A snapshot: his new number is shown once he says so.
    assert_eq!(he.patch("/api/v1/me", json!({ "phone": "13911112222" })).await.status, 200);
    consent(he, &cared.match_id, true, true).await;
    assert_eq!(look(&cared.volunteer).await.json["items"], his, "saying something else changes nothing of it");
    let rows = volunteer_contact::Entity::find().all(hall.evening.app.database.reader()).await.unwrap();
    assert!(rows.iter().all(|row| !row.sealed.0.windows(11).any(|bytes| bytes == b"13800000000")));
    // Nobody else sees it: no other volunteer, no organizer, neither of the two, no stranger.
    refused(&look(&cared.other).await, 409, "case_taken");
    refused(&look(&hall.evening.organizer).await, 409, "case_taken");
    for person in [he, she, &hall.host, &hall.evening.stranger().await] {
        refused(&look(person).await, 404, "not_found");
    }
    assert_eq!(cared.looks().await, 2);
    // Taken back it is gone, to who repeats a request too; and whoever is not to be asked any more shows nothing either.
    let repeat = async || {
        let request = cared.volunteer.request(Method::POST, &path).header("Idempotency-Key", "look").json(&json!({}));
        cared.volunteer.send(request).await
    };
    assert_eq!(repeat().await.json["items"], his);
    cared.lets_see(he, true, json!([])).await;
    let repeated = repeat().await;
    assert_eq!((repeated.status, &repeated.json["items"]), (200, &json!([])), "an answer was kept");
    assert_eq!(cared.looks().await, 3);
    assert_eq!(look(&cared.volunteer).await.json["items"], json!([]));
    cared.lets_see(he, true, json!(["phone", "email"])).await;
    assert_eq!(look(&cared.volunteer).await.json["items"][0]["phone"], "13911112222");
    consent(she, &cared.match_id, true, false).await;
    refused(&look(&cared.volunteer).await, 409, "follow_up_not_agreed");
    cared.lets_see(he, false, json!(["phone"])).await;
    assert_eq!(volunteer_contact::Entity::find().count(hall.evening.app.database.reader()).await.unwrap(), 0);
    for fields in [json!(["phone", "phone"]), json!(["address"])] {
        let choice = json!({ "show": true, "follow_up": true, "volunteer_sees": fields });
        refused(&he.put(&format!("/api/v1/matches/{}/consent", cared.match_id), choice).await, 422, "invalid");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_case_shows_contact_timeline_and_the_next_thing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let (hall, case) = (&cared.hall, format!("/volunteer/c/{}", cared.couple));
    let browser = Browser::of(&hall.evening, &cared.volunteer).await;
    let (_, page) = browser.get(&case).await;
    assert!(page.contains("没有留给你") && page.contains("三天回访") && !page.contains("看联系方式"), "{page}");
    // On the page of the match, with the consent.
    let his = Browser::of(&hall.evening, &hall.men[0]).await;
    let kept = [("show", "yes"), ("follow_up", "yes"), ("volunteer_sees", "phone"), ("volunteer_sees", "email")];
    let kept = his.send(&format!("/e/qixi/matches/{}/consent", cared.match_id), &kept).await;
    assert_eq!(kept.status().as_u16(), 303);
    let (_, page) = browser.get(&case).await;
    assert!(page.contains("看联系方式") && !page.contains("13800000000"), "what may be seen is not seen by the way");
    let (status, page) = read(browser.send(&format!("{case}/contact"), &[]).await).await;
    assert!(status == 200 && page.contains("tel:13800000000") && page.contains(&hall.men[0].email), "{page}");
    assert_eq!(cared.looks().await, 1);
    // The organizer's view of the case has no contact.
    let (_, page) = Browser::of(&hall.evening, &hall.evening.organizer).await.get(&case).await;
    assert!(!page.contains("看联系方式") && !page.contains("write-to-them"), "{page}");
    let (_, audit) = Browser::of(&hall.evening, &hall.evening.organizer).await.get("/office/e/qixi/audit").await;
    assert!(audit.contains("查看牵手两人允许的联系方式") && !audit.contains("13800000000"), "{audit}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_volunteer_writes_through_the_house_and_sees_no_address(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let (hall, path) = (&cared.hall, format!("/api/v1/couples/{}/letters", cared.couple));
    let (he, she) = (&hall.men[0], &hall.women[0]);
    let mine = format!("/api/v1/matches/{}/letters", cared.match_id);
    let both = cared.volunteer.post(&path, json!({ "body": "周末有烘焙课，来吗？\n\n<b>免费</b>" })).await;
    assert_eq!(both.status, 204, "{}", both.text());
    for person in [he, she] {
        let letters = hall.evening.letters_to(person, "case_letter").await;
        assert_eq!(letters.len(), 1);
        assert!(
            letters[0].plain.contains("周末有烘焙课") && !letters[0].html.contains("<b>免费"),
            "{}",
            letters[0].html
        );
    }
    // He answers; she sees nothing of it, and the volunteer no address.
    assert_eq!(he.post(&mine, json!({ "body": "来，谢谢" })).await.status, 204);
    assert_eq!(he.get(&mine).await.json["letters"].as_array().unwrap().len(), 2);
    assert_eq!(she.get(&mine).await.json["letters"].as_array().unwrap().len(), 1);
    let letters = hall.evening.letters_to(&cared.volunteer, "case_reply").await;
    assert!(letters.len() == 1 && !letters[0].plain.contains("来，谢谢") && !letters[0].plain.contains(&he.email));
    let browser = Browser::of(&hall.evening, &cared.volunteer).await;
    let (_, page) = browser.get(&format!("/volunteer/c/{}", cared.couple)).await;
    assert!(page.contains("来，谢谢") && page.contains("&#60;b&#62;免费"), "{page}");
    assert!(!page.contains(&he.email) && !page.contains(&she.email), "{page}");
    // In the care of another it is that one's; an organizer reads no letters.
    let (_, page) =
        Browser::of(&hall.evening, &hall.evening.organizer).await.get(&format!("/volunteer/c/{}", cared.couple)).await;
    assert!(!page.contains("来，谢谢"), "{page}");
    // She stops them: whatever is meant for both goes to him alone.
    for _ in 0..2 {
        assert_eq!(she.put(&format!("{mine}/stopped"), json!({})).await.status, 204);
    }
    refused(&cared.volunteer.post(&path, json!({ "body": "在吗", "to": "女001" })).await, 409, "letters_stopped");
    assert_eq!(cared.volunteer.post(&path, json!({ "body": "第二封" })).await.status, 204);
    assert_eq!(hall.evening.letters_to(she, "case_letter").await.len(), 1);
    assert_eq!(cared.volunteer.post(&path, json!({ "body": "第三封", "to": "男001" })).await.status, 429);
    assert_eq!(she.delete(&format!("{mine}/stopped")).await.status, 204);
    assert_eq!(cared.volunteer.post(&path, json!({ "body": "在吗", "to": "女001" })).await.status, 204);
    for body in [json!({ "body": "" }), json!({ "body": "x".repeat(1001) }), json!({ "body": "a", "to": "女002" })] {
        refused(&cared.volunteer.post(&path, body).await, 422, "invalid");
    }
    refused(&cared.other.post(&path, json!({ "body": "a" })).await, 409, "case_taken");
    refused(&hall.men[1].get(&mine).await, 404, "not_found");
    refused(&hall.men[1].post(&mine, json!({ "body": "a" })).await, 404, "not_found");
    // Tomorrow is another day, until one of them wants no more of it.
    hall.evening.clock.advance(Duration::days(1));
    let volunteer = hall.evening.again(&cared.volunteer);
    assert_eq!(volunteer.post(&path, json!({ "body": "早" })).await.status, 204);
    consent(&hall.evening.again(she), &cared.match_id, true, false).await;
    refused(&volunteer.post(&path, json!({ "body": "早" })).await, 409, "follow_up_not_agreed");
    refused(&hall.evening.again(he).post(&mine, json!({ "body": "早" })).await, 409, "follow_up_not_agreed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn letters_written_at_once_are_two_a_day_to_each(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let cared = Arc::new(cared);
    let writing: Vec<_> = (0..12)
        .map(|turn| {
            let cared = Arc::clone(&cared);
            tokio::spawn(async move {
                let path = format!("/api/v1/couples/{}/letters", cared.couple);
                cared.volunteer.post(&path, json!({ "body": format!("第{turn}封") })).await.status
            })
        })
        .collect();
    let mut sent = 0;
    for answer in writing {
        let status = answer.await.unwrap();
        assert!(matches!(status, 204 | 429), "{status}");
        sent += u32::from(status == 204);
    }
    assert_eq!(sent, 2);
    for person in [&cared.hall.men[0], &cared.hall.women[0]] {
        assert_eq!(cared.hall.evening.letters_to(person, "case_letter").await.len(), 2);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_reads_answers_and_stops_letters_on_a_page(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let hall = &cared.hall;
    let page_of = format!("/e/qixi/matches/{}/letters", cared.match_id);
    let his = Browser::of(&hall.evening, &hall.men[0]).await;
    let (_, matches) = his.get("/e/qixi/matches").await;
    assert!(matches.contains(&format!("href=\"{page_of}\"")), "{matches}");
    let empty = his.get(&page_of).await;
    assert!(empty.0 == 200 && empty.1.contains("还没有来信") && !empty.1.contains("maxlength"), "{}", empty.1);
    let case = format!("/volunteer/c/{}", cared.couple);
    let browser = Browser::of(&hall.evening, &cared.volunteer).await;
    let sent = browser.send(&format!("{case}/letters"), &[("to", "男001"), ("body", "最近好吗")]).await;
    assert_eq!((sent.status().as_u16(), header(&sent, "location")), (303, case.as_str()));
    let (status, page) = read(browser.send(&format!("{case}/letters"), &[("to", ""), ("body", "")]).await).await;
    assert!(status == 422 && page.contains("id=\"body-wrong\""), "{page}");
    let full = his.get(&page_of).await;
    assert!(full.1.contains("最近好吗"), "{}", full.1);
    assert_eq!(empty.1.len(), full.1.len(), "the size tells whether anybody wrote");
    let answered = his.send(&page_of, &[("body", "挺好")]).await;
    assert_eq!((answered.status().as_u16(), header(&answered, "location")), (303, page_of.as_str()));
    assert_eq!(his.send(&format!("{page_of}/stop"), &[]).await.status().as_u16(), 303);
    assert!(his.get(&page_of).await.1.contains("你已停收"));
    let (_, page) = browser.get(&case).await;
    assert!(page.contains("男001 不想再收到信") && page.contains("挺好"), "{page}");
    let (status, page) =
        read(browser.send(&format!("{case}/letters"), &[("to", "男001"), ("body", "在吗")]).await).await;
    assert!(status == 409 && page.contains("没有送出") && page.contains("在吗"), "{page}");
    assert_eq!(his.send(&format!("{page_of}/resume"), &[]).await.status().as_u16(), 303);
    assert!(!his.get(&page_of).await.1.contains("你已停收"));
    // Another event's address does not lead there, nor another person.
    assert_eq!(Browser::of(&hall.evening, &hall.men[1]).await.get(&page_of).await.0, 404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_answers_once_by_its_button_and_tells_nobody_who_is_asked(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let hall = &cared.hall;
    cared.days(3).await;
    let token = cared.link(&hall.men[0]).await;
    let visitor = Browser::open(&hall.evening);
    let address = format!("/answer?token={token}");
    // A mail scanner looks as often as it likes.
    for _ in 0..3 {
        let (status, page) = visitor.get(&address).await;
        assert!(status == 200 && page.contains("领证了") && page.contains("不想再被问"), "{page}");
        for name in ["guest-", "男001", "女001", "qixi", "七夕"] {
            assert!(!page.contains(name), "{name}: {page}");
        }
    }
    let answered = question::Entity::find().filter(question::Column::AnsweredAt.is_not_null());
    assert_eq!(answered.count(hall.evening.app.database.reader()).await.unwrap(), 0, "looking answered");
    // Altered, forged, cut short, or of another purpose.
    let mut altered = token.clone().into_bytes();
    let last = altered.len() - 2;
    altered[last] = if altered[last] == b'A' { b'B' } else { b'A' };
    let altered = String::from_utf8(altered).unwrap();
    let hers = cared.link(&hall.women[0]).await;
    let spliced = format!("{}{}", &hers[..20], &token[20..]);
    for wrong in [altered.as_str(), &token[..token.len() - 4], spliced.as_str(), "", "nothing"] {
        let (status, page) = visitor.get(&format!("/answer?token={wrong}")).await;
        assert!(status == 404 && page.contains("链接不完整"), "{wrong}: {page}");
        assert_eq!(cared.taps(wrong, "together").await, (404, "link_altered".to_owned()));
    }
    let forged = visitor.request(Method::POST, "/answer").header("Sec-Fetch-Site", "cross-site");
    let forged = forged.form(&[("token", token.as_str()), ("answer", "parted")]).send().await.unwrap();
    assert_eq!(forged.status().as_u16(), 403);
    let said_once = visitor.send("/answer", &[("token", &token), ("answer", "steady")]).await;
    assert_eq!((said_once.status().as_u16(), header(&said_once, "location")), (303, "/answered"));
    let (status, page) = visitor.get(&address).await;
    assert!(status == 409 && page.contains("已经回答过了"), "{page}");
    let (status, page) = read(visitor.send("/answer", &[("token", &token), ("answer", "parted")]).await).await;
    assert!(status == 409 && page.contains("已经回答过了"), "{page}");
    // Hers is too late.
    hall.evening.clock.advance(Duration::days(22));
    let (status, page) = visitor.get(&format!("/answer?token={hers}")).await;
    assert!(status == 410 && page.contains("不再收回答"), "{page}");
    assert_eq!(cared.taps(&hers, "married").await, (410, "link_late".to_owned()));
    refused(
        &hall.evening.visitor().post("/api/v1/answers", json!({ "token": hers, "answer": "bliss" })).await,
        422,
        "invalid",
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_tapped_by_many_hands_answers_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    cared.days(3).await;
    let token = cared.link(&cared.hall.men[0]).await;
    assert_eq!(cared.taps(&cared.link(&cared.hall.women[0]).await, "together").await.0, 204);
    let cared = Arc::new(cared);
    let tapping: Vec<_> = (0..12)
        .map(|turn| {
            let (cared, token) = (Arc::clone(&cared), token.clone());
            let answer = if turn % 2 == 0 { "together" } else { "steady" };
            tokio::spawn(async move { cared.taps(&token, answer).await.0 })
        })
        .collect();
    let mut answered = 0;
    for answer in tapping {
        let status = answer.await.unwrap();
        assert!(matches!(status, 204 | 409), "{status}");
        answered += u32::from(status == 204);
    }
    assert_eq!(answered, 1);
    assert_eq!(cared.case().await["state"], "dating");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_one_says_alone_waits_for_the_other(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let hall = &cared.hall;
    let (he, she) = (&hall.men[0], &hall.women[0]);
    let page = async || {
        let browser = Browser::of(&hall.evening, &cared.volunteer).await;
        browser.get(&format!("/volunteer/c/{}", cared.couple)).await.1
    };
    cared.days(3).await;
    assert_eq!(cared.taps(&cared.link(he).await, "steady").await.0, 204);
    assert_eq!(cared.case().await["state"], Value::Null, "one is not two");
    let alone = page().await;
    assert!(alone.contains("有一位回答：稳定") && alone.contains("待确认"), "{alone}");
    assert_eq!(cared.taps(&cared.link(she).await, "together").await.0, 204);
    let case = cared.case().await;
    assert_eq!((&case["state"], &case["milestone"]), (&json!("dating"), &json!("three_weeks")), "{case}");
    assert!(page().await.contains("两人都这样说") && !page().await.contains("待确认"));
    // That it is over one says alone: nobody is told so as a fact, and she is still asked.
    cared.days(18).await;
    assert_eq!(cared.taps(&cared.link(he).await, "parted").await.0, 204);
    assert_eq!(cared.case().await["state"], "dating");
    let alone = page().await;
    assert!(alone.contains("可能到此为止") && alone.contains("不要当作事实"), "{alone}");
    let hers = she.get(&format!("/api/v1/matches/{}", cared.match_id)).await;
    assert!(!hers.text().contains("parted"), "{}", hers.text());
    let theirs = Browser::of(&hall.evening, she).await;
    for path in ["/e/qixi/matches".to_owned(), format!("/answer?token={}", cared.link(she).await)] {
        let (_, page) = theirs.get(&path).await;
        assert!(!page.contains("分开") && !page.contains("到此为止"), "{path}: {page}");
    }
    cared.days(75).await;
    assert_eq!(hall.evening.letters_to(he, "follow_up").await.len(), 2, "who said that it is over is asked again");
    assert_eq!(hall.evening.letters_to(she, "follow_up").await.len(), 3);
    // Both of the wedding, in their own time.
    assert_eq!(cared.taps(&cared.link(she).await, "married").await.0, 204);
    assert_eq!(cared.case().await["state"], "dating");
    assert!(page().await.contains("有一位回答：领证了"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn they_are_asked_after_a_year_too_and_both_say_they_married(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let (he, she) = (&cared.hall.men[0], &cared.hall.women[0]);
    // Nobody answers, and yet each of the four letters comes in its time.
    for (days, letters) in [(3, 1), (18, 2), (75, 3), (268, 3), (2, 4), (30, 4)] {
        cared.days(days).await;
        remind(&cared.hall.evening.app).await.unwrap();
        for person in [he, she] {
            assert_eq!(cared.hall.evening.letters_to(person, "follow_up").await.len(), letters, "after {days} more");
        }
    }
    let (his, hers) = (cared.link(he).await, cared.link(she).await);
    assert_eq!(cared.taps(&his, "married").await.0, 410, "three weeks are enough to answer");
    assert_eq!(cared.taps(&hers, "married").await.1, "link_late");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn dont_ask_again_is_honoured_for_ever_and_later_means_later(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let hall = &cared.hall;
    let (he, she) = (&hall.men[0], &hall.women[0]);
    cared.days(3).await;
    assert_eq!(cared.taps(&cared.link(he).await, "later").await.0, 204);
    cared.days(13).await;
    assert_eq!(hall.evening.letters_to(he, "follow_up").await.len(), 1, "asked too early");
    cared.days(1).await;
    cared.days(0).await;
    assert_eq!(hall.evening.letters_to(he, "follow_up").await.len(), 2, "and once");
    assert_eq!(cared.taps(&cared.link(he).await, "together").await.0, 204);
    let hers = cared.link(she).await;
    assert_eq!(cared.taps(&hers, "no_more").await.0, 204);
    assert_eq!(cared.case().await, Value::Null, "there is no case any more");
    // Nothing brings it back but herself: no letter, no volunteer, and not his saying yes again.
    consent(&hall.evening.again(he), &cared.match_id, true, true).await;
    for days in [18, 75, 270, 30] {
        cared.days(days).await;
    }
    assert_eq!(hall.evening.letters_to(she, "follow_up").await.len(), 1);
    assert_eq!(hall.evening.letters_to(he, "follow_up").await.len(), 2);
    let path = format!("/api/v1/couples/{}/follow-ups", cared.couple);
    let noted = hall.evening.again(&cared.volunteer).post(&path, json!({ "state": "dating", "note": "" })).await;
    refused(&noted, 409, "follow_up_not_agreed");
    let she = hall.evening.again(she);
    let own = she.get(&format!("/api/v1/matches/{}", cared.match_id)).await.json;
    assert_eq!((&own["consent"]["follow_up"], &own["consent"]["show"]), (&json!(false), &json!(true)));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_calendar_tells_days_and_numbers_to_whoever_knows_its_address(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let hall = &cared.hall;
    let browser = Browser::of(&hall.evening, &cared.volunteer).await;
    let address = async || {
        assert_eq!(browser.send("/volunteer/calendar", &[]).await.status().as_u16(), 303);
        let (_, page) = browser.get("/volunteer/calendar").await;
        between(&page, "value=\"http", "\"").split_once("/volunteer").unwrap().1.to_owned()
    };
    let first = format!("/volunteer{}", address().await);
    let visitor = Browser::open(&hall.evening);
    let answer = visitor.request(Method::GET, &first).send().await.unwrap();
    assert_eq!(header(&answer, "content-type"), "text/calendar; charset=utf-8");
    let (status, file) = read(answer).await;
    assert!(status == 200 && file.contains("DTSTART;VALUE=DATE:20260825") && file.contains("三天回访"), "{file}");
    let (_, page) = browser.get(&format!("/volunteer/c/{}", cared.couple)).await;
    let number = between(&page, "个案 ", "</span>").trim().to_owned();
    assert!(file.contains(&format!("个案 {number}")), "{number}: {file}");
    for name in ["guest-", "男001", "女001", "qixi", "七夕", cared.couple.as_str()] {
        assert!(!file.contains(name), "{name}: {file}");
    }
    // Renewed, the former address leads nowhere; nor does one that somebody made up.
    let second = format!("/volunteer{}", address().await);
    assert_eq!(visitor.get(&first).await.0, 404);
    assert_eq!(visitor.get(&second).await.0, 200);
    let mut made_up = second.clone();
    made_up.pop();
    made_up.push(if second.ends_with('A') { 'E' } else { 'A' });
    assert_eq!(visitor.get(&made_up).await.0, 404);
    assert_eq!(visitor.get("/volunteer/calendar.ics").await.0, 404);
    // What is in another's care is not in it; and whoever serves nowhere gets no address.
    let to = cared.other.account_id.to_string();
    let hand_over = format!("/volunteer/c/{}/hand-over", cared.couple);
    assert_eq!(browser.send(&hand_over, &[("to", &to)]).await.status().as_u16(), 303);
    assert!(!visitor.get(&second).await.1.contains("VEVENT"));
    let his = Browser::of(&hall.evening, &hall.men[0]).await;
    assert_eq!(his.send("/volunteer/calendar", &[]).await.status().as_u16(), 404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_leaves_takes_letters_answers_and_contact_along(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let (hall, he) = (&cared.hall, &cared.hall.men[0]);
    cared.lets_see(he, true, json!(["phone"])).await;
    let path = format!("/api/v1/couples/{}/letters", cared.couple);
    assert_eq!(cared.volunteer.post(&path, json!({ "body": "昨夜星辰昨夜风" })).await.status, 204);
    cared.days(3).await;
    assert_eq!(cared.taps(&cared.link(he).await, "steady").await.0, 204);
    let he = hall.evening.again(he);
    assert_eq!(hall.evening.takes_home(&he).await.status, 200);
    assert_eq!(hall.evening.leaves(&he).await.status, 204);
    let db = hall.evening.app.database.reader();
    assert_eq!(volunteer_contact::Entity::find().count(db).await.unwrap(), 0);
    let questions = question::Entity::find().filter(question::Column::RegistrationId.eq(he.registration_id));
    assert_eq!(questions.count(db).await.unwrap(), 0);
    let hers = hall.evening.again(&hall.women[0]).get(&format!("/api/v1/matches/{}/letters", cared.match_id)).await;
    assert_eq!(hers.json["letters"].as_array().unwrap().len(), 1, "hers are hers");
}
