//! A report on paper: what is pressed on a screen is not printed, and its drawing is as wide as what stands around it.

use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Side;
use rstest::rstest;
use serde_json::json;

use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::fixtures::evening::hours;
use crate::fixtures::hall::guest;
use crate::hall::Hall;

/// What is to be seen of what a selector names, by its words.
fn visible(selector: &str) -> String {
    format!(
        "[...document.querySelectorAll('{selector}')].filter((one) => one.checkVisibility()).map((one) => one.innerText)"
    )
}

/// How far beside the room of the page a part begins and ends, in whole pixels.
const BESIDE: &str = "(() => {
    const room = document.querySelector('.office');
    const { paddingLeft, paddingRight } = getComputedStyle(room);
    const around = room.getBoundingClientRect();
    const { left, right } = document.querySelector('.drawing-of').getBoundingClientRect();
    return [left - around.left - parseFloat(paddingLeft), around.right - parseFloat(paddingRight) - right].map(Math.round);
})()";

const BUTTONS: &str = "button, .act, .tabs, .top, .foot, input, select, textarea, summary";

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_report_is_printed_without_what_is_pressed_and_its_drawing_over_the_whole_row(
    #[values(Sqlite)] engine: Engine,
) {
    let Some(mut hall) = Hall::open(engine, Phase::OnSite).await else { return };
    for number in 1..=6 {
        guest(&hall.evening, Side::Men, number).await;
        guest(&hall.evening, Side::Women, number).await;
    }
    hall.evening.move_to(Phase::Closed).await;
    hall.evening.clock.advance(hours(30));
    let laptop = hall.laptop().await;
    hall.sign_in(&laptop, &hall.evening.again(&hall.evening.organizer)).await;
    for page in ["/office/e/qixi/report", "/office/o/yanyuan/report?year=2026"] {
        laptop.cdp("Emulation.setEmulatedMedia", json!({ "media": "screen" })).await;
        laptop.go(page).await;
        laptop.until_true("document.querySelector('.drawing-of img')?.naturalWidth > 0").await;
        let on_screen = laptop.run(&visible(BUTTONS)).await;
        assert!(on_screen.as_array().is_some_and(|parts| parts.len() > 3), "{page}: {on_screen}");
        laptop.cdp("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
        assert_eq!(laptop.run(&visible(BUTTONS)).await, json!([]), "{page}: nobody presses paper");
        // A small sheet, and a large one upright and across.
        for width in [560, 718, 1047] {
            let size = json!({ "width": width, "height": 1047, "deviceScaleFactor": 1, "mobile": false });
            laptop.cdp("Emulation.setDeviceMetricsOverride", size).await;
            assert_eq!(laptop.run(BESIDE).await, json!([0, 0]), "{page} on {width}");
            let drawn =
                "(() => { const { width, height } = document.querySelector('.drawing-of img').getBoundingClientRect();
                const { naturalWidth, naturalHeight } = document.querySelector('.drawing-of img');
                return document.querySelector('.drawing-of').clientWidth - width <= 16.5
                    && Math.abs(width / height - naturalWidth / naturalHeight) < 0.01; })()";
            assert_eq!(
                laptop.run(drawn).await,
                json!(true),
                "{page} on {width}: drawn as wide as its frame, and not bent"
            );
            assert_eq!(laptop.run("document.documentElement.scrollWidth <= innerWidth").await, json!(true), "{page}");
        }
        assert!(laptop.text().await.contains(page.split_once("/office/e").map_or("2026", |_| "到场")), "{page}");
    }
}
