//! Rank, the distance to the line, points still to be had and the place in the standby line are the same wherever they
//! are told.

use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use serde_json::{Value, json};

use super::enter_points;
use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::Person;

const ME: &str = "/api/v1/events/qixi/registrations/me";
const BOARD: &str = "/api/v1/events/qixi/leaderboard";

/// What every page and call says of where somebody stands.
async fn sentence_of(evening: &Evening, who: &Person) -> (Value, Value, Vec<String>) {
    let browser = Browser::of(evening, who).await;
    let mut pages = Vec::new();
    for path in ["/e/qixi/me", "/e/qixi/leaderboard", "/e/qixi/why"] {
        pages.push(browser.get(path).await.1);
    }
    (who.get(ME).await.json, who.get(BOARD).await.json, pages)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn where_somebody_stands_is_one_truth(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    // Four seats are two a side. The men all stand before the women in the order of the run.
    let women = evening.participants("women", 5, Status::Approved).await;
    let men = evening.participants("men", 5, Status::Approved).await;
    for man in &men {
        enter_points(&evening, man, "profile").await;
    }
    for woman in &women[..3] {
        enter_points(&evening, woman, "game").await;
    }
    let (me, board, pages) = sentence_of(&evening, &women[3]).await;
    assert_eq!((&me["rank"], &me["cut_line"]), (&json!(4), &json!(2)), "{me}");
    assert_eq!((&board["me"]["rank"], &board["cut"]["points"]), (&json!(4), &json!(2)), "{board}");
    for page in &pages[..2] {
        assert!(page.contains("第 4 名") && page.contains("离入选线还差 2 分"), "{page}");
    }

    evening.move_to(Phase::Screening).await;
    assert_eq!(evening.organizer.post("/api/v1/events/qixi/ledger/freeze", json!({})).await.status, 200);
    let run = evening.organizer.post("/api/v1/events/qixi/screening/runs", json!({})).await;
    assert_eq!(run.status, 201, "{}", run.text());
    let mut waits = 0;
    for woman in &women {
        let (me, board, pages) = sentence_of(&evening, woman).await;
        let rank = me["rank"].as_u64().unwrap();
        // The lottery has parted equals: the board, too, gives everybody a rank of their own.
        assert_eq!(board["me"]["rank"], me["rank"], "{board}");
        assert_eq!((&board["cut"]["points"], &me["cut_line"]), (&json!(2), &json!(2)), "{me}");
        let ranked = board["top"].as_array().unwrap().iter().map(|place| place["rank"].as_u64().unwrap());
        assert_eq!(ranked.collect::<Vec<_>>(), [1, 2, 3, 4, 5], "{board}");
        let letter = evening.letters_to(woman, "screened").await.remove(0).plain;
        for sentence in [&pages[0], &pages[1], &pages[2], &letter] {
            assert!(sentence.contains(&format!("第 {rank} 名")), "{rank}: {sentence}");
        }
        if rank <= 2 {
            assert!(pages[0].contains("正好在入选线上") && pages[1].contains("正好在入选线上"), "{}", pages[0]);
            continue;
        }
        waits += 1;
        let short = format!("筛选时，本方再前进 {} 名即可入选", rank - 2);
        let sentence = me["explanation"]["words"].to_string();
        for sentence_of in [&pages[0], &pages[1], &pages[2], &letter, &sentence] {
            assert!(sentence_of.contains(&short), "{short}: {sentence_of}");
        }
        if me["status"] != "waitlisted" {
            continue;
        }
        let place = me["standby_place"].as_u64().unwrap();
        assert_eq!(place, rank - 2, "nobody left the line yet");
        for sentence_of in [&pages[0], &pages[2], &letter] {
            assert!(sentence_of.contains(&format!("候补第 {place} 位")), "{place}: {sentence_of}");
        }
        let office = Browser::of(&evening, &evening.organizer).await;
        let standby = evening.organizer.get("/api/v1/events/qixi/screening/standby").await.json;
        let line = standby["sides"].as_array().unwrap().iter().find(|line| line["side"] == "women").unwrap();
        assert_eq!(line["waiting"][(place - 1) as usize]["number"], me["number"], "{line}");
        assert!(office.get("/office/e/qixi/standby").await.1.contains(me["number"].as_str().unwrap()));
    }
    assert_eq!(waits, 3);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_moved_up_lacks_nothing_and_whoever_left_keeps_their_rank(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    let women = evening.participants("women", 4, Status::Approved).await;
    evening.participants("men", 2, Status::Approved).await;
    for (woman, rules) in women.iter().zip([2, 2, 1, 0]) {
        for rule in ["profile", "game"].iter().take(rules) {
            enter_points(&evening, woman, rule).await;
        }
    }
    evening.move_to(Phase::Screening).await;
    assert_eq!(evening.organizer.post("/api/v1/events/qixi/ledger/freeze", json!({})).await.status, 200);
    let run = evening.organizer.post("/api/v1/events/qixi/screening/runs", json!({})).await;
    assert_eq!(run.status, 201, "{}", run.text());
    evening.move_to(Phase::Confirmation).await;
    let first_choice = json!({ "reply": "decline" });
    assert_eq!(women[0].post("/api/v1/events/qixi/registrations/me/reply", first_choice).await.status, 200);
    let (me, board, pages) = sentence_of(&evening, &women[2]).await;
    assert_eq!((&me["status"], &me["rank"], &board["me"]["rank"]), (&json!("selected"), &json!(3), &json!(3)), "{me}");
    for sentence_of in pages.iter().chain([&me["explanation"]["words"].to_string()]) {
        assert!(!sentence_of.contains("再前进"), "she has a seat: {sentence_of}");
    }
    let (me, _, pages) = sentence_of(&evening, &women[3]).await;
    assert_eq!((&me["rank"], &me["standby_place"]), (&json!(4), &json!(1)), "{me}");
    assert!(
        pages[0].contains("候补第 1 位") && pages[0].contains("筛选时，本方再前进 2 名"),
        "the run stays as it was"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_today_can_still_earn_is_one_truth(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.participant("women").await;
    let browser = Browser::of(&evening, &her).await;
    assert!(browser.get("/e/qixi/points").await.1.contains("线上互动开放时才能得，一共还能得 30 分"), "not yet");
    evening.move_to(Phase::Online).await;
    // Two posts that nobody has approved take all that posts pay today; there is no quiz.
    for _ in 0..2 {
        let put = her.post("/api/v1/events/qixi/posts", json!({ "body": "香山的红叶" })).await;
        assert_eq!(put.status, 201, "{}", put.text());
    }
    let (_, plaza) = browser.get("/e/qixi/plaza").await;
    for said in ["等待通过", "现在没有题", "+4 分"] {
        assert!(plaza.contains(said), "{said}: {plaza}");
    }
    assert!(!plaza.contains("已满"), "{plaza}");
    let (_, points) = browser.get("/e/qixi/points").await;
    for said in ["今天发的在等主办方通过", "现在没有可答的题", "今天还能得 4 分"] {
        assert!(points.contains(said), "{said}: {points}");
    }
    assert!(!points.contains("今天还能得 6 分"), "{points}");
    assert!(browser.get("/e/qixi/me").await.1.contains("今天还能得 4 分"), "the sum of what is on offer");
    browser.send("/e/qixi/plaza/sign-in", &[]).await;
    assert!(browser.get("/e/qixi/me").await.1.contains("今天的分都拿到了"));
    assert!(browser.get("/e/qixi/points").await.1.contains("今天的已经拿到"));
    assert!(browser.get("/e/qixi/plaza").await.1.contains("已满"));
}
