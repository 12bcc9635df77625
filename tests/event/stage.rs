//! 大屏: what the hall sees, step by step.

use queqiao::events::crew::Role;
use rstest::rstest;
use serde_json::{Value, json};

use crate::couples::consent;
use crate::evening::Answer;
use crate::evening::Engine::{self, Postgres, Sqlite};
use crate::evening::Person;
use crate::live::Ear;
use crate::picks::{Hall, ROUNDS, mine};

const STAGE: &str = "/api/v1/events/qixi/stage";

/// A hall where every man and the woman of his number picked each other, and those of the first
/// `willing` pairs would walk on stage; the ids of their matches.
async fn matched(engine: Engine, pairs: u32, willing: usize) -> Option<(Hall, Vec<String>)> {
    let hall = Hall::begin(engine, pairs).await?;
    let n = hall.open(1).await;
    let path = format!("{ROUNDS}/{n}/picks");
    for (place, (man, woman)) in hall.men.iter().zip(&hall.women).enumerate() {
        for (person, side) in [(man, '女'), (woman, '男')] {
            let picks = json!({ "badges": [format!("{side}{:03}", place + 1)], "stage": place < willing });
            assert_eq!(person.put(&path, picks).await.status, 200);
        }
    }
    assert_eq!(hall.close(n).await.status, 200);
    let mut matches = Vec::new();
    for man in &hall.men {
        matches.push(mine(man, n).await.json["matches"][0]["id"].as_str().unwrap().to_owned());
    }
    Some((hall, matches))
}

async fn stage(host: &Person) -> Value {
    host.get(STAGE).await.json
}

async fn show(host: &Person, cue: Value) -> Answer {
    let from = stage(host).await["moves"].clone();
    host.post(&format!("{STAGE}/show"), json!({ "from": from, "cue": cue })).await
}

fn couple(id: &Value, reveals: &str) -> Value {
    json!({ "kind": "couple", "couple": id, "reveals": reveals })
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_couple_is_revealed_numbers_first_and_every_step_can_be_taken_back(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some((hall, matches)) = matched(engine, 2, 2).await else { return };
    let mut screen = Ear::of(&hall.host, "?as=screen", None).await;
    screen.hear_until("/stage/shows/kind", json!("welcome")).await;
    for person in [&hall.men[0], &hall.women[0]] {
        consent(person, &matches[0], true, false).await;
    }
    let id = stage(&hall.host).await["couples"][0]["id"].clone();
    let early = show(&hall.host, couple(&id, "nicknames")).await;
    assert_eq!((early.status, early.code()), (409, "too_soon"));
    let shown = show(&hall.host, couple(&id, "numbers")).await;
    assert_eq!((shown.status, &shown.json["couples"][0]["state"]), (200, &json!("revealed")), "{}", shown.text());
    let heard = screen.hear_until("/stage/shows/reveals", json!("numbers")).await;
    let pair = &heard["stage"]["shows"]["pair"];
    assert_eq!((&pair[0]["badge"], &pair[1]["badge"]), (&json!("女001"), &json!("男001")));
    assert!(pair[0]["nickname"].is_null() && !heard.to_string().contains("guest-"), "no name before its time: {heard}");
    assert_eq!(show(&hall.host, couple(&id, "nicknames")).await.status, 200);
    let heard = screen.hear_until("/stage/shows/reveals", json!("nicknames")).await;
    assert!(heard["stage"]["shows"]["pair"][0]["nickname"].as_str().unwrap().starts_with("guest-"));
    // A phone is told that a couple is on, and never who they are by name.
    let phone = Ear::of(&hall.men[1], "", None).await.hear().await.unwrap();
    assert_eq!(phone["stage"]["shows"]["kind"], "couple");
    assert!(!phone.to_string().contains("guest-"), "{phone}");
    assert_eq!(show(&hall.host, couple(&id, "bridge")).await.json["couples"][0]["state"], "crossed");
    for before in ["nicknames", "numbers"] {
        let from = stage(&hall.host).await["moves"].clone();
        let undone = hall.host.post(&format!("{STAGE}/undo"), json!({ "from": from })).await;
        assert_eq!((undone.status, &undone.json["shows"]["reveals"]), (200, &json!(before)), "{}", undone.text());
        screen.hear_until("/stage/shows/reveals", json!(before)).await;
    }
    let from = stage(&hall.host).await["moves"].clone();
    assert_eq!(hall.host.post(&format!("{STAGE}/undo"), json!({ "from": from })).await.json["can_undo"], false);
    let nothing = hall.host.post(&format!("{STAGE}/undo"), json!({ "from": stage(&hall.host).await["moves"] })).await;
    assert_eq!((nothing.status, nothing.code()), (409, "nothing_to_undo"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_who_said_yes_before_and_after_is_called_and_may_leave_at_once(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some((hall, matches)) = matched(engine, 3, 2).await else { return };
    // The first couple says yes, of the second only one, and the third would not go on stage.
    for person in [&hall.men[0], &hall.women[0]] {
        consent(person, &matches[0], true, false).await;
    }
    consent(&hall.men[1], &matches[1], true, false).await;
    for person in [&hall.men[2], &hall.women[2]] {
        consent(person, &matches[2], true, false).await;
    }
    let couples = stage(&hall.host).await["couples"].clone();
    assert_eq!(couples.as_array().unwrap().len(), 1, "{couples}");
    let all = hall.host.get("/api/v1/events/qixi/couples").await.json["items"].clone();
    let shy = all.as_array().unwrap().iter().find(|couple| couple["on_stage"] == false).unwrap()["id"].clone();
    let refused = show(&hall.host, couple(&shy, "numbers")).await;
    assert_eq!((refused.status, refused.code()), (409, "not_for_stage"));
    let id = couples[0]["id"].clone();
    let mut screen = Ear::of(&hall.host, "?as=screen", None).await;
    show(&hall.host, couple(&id, "numbers")).await;
    show(&hall.host, couple(&id, "nicknames")).await;
    screen.hear_until("/stage/shows/reveals", json!("nicknames")).await;
    consent(&hall.women[0], &matches[0], false, false).await;
    let gone = screen.hear_until("/stage/shows/kind", json!("blank")).await;
    let left = gone["stage"].to_string();
    assert!(!left.contains("guest-") && !left.contains("001"), "{left}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_consoles_one_acts_and_the_other_looks_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, matches)) = matched(engine, 1, 1).await else { return };
    for person in [&hall.men[0], &hall.women[0]] {
        consent(person, &matches[0], true, false).await;
    }
    let from = stage(&hall.host).await["moves"].clone();
    let (path, body) = (format!("{STAGE}/show"), |kind: &str| json!({ "from": from, "cue": { "kind": kind } }));
    let (one, other) = tokio::join!(hall.host.post(&path, body("dates")), hall.host.post(&path, body("choosing")));
    let mut answers = [(one.status, one.code().to_owned()), (other.status, other.code().to_owned())];
    answers.sort();
    assert_eq!(answers, [(200, String::new()), (409, "stage_moved".to_owned())]);
    // Set aside, the couple is still there and can be called.
    let id = stage(&hall.host).await["couples"][0]["id"].clone();
    show(&hall.host, couple(&id, "numbers")).await;
    let from = stage(&hall.host).await["moves"].clone();
    let aside = hall.host.post(&format!("{STAGE}/set-aside"), json!({ "from": from, "couple": id })).await;
    assert_eq!((&aside.json["shows"]["kind"], &aside.json["couples"][0]["state"]), (&json!("blank"), &json!("aside")));
    assert_eq!(show(&hall.host, couple(&id, "numbers")).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_stage_is_the_hosts(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let desk = hall.evening.crew(Role::Desk).await;
    let stranger = hall.evening.stranger().await;
    for (person, status) in [(&hall.men[0], 403), (&desk, 403), (&stranger, 403), (&hall.evening.visitor(), 401)] {
        assert_eq!(person.get(STAGE).await.status, status);
        let shown = person.post(&format!("{STAGE}/show"), json!({ "from": 0, "cue": { "kind": "blank" } })).await;
        assert_eq!(shown.status, status);
        for page in ["/e/qixi/console", "/e/qixi/stage"] {
            assert_ne!(person.get(page).await.status, 200, "{page}");
        }
    }
    for page in ["/e/qixi/console", "/e/qixi/stage"] {
        assert_eq!(hall.host.get(page).await.status, 200, "{page}");
    }
}
