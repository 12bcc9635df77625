//! The host's keys: Enter shows and does nothing else, what cannot be taken back is asked first, and the
//! first answer is always not to.

use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Side;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::fixtures::hall::guest;
use crate::fixtures::person::Person;
use crate::hall::Hall;
use crate::window::{ENTER, Window};

const API: &str = "/api/v1/events/qixi";

struct Console {
    hall: Hall,
    host: Person,
    women: Vec<Person>,
    window: Window,
}

impl Console {
    async fn begin(engine: Engine) -> Option<Self> {
        let hall = Hall::open(engine, Phase::OnSite).await?;
        let settings = json!({ "dates": { "rounds": 3, "minutes": 8, "pause_seconds": 90, "tables": 3 } });
        hall.evening.change(|row| row.settings = Set(settings)).await;
        let host = hall.evening.crew(Role::Host).await;
        let mut women = Vec::new();
        for number in 1..=3 {
            guest(&hall.evening, Side::Men, number).await;
            women.push(guest(&hall.evening, Side::Women, number).await);
        }
        hall.evening.without_colleagues().await;
        let window = hall.laptop().await;
        hall.sign_in(&window, &host).await;
        window.go("/e/qixi/console").await;
        window.until_true("!!document.getElementById('console').dataset.moves").await;
        Some(Self { hall, host, women, window })
    }

    /// Presses a key once the console is at rest.
    async fn key(&self, key: char) {
        self.rests().await;
        self.window.keys(&key.to_string()).await;
    }

    async fn rests(&self) {
        self.window.until_true("!document.getElementById('console').dataset.busy").await;
    }

    async fn is_asked(&self, dialog: &str, words: &str) {
        let there = format!("document.querySelector('#{dialog}[open]')?.innerText.includes('{words}') === true");
        self.window.until_true(&there).await;
        assert_eq!(self.window.run("document.activeElement.innerText.trim()").await, "先不");
    }

    async fn would_rather_not(&self) {
        self.window.keys(&ENTER.to_string()).await;
        self.window.until_true("!document.querySelector('dialog[open]')").await;
    }

    async fn picks(&self) -> Value {
        self.host.get(&format!("{API}/pick-rounds")).await.json["items"].clone()
    }

    async fn program(&self, kind: &str) {
        self.window.until_true(&format!("document.getElementById('program').dataset.kind === '{kind}'")).await;
    }

    async fn reads(&self, id: &str, words: &str) {
        let notice = format!("document.getElementById('{id}').innerText.includes('{words}')");
        self.window.until_true(&notice).await;
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn enter_shows_and_never_closes_a_round(#[values(Sqlite)] engine: Engine) {
    let Some(console) = Console::begin(engine).await else { return };
    let window = &console.window;
    console.reads("picks-now", "还没有开始").await;
    window.click("#picks-act").await;
    console.is_asked("picks-sure", "开启爆灯").await;
    console.would_rather_not().await;
    assert_eq!(console.picks().await, json!([]));
    window.click("#picks-act").await;
    window.click("#picks-go").await;
    console.reads("picks-now", "第 1 轮开着").await;
    // By mouse, and on as it is advertised: the focus is where the mouse left it.
    assert_eq!(window.run("document.activeElement.id").await, "picks-act");
    console.key('4').await;
    window.until_true("document.getElementById('preview').dataset.kind === 'choosing'").await;
    console.key(ENTER).await;
    console.program("choosing").await;
    assert_eq!(window.run("!!document.querySelector('dialog[open]')").await, false);
    assert_eq!(console.picks().await[0]["state"], "open");
    // Closing says so, and how many have chosen or why not, and is not the first answer.
    window.click("#picks-act").await;
    console.is_asked("picks-sure", "截止第 1 轮爆灯").await;
    console.is_asked("picks-sure", "不说有几位").await;
    console.would_rather_not().await;
    assert_eq!(console.picks().await[0]["state"], "open");
    window.click("#picks-act").await;
    window.click("#picks-go").await;
    console.reads("picks-now", "第 1 轮已截止").await;
    // A fresh one can be opened.
    console.reads("picks-act", "开启爆灯").await;
    window.click("#picks-act").await;
    window.click("#picks-go").await;
    console.reads("picks-now", "第 2 轮开着").await;
}

/// In a room that is large enough numbers are told: how many have chosen, before it is closed, and how many pairs
/// there are afterwards.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_room_is_told_in_numbers(#[values(Sqlite)] engine: Engine) {
    let Some(console) = Console::begin(engine).await else { return };
    let (window, evening) = (&console.window, &console.hall.evening);
    let (mut men, mut women) = (Vec::new(), Vec::new());
    for number in 4..=14 {
        men.push(guest(evening, Side::Men, number).await);
        women.push(guest(evening, Side::Women, number).await);
    }
    window.click("#picks-act").await;
    window.click("#picks-go").await;
    console.reads("picks-now", "第 1 轮开着").await;
    // Six pairs find each other; everybody else looks at somebody who looks elsewhere.
    for (people, side) in [(&men, '女'), (&women, '男')] {
        for (number, person) in (4..).zip(people) {
            let wanted = if number < 10 { number } else { 4 };
            let ballot = json!({ "badges": [format!("{side}{wanted:03}")] });
            assert_eq!(person.put(&format!("{API}/pick-rounds/1/picks"), ballot).await.status, 200);
        }
    }
    console.reads("picks-now", "已有 22 位作出选择").await;
    window.click("#picks-act").await;
    console.is_asked("picks-sure", "已有 22 位作出选择").await;
    window.click("#picks-go").await;
    console.reads("picks-now", "第 1 轮已截止，互选 6 对").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_round_is_ended_on_purpose_and_taken_up_again(#[values(Sqlite)] engine: Engine) {
    let Some(console) = Console::begin(engine).await else { return };
    let window = &console.window;
    assert_eq!(console.host.post(&format!("{API}/dates/plan"), json!({})).await.status, 200);
    console.reads("round-act", "开始第 1 轮").await;
    console.key('d').await;
    console.reads("round-act", "结束第 1 轮").await;
    console.reads("round-left", ":").await;
    console.key('d').await;
    console.is_asked("round-sure", "现在结束第 1 轮").await;
    console.is_asked("round-sure", "3 桌会一起停下").await;
    console.would_rather_not().await;
    console.key('p').await;
    console.reads("round-pause", "继续").await;
    console.reads("round-said", "暂停").await;
    console.key('p').await;
    console.reads("round-pause", "暂停").await;
    console.key('+').await;
    console.rests().await;
    console.key('d').await;
    window.click("#round-go").await;
    console.reads("round-act", "开始第 2 轮").await;
    // A slip: it goes on where it was.
    console.reads("round-pause", "第 1 轮接着进行").await;
    console.key('p').await;
    console.reads("round-act", "结束第 1 轮").await;
    let round = console.host.get(&format!("{API}/dates")).await.json["rounds"][0].clone();
    assert_eq!((&round["state"], &round["ends_at"]), (&json!("running"), &json!("2026-08-22T06:09:00Z")), "{round}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_empty_chair_is_seen_before_the_round_and_one_key_plans_again(#[values(Sqlite)] engine: Engine) {
    let Some(console) = Console::begin(engine).await else { return };
    let window = &console.window;
    assert_eq!(console.host.post(&format!("{API}/dates/plan"), json!({})).await.status, 200);
    console.reads("round-act", "开始第 1 轮").await;
    assert_eq!(window.run("document.getElementById('hall-moved').checkVisibility()").await, false);
    console.hall.evening.goes(&console.women[0]).await;
    console.reads("hall-moved", "女001").await;
    // Whoever starts all the same is asked first.
    console.key('d').await;
    console.is_asked("hall-sure", "对桌会空着：女001").await;
    console.would_rather_not().await;
    console.key('r').await;
    window.until_true("!document.getElementById('hall-moved').checkVisibility()").await;
    let planned = console.host.get(&format!("{API}/dates")).await.json;
    assert!(planned["left"] == json!([]) && !planned["rounds"].to_string().contains("女001"), "{planned}");
    guest(&console.hall.evening, Side::Men, 9).await;
    console.reads("hall-moved", "刚到，还没有座位：男009").await;
    console.key('d').await;
    console.is_asked("hall-sure", "男009").await;
    window.click("#hall-replan").await;
    console.reads("round-act", "结束第 1 轮").await;
    let planned = console.host.get(&format!("{API}/dates")).await.json;
    assert!(planned["rounds"][0].to_string().contains("男009"), "{planned}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_night_is_a_switch_and_the_run_sheet_offers_its_scenes(#[values(Sqlite)] engine: Engine) {
    let Some(console) = Console::begin(engine).await else { return };
    let window = &console.window;
    let segment = |kind: &str, title: &str| json!({ "kind": kind, "title": title, "minutes": 30 });
    let programme = [segment("icebreaker", "破冰"), segment("games", "游戏"), segment("talent_show", "才艺")];
    console.hall.evening.change(|row| row.settings = Set(json!({ "programme": programme }))).await;
    assert_eq!(console.host.post(&format!("{API}/programme/icebreakers"), json!({})).await.status, 200);
    window.go("/e/qixi/console").await;
    window.until_true("!!document.getElementById('console').dataset.moves").await;
    console.key('n').await;
    window.until_true("document.getElementById('preview').dataset.kind === 'icebreaker'").await;
    // Looked at first: the pairs stand in the preview before the hall sees them.
    console.reads("preview", "男001").await;
    console.key(ENTER).await;
    console.program("icebreaker").await;
    for (key, kind) in [('b', "blank"), ('b', "icebreaker"), ('b', "blank"), ('z', "icebreaker")] {
        console.key(key).await;
        console.program(kind).await;
    }
    console.key('n').await;
    window.until_true("document.getElementById('preview').dataset.kind === 'groups'").await;
    // There, and back again.
    window.press("分组和破冰").await;
    window.press("回到主持台").await;
    window.arrive("/e/qixi/console").await;
    window.press("排座").await;
    window.press("回到主持台").await;
    window.arrive("/e/qixi/console").await;
}

/// On a small laptop and on a phone the host sees what is on, and reaches 上屏.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_console_fits_small_screens(#[values(Sqlite)] engine: Engine) {
    let Some(console) = Console::begin(engine).await else { return };
    let window = &console.window;
    for (width, height, mobile) in [(1366, 768, false), (360, 740, true)] {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        window.cdp("Emulation.setDeviceMetricsOverride", size).await;
        let inside = |id: &str| {
            format!(
                "(({{ top, bottom }}) => top >= 0 && bottom <= innerHeight)(document.getElementById('{id}').getBoundingClientRect())"
            )
        };
        window.until_true(&inside("take")).await;
        if !mobile {
            window.until_true(&inside("program")).await;
        }
        let wide = window.run("document.documentElement.scrollWidth - innerWidth").await;
        assert!(wide.as_i64().unwrap() <= 0, "{width}: {wide} too wide");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn where_nothing_is_to_be_shown_enter_shows_nothing_else(#[values(Sqlite)] engine: Engine) {
    let Some(console) = Console::begin(engine).await else { return };
    let window = &console.window;
    let segment = |kind: &str, title: &str| json!({ "kind": kind, "title": title, "minutes": 30 });
    let programme = [segment("dates", "约会"), segment("stage", "走上鹊桥"), segment("other", "散场")];
    console.hall.evening.change(|row| row.settings = Set(json!({ "programme": programme }))).await;
    window.go("/e/qixi/console").await;
    window.until_true("!!document.getElementById('console').dataset.moves").await;
    let preview = |kind: &str| format!("document.getElementById('preview').dataset.kind === '{kind}'");
    console.key('n').await;
    window.until_true(&preview("dates")).await;
    // Nobody said yes; then a segment without a scene.
    for words in ["没有下一对了", "没有要上屏的内容"] {
        console.key('n').await;
        console.reads("console-said", words).await;
        window.until_true(&preview("blank")).await;
        console.key('3').await;
        window.until_true(&preview("dates")).await;
    }
    console.key('5').await;
    console.reads("console-said", "没有下一对了").await;
    window.until_true(&preview("blank")).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_minute_given_while_tables_are_changed_is_seen_and_taken_back(#[values(Sqlite)] engine: Engine) {
    let Some(console) = Console::begin(engine).await else { return };
    assert_eq!(console.host.post(&format!("{API}/dates/plan"), json!({})).await.status, 200);
    for step in ["start", "finish"] {
        assert_eq!(console.host.post(&format!("{API}/dates/rounds/1/{step}"), json!({})).await.status, 204);
    }
    assert_eq!(console.host.post(&format!("{API}/dates/rounds/2/start"), json!({})).await.status, 204);
    console.reads("round-said", "之后 8:00").await;
    console.key('+').await;
    console.reads("round-said", "之后 9:00").await;
    console.key('-').await;
    console.reads("round-said", "之后 8:00").await;
    console.window.click("#round-less").await;
    console.reads("round-said", "之后 7:00").await;
}
