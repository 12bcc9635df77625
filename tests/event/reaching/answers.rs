//! Stories of what comes of answers of one tap.

use rstest::rstest;
use serde_json::{Value, json};

use super::cared;
use crate::fixtures::browser::Browser;
use crate::fixtures::couples::consent;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn that_it_is_over_both_say_though_not_in_answer_to_the_same_letter(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let hall = &cared.hall;
    let (he, she) = (&hall.men[0], &hall.women[0]);
    let page = async || {
        let browser = Browser::of(&hall.evening, &cared.volunteer).await;
        browser.get(&format!("/volunteer/c/{}", cared.couple)).await.1
    };
    cared.days(3).await;
    assert_eq!(cared.taps(&cared.link(he).await, "parted").await.0, 204);
    assert_eq!(cared.taps(&cared.link(she).await, "together").await.0, 204);
    assert_eq!(cared.case().await["state"], Value::Null);
    assert!(page().await.contains("可能到此为止"));
    cared.days(18).await;
    assert_eq!(hall.evening.letters_to(he, "follow_up").await.len(), 1, "who said that it is over is asked again");
    assert_eq!(cared.taps(&cared.link(she).await, "parted").await.0, 204);
    let case = cared.case().await;
    assert_eq!((&case["state"], &case["milestone"]), (&json!("parted"), &Value::Null), "{case}");
    assert!(!page().await.contains("可能到此为止"), "what both said is still in doubt");
    for days in [75, 270] {
        cared.days(days).await;
    }
    assert_eq!(hall.evening.letters_to(she, "follow_up").await.len(), 2, "asked after the parting");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_does_not_tell_that_the_other_one_is_asked_no_more(#[values(Sqlite, Postgres)] engine: Engine) {
    for does in ["nothing", "no_more", "hides"] {
        let Some(cared) = cared(engine).await else { return };
        let hall = &cared.hall;
        let (he, she) = (&hall.men[0], &hall.women[0]);
        cared.days(3).await;
        let (his, hers) = (cared.link(he).await, cared.link(she).await);
        match does {
            "no_more" => assert_eq!(cared.taps(&hers, "no_more").await.0, 204),
            "hides" => {
                consent(&hall.evening.again(she), &cared.match_id, false, false).await;
            }
            _ => {}
        }
        let (status, page) = Browser::open(&hall.evening).get(&format!("/answer?token={his}")).await;
        assert!(status == 200 && page.contains("领证了"), "{does}: {page}");
        assert_eq!(cared.taps(&his, "together").await.0, 204, "{does}");
        assert_eq!(cared.taps(&his, "together").await, (409, "link_used".to_owned()), "{does}");
        assert_eq!(cared.case().await.is_null(), does != "nothing", "{does}: his answer came to something");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn later_is_not_later_than_the_parting_nor_than_the_next_task(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let hall = &cared.hall;
    let (he, she) = (&hall.men[0], &hall.women[0]);
    cared.days(3).await;
    cared.days(17).await;
    assert_eq!(cared.taps(&cared.link(he).await, "later").await.0, 204);
    cared.days(1).await;
    assert_eq!(hall.evening.letters_to(he, "follow_up").await.len(), 2, "the next task");
    cared.days(13).await;
    assert_eq!(hall.evening.letters_to(he, "follow_up").await.len(), 2, "three days are long past");
    // Both would rather be asked later, and meanwhile the volunteer hears that it is over.
    for person in [he, she] {
        assert_eq!(cared.taps(&cared.link(person).await, "later").await.0, 204);
    }
    let (path, volunteer) = (format!("/api/v1/couples/{}/follow-ups", cared.couple), &cared.volunteer);
    let noted = hall.evening.again(volunteer).post(&path, json!({ "state": "parted", "note": "" })).await;
    assert_eq!(noted.status, 201, "{}", noted.text());
    cared.days(14).await;
    for person in [he, she] {
        assert_eq!(hall.evening.letters_to(person, "follow_up").await.len(), 2, "asked after the parting");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_is_asked_about_a_task_that_is_long_past(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let she = &cared.hall.women[0];
    // As after an upgrade, or a long sleep of the house: three months are over since a good while.
    cared.days(150).await;
    assert!(cared.hall.evening.letters_to(she, "follow_up").await.is_empty());
    assert!(cared.hall.evening.letters_to(&cared.volunteer, "case_due").await.is_empty());
    cared.days(216).await;
    assert_eq!(cared.hall.evening.letters_to(she, "follow_up").await.len(), 1, "a year");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_taken_home_does_not_tell_what_the_other_one_said(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(cared) = cared(engine).await else { return };
    let hall = &cared.hall;
    let (he, she) = (&hall.men[0], &hall.women[0]);
    cared.days(3).await;
    assert_eq!(cared.taps(&cared.link(he).await, "married").await.0, 204);
    assert_eq!(cared.taps(&cared.link(she).await, "together").await.0, 204);
    assert_eq!(cared.case().await["state"], "dating");
    for (person, own, other) in [(he, "married", "together"), (she, "together", "married")] {
        let home = hall.evening.takes_home(&hall.evening.again(person)).await;
        let mut home = zip::ZipArchive::new(std::io::Cursor::new(&home.bytes[..])).unwrap();
        let home = std::io::read_to_string(home.by_name("volunteers.json").unwrap()).unwrap();
        assert!(home.contains(own) && !home.contains(other) && !home.contains("dating"), "{home}");
    }
}
