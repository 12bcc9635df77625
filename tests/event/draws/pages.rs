//! The pages: set up in the office, drawn beside the console, read by everybody.

use queqiao::events::phase::Phase;
use rstest::rstest;
use serde_json::json;

use super::{BEACON, DRAWS, SPELLED, fixed, hold, one, public, winners};
use crate::fixtures::browser::{Browser, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::Hall;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_host_draws_beside_the_console(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 3).await else { return };
    let host = Browser::of(&hall.evening, &hall.host).await;
    let list = "/e/qixi/console/draws";
    assert_eq!(host.get("/office/e/qixi/draws").await.0, 403, "the office is for organizers");
    assert!(host.get(list).await.1.contains("新的抽奖"));
    let form = [("name", "<b>礼</b>"), ("among.kind", "inside"), ("source.kind", "hall"), ("prizes[0].name", "书")];
    let empty = [("name", ""), ("among.kind", "inside"), ("source.kind", "hall"), ("prizes[2].name", "茶")];
    let (status, page) = read(host.send(list, &empty).await).await;
    assert!(status == 422 && page.contains("id=\"name-wrong\"") && page.contains("value=\"茶\""), "{page}");
    let (status, _) = read(host.send(list, &form[..3]).await).await;
    assert_eq!(status, 422, "a draw without a prize is none");
    assert_eq!(host.send(list, &form).await.status().as_u16(), 303);
    let sheet = format!("{list}/1");
    assert_eq!(host.send(&format!("{sheet}/fix"), &[]).await.status().as_u16(), 303);
    let (_, page) = host.get(&sheet).await;
    assert!(
        page.contains("id=\"fingerprint\"") && page.contains("&lt;b&gt;") || page.contains("&#60;b&#62;"),
        "{page}"
    );
    for (from, badge) in ["女001", "m2", "女003"].into_iter().enumerate() {
        let from = from.to_string();
        let sent = host.send(&format!("{sheet}/calls"), &[("badge", badge), ("number", "１７"), ("from", &from)]).await;
        assert_eq!(sent.status().as_u16(), 303, "{}", read(sent).await.1);
    }
    let (status, page) =
        read(host.send(&format!("{sheet}/calls"), &[("badge", "女001"), ("number", "3"), ("from", "3")]).await).await;
    assert!(status == 422 && page.contains("已经报过数"), "{page}");
    let wrong = [("badge", "女002"), ("number", "10000"), ("from", "3")];
    let (status, page) = read(host.send(&format!("{sheet}/calls"), &wrong).await).await;
    assert!(status == 422 && page.contains("id=\"number-wrong\""), "{page}");
    assert_eq!(host.send(&format!("{sheet}/hold"), &[]).await.status().as_u16(), 303);
    let (status, page) = read(host.send(&format!("{sheet}/hold"), &[]).await).await;
    assert!(status == 409 && page.contains("已经开过奖"), "{page}");
    let drawn = hall.evening.visitor().get(DRAWS).await.json["items"][0].clone();
    assert!(host.get(&sheet).await.1.contains(&winners(&drawn, 0)[0]));
    assert!(host.get("/e/qixi/console").await.1.contains(list));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_reads_the_outcome_and_whoever_is_in_it_their_own_line(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::begin(engine, 2).await else { return };
    let organizer = hall.evening.organizer.clone();
    let number = fixed(&organizer, public(&one("书", 4))).await;
    let path = format!("/e/qixi/draws/{number}");
    let office = Browser::of(&hall.evening, &organizer).await;
    for page in ["/office/e/qixi/draws", &format!("/office/e/qixi/draws/{number}")] {
        assert_eq!(office.get(page).await.0, 200, "{page}");
    }
    let (him, visitor) = (Browser::of(&hall.evening, &hall.men[0]).await, Browser::open(&hall.evening));
    let (_, page) = him.get(&path).await;
    assert!(page.contains("你在名单里") && page.contains("双色球 2026090 期"), "{page}");
    assert!(him.get("/e/qixi/draws").await.1.contains("我在名单里"));
    let sent = office.send(&format!("/office/e/qixi/draws/{number}/hold"), &[("beacon", BEACON)]).await;
    assert_eq!(sent.status().as_u16(), 303);
    let (_, page) = him.get(&path).await;
    assert!(page.contains("你抽中了：书") && page.contains("验算自己的一行"), "{page}");
    let (status, page) = visitor.get(&path).await;
    assert!(status == 200 && page.contains("男001") && page.contains(SPELLED), "{page}");
    for secret in ["guest-", "A0001", "我的这一行"] {
        assert!(!page.contains(secret), "{secret}: {page}");
    }
    // English, too.
    let english = visitor.request(reqwest::Method::GET, &path).header("Accept-Language", "en").send().await.unwrap();
    assert!(read(english).await.1.contains("Who won"));
    let stranger = Browser::of(&hall.evening, &hall.evening.stranger().await).await;
    assert_eq!(stranger.get(&format!("/office/e/qixi/draws/{number}")).await.0, 403);
    let home = hall.evening.takes_home(&hall.men[0]).await;
    assert_eq!(home.status, 200);
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(home.bytes)).unwrap();
    let draws: serde_json::Value = serde_json::from_reader(zip.by_name("draws.json").unwrap()).unwrap();
    assert_eq!(draws["lines"][0]["prizes"], json!([1]), "{draws}");
    hall.evening.move_to(Phase::Closed).await;
    assert_eq!(visitor.get(&path).await.0, 200);
    assert_eq!(hold(&organizer, number, Some("2")).await.code(), "draw_held");
}
