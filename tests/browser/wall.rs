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
        // The words themselves: what they stand in may be wider than they are.
        let off = "(() => {
            const words = document.createRange();
            words.selectNodeContents(document.querySelector('.scene-blessings'));
            const { left, right } = words.getBoundingClientRect();
            return Math.abs((left + right) / 2 - innerWidth / 2);
        })()";
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

/// So many pairs of the icebreaker; in an odd hall the last is of three.
fn icebreaker(pairs: usize, odd: bool) -> String {
    let pair = |at: usize| {
        let mut badges = vec![format!("女{:03}", at + 1), format!("男{:03}", pairs - at)];
        badges.extend((odd && at + 1 == pairs).then(|| format!("男{:03}", pairs + 1)));
        json!({ "badges": badges })
    };
    let shows = json!({ "kind": "icebreaker", "pairs": (0..pairs).map(pair).collect::<Vec<_>>() });
    json!({ "stage": { "moves": 1, "shows": shows } }).to_string()
}

/// So many groups of so many.
fn groups(groups: usize, people: usize) -> String {
    let badges = |group: usize| -> Vec<String> {
        (0..people)
            .map(|at| format!("{}{:03}", if at % 2 == 0 { "女" } else { "男" }, group * people + at + 1))
            .collect()
    };
    let groups: Vec<_> = (0..groups).map(|group| json!({ "number": group + 1, "badges": badges(group) })).collect();
    json!({ "stage": { "moves": 1, "shows": { "kind": "groups", "groups": groups } } }).to_string()
}

/// Which words of one part in sight lie over others, or over what is drawn.
const OVER_EACH_OTHER: &str = "(() => {
    const scene = document.getElementById('scene');
    const words = [...scene.querySelectorAll('*')].filter((one) => one.checkVisibility()
        && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
    const boxes = words.map((one) => {
        const range = document.createRange();
        range.selectNodeContents(one);
        const { left, right, top, bottom } = range.getBoundingClientRect();
        // A line is higher than its letters.
        const air = 0.2 * parseFloat(getComputedStyle(one).fontSize);
        return [one, { left, right, top: top + air, bottom: bottom - air }];
    });
    const over = ([one, a], [other, b]) => !one.contains(other) && a.left < b.right - 2 && b.left < a.right - 2 && a.top < b.bottom && b.top < a.bottom;
    const arc = scene.querySelector('.scene-arc');
    const top = arc && scene.dataset.reveals !== 'bridge' ? arc.getBoundingClientRect().top : Infinity;
    const wrong = boxes.filter((one, at) => one[1].bottom > top
        || boxes.slice(at + 1).some((other) => over(one, other)));
    return JSON.stringify(wrong.map(([one]) => one.textContent));
})()";

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_scene_sets_words_over_each_other_however_many_are_here(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let window = wall(&hall).await;
    let one = |shows: serde_json::Value, more: serde_json::Value| {
        let mut snapshot = json!({ "stage": { "moves": 1, "shows": shows } });
        snapshot.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        snapshot.to_string()
    };
    let mut scenes: Vec<String> = [1, 8, 20, 21, 54, 55, 75, 150]
        .into_iter()
        .flat_map(|pairs| [icebreaker(pairs, false), icebreaker(pairs, true)])
        .collect();
    let halls = [(2, 15), (3, 8), (3, 10), (4, 7), (6, 5), (9, 3), (10, 3), (10, 8), (15, 2), (30, 10), (12, 12)];
    scenes.extend(halls.map(|(many, people)| groups(many, people)));
    for state in ["open", "tallied"] {
        scenes.push(one(json!({ "kind": "choosing" }), json!({ "picks": { "state": state, "chosen": 187 } })));
    }
    for title in ["歌", "古筝独奏《渔舟唱晚》", "诗朗诵《我愿意是急流》与四重唱《在那遥远的地方》联合表演"]
    {
        scenes.push(one(json!({ "kind": "talent", "badge": "女018", "title": title }), json!({})));
    }
    scenes.push(one(json!({ "kind": "welcome" }), json!({ "inside": { "men": 132, "women": 141 } })));
    for scene in scenes {
        window.run(&format!("show({scene})")).await;
        let parts = window.run("document.querySelectorAll('#scene [data-part]').length").await.as_u64().unwrap();
        for part in 0..parts.max(1) {
            window
                .run(&format!(
                    "[...document.querySelectorAll('#scene [data-part]')].forEach((list, at) => (list.hidden = at !== {part}))"
                ))
                .await;
            assert_eq!(window.run("unreadable()").await, "[]", "part {part} of {scene}");
            assert_eq!(window.run(OVER_EACH_OTHER).await, "[]", "part {part} of {scene}");
        }
    }
    for many in [1, 12, 13, 20, 44, 136] {
        for next in [false, true] {
            let round = tables(many);
            let round = if next {
                round.replacen("next: null, current: {", "current: null, next: {", 1).replace("'running'", "'planned'")
            } else {
                round
            };
            window.run(&round).await;
            assert_eq!(window.run("unreadable()").await, "[]", "{many} tables, next: {next}");
            assert_eq!(window.run(OVER_EACH_OTHER).await, "[]", "{many} tables, next: {next}");
        }
    }
}
