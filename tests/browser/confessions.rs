//! 真情告白 and 祝福 on real phones: one asks, the other is asked in private, the host calls both; and
//! the hall blesses a couple on the bridge.

use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Side;
use rstest::rstest;
use serde_json::json;

use crate::big_screen::{couples, shows};
use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::fixtures::hall::guest;
use crate::hall::Hall;
use crate::window::ENTER;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn he_asks_she_says_yes_and_the_hall_blesses(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let stage = json!({ "stage": { "confessions": { "each": 1, "answer_minutes": 5 } } });
    assert_eq!(hall.evening.organizer.patch("/api/v1/events/qixi", stage).await.status, 200);
    couples(&hall, 1).await;
    let (he, she) = (guest(&hall.evening, Side::Men, 11).await, guest(&hall.evening, Side::Women, 12).await);
    let (his, hers, laptop, screen) =
        (hall.phone().await, hall.phone().await, hall.laptop().await, hall.laptop().await);
    let host = hall.evening.crew(Role::Host).await;
    for (window, person) in [(&his, &he), (&hers, &she), (&laptop, &host), (&screen, &host)] {
        hall.sign_in(window, person).await;
    }
    // She is on the page of the dates when he asks; her phone tells her, and nobody else's.
    hers.go("/e/qixi/dates").await;
    hers.until_true("document.getElementById('asked').hidden").await;
    screen.go("/e/qixi/stage").await;
    laptop.go("/e/qixi/console").await;
    his.go("/e/qixi/confessions").await;
    his.fill("to", "女１２").await;
    his.press("下一步").await;
    his.see("女012").await;
    his.press("确定，请帮我问").await;
    his.see("已经收下").await;
    hers.until_true("!document.getElementById('asked').hidden").await;
    hers.press("有人想在台上对你说几句话，请看一眼").await;
    hers.arrive("/e/qixi/confessions").await;
    hers.see("男011").await;
    laptop.until_true("document.querySelectorAll('[data-confession]').length === 0").await;
    hers.press("愿意上台").await;
    hers.see("已经告诉主持人你愿意").await;
    laptop.until_true("document.querySelectorAll('[data-confession]').length === 1").await;
    laptop.keys("6").await;
    laptop.until_true("document.getElementById('preview').dataset.kind === 'confession'").await;
    laptop.keys(&ENTER.to_string()).await;
    shows(&screen, "confession", "").await;
    screen.see("男011").await;
    let name = &she.nickname();
    assert!(!screen.text().await.contains(name), "a name with the numbers");
    laptop.until_true("!document.getElementById('console').dataset.busy").await;
    laptop.keys(&ENTER.to_string()).await;
    screen.see(name).await;

    // A couple walks the bridge, and every phone may bless them, whichever page is open.
    hers.until_true("document.getElementById('bless').hidden").await;
    laptop.until_true("!document.getElementById('console').dataset.busy").await;
    laptop.keys("5").await;
    for reveals in ["numbers", "nicknames", "bridge"] {
        laptop.until_true(&format!("document.getElementById('preview').dataset.reveals === '{reveals}'")).await;
        laptop.keys(&ENTER.to_string()).await;
        shows(&screen, "couple", reveals).await;
    }
    his.until_true("!document.getElementById('bless').hidden").await;
    let phone = his.text().await;
    assert!(phone.contains("男001") && phone.contains("女001"), "{phone}");
    for _ in 0..3 {
        his.click("#bless button").await;
    }
    screen.see("3 个祝福").await;
    his.see("还可以送 17 个").await;
    laptop.keys("b").await;
    his.until_true("document.getElementById('bless').hidden").await;
    for window in [&his, &hers, &laptop, &screen] {
        assert!(window.complaints().await.is_empty(), "{:?}", window.complaints().await);
    }
}
