//! The ranking.

use Engine::{Postgres, Sqlite};
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use super::{BOARD, ENTRIES, SIGN_INS, lines};
use crate::fixtures::evening::{Engine, Evening};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_leaderboard_shows_nicknames_ranks_and_the_cut(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let women = evening.participants("women", 4, Status::Approved).await;
    let man = evening.participant("men").await;
    evening.participant_as("women", Status::Applied).await;
    evening.change_registration(&women[0], |row| row.class = Set(2)).await;
    evening.organizer.post(ENTRIES, lines(&[&women[0], &women[1]], "profile", None, None)).await;
    evening.organizer.post(ENTRIES, lines(&[&women[2], &women[3]], "game", None, None)).await;

    let board = women[3].get(BOARD).await;
    assert_eq!(board.status, 200, "{}", board.text());
    let place = |rank: i32, nickname: &str, points: i32, me: bool| json!({"rank": rank, "nickname": nickname, "points": points, "me": me});
    // Four seats are two a side; who attended lately stands behind everybody else.
    let all = [
        place(1, "guest-2", 20, false),
        place(2, "guest-3", 2, false),
        place(2, "guest-4", 2, true),
        place(4, "guest-1", 20, false),
    ];
    assert_eq!(board.json["top"], json!(all));
    assert_eq!((&board.json["me"], &board.json["around"]), (&all[2], &json!(all)));
    assert_eq!((&board.json["cut"], &board.json["people"]), (&json!({"seats": 2, "points": 2}), &json!(4)));
    let of_men = women[3].get(&format!("{BOARD}?side=men")).await;
    assert_eq!((&of_men.json["me"], &of_men.json["around"]), (&Value::Null, &json!([])));
    assert_eq!((&of_men.json["cut"], &of_men.json["people"]), (&json!({"seats": 2, "points": null}), &json!(1)));
    assert_eq!(man.get(BOARD).await.json["side"], "men");
    for person in [&women[0], &man] {
        let text = person.get(BOARD).await.text();
        assert!(
            !text.contains(&women[1].registration_id.to_string()) && !text.contains(&women[1].account_id.to_string())
        );
    }

    assert_eq!(evening.organizer.get(BOARD).await.code(), "not_registered");
    assert_eq!(evening.visitor().get(BOARD).await.status, 401);
    assert_eq!(man.get(&format!("{BOARD}?side=left")).await.status, 422);
    assert_eq!(man.get("/api/v1/events/nowhere/leaderboard").await.status, 404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_board_is_shared_and_never_older_than_two_seconds(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    assert_eq!(her.get(BOARD).await.json["me"]["points"], 0);
    her.post(SIGN_INS, json!({})).await;
    assert_eq!(her.get(BOARD).await.json["me"]["points"], 0, "read a moment ago, for everybody");
    evening.clock.advance(chrono::Duration::seconds(2));
    assert_eq!(her.get(BOARD).await.json["me"]["points"], 4);
}
