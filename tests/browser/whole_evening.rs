//! One whole evening: a host's console, a paired big screen and four phones before a house that is
//! killed twice. Every device is reloaded at every state, and an observer in the screen's page keeps
//! whatever was ever on it.

use futures_util::future::join_all;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::language::Language;
use queqiao::registrations::registration::Status;
use queqiao::settings::Settings;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::person::Person;
use crate::fixtures::process::{self, Process};
use crate::hall::{Hall, sign_in};
use crate::line::Line;
use crate::observed::{ON_CONSOLE, ON_PHONE, ON_SCREEN, WATCH};
use crate::window::{ENTER, Screen, Window};

const API: &str = "/api/v1/events/qixi";
const DATES: &str = "/e/qixi/dates";
const MATCHES: &str = "/e/qixi/matches";
const PICKS: &str = "/e/qixi/picks";

/// What the host let onto the screen from one moment on.
struct Released {
    since: f64,
    /// When the screen had it; until then what stood there before may come again.
    seen: f64,
    names: Vec<String>,
}

struct Night {
    hall: Hall,
    line: Line,
    /// Where the keys of pick rounds lie, whichever process stands.
    _keys: TempDir,
    house: Option<Process>,
    host: Person,
    desk: Person,
    men: Vec<Person>,
    women: Vec<Person>,
    console: Window,
    screen: Window,
    /// Of 男001, 女001, 女002 (who comes late) and 男003 (who leaves early).
    phones: [Window; 4],
    released: Vec<Released>,
}

impl Night {
    async fn begin(engine: Engine) -> Option<Self> {
        let mut line = Line::laid().await;
        let keys = tempfile::tempdir().unwrap();
        let settings = |settings: &mut Settings| {
            settings.server.public_url.clone_from(&line.address);
            settings.picks.key_store = keys.path().join("keys").display().to_string().into();
        };
        let evening = process::begin_with(engine, Phase::Confirmation, settings).await?;
        let hall = Hall::around(evening)?;
        let evening = &hall.evening;
        let men = evening.participants("men", 4, Status::Confirmed).await;
        let women = evening.participants("women", 3, Status::Confirmed).await;
        set_programme(&hall).await;
        let (host, desk) = (evening.crew(Role::Host).await, evening.crew(Role::Desk).await);
        let house = process::serve_on(evening);
        line.lead(&house.address);

        let laptop = || hall.window_at(&line.address, Screen::Laptop, Language::Zh, &[]);
        let phone = || hall.window_at(&line.address, Screen::Phone, Language::Zh, &[]);
        let (console, screen) = (laptop().await, laptop().await);
        let phones = [phone().await, phone().await, phone().await, phone().await];
        let owners = [&host, &men[0], &women[0], &women[1], &men[2]];
        for (window, person) in [&console].into_iter().chain(&phones).zip(owners) {
            sign_in(&evening.app, window, &line.address, person.account_id).await;
        }
        let released = Vec::new();
        let house = Some(house);
        Some(Self { hall, line, _keys: keys, house, host, desk, men, women, console, screen, phones, released })
    }

    /// Somebody speaking to the house that stands.
    fn at_home(&self, person: &Person) -> Person {
        person.at(&self.house.as_ref().expect("the house is down").address)
    }

    /// At the door, by the number on the badge.
    async fn door(&self, badge: &str, kind: &str) {
        let nonce = self.hall.evening.app.new_id().simple().to_string();
        let scan = json!({ "badge": badge, "nonce": nonce, "device": "east", "kind": kind });
        let answer = self.at_home(&self.desk).post(&format!("{API}/check-ins"), scan).await;
        assert_eq!(answer.json["result"], "admitted", "{badge}: {}", answer.text());
    }

    async fn dates_of(&self, person: &Person) -> Value {
        self.at_home(person).get(&format!("{API}/dates/me")).await.json
    }

    /// `kill -9`, whatever the house is doing.
    fn kill(&mut self) {
        self.house = None;
    }

    /// The house starts again on what it left behind, and every device is back by itself.
    async fn start_again(&mut self) {
        let house = process::serve_on(&self.hall.evening);
        self.line.lead(&house.address);
        self.house = Some(house);
        self.console.until_true("document.getElementById('console').dataset.link === 'up'").await;
        self.screen.until_true("document.body.dataset.link === 'up'").await;
    }

    /// The devices know that the house is gone, and the hall does not.
    async fn is_cut_off(&self) {
        self.console.until_true("document.getElementById('console').dataset.link === 'down'").await;
        self.screen.until_true("document.body.dataset.link === 'down'").await;
    }

    /// F5 on every device: it shows what it showed.
    async fn every_device_reloads(&self) {
        let phones = self.phones.iter().map(|phone| (phone, ON_PHONE));
        let devices = [(&self.console, ON_CONSOLE), (&self.screen, ON_SCREEN)].into_iter().chain(phones);
        let reload = async |(window, script): (&Window, &str)| {
            window.until_true(&format!("{script} !== ''")).await;
            let before = window.run(script).await;
            window.reload().await;
            window.until_true(&format!("{script} === {before}")).await;
        };
        join_all(devices.map(reload)).await;
    }

    async fn key(&self, key: char) {
        let ready = "(({ dataset }) => dataset.moves && !dataset.busy && dataset.link === 'up')(document.getElementById('console'))";
        self.console.until_true(ready).await;
        self.console.keys(&key.to_string()).await;
        self.console.until_true("!document.getElementById('console').dataset.busy").await;
    }

    /// From now on these names may be on the screen, and no others.
    async fn release(&mut self, names: &[String]) {
        let since = self.screen.run("Date.now()").await.as_f64().unwrap();
        self.released.push(Released { since, seen: f64::INFINITY, names: names.to_vec() });
    }

    async fn shows(&mut self, kind: &str, reveals: &str) {
        let text_of = |id: &str| {
            format!(
                "(({{ kind, reveals }}) => `${{kind}} ${{reveals}}`)(document.getElementById('{id}').dataset) === '{kind} {reveals}'"
            )
        };
        self.screen.until_true(&text_of("scene")).await;
        if let Some(last) = self.released.last_mut() {
            last.seen = self.screen.run("Date.now()").await.as_f64().unwrap();
        }
        self.console.until_true(&text_of("program")).await;
    }

    /// The host presses a key that changes the screen.
    async fn step(&mut self, key: char, names: &[String], (kind, reveals): (&str, &str)) {
        self.release(names).await;
        self.key(key).await;
        self.shows(kind, reveals).await;
    }

    async fn segments(&self, states: &[&str]) {
        let rows = "JSON.stringify([...document.querySelectorAll('#segments li')].map((row) => row.dataset.state))";
        self.console.until_true(&format!("{rows} === {}", json!(json!(states).to_string()))).await;
    }

    /// The host calls a round out, or ends it, once the console offers to.
    async fn round(&self, act: &str) {
        let offers = "(({ disabled, innerText }) => disabled ? '' : innerText)(document.getElementById('round-act'))";
        self.console.until_true(&format!("{offers}.includes('{act}')")).await;
        self.key('d').await;
        // With minutes left it is asked first.
        if act.starts_with("结束") {
            self.console.click("#round-go").await;
            self.console.until_true("!document.getElementById('console').dataset.busy").await;
        }
    }

    /// The host opens or closes the picks.
    async fn picks(&self) {
        self.console.until_true("!document.getElementById('picks-act').disabled").await;
        self.console.click("#picks-act").await;
        self.console.click("#picks-go").await;
        self.console.until_true("!document.getElementById('console').dataset.busy").await;
    }

    /// Plans the rounds to come, from who is inside, on the page for it.
    async fn plan(&self, act: &str) {
        self.console.press("排座").await;
        self.console.press(act).await;
        self.console.see("排好了，每部手机上都能看到").await;
        self.console.go("/e/qixi/console").await;
    }

    /// Everything the screen ever showed, and that no name was among it before or after its time.
    async fn no_name_was_on_the_screen_that_was_not_released(&self, never: &[&String]) {
        let seen = self.screen.run("JSON.parse(sessionStorage.getItem('seen'))").await;
        let seen = seen.as_array().unwrap();
        let badges = |side: &str, people: &[Person]| -> Vec<String> {
            (1..=people.len()).map(|number| format!("{side}{number:03}")).collect()
        };
        let nicknames = self.men.iter().chain(&self.women).map(Person::nickname);
        let everybody: Vec<String> =
            badges("男", &self.men).into_iter().chain(badges("女", &self.women)).chain(nicknames).collect();
        let mut ever = std::collections::HashSet::new();
        for scene in seen {
            let (at, text) = (scene[0].as_f64().unwrap(), scene[1].as_str().unwrap());
            let place = self.released.iter().rposition(|released| released.since <= at);
            let mut allowed: Vec<&String> = Vec::new();
            if let Some(place) = place {
                allowed.extend(&self.released[place].names);
                if place > 0 && at <= self.released[place].seen {
                    allowed.extend(&self.released[place - 1].names);
                }
            }
            for name in everybody.iter().filter(|name| text.contains(*name)) {
                assert!(allowed.contains(&name), "{name} was not released: {text}");
                ever.insert(name);
            }
        }
        assert!(seen.len() > 40, "the observer saw {} pictures", seen.len());
        for name in &self.released.iter().flat_map(|released| &released.names).collect::<Vec<_>>() {
            assert!(ever.contains(name), "{name} was released and never seen");
        }
        assert!(never.iter().all(|name| !ever.contains(name)));
    }
}

/// The programme of the evening; men work for one unit and women for another, so that anybody may meet anybody.
async fn set_programme(hall: &Hall) {
    let segment = |kind: &str, title: &str| json!({ "kind": kind, "title": title, "minutes": 30 });
    let programme =
        [segment("icebreaker", "破冰"), segment("dates", "八分钟约会"), segment("pick_round", "寻找意中人")];
    let settings = json!({
        "programme": programme,
        "dates": { "rounds": 3, "minutes": 8, "tables": 5 },
        "picks": { "limit": 2 },
    });
    hall.evening.change(|row| row.settings = Set(settings)).await;
    hall.evening.without_colleagues().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_whole_evening_outlives_every_reload_and_two_deaths_of_the_house(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut night) = Night::begin(engine).await else { return };
    doors_open(&mut night).await;
    dates(&mut night).await;
    let couples = lamps(&mut night).await;
    reveal(&mut night, &couples).await;
    let [_, unrevealed] = &couples;
    let never: Vec<&String> = unrevealed.iter().filter(|name| name.starts_with("guest")).collect();
    night.no_name_was_on_the_screen_that_was_not_released(&never).await;
}

/// Badges are out, the doors open, the screen is paired and welcomes; the first segment is called.
async fn doors_open(night: &mut Night) {
    let organizer = night.at_home(&night.hall.evening.organizer);
    let issued = organizer.post(&format!("{API}/badges"), json!({})).await;
    assert_eq!(issued.json["issued"], 7, "{}", issued.text());
    let moved = organizer.post(&format!("{API}/phase"), json!({ "phase": "on_site", "reason": "开门" })).await;
    assert_eq!(moved.status, 200, "{}", moved.text());

    night.console.go("/e/qixi/console").await;
    night.console.press("配对大屏").await;
    night.console.until_true("!!document.getElementById('screen-link')").await;
    let link = night.console.run("new URL(document.getElementById('screen-link').textContent).pathname").await;
    night.screen.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
    night.screen.go(link.as_str().unwrap()).await;
    night.screen.press("作为大屏打开").await;
    night.screen.arrive("/e/qixi/stage").await;
    night.screen.until_true("document.getElementById('scene').dataset.kind === 'welcome'").await;
    night.console.go("/e/qixi/console").await;
    for phone in &night.phones {
        phone.go(DATES).await;
        phone.see("签到之后才有座位").await;
    }
    night.screen.see("已到场 0 位").await;
    night.every_device_reloads().await;

    for badge in ["男001", "男002", "男003", "男004", "女001", "女003"] {
        night.door(badge, "entry").await;
    }
    night.screen.see("已到场 6 位").await;
    for phone in [&night.phones[0], &night.phones[1], &night.phones[3]] {
        phone.reload().await;
        phone.see("约会还没有排座").await;
    }
    // A slip: the second segment is called on top of the first.
    night.key('n').await;
    night.segments(&["running", "upcoming", "upcoming"]).await;
    night.every_device_reloads().await;
    night.key('n').await;
    night.segments(&["over", "running", "upcoming"]).await;
    night.console.click("#segment-back").await;
    night.segments(&["running", "upcoming", "upcoming"]).await;
    night.every_device_reloads().await;
}

/// Three rounds: the house dies in the first, after which one comes late and one leaves early.
async fn dates(night: &mut Night) {
    let badges: Vec<String> = ["男001", "男002", "男003", "男004", "女001", "女002", "女003"].map(str::to_owned).into();
    night.plan("按在场的人排座").await;
    for phone in &night.phones {
        phone.see("我的约会").await;
    }
    night.key('n').await;
    night.segments(&["over", "running", "upcoming"]).await;
    night.key('3').await;
    night.step(ENTER, &badges, ("dates", "")).await;
    night.every_device_reloads().await;
    // A wrong cue is taken back.
    night.key('4').await;
    night.step(ENTER, &[], ("choosing", "")).await;
    night.step('z', &badges, ("dates", "")).await;
    night.key('3').await;

    night.round("开始第 1 轮").await;
    night.screen.until_true("!!document.querySelector('.scene-clock')?.textContent").await;
    // Also on the phone of whoever has not come yet: it tells of the round that passes without them.
    for phone in &night.phones {
        phone.until_true("!!document.querySelector('#followed [aria-current=step]')").await;
    }
    night.every_device_reloads().await;
    night.kill();
    night.is_cut_off().await;
    night.shows("dates", "").await;
    night.screen.until_true("!!document.querySelector('.scene-clock')?.textContent").await;
    night.phones[0].until_true("!!document.querySelector('#followed .clock b').textContent").await;
    night.start_again().await;
    night.screen.until_true("!!document.querySelector('.scene-clock')?.textContent").await;
    night.every_device_reloads().await;

    night.door("女002", "entry").await;
    night.phones[2].reload().await;
    night.phones[2].see("你来了，马上排上").await;
    night.door("男003", "exit").await;
    night.round("结束第 1 轮").await;
    for phone in [&night.phones[0], &night.phones[1]] {
        phone.see("下一轮 · 第 2 轮").await;
    }
    night.plan("按现在在场的人重排").await;
    night.phones[2].see("下一轮 · 第 2 轮").await;
    night.phones[2].see("号桌").await;
    night.phones[3].see("你已经离场").await;
    night.phones[3].until_true("!document.querySelector('#followed .ahead strong')").await;
    night.every_device_reloads().await;
    let (late, gone) = (night.dates_of(&night.women[1]).await, night.dates_of(&night.men[2]).await);
    assert!(late["rounds"][1]["table"].is_number() && late["rounds"][2]["table"].is_number(), "{late}");
    assert!(gone["rounds"][1]["table"].is_null() && gone["rounds"][2]["table"].is_null(), "{gone}");

    for round in [2, 3] {
        night.round(&format!("开始第 {round} 轮")).await;
        for phone in &night.phones[..3] {
            phone.until_true("!!document.querySelector('#followed [aria-current=step] strong')").await;
        }
        night.phones[3].until_true("!!document.querySelector('#followed [aria-current=step]')").await;
        night.phones[3].see("你已经离场").await;
        night.every_device_reloads().await;
        night.round(&format!("结束第 {round} 轮")).await;
        for phone in &night.phones {
            phone.until_true("!document.querySelector('#followed [aria-current=step]')").await;
        }
    }
    for phone in &night.phones {
        phone.see("约会都结束了").await;
    }
    night.every_device_reloads().await;
}

/// Lamps are lit, on phones and by others; what every couple is called, in the order of the console.
async fn lamps(night: &mut Night) -> [Vec<String>; 2] {
    night.key('n').await;
    night.segments(&["over", "over", "running"]).await;
    night.key('4').await;
    night.step(ENTER, &[], ("choosing", "")).await;
    for phone in &night.phones {
        phone.go(PICKS).await;
    }
    night.phones[0].see("爆灯还没开始").await;
    night.picks().await;
    for (phone, badge) in night.phones[..3].iter().zip(["女001", "男001", "男002"]) {
        phone.until_true("!!document.querySelector('.light')").await;
        phone.click(&format!(".light[value={badge}]")).await;
        phone.see("已收到").await;
        phone.click("label:has(#stage)").await;
        phone.until_true("document.querySelector('.receipt').innerText.includes('已收到')").await;
    }
    for (person, badges) in [(&night.men[1], ["女002", "女003"]), (&night.women[2], ["男001", "男004"])] {
        let ballot = json!({ "badges": badges, "stage": true });
        let taken = night.at_home(person).put(&format!("{API}/pick-rounds/1/picks"), ballot).await;
        assert_eq!(taken.status, 200, "{}", taken.text());
    }
    night.phones[3].see("进场之后才能亮灯").await;
    night.every_device_reloads().await;
    night.picks().await;
    for phone in &night.phones[..3] {
        phone.see("结果出来了").await;
        phone.go(MATCHES).await;
        phone.see("你们选了彼此").await;
    }
    night.phones[3].go(MATCHES).await;
    night.screen.see("选择已截止").await;
    night.console.until_true("document.querySelectorAll('#couples [data-couple]').length === 2").await;
    night.every_device_reloads().await;
    let labels =
        night.console.run("[...document.querySelectorAll('#couples button')].map((row) => row.textContent)").await;
    let names = |place: usize| {
        let labels = labels[place].as_str().unwrap().replace('·', " ");
        labels.split_whitespace().map(str::to_owned).collect()
    };
    [names(0), names(1)]
}

/// One couple is revealed step by step, and the house dies on the way; another is called by mistake.
async fn reveal(night: &mut Night, [first, second]: &[Vec<String>; 2]) {
    let numbers = |couple: &[String]| -> Vec<String> {
        couple.iter().filter(|name| !name.starts_with("guest")).cloned().collect()
    };
    night.key('5').await;
    night.step(ENTER, &numbers(first), ("couple", "numbers")).await;
    night.every_device_reloads().await;

    // The host's word and the death of the house in one moment.
    night.release(first).await;
    night.console.keys(&ENTER.to_string()).await;
    night.kill();
    night.is_cut_off().await;
    night.start_again().await;
    night.console.until_true("!document.getElementById('console').dataset.busy").await;
    let stage = night.at_home(&night.host).get(&format!("{API}/stage")).await.json;
    if stage["shows"]["reveals"] == "numbers" {
        night.key(ENTER).await;
    }
    night.shows("couple", "nicknames").await;
    night.console.until_true("document.getElementById('preview').dataset.reveals === 'bridge'").await;
    night.every_device_reloads().await;
    night.step(ENTER, first, ("couple", "bridge")).await;
    night.every_device_reloads().await;
    // A slip of the finger: the next couple's numbers, and back.
    night.step(ENTER, &numbers(second), ("couple", "numbers")).await;
    night.step('z', first, ("couple", "bridge")).await;
    night.step('b', &[], ("blank", "")).await;
    night.every_device_reloads().await;
}
