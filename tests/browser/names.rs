//! Names that read from right to left, wherever a script writes them: they stand by themselves, and turn nothing
//! beside them.

use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::language::Language;
use queqiao::registrations::registration::Side;
use rstest::rstest;
use serde_json::json;

use crate::big_screen::{couples, shows};
use crate::desk::{at_the_desk, code_of, guests, wait_for_result, wedge};
use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::fixtures::hall::guest;
use crate::hall::Hall;
use crate::window::{ENTER, Screen, Window};

const NAME: &str = "שרה (VIP) 2";

/// Waits until the name stands somewhere in a part of the page, and looks at everything that holds it itself.
async fn stands_alone(window: &Window, part: &str) {
    let holders = format!(
        "[...document.querySelectorAll('{part}, {part} *')].filter((one) => one.checkVisibility()
            && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.includes('{NAME}')))"
    );
    window.until_true(&format!("{holders}.length > 0")).await;
    let alone = format!(
        "{holders}.map((one) => [one.textContent, getComputedStyle(one).unicodeBidi]).filter(([text, way]) =>
            text.trim() !== '{NAME}' || !['isolate', 'isolate-override', 'plaintext'].includes(way))"
    );
    assert_eq!(window.run(&alone).await, json!([]), "{part}: a name that turns what stands beside it");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_name_from_right_to_left_turns_nothing_at_the_desk(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let guests = guests(&hall).await;
    hall.evening.calls_themselves(&guests[0], NAME).await;
    let phone = at_the_desk(&hall, &hall.evening.address, "东门", Screen::Phone, &[]).await;
    wedge(&phone, &code_of(&guests[0]).await).await;
    wait_for_result(&phone, 1, "男001").await;
    stands_alone(&phone, "#desk-result").await;
    // A name that is looked for by whoever lost the badge.
    phone.click("#desk-search-act").await;
    phone.fill("name", "שרה").await;
    phone.keys(&ENTER.to_string()).await;
    stands_alone(&phone, "#desk-search").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_name_from_right_to_left_turns_nothing_on_console_and_wall(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    for (side, number) in [(Side::Men, 1), (Side::Women, 1)] {
        let person = guest(&hall.evening, side, number + 20).await;
        hall.evening.calls_themselves(&person, NAME).await;
    }
    couples(&hall, 2).await;
    let txn = hall.evening.app.database.begin_write().await.unwrap();
    let renamed = format!("UPDATE presence SET nickname = '{NAME}'");
    sea_orm::ConnectionTrait::execute_unprepared(&txn, &renamed).await.unwrap();
    txn.commit().await.unwrap();
    let host = hall.evening.crew(Role::Host).await;
    let (console, wall) = (hall.laptop().await, hall.window(Screen::Projector, Language::Zh, &[]).await);
    for window in [&console, &wall] {
        hall.sign_in(window, &host).await;
    }
    console.go("/e/qixi/console").await;
    console.until_true("!!document.getElementById('console').dataset.moves").await;
    stands_alone(&console, "#couples").await;
    wall.go("/e/qixi/stage").await;
    console.keys("5").await;
    for step in ["numbers", "nicknames"] {
        console.until_true("document.getElementById('preview').dataset.kind === 'couple'").await;
        console.until_true("!document.getElementById('console').dataset.busy").await;
        console.keys(&ENTER.to_string()).await;
        shows(&wall, "couple", step).await;
    }
    stands_alone(&wall, "#scene").await;
    stands_alone(&console, "#program").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_name_from_right_to_left_turns_nothing_beside_a_lamp(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let her = guest(&hall.evening, Side::Women, 1).await;
    let him = guest(&hall.evening, Side::Men, 1).await;
    hall.evening.calls_themselves(&him, NAME).await;
    let host = hall.evening.crew(Role::Host).await;
    assert_eq!(host.post("/api/v1/events/qixi/pick-rounds", json!({ "limit": 2 })).await.status, 201);
    assert_eq!(host.post("/api/v1/events/qixi/pick-rounds/1/open", json!({})).await.status, 200);
    let phone = hall.phone().await;
    hall.sign_in(&phone, &her).await;
    phone.go("/e/qixi/picks").await;
    stands_alone(&phone, ".light").await;
    phone.click(".light[value=男001]").await;
    phone.see("已收到").await;
    stands_alone(&phone, "ol.lamps").await;
}
