//! What moves on the wall by itself: parts that are turned over, declarations that drift, the change of tables, and
//! the bell.

use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::language::Language;
use queqiao::registrations::registration::Side;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::fixtures::hall::guest;
use crate::hall::Hall;
use crate::window::{Screen, Window};

const API: &str = "/api/v1/events/qixi";

/// Draws on the page's own scene, which its own clock goes on turning; `later(ms)` sets that clock on.
const SCENE: &str = "(async () => {
    const { draw, spokenHere } = await import('/assets/scene.js');
    const say = spokenHere();
    window.show = (snapshot) => draw(document.getElementById('scene'), snapshot, say);
    const [now, begun] = [performance.now.bind(performance), { at: 0 }];
    performance.now = () => now() + begun.at;
    window.later = (more) => (begun.at += more);
    window.parts = () => [...document.querySelectorAll('#scene [data-part]')];
    window.open = () => parts().findIndex((part) => !part.hidden);
    return true;
})()";

async fn screen(hall: &Hall) -> Window {
    let host = hall.evening.crew(Role::Host).await;
    let window = hall.window(Screen::Projector, Language::Zh, &[]).await;
    hall.sign_in(&window, &host).await;
    window.go("/e/qixi/stage").await;
    window.until_true("document.getElementById('scene').dataset.kind === 'welcome'").await;
    window
}

async fn shows(window: &Window, snapshot: &Value) {
    assert_eq!(window.run(SCENE).await, true);
    window.run(&format!("show({snapshot})")).await;
}

/// So many tables, men and women in the opposite order of each other.
fn tables(many: usize) -> Value {
    let table =
        |at: usize| json!({ "table": at + 1, "badges": [format!("女{:03}", many - at), format!("男{:03}", at + 1)] });
    let round = json!({
        "round": 1, "state": "running", "paused_at": null,
        "started_at": "2026-08-22T06:00:00Z", "ends_at": "2036-08-22T06:08:00Z",
        "tables": (0..many).map(table).collect::<Vec<_>>(),
    });
    json!({
        "now": "2026-08-22T06:00:00Z", "stage": { "moves": 1, "shows": { "kind": "dates" } },
        "dates": { "rounds": 8, "next": null, "current": round },
    })
}

fn declarations(many: usize) -> Value {
    let texts: Vec<String> = (0..many).map(|at| format!("{at}：愿得一心人，白首不相离。")).collect();
    json!({ "stage": { "moves": 1, "shows": { "kind": "declarations", "texts": texts } } })
}

/// Waits until another part is in sight than this one, by the page's own doing; which.
async fn turned_from(window: &Window, part: &Value) -> Value {
    window.run("later(8000)").await;
    window.until_true(&format!("open() !== {part}")).await;
    window.run("open()").await
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_hall_is_turned_over_part_by_part_and_each_is_in_order(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let window = screen(&hall).await;
    for (scene, count) in [(tables(136), 4), (declarations(24), 6)] {
        shows(&window, &scene).await;
        assert_eq!(window.run("parts().length").await, json!(count));
        let first = window.run("open()").await;
        let mut seen = vec![first.clone()];
        let mut part = first.clone();
        for _ in 1..count {
            assert_eq!(window.run("parts().filter((part) => !part.hidden).length").await, 1, "one part at a time");
            let counter = window.run("document.querySelector('.scene-part').textContent").await;
            assert_eq!(counter, json!(format!("{} / {count}", part.as_u64().unwrap() + 1)));
            part = turned_from(&window, &part).await;
            seen.push(part.clone());
        }
        let all: std::collections::HashSet<u64> = seen.iter().map(|part| part.as_u64().unwrap()).collect();
        assert_eq!(all.len(), count, "every part is in sight once: {seen:?}");
        assert_eq!(turned_from(&window, &part).await, first, "and then from the beginning");
    }
    // Everybody looks for their own number: one side after the other, and in order.
    shows(&window, &tables(136)).await;
    let numbers =
        window.run("parts().map((part) => [...part.querySelectorAll('span')].map((one) => one.textContent))").await;
    let parts: Vec<Vec<String>> = serde_json::from_value(numbers).unwrap();
    for part in &parts {
        let sides: std::collections::HashSet<char> = part.iter().filter_map(|badge| badge.chars().next()).collect();
        assert!(sides.len() == 1 && part.is_sorted(), "{part:?}");
    }
    for side in ['男', '女'] {
        let of_side: Vec<&String> = parts.iter().flatten().filter(|badge| badge.starts_with(side)).collect();
        assert!(of_side.len() == 136 && of_side.is_sorted(), "{of_side:?}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_wall_of_declarations_moves_and_fits_every_wall(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let window = screen(&hall).await;
    // The stories' browser would rather see nothing move.
    let moving = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "no-preference" }] });
    window.cdp("Emulation.setEmulatedMedia", moving).await;
    for (width, height) in [(1920, 1080), (3840, 1080), (3840, 2160)] {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        window.cdp("Emulation.setDeviceMetricsOverride", size).await;
        shows(&window, &declarations(24)).await;
        // Where every text in sight stands at two moments of its own movement.
        let places = window
            .run(
                "[...document.querySelectorAll('.scene-wall:not([hidden]) li')].map((text) => {
                    const drift = text.getAnimations().find(({ animationName }) => animationName === 'drift');
                    if (!drift) return null;
                    const at = (time) => { drift.currentTime = drift.effect.getTiming().delay + time; const { x, y } = text.getBoundingClientRect(); return [x, y]; };
                    drift.pause();
                    const [one, other] = [at(0), at(9000)];
                    return Math.hypot(one[0] - other[0], one[1] - other[1]);
                })",
            )
            .await;
        let places: Vec<Option<f64>> = serde_json::from_value(places).unwrap();
        assert!(
            places.len() == 4 && places.iter().all(|moved| moved.is_some_and(|moved| moved > 4.0)),
            "{width}: {places:?}"
        );
        for (scene, what) in [
            (declarations(24), ".scene-wall"),
            (tables(136), ".scene-tables"),
            (
                json!({ "stage": { "moves": 1, "shows": { "kind": "couple", "reveals": "bridge", "blessings": 12,
                    "pair": [{ "badge": "女001", "nickname": "小雅" }, { "badge": "男001", "nickname": "阿杰" }] } } }),
                ".scene-blessings",
            ),
        ] {
            shows(&window, &scene).await;
            let drawn = format!(
                "(() => {{ document.getAnimations().forEach((one) => one.finish?.call && one.effect.getComputedTiming().iterations !== Infinity && one.finish());
                    const {{ left, right, top, bottom }} = document.querySelector('{what}:not([hidden])').getBoundingClientRect();
                    return [Math.abs((left + right) / 2 - innerWidth / 2) < 2, top >= 0, bottom <= innerHeight + 1, left >= -1, right <= innerWidth + 1]; }})()"
            );
            assert_eq!(window.run(&drawn).await, json!([true, true, true, true, true]), "{what} at {width}×{height}");
        }
    }
    // Whoever would rather not see things move does not.
    let still = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
    window.cdp("Emulation.setEmulatedMedia", still).await;
    shows(&window, &declarations(24)).await;
    assert_eq!(window.run("document.querySelector('.scene-wall li').getAnimations().length").await, 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_change_of_tables_is_counted_on_wall_and_console_and_the_bell_rings(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let settings = json!({ "dates": { "rounds": 3, "minutes": 8, "pause_seconds": 90, "tables": 3 } });
    hall.evening.change(|row| row.settings = Set(settings)).await;
    for number in 1..=3 {
        guest(&hall.evening, Side::Men, number).await;
        guest(&hall.evening, Side::Women, number).await;
    }
    hall.evening.without_colleagues().await;
    let host = hall.evening.crew(Role::Host).await;
    let does = async |path: &str, body: Value| {
        let answer = host.post(&format!("{API}{path}"), body).await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
    };
    does("/dates/plan", json!({})).await;
    let console = hall.laptop().await;
    hall.sign_in(&console, &host).await;
    console.go("/e/qixi/console").await;
    console.until_true("!!document.getElementById('console').dataset.moves").await;
    let wall = screen(&hall).await;
    wall.run("window.rang = []; addEventListener('rung', ({ detail }) => rang.push(detail.name))").await;
    // What rang before these may be heard late.
    let rang = async |names: &str| wall.until_true(&format!("rang.join(' ').endsWith('{names}')")).await;
    let at = wall.run("document.getElementById('scene').dataset.moves").await;
    let from: i64 = at.as_str().unwrap().parse().unwrap();
    does("/stage/show", json!({ "from": from, "cue": { "kind": "dates" } })).await;
    wall.until_true("document.getElementById('scene').dataset.kind === 'dates'").await;
    does("/dates/rounds/1/start", json!({})).await;
    wall.until_true("document.getElementById('scene').dataset.time === 'going'").await;
    wall.run("rang.length = 0").await;
    does("/dates/rounds/1/finish", json!({})).await;
    rang("end").await;

    // The second one begins with walking: both say so, and count the same seconds.
    does("/dates/rounds/2/start", json!({})).await;
    wall.until_true("document.getElementById('scene').dataset.time === 'changing'").await;
    wall.until_true("document.querySelector('.scene-warning').textContent.includes('请换桌')").await;
    console.until_true("document.getElementById('round-said').textContent.includes('请换桌')").await;
    let seconds = |of: &str| {
        format!("(([minutes, seconds]) => minutes * 60 + seconds)(document.{of}.textContent.split(':').map(Number))")
    };
    let (on_wall, on_console) = (seconds("querySelector('.scene-clock')"), seconds("getElementById('round-left')"));
    for (window, script) in [(&wall, &on_wall), (&console, &on_console)] {
        window.until_true(&format!("((left) => left > 0 && left <= 90)({script})")).await;
    }
    assert!(wall.run("document.querySelectorAll('.scene-tables li').length").await.as_u64().unwrap() >= 3);
    assert_eq!(console.run("document.getElementById('round-begin').hidden").await, false);
    // It goes on counting by itself.
    let before = wall.run(&on_wall).await;
    wall.until_true(&format!("{on_wall} < {before}")).await;
    wall.run("rang.length = 0").await;
    does("/dates/rounds/2/begin", json!({})).await;
    rang("start").await;
    wall.until_true("document.getElementById('scene').dataset.time === 'going'").await;
    wall.until_true("document.querySelector('.scene-warning').textContent === ''").await;
    console.until_true("document.getElementById('round-said').textContent === ''").await;
    does("/dates/rounds/2/finish", json!({})).await;
    rang("start end").await;
}
