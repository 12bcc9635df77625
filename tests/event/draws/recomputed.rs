//! What was published before a draw and what it came to fit together, for anybody.

use std::collections::HashSet;
use std::fs;

use futures_util::future::join_all;
use queqiao::audit::entry;
use queqiao::events::phase::Phase;
use queqiao_screening::draw_record::{self, Record};
use queqiao_screening::{draw, lottery};
use rstest::rstest;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};

use super::{BEACON, DRAWS, SPELLED, by_calls, call, fix, fixed, hold, one, planned, public, winners};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::Hall;
use crate::fixtures::person::{Person, refused};
use crate::fixtures::process;

/// The root somebody comes to from their own line.
fn climbed(proof: &Value) -> String {
    let text = |name: &str| proof[name].as_str().unwrap();
    let hash = |text: &str| draw_record::hash(text).unwrap();
    let path: Vec<lottery::Hash> =
        proof["path"].as_array().unwrap().iter().map(|one| hash(one.as_str().unwrap())).collect();
    let leaf = lottery::leaf_of(&draw_record::salt(text("salt")).unwrap(), text("row"));
    assert_eq!(leaf, hash(text("leaf")));
    let place = |name: &str| usize::try_from(proof[name].as_u64().unwrap()).unwrap();
    let root = lottery::climbed(leaf, place("place"), place("leaves"), &path).unwrap();
    data_encoding::HEXLOWER.encode(&root)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_draw_by_a_public_number_is_computed_again_by_anybody(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 4).await else { return };
    let (evening, organizer) = (&hall.evening, &hall.evening.organizer);
    let number =
        planned(organizer, public(&json!([{ "name": "一等", "seats": 1 }, { "name": "二等", "seats": 2 }]))).await;
    let visitor = evening.visitor();
    // What is only planned is nobody's business.
    assert_eq!(visitor.get(DRAWS).await.json["items"], json!([]));
    refused(&visitor.get(&format!("{DRAWS}/{number}/file")).await, 404, "not_found");
    refused(&hold(organizer, number, Some(BEACON)).await, 409, "draw_not_fixed");
    let fixed = fix(organizer, number).await.json;
    assert_eq!((&fixed["people"], &fixed["beacon"]), (&json!(8), &Value::Null), "{fixed}");
    refused(&fix(organizer, number).await, 409, "draw_fixed");
    let published = visitor.get(DRAWS).await.json["items"][0].clone();
    assert_eq!(published["fingerprint"], fixed["fingerprint"]);
    let announcement = published["announcement"].as_str().unwrap();
    let fingerprint = data_encoding::HEXLOWER.encode(&draw_record::fingerprint(announcement));
    assert_eq!(published["fingerprint"], json!(fingerprint));
    assert!(
        announcement.contains("双色球 2026090 期") && announcement.contains(published["list_root"].as_str().unwrap())
    );
    let (announced, at) = (serde_json::from_str::<Value>(announcement).unwrap(), &published["fixed_at"]);
    let moment = |at: &Value| at.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!(moment(&announced["fixed_at"]), moment(at), "the file itself says when");
    // Nobody knows their own ticket while a number could still be chosen for it.
    let early = hall.men[0].get(&format!("{DRAWS}/{number}/me")).await;
    assert_eq!((early.status, &early.json["proof"]), (200, &Value::Null), "{}", early.text());
    let unknown = hold(organizer, number, None).await;
    assert_eq!((unknown.status, &unknown.json["errors"][0]["field"]), (422, &json!("beacon")));
    assert_eq!(hold(organizer, number, Some("+ -")).await.status, 422);
    // Nobody chooses another seed by how they write the number down.
    let held = hold(organizer, number, Some(" ０１,05  09/17-22  31 + 08 ")).await;
    assert_eq!((held.status, &held.json["state"]), (200, &json!("held")), "{}", held.text());
    assert_eq!(held.json["beacon"], SPELLED);
    assert_eq!((winners(&held.json, 0).len(), winners(&held.json, 1).len()), (1, 2));
    // The file holds leaves and nobody's number, name or badge.
    let file = visitor.get(&format!("{DRAWS}/{number}/file")).await;
    let record = Record::verify(&file.bytes).unwrap();
    for secret in ["A00", "guest-", "男0", "女0", &hall.men[0].registration_id.to_string()] {
        assert!(!file.text().contains(secret), "{secret}: {}", file.text());
    }
    assert_eq!(json!(record.seed), held.json["seed"]);
    let whole = organizer.get(&format!("{DRAWS}/{number}/record")).await;
    assert_eq!(Record::verify(&whole.bytes).unwrap().won, record.won);
    refused(&hall.host.get(&format!("{DRAWS}/{number}/record")).await, 403, "wrong_role");
    // Everybody in the list finds their line below what was published before.
    for person in hall.men.iter().chain(&hall.women) {
        let line = person.get(&format!("{DRAWS}/{number}/me")).await.json;
        assert_eq!(json!(climbed(&line["proof"])), published["list_root"], "{line}");
    }
    told_as_drawn(&hall, number, &record).await;
}

/// Each person is told what the record says of their leaf, and has one letter where they won.
async fn told_as_drawn(hall: &Hall, number: i64, record: &Record) {
    for person in hall.men.iter().chain(&hall.women) {
        let line = person.get(&format!("{DRAWS}/{number}/me")).await.json;
        let leaf = line["proof"]["leaf"].as_str().unwrap().to_owned();
        let won: Vec<&str> = ["一等", "二等"]
            .into_iter()
            .zip(&record.won)
            .filter(|(_, won)| won.contains(&leaf))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(line["won"], json!(won), "{line}");
        let ticket =
            draw::ticket(&draw_record::hash(&record.seed).unwrap(), &draw_record::hash(&leaf).unwrap(), 1, false);
        assert_eq!(line["proof"]["tickets"], json!([data_encoding::HEXLOWER.encode(&ticket)]));
        let letters = hall.evening.letters_to(person, "draw_won").await;
        assert_eq!(letters.len(), won.len(), "{line}");
        assert!(letters.iter().all(|letter| letter.plain.contains(won[0])));
    }
    let deeds =
        entry::Entity::find().filter(entry::Column::Action.starts_with("draw_")).order_by_asc(entry::Column::Id);
    let deeds = deeds.select_only().column(entry::Column::Action).into_tuple::<String>();
    assert_eq!(
        deeds.all(hall.evening.app.database.reader()).await.unwrap(),
        ["draw_planned", "draw_fixed", "draw_held"]
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_press_draw_and_there_is_one_outcome(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 5).await else { return };
    let number = fixed(&hall.evening.organizer, public(&one("书", 3))).await;
    let hands = (0..32).map(|hand| {
        let person = if hand % 2 == 0 { hall.evening.organizer.clone() } else { hall.host.clone() };
        tokio::spawn(async move { hold(&person, number, Some(&format!("beacon {hand}"))).await })
    });
    let answers: Vec<_> = join_all(hands).await.into_iter().map(Result::unwrap).collect();
    let (held, late): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((held.len(), late.len()), (1, 31));
    late.iter().for_each(|answer| refused(answer, 409, "draw_held"));
    let published = hall.evening.visitor().get(DRAWS).await.json["items"][0].clone();
    assert_eq!((&published["beacon"], &published["prizes"]), (&held[0].json["beacon"], &held[0].json["prizes"]));
    let letters = hall.evening.letters().await.into_iter().filter(|letter| letter.kind == "draw_won").count();
    assert_eq!((winners(&published, 0).iter().collect::<HashSet<_>>().len(), letters), (3, 3));
    // Nor does the list become another one under many hands.
    let number = planned(&hall.evening.organizer, public(&one("笔", 1))).await;
    let hands = (0..16).map(|_| {
        let person = hall.evening.organizer.clone();
        tokio::spawn(async move { fix(&person, number).await.status })
    });
    let statuses: Vec<u16> = join_all(hands).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn numbers_called_from_the_floor_decide(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 4).await else { return };
    let host = &hall.host;
    let number = planned(host, by_calls(&one("巧克力", 2))).await;
    refused(&call(host, number, "女001", 17, 0).await, 409, "draw_not_fixed");
    assert_eq!(fix(host, number).await.status, 200);
    // Whoever knew their own ticket would know which number to call.
    let line = hall.men[0].get(&format!("{DRAWS}/{number}/me")).await;
    assert_eq!((line.status, &line.json["proof"]), (200, &Value::Null));
    assert!(!line.text().contains("salt"), "{}", line.text());
    let taken_home = hall.evening.takes_home(&hall.men[0]).await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(taken_home.bytes)).unwrap();
    let home: Value = serde_json::from_reader(zip.by_name("draws.json").unwrap()).unwrap();
    assert_eq!((home["lines"].as_array().unwrap().len(), &home["lines"][0]["leaf"]), (1, &Value::Null), "{home}");
    refused(&hall.men[0].get(&format!("{DRAWS}/{number}/record")).await, 403, "wrong_role");
    refused(&hall.evening.organizer.get(&format!("{DRAWS}/{number}/record")).await, 404, "not_found");
    refused(&hold(host, number, None).await, 409, "too_few_calls");
    let first = call(host, number, "女001", 17, 0).await;
    assert_eq!((first.status, &first.json["calls"]), (200, &json!([17])), "{}", first.text());
    refused(&call(host, number, "男002", 4, 0).await, 409, "calls_moved");
    for (badge, code) in [("女001", "already_called"), ("女099", "unknown_badge"), ("甲", "unknown_badge")] {
        let refused = call(host, number, badge, 4, 1).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["code"]), (422, &json!(code)), "{badge}");
    }
    assert_eq!(call(host, number, "男002", 44, 1).await.status, 200);
    let back = host.delete(&format!("{DRAWS}/{number}/calls?from=2")).await;
    assert_eq!((back.status, &back.json["calls"]), (200, &json!([17])), "{}", back.text());
    assert_eq!(call(host, number, "男002", 4, 1).await.status, 200);
    refused(&hold(host, number, None).await, 409, "too_few_calls");
    assert_eq!(call(host, number, "女003", 233, 2).await.status, 200);
    assert_eq!(hold(host, number, Some("一二三")).await.status, 422, "nobody but the hall decides");
    let held = hold(host, number, None).await;
    assert_eq!((held.status, &held.json["beacon"]), (200, &json!("17 4 233")), "{}", held.text());
    refused(&call(host, number, "女004", 5, 3).await, 409, "draw_held");
    let line = hall.men[0].get(&format!("{DRAWS}/{number}/me")).await.json;
    assert_eq!(json!(climbed(&line["proof"])), held.json["list_root"]);
    let by_number = fixed(&hall.evening.organizer, public(&one("书", 1))).await;
    refused(&call(host, by_number, "女001", 1, 0).await, 409, "no_calls_here");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hosts_type_the_same_call_and_it_counts_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::begin(engine, 4).await else { return };
    let number = fixed(&hall.host, by_calls(&one("书", 1))).await;
    let hands = (0..24).map(|hand| {
        let host = hall.host.clone();
        let badge = ["女001", "女002", "男003"][hand % 3];
        tokio::spawn(async move { call(&host, number, badge, 7, 0).await.status })
    });
    let statuses: Vec<u16> = join_all(hands).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(hall.evening.visitor().get(DRAWS).await.json["items"][0]["calls"], json!([7]));
    // Nor is a number taken back once the evening is over.
    hall.evening.move_to(Phase::Closed).await;
    refused(&hall.host.delete(&format!("{DRAWS}/{number}/calls?from=1")).await, 409, "phase_closed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_program_recomputes_the_file(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 3).await else { return };
    let (evening, organizer) = (&hall.evening, &hall.evening.organizer);
    let number = fixed(organizer, public(&one("书", 2))).await;
    assert_eq!(hold(organizer, number, Some(BEACON)).await.status, 200);
    let file = evening.folder().join("draw.json");
    let verify = |text: &str| {
        fs::write(&file, text).unwrap();
        process::told_by(evening, &["verify", &file.display().to_string()])
    };
    for path in ["file", "record"] {
        let text = organizer.get(&format!("{DRAWS}/{number}/{path}")).await.text();
        assert_eq!(verify(&text), (0, String::new()), "{path}");
        let (status, why) = verify(&text.replace("01 05", "01 06"));
        assert!(status == 1 && why.contains("seed"), "{status} {why}");
    }
    let (status, _) = verify("{\"announcement\":{\"format\":\"queqiao/draw/v9\"}}");
    assert_eq!(status, 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_draw_that_was_tampered_with_is_found(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 3).await else { return };
    let (evening, organizer) = (&hall.evening, &hall.evening.organizer);
    let number = fixed(organizer, public(&json!([{ "name": "书", "seats": 1 }, { "name": "茶", "seats": 1 }]))).await;
    assert_eq!(hold(organizer, number, Some(BEACON)).await.status, 200);
    let keys = queqiao::picks::round::keys(&evening.app).await.unwrap();
    let wrong = async || {
        let findings = queqiao::commands::doctor::examine(evening.app.database.reader(), &keys).await.unwrap();
        let draws = findings.into_iter().find(|finding| finding.check == "draws").unwrap();
        assert_eq!(draws.examined, 1);
        !draws.wrong.is_empty()
    };
    assert!(!wrong().await);
    for (tampering, mending) in [
        ("UPDATE draw SET beacon = '1'", format!("UPDATE draw SET beacon = '{SPELLED}'")),
        ("UPDATE draw SET people = people + 1", "UPDATE draw SET people = people - 1".to_owned()),
        ("UPDATE draw_win SET prize = 13 - prize", "UPDATE draw_win SET prize = 13 - prize".to_owned()),
        ("UPDATE draw SET file = replace(file, '01 05', '01 06')", String::new()),
    ] {
        let txn = evening.app.database.begin_write().await.unwrap();
        txn.execute_unprepared(tampering).await.unwrap();
        txn.commit().await.unwrap();
        assert!(wrong().await, "{tampering}");
        if !mending.is_empty() {
            let txn = evening.app.database.begin_write().await.unwrap();
            txn.execute_unprepared(&mending).await.unwrap();
            txn.commit().await.unwrap();
            assert!(!wrong().await, "{mending}");
        }
    }
}

/// Somebody's draws, as they are told of them.
pub async fn mine(person: &Person) -> Value {
    person.get(&format!("{DRAWS}/me")).await.json["items"].clone()
}
