//! Stories of the room `badges`.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use queqiao::audit::entry;
use queqiao::badges::{badge, code, latecomers, remind};
use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use Engine::{Postgres, Sqlite};

use crate::fixtures::evening::{Engine, Evening, hours};

const BADGES: &str = "/api/v1/events/qixi/badges";
const MINE: &str = "/api/v1/events/qixi/badges/me";

async fn badges(evening: &Evening) -> Vec<badge::Model> {
    badge::Entity::find().all(evening.app.database.reader()).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everyone_confirmed_gets_a_number_and_a_letter(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let him = evening.participant_as("men", Status::Confirmed).await;
    let her = evening.participant_as("women", Status::Confirmed).await;
    let undecided = evening.participant_as("women", Status::Selected).await;
    let mut heard = evening.app.happenings.listen();

    let answer = evening.organizer.post(BADGES, json!({})).await;
    assert_eq!((answer.status, answer.json), (200, json!({"issued": 2, "men": 1, "women": 1})));
    assert_eq!(heard.try_recv().unwrap().what, What::BadgesIssued);

    let mine = him.get(MINE).await;
    assert_eq!((mine.status, &mine.json["badge"], &mine.json["number"]), (200, &json!("男001"), &json!("男001")));
    let secret = mine.json["code"].as_str().unwrap().to_owned();
    assert_eq!(secret.len(), 26);
    assert_eq!(mine.headers["cache-control"], "no-store");
    assert!(mine.json["url"].as_str().unwrap().ends_with(&format!("/c/{secret}")));
    assert!(mine.json["qr"].as_str().unwrap().contains("<svg"));
    assert_eq!(her.get(MINE).await.json["badge"], "女001");
    let none = undecided.get(MINE).await;
    assert_eq!((none.status, none.code()), (404, "no_badge"));

    let letters = evening.letters_to(&him, "badge").await;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].subject.contains("男001") && letters[0].plain.contains("8月23日 周日"), "{letters:?}");
    // The way to the code and not the code: no mailbox and no outbox lets anybody in.
    assert!(letters[0].plain.contains("/e/qixi/badge") && !format!("{letters:?}").contains(&secret), "{letters:?}");
    let [calendar] = &letters[0].attachments.as_array().unwrap()[..] else { panic!("{letters:?}") };
    let calendar = BASE64.decode(calendar["content"].as_str().unwrap().as_bytes()).unwrap();
    let calendar = String::from_utf8(calendar).unwrap();
    assert!(calendar.contains("DTSTART:20260823T050000Z\r\n") && calendar.contains("SUMMARY:情定七夕"), "{calendar}");
    assert!(evening.letters_to(&undecided, "badge").await.is_empty());

    // Said twice, nothing more happens; who confirms later goes on where the numbers stopped.
    let again = evening.organizer.post(BADGES, json!({})).await;
    assert_eq!(again.json, json!({"issued": 0, "men": 1, "women": 1}));
    evening.stands(&undecided, Status::Confirmed).await;
    let later = evening.organizer.post(BADGES, json!({})).await;
    assert_eq!(later.json, json!({"issued": 1, "men": 1, "women": 2}));
    assert_eq!(undecided.get(MINE).await.json["badge"], "女002");
    assert_eq!(evening.letters().await.iter().filter(|letter| letter.kind == "badge").count(), 3);
    let list = evening.organizer.get(&format!("{BADGES}?limit=2")).await;
    assert_eq!(list.json["items"].as_array().unwrap().len(), 2);
    assert!(!list.text().contains("code"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_number_without_duplicate_or_gap(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    evening.participants("men", 20, Status::Confirmed).await;
    evening.participants("women", 15, Status::Confirmed).await;
    let hands: Vec<_> = (0..12)
        .map(|_| {
            let organizer = evening.organizer.clone();
            tokio::spawn(async move { organizer.post(BADGES, json!({})).await })
        })
        .collect();
    let mut issued = 0;
    for hand in hands {
        let answer = hand.await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        issued += answer.json["issued"].as_i64().unwrap();
    }
    assert_eq!(issued, 35);
    let worn: BTreeSet<String> = badges(&evening).await.iter().map(badge::Model::label).collect();
    let men = (1..=20).map(|number| format!("男{number:03}"));
    let women = (1..=15).map(|number| format!("女{number:03}"));
    assert_eq!(worn, men.chain(women).collect());
    assert_eq!(evening.letters().await.len(), 35);
    assert_eq!(code::Entity::find().count(evening.app.database.reader()).await.unwrap(), 35);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_replaced_code_is_another_one_and_the_number_stays(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let him = evening.participant_as("men", Status::Confirmed).await;
    evening.organizer.post(BADGES, json!({})).await;
    let old = him.get(MINE).await.json;
    let path = format!("{BADGES}/m1/reissue");

    let blank = evening.organizer.post(&path, json!({"reason": "  "})).await;
    assert_eq!((blank.status, blank.code()), (422, "invalid"));
    let refused = him.post(&path, json!({"reason": "丢了"})).await;
    assert_eq!(refused.status, 403);
    let nobody = evening.organizer.post(&format!("{BADGES}/男002/reissue"), json!({"reason": "丢了"})).await;
    assert_eq!(nobody.status, 404);
    assert_eq!(him.get(MINE).await.json, old);

    let answer = evening.organizer.post(&path, json!({"reason": "手机丢了"})).await;
    assert_eq!((answer.status, &answer.json["badge"]), (200, &json!("男001")));
    let new = him.get(MINE).await.json;
    assert_eq!(new["badge"], old["badge"]);
    assert_ne!(new["code"], old["code"]);
    assert_eq!(evening.letters_to(&him, "badge").await.len(), 2);
    let deeds = entry::Entity::find().all(evening.app.database.reader()).await.unwrap();
    let deed = deeds.iter().find(|deed| deed.action == "badge_reissued").unwrap();
    assert_eq!(deed.reason.as_deref(), Some("手机丢了"));
    assert_eq!(deed.actor_id, Some(evening.organizer.account_id));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn codes_lie_nowhere_in_the_clear(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let him = evening.participant_as("men", Status::Confirmed).await;
    evening.organizer.post(BADGES, json!({})).await;
    let secret = him.get(MINE).await.json["code"].as_str().unwrap().as_bytes().to_vec();
    let row = code::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap();
    let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|window| window == secret);
    assert!(!holds(&row.sealed) && !holds(&row.digest));
    if engine == Sqlite {
        for file in std::fs::read_dir(evening.folder()).unwrap() {
            assert!(!holds(&std::fs::read(file.unwrap().path()).unwrap()));
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_organizers_of_this_union_number_and_only_when_it_is_time(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Screening).await else { return };
    let him = evening.participant_as("men", Status::Confirmed).await;
    let early = evening.organizer.post(BADGES, json!({})).await;
    assert_eq!((early.status, early.code()), (409, "phase_closed"));
    evening.move_to(Phase::Confirmation).await;
    for (who, status) in [(evening.visitor(), 401), (him, 403), (evening.stranger().await, 403)] {
        assert_eq!(who.post(BADGES, json!({})).await.status, status);
        assert_eq!(who.get(BADGES).await.status, status);
    }
    assert!(badges(&evening).await.is_empty() && evening.letters().await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_confirms_late_is_numbered_by_the_clock(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    evening.participant_as("men", Status::Confirmed).await;
    assert_eq!(latecomers::due(&evening.app).await.unwrap(), 0, "an organizer issues the first badges");
    evening.organizer.post(BADGES, json!({})).await;
    let late = evening.participant_as("men", Status::Confirmed).await;
    assert_eq!(latecomers::due(&evening.app).await.unwrap(), 1);
    assert_eq!(latecomers::due(&evening.app).await.unwrap(), 0);
    assert_eq!(late.get(MINE).await.json["badge"], "男002");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_day_before_everyone_who_comes_is_reminded_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    evening.change(|row| row.starts_at = Set(evening.app.now() + hours(30))).await;
    let him = evening.participant_as("men", Status::Confirmed).await;
    let gone = evening.participant_as("women", Status::Confirmed).await;
    evening.organizer.post(BADGES, json!({})).await;
    evening.stands(&gone, Status::Withdrawn).await;

    assert_eq!(remind::due(&evening.app).await.unwrap(), 0, "30 hours before is too early");
    evening.clock.advance(hours(7));
    assert_eq!(remind::due(&evening.app).await.unwrap(), 1);
    assert_eq!(remind::due(&evening.app).await.unwrap(), 0);
    let letters = evening.letters_to(&him, "reminder").await;
    assert!(letters[0].subject.contains("明天见") && letters[0].plain.contains("/e/qixi/badge"));
    assert!(evening.letters_to(&gone, "reminder").await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reminder_knows_which_day_it_is_and_whose_clock(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    // Three hours from now it is the same day in Shanghai, and another one in Auckland.
    evening.change(|row| row.starts_at = Set(evening.app.now() + hours(3))).await;
    let him = evening.participant_as("men", Status::Confirmed).await;
    evening.organizer.post(BADGES, json!({})).await;
    let badge_letter = evening.letters_to(&him, "badge").await.remove(0);
    assert!(badge_letter.plain.contains("时间：8月22日 周六 17:00\n"), "{}", badge_letter.plain);
    assert_eq!(remind::due(&evening.app).await.unwrap(), 1);
    let letter = evening.letters_to(&him, "reminder").await.remove(0);
    assert!(letter.subject.contains("今天见") && !letter.plain.contains("明天"), "{}", letter.subject);

    evening
        .change(|row| {
            row.timezone = Set("Pacific/Auckland".to_owned());
            row.starts_at = Set(evening.app.now() + hours(7));
        })
        .await;
    let her = evening.participant_as("women", Status::Confirmed).await;
    evening.organizer.post(BADGES, json!({})).await;
    assert_eq!(remind::due(&evening.app).await.unwrap(), 1);
    let letter = evening.letters_to(&her, "reminder").await.remove(0);
    assert!(letter.subject.contains("明天见"), "{}", letter.subject);
    assert!(letter.plain.contains("8月23日 周日 01:00（Pacific/Auckland 时间）"), "{}", letter.plain);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_letter_about_an_application_says_whose_clock_it_means(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    for zone in ["Asia/Shanghai", "Pacific/Auckland"] {
        evening.change(|row| row.timezone = Set(zone.to_owned())).await;
        let him = evening.participant_as("men", Status::Applied).await;
        let path = format!("/api/v1/events/qixi/registrations/{}/decision", him.registration_id);
        assert_eq!(evening.organizer.post(&path, json!({ "decision": "approve" })).await.status, 200);
        let letter = evening.letters_to(&him, "approved").await.remove(0).plain;
        let times: Vec<&str> = letter.lines().filter(|line| line.contains(" 周")).collect();
        assert!(!times.is_empty(), "{letter}");
        for line in times {
            assert_eq!(line.contains("（Pacific/Auckland 时间）"), zone != "Asia/Shanghai", "{line}");
        }
    }
}
