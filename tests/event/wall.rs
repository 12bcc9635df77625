//! What may be on the wall besides couples, and what people are called there.

use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use crate::fixtures::couples::consent;
use crate::fixtures::ear::Ear;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::{Hall, ROUNDS, mine};
use crate::fixtures::person::Person;
use crate::fixtures::stage::{STAGE, couple, matched, show, stage};

const PROGRAMME: &str = "/api/v1/events/qixi/programme";

/// What somebody is told of the wall, once it is this.
async fn scene_of(person: &Person, query: &str, kind: &str) -> Value {
    let mut ear = Ear::of(person, query, None).await;
    ear.hear_until("/stage/shows/kind", json!(kind)).await["stage"]["shows"].clone()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_night_is_a_switch(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, matches)) = matched(engine, 1, 1).await else { return };
    for person in [&hall.men[0], &hall.women[0]] {
        consent(person, &matches[0], true, false).await;
    }
    let id = stage(&hall.host).await["couples"][0]["id"].clone();
    show(&hall.host, couple(&id, "numbers")).await;
    show(&hall.host, couple(&id, "nicknames")).await;
    assert_eq!(stage(&hall.host).await["dark"], false);
    let dark = show(&hall.host, json!({ "kind": "blank" })).await.json;
    assert_eq!((&dark["dark"], &dark["shows"]["kind"]), (&json!(true), &json!("blank")));
    // Once more is no further step, so that one step back is light again.
    let twice = show(&hall.host, json!({ "kind": "blank" })).await.json;
    assert_eq!(twice["moves"], dark["moves"]);
    let light = hall.host.post(&format!("{STAGE}/undo"), json!({ "from": dark["moves"] })).await.json;
    assert_eq!((&light["shows"]["reveals"], &light["dark"]), (&json!("nicknames"), &json!(false)));
    // Whoever was set aside does not come back with the light.
    let aside = json!({ "from": light["moves"], "couple": id });
    let aside = hall.host.post(&format!("{STAGE}/set-aside"), aside).await.json;
    assert_eq!((&aside["shows"]["kind"], &aside["dark"]), (&json!("blank"), &json!(false)));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_is_called_with_two_people(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let n = hall.open(2).await;
    let path = format!("{ROUNDS}/{n}/picks");
    for (person, badges, willing) in [
        (&hall.men[0], ["女001", "女002"].as_slice(), true),
        (&hall.women[0], &["男001"], true),
        (&hall.women[1], &["男001"], false),
    ] {
        assert_eq!(person.put(&path, json!({ "badges": badges, "stage": willing })).await.status, 200);
    }
    assert_eq!(hall.close(n).await.status, 200);
    let of = async |person: &Person| mine(person, n).await.json["matches"][0]["id"].as_str().unwrap().to_owned();
    let (first, second) = (of(&hall.women[0]).await, of(&hall.women[1]).await);
    for (person, found) in
        [(&hall.men[0], &second), (&hall.women[1], &second), (&hall.men[0], &first), (&hall.women[0], &first)]
    {
        consent(person, found, true, false).await;
    }
    let called = async || {
        let couples = stage(&hall.host).await["couples"].clone();
        let badges = couples.as_array().unwrap().iter().map(|couple| couple["pair"][0]["badge"].clone());
        badges.collect::<Vec<Value>>()
    };
    assert_eq!(called().await, ["女001"], "the stable choice goes first, though the others agreed before");
    consent(&hall.women[0], &first, false, false).await;
    assert_eq!(called().await, ["女002"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn games_and_talents_have_scenes_without_a_name(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let absent = hall.evening.participant_as("men", Status::Confirmed).await;
    for (person, title) in [(&hall.women[1], "吉他弹唱"), (&absent, "没来的节目")] {
        assert_eq!(person.put(&format!("{PROGRAMME}/talent"), json!({ "title": title })).await.status, 204);
    }
    assert_eq!(hall.host.post(&format!("{PROGRAMME}/icebreakers"), json!({})).await.status, 200);
    assert_eq!(hall.host.put(&format!("{PROGRAMME}/groups"), json!({ "groups": 2 })).await.status, 200);
    let count = |list: &Value| {
        let badges = list.as_array().unwrap().iter().flat_map(|one| one["badges"].as_array().unwrap());
        badges.count()
    };
    for (kind, list) in [("icebreaker", "pairs"), ("groups", "groups")] {
        assert_eq!(show(&hall.host, json!({ "kind": kind })).await.status, 200, "{kind}");
        let wall = scene_of(&hall.host, "?as=screen", kind).await;
        assert_eq!(count(&wall[list]), 4, "{wall}");
        assert!(!wall.to_string().contains("guest-"), "{wall}");
        assert_eq!(count(&scene_of(&hall.men[0], "", kind).await[list]), 0);
    }
    let talents = stage(&hall.host).await["talents"].clone();
    assert_eq!(talents.as_array().unwrap().len(), 1, "{talents}");
    assert_eq!((&talents[0]["badge"], &talents[0]["title"]), (&json!("女002"), &json!("吉他弹唱")));
    let cue = json!({ "kind": "talent", "act": talents[0]["id"] });
    let answer = show(&hall.host, cue).await.json;
    assert_eq!(answer["talents"][0]["state"], "revealed");
    let wall = scene_of(&hall.host, "?as=screen", "talent").await;
    assert_eq!(wall, json!({ "kind": "talent", "badge": "女002", "title": "吉他弹唱" }));
    let nobody = show(&hall.host, json!({ "kind": "talent", "act": absent.registration_id })).await;
    assert_eq!((nobody.status, nobody.code()), (409, "not_for_stage"));
    // Whoever thinks better of it leaves the wall.
    assert_eq!(hall.women[1].delete(&format!("{PROGRAMME}/talent")).await.status, 204);
    scene_of(&hall.host, "?as=screen", "blank").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_wall_calls_people_what_they_were_called_at_the_door(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, matches)) = matched(engine, 1, 1).await else { return };
    for person in [&hall.men[0], &hall.women[0]] {
        consent(person, &matches[0], true, false).await;
    }
    let (he, she) = (hall.men[0].nickname(), hall.women[0].nickname());
    hall.evening.calls_themselves(&hall.women[0], "刚改的名字").await;
    let couples = stage(&hall.host).await["couples"].clone();
    let id = couples[0]["id"].clone();
    show(&hall.host, couple(&id, "numbers")).await;
    show(&hall.host, couple(&id, "nicknames")).await;
    let mut screen = Ear::of(&hall.host, "?as=screen", None).await;
    let wall = screen.hear_until("/stage/shows/reveals", json!("nicknames")).await["stage"]["shows"].clone();
    for pair in [&couples[0]["pair"], &wall["pair"]] {
        assert_eq!((&pair[0]["nickname"], &pair[1]["nickname"]), (&json!(she), &json!(he)), "{pair}");
    }
    // On phones they are called what they are called now; who went and came back is no newcomer.
    assert!(hall.men[0].get("/api/v1/matches").await.text().contains("刚改的名字"));
    hall.evening.goes(&hall.women[0]).await;
    hall.evening.change_profile(&hall.women[0], |row| row.nickname = Set("又改了".to_owned())).await;
    assert_eq!(stage(&hall.host).await["couples"][0]["pair"], wall["pair"]);
}

/// What is kept of a name for the wall is the person's own, and goes with them.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_name_at_the_door_leaves_with_the_person(#[values(Sqlite, Postgres)] engine: Engine) {
    use queqiao::checkin::presence;
    use sea_orm::EntityTrait;
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let kept = async || {
        let db = hall.evening.app.database.reader();
        presence::Entity::find_by_id(hall.men[0].registration_id).one(db).await.unwrap().unwrap().nickname
    };
    assert_eq!(kept().await, Some(hall.men[0].nickname()));
    let left = hall.evening.leaves(&hall.men[0]).await;
    assert!(left.status < 300, "{}", left.text());
    assert_eq!(kept().await, None);
}
