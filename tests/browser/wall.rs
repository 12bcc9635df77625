//! The wall, as the hall reads it from its last row: sizes, names, and the bell.

use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::language::Language;
use rstest::rstest;
use serde_json::json;

use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::hall::Hall;
use crate::window::{Screen, Window};

/// A page that can be told what to show: `show(snapshot)`, and what of it cannot be read.
const READER: &str = "(async () => {
    const { draw, spokenHere, tick } = await import('/assets/scene.js');
    const scene = document.getElementById('scene').cloneNode();
    document.getElementById('scene').replaceWith(scene);
    const say = spokenHere();
    window.show = (snapshot) => draw(scene, snapshot, say);
    window.turn = () => tick(scene, say);
    window.unreadable = () => {
        const box = scene.getBoundingClientRect();
        const wrong = [];
        for (const one of scene.querySelectorAll('*')) {
            const words = [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join('');
            if (!words || !one.checkVisibility()) continue;
            const size = parseFloat(getComputedStyle(one).fontSize);
            const { left, right, top, bottom } = one.getBoundingClientRect();
            const out = left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1;
            if (size < 44 || out || one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline') wrong.push([words, size, out]);
        }
        return JSON.stringify(wrong);
    };
    return true;
})()";

async fn wall(hall: &Hall) -> Window {
    let host = hall.evening.crew(Role::Host).await;
    let window = hall.window(Screen::Projector, Language::Zh, &[]).await;
    hall.sign_in(&window, &host).await;
    window.go("/e/qixi/stage").await;
    window.until_true("document.getElementById('scene').dataset.kind === 'welcome'").await;
    assert_eq!(window.run(READER).await, true);
    window
}

/// A round of so many tables.
fn tables(many: usize) -> String {
    format!(
        "show({{ now: '2026-08-22T06:00:00Z', stage: {{ moves: 1, shows: {{ kind: 'dates' }} }}, dates: {{ rounds: 8, next: null, current: {{ \
         round: 1, state: 'running', started_at: '2026-08-22T06:00:00Z', ends_at: '2036-08-22T06:08:00Z', paused_at: null, \
         tables: Array.from({{ length: {many} }}, (_, at) => ({{ table: at + 1, badges: ['女' + String({many} - at).padStart(3, '0'), '男' + String(at + 1).padStart(3, '0')] }})) }} }} }})"
    )
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_number_of_a_full_hall_is_read_from_the_last_row(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let window = wall(&hall).await;
    for many in [1, 12, 20, 40, 44, 45, 136, 150] {
        window.run(&tables(many)).await;
        let parts = window.run("document.querySelectorAll('#scene [data-part]').length").await.as_u64().unwrap();
        assert_eq!(parts > 1, many > 44, "{many}");
        let mut seen = std::collections::HashSet::new();
        for part in 0..parts {
            let only = format!(
                "[...document.querySelectorAll('#scene [data-part]')].map((list, at) => (list.hidden = at !== {part})) && unreadable()"
            );
            assert_eq!(window.run(&only).await, "[]", "{many} tables, part {part}");
            let answer = window.run("[...document.querySelectorAll('#scene [data-part]:not([hidden]) li')].map((row) => row.textContent)").await;
            seen.extend(answer.as_array().unwrap().iter().map(|row| row.as_str().unwrap().to_owned()));
        }
        if many > 44 {
            assert!(seen.contains("男0011") && seen.contains(&format!("女001{many}")), "{many}: by one's own number");
            assert_eq!(seen.len(), 2 * many);
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn names_and_blessings_fit_the_wall(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let window = wall(&hall).await;
    for name in ["小雅", "Wolfeschlegelsteinhausen", "WWWWWWWWWWWWWWWWWWWW", "一二三四五六七八九十一二三四五六七八九十"]
    {
        let pair = json!([{ "badge": "女001", "nickname": name }, { "badge": "男001", "nickname": "阿杰" }]);
        for reveals in ["nicknames", "bridge"] {
            let shows = json!({ "kind": "couple", "reveals": reveals, "pair": pair, "blessings": 12 });
            window.run(&format!("show({})", json!({ "stage": { "moves": 1, "shows": shows } }))).await;
            assert_eq!(window.run("unreadable()").await, "[]", "{name} {reveals}");
            let lines = "document.querySelector('.scene-face span').getClientRects().length";
            assert_eq!(window.run(lines).await, 1, "{name} is broken");
        }
        let off = "(({ left, right }) => Math.abs((left + right) / 2 - innerWidth / 2))(document.querySelector('.scene-blessings').getBoundingClientRect())";
        assert!(window.run(off).await.as_f64().unwrap() < 1.0, "祝福 stands beside the middle");
    }
    // The declarations are all shown, a few at a time.
    let texts: Vec<String> =
        (0..24).map(|at| format!("{at}：愿得一心人，白首不相离。山有木兮木有枝，心悦君兮君不知。")).collect();
    let shows = json!({ "kind": "declarations", "texts": texts });
    window.run(&format!("show({})", json!({ "stage": { "moves": 1, "shows": shows } }))).await;
    assert_eq!(window.run("document.querySelectorAll('.scene-wall li').length").await, 24);
    assert_eq!(window.run("unreadable()").await, "[]");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_bell_rings_when_a_round_begins_nears_its_end_and_is_over(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let host = hall.evening.crew(Role::Host).await;
    let window = hall.window(Screen::Projector, Language::Zh, &[]).await;
    hall.sign_in(&window, &host).await;
    window.go("/e/qixi/stage").await;
    window.until_true("document.getElementById('scene').dataset.kind === 'welcome'").await;
    let ring = "(async () => {
        const { hang } = await import('/assets/bell.js');
        const sign = document.createElement('p');
        sign.dataset.muted = 'muted';
        const bell = hang(sign);
        window.rang = [];
        addEventListener('rung', ({ detail }) => window.rang.push(detail.muted ? 'mute' : detail.name));
        const { serverNow } = await import('/assets/live.js');
        const now = serverNow();
        const turn = (begins, ends, more) => ({ round: 2, state: 'running', paused_at: null, started_at: new Date(now + begins).toISOString(), ends_at: new Date(now + ends).toISOString(), ...more });
        const still = (at) => ({ paused_at: new Date(now + at).toISOString() });
        window.pass = (list) => list.forEach((one) => bell(one));
        window.turns = { walk: turn(60000, 540000), go: turn(-1000, 479000), soon: turn(-400000, 30000), over: turn(-500000, -1000), longer: turn(-500000, 119000), still: turn(-400000, 479000, still(0)), ended: turn(-100000, 300000, { state: 'finished' }) };
        return true;
    })()";
    assert_eq!(window.run(ring).await, true);
    let heard = async |turns: &str| {
        let answer = format!(
            "(() => {{ window.rang = []; const {{ walk, go, soon, over, longer, still, ended }} = turns; pass([{turns}]); return rang.join(' '); }})()"
        );
        window.run(&answer).await.as_str().unwrap().to_owned()
    };
    assert_eq!(heard("walk, walk, go, go, soon, soon, over, over").await, "start soon end");
    assert_eq!(heard("longer, soon, over").await, "soon end");
    assert_eq!(heard("go, still, go, soon").await, "soon");
    assert_eq!(heard("go, ended, ended").await, "end");
    window.keys("m").await;
    window.keys("m").await;
    assert!(["mute", "soon"].contains(&heard("go, soon").await.as_str()));
    let kept = window.run("localStorage.getItem('bell')").await;
    assert!(["muted", "on"].contains(&kept.as_str().unwrap()));
}

/// A wall of three projectors: the glow goes on beyond the scene, and nothing is cut.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_wide_wall_glows_to_its_edges(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let window = wall(&hall).await;
    let size = json!({ "width": 3840, "height": 1080, "deviceScaleFactor": 1, "mobile": false });
    window.cdp("Emulation.setDeviceMetricsOverride", size).await;
    let glow = window.run("[getComputedStyle(document.body).backgroundImage.includes('radial'), getComputedStyle(document.getElementById('scene')).backgroundImage]").await;
    assert_eq!(glow, json!([true, "none"]));
    assert_eq!(window.run("document.documentElement.scrollWidth <= innerWidth").await, true);
}
