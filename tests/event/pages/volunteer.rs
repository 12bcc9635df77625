//! What volunteers see in a browser.

use chrono::Duration;
use queqiao::events::crew::Role;
use reqwest::Method;
use rstest::rstest;

use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::couples::{consent, matched};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::Hall;

/// The first man and the first woman, who both want to be asked; the path of their case.
async fn couple(engine: Engine) -> Option<(Hall, String, String)> {
    let (hall, id) = matched(engine).await?;
    consent(&hall.men[0], &id, true, true).await;
    let couple = consent(&hall.women[0], &id, true, true).await["couple"]["id"].as_str().unwrap().to_owned();
    Some((hall, id, format!("/volunteer/c/{couple}")))
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_case_is_taken_followed_up_with_one_tap_and_handed_over(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, _, case)) = couple(engine).await else { return };
    let (volunteer, other) = (hall.evening.crew(Role::Volunteer).await, hall.evening.crew(Role::Volunteer).await);
    let browser = Browser::of(&hall.evening, &volunteer).await;
    let (status, list) = browser.get("/volunteer").await;
    assert!(status == 200 && list.contains("等人照看") && list.contains(&format!("href=\"{case}\"")), "{list}");
    assert!(list.contains("还有 3 天") && list.contains("href=\"/volunteer/e/qixi\""), "{list}");
    let taken = browser.send(&format!("{case}/take"), &[]).await;
    assert_eq!((taken.status().as_u16(), header(&taken, "location")), (303, case.as_str()));

    // What is in one volunteer's care is not there for another.
    let theirs = Browser::of(&hall.evening, &other).await;
    assert!(!theirs.get("/volunteer").await.1.contains(&case));
    assert_eq!(theirs.get(&case).await.0, 404);
    let note = [("state", "dating"), ("note", ""), ("at", "")];
    assert_eq!(theirs.send(&format!("{case}/follow-ups"), &note).await.status().as_u16(), 404);
    assert_eq!(theirs.send(&format!("{case}/take"), &[]).await.status().as_u16(), 409);
    assert_eq!(theirs.send(&format!("{case}/hand-over"), &[("to", "")]).await.status().as_u16(), 409);

    hall.evening.clock.advance(Duration::days(3));
    let browser = Browser::of(&hall.evening, &volunteer).await;
    let (_, list) = browser.get("/volunteer").await;
    assert!(list.contains("到日子了") && list.contains("三天回访"), "{list}");
    let noted = browser.send(&format!("{case}/follow-ups"), &note).await;
    assert_eq!((noted.status().as_u16(), header(&noted, "location")), (303, case.as_str()));
    let (_, page) = browser.get(&case).await;
    assert!(page.contains("交往中") && page.contains("三周回访"), "{page}");

    let to = other.account_id.to_string();
    let own = volunteer.account_id.to_string();
    let stranger = hall.men[0].account_id.to_string();
    assert_eq!(browser.send(&format!("{case}/hand-over"), &[("to", &stranger)]).await.status().as_u16(), 422);
    let handed = browser.send(&format!("{case}/hand-over"), &[("to", &to)]).await;
    assert_eq!((handed.status().as_u16(), header(&handed, "location")), (303, "/volunteer"));
    assert_eq!(browser.get(&case).await.0, 404);
    let theirs = Browser::of(&hall.evening, &other).await;
    assert_eq!(theirs.get(&case).await.0, 200);
    // An organizer may hand over what is in another's care.
    let organizer = Browser::of(&hall.evening, &hall.evening.organizer).await;
    assert_eq!(organizer.get(&case).await.0, 200);
    assert_eq!(organizer.send(&format!("{case}/hand-over"), &[("to", &own)]).await.status().as_u16(), 303);
    assert_eq!((browser.get(&case).await.0, theirs.get(&case).await.0), (200, 404));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refused_note_keeps_its_words_and_marks_the_day(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, id, case)) = couple(engine).await else { return };
    let browser = Browser::of(&hall.evening, &hall.evening.crew(Role::Volunteer).await).await;
    let path = format!("{case}/follow-ups");
    for (day, text) in [("2031-01-01", "日子要在牵手那天和今天之间"), ("someday", "请选一个日子")] {
        let note = [("state", "dating"), ("note", "约了<b>周末</b>看展"), ("at", day)];
        let (status, page) = read(browser.send(&path, &note).await).await;
        assert_eq!(status, 422, "{page}");
        assert!(page.contains(text) && page.contains("id=\"at-wrong\"") && page.contains("aria-invalid"), "{page}");
        assert!(page.contains("约了&#60;b&#62;周末") && page.contains(&format!("value=\"{day}\"")), "{page}");
    }
    let bliss = [("state", "bliss"), ("note", ""), ("at", "")];
    assert_eq!(browser.send(&path, &bliss).await.status().as_u16(), 422);
    let forged = browser.request(Method::POST, &path).header("Sec-Fetch-Site", "cross-site").form(&bliss);
    assert_eq!(forged.send().await.unwrap().status().as_u16(), 403);
    // One of the two takes it back: there is no case any more.
    consent(&hall.women[0], &id, true, false).await;
    assert_eq!(browser.get(&case).await.0, 404);
    assert_eq!(browser.get("/volunteer/c/nobody").await.0, 404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn names_and_notes_are_shown_and_not_run(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, _, case)) = couple(engine).await else { return };
    let evil = "<img src=x>\"'&";
    hall.evening.calls_themselves(&hall.men[0], evil).await;
    let volunteer = hall.evening.crew(Role::Volunteer).await;
    hall.evening.calls_themselves(&volunteer, evil).await;
    let browser = Browser::of(&hall.evening, &volunteer).await;
    let note = [("state", "getting_to_know"), ("note", evil), ("at", "")];
    assert_eq!(browser.send(&format!("{case}/follow-ups"), &note).await.status().as_u16(), 303);
    for path in ["/volunteer", &case, "/volunteer/e/qixi"] {
        let (status, page) = browser.get(path).await;
        assert!(status == 200 && page.contains("&#60;img src=x&#62;"), "{path}: {page}");
        assert!(!page.contains("<img src=x"), "{path}: {page}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_couples_that_agreed_are_among_the_outcomes(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, id)) = matched(engine).await else { return };
    let volunteer = hall.evening.crew(Role::Volunteer).await;
    let browser = Browser::of(&hall.evening, &volunteer).await;
    hall.evening.calls_themselves(&hall.men[0], "大山").await;
    hall.evening.calls_themselves(&hall.women[0], "小云").await;
    // One of two is not enough, for any page.
    consent(&hall.men[0], &id, true, true).await;
    for path in ["/volunteer", "/volunteer/e/qixi"] {
        let (status, page) = browser.get(path).await;
        assert_eq!(status, 200);
        assert!(!page.contains("大山") && !page.contains("小云") && !page.contains("男001"), "{path}: {page}");
    }
    let (_, page) = browser.get("/volunteer/e/qixi").await;
    assert!(page.contains("太少，不说"), "a small number tells who matched and kept it: {page}");
    consent(&hall.women[0], &id, true, false).await;
    let (_, page) = browser.get("/volunteer/e/qixi").await;
    assert!(page.contains("大山") && page.contains("小云") && page.contains("role=\"img\""), "{page}");
    assert!(!browser.get("/volunteer").await.1.contains("大山"), "they do not want to be asked");
    let stranger = hall.evening.stranger().await;
    for person in [&hall.men[0], &hall.host, &stranger] {
        let browser = Browser::of(&hall.evening, person).await;
        assert_eq!(browser.get("/volunteer/e/qixi").await.0, 403);
        assert!(!browser.get("/volunteer").await.1.contains("大山"));
    }
}
