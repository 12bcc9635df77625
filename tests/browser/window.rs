//! A browser window that somebody sits at: it reads, clicks, types and waits as people do.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use queqiao::language::Language;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::driver::Driver;

/// What a `WebDriver` element reference is called.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
const PATIENCE: Duration = Duration::from_secs(60);
/// What drifts all evening is clicked as it drifts.
const AT_REST: Duration = Duration::from_secs(3);

pub const TAB: char = '\u{E004}';
pub const ENTER: char = '\u{E007}';
pub const SPACE: char = ' ';
pub const BACKSPACE: char = '\u{E003}';
pub const ARROW_DOWN: char = '\u{E015}';
const ARROW_UP: char = '\u{E013}';

/// What somebody uses a page with.
#[derive(Clone, Copy, Debug)]
pub enum Hand {
    Thumb,
    Keyboard,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    Phone,
    Laptop,
    /// What the hall looks at.
    Projector,
}

impl Screen {
    /// Width and height in CSS pixels.
    pub fn size(self) -> (u32, u32) {
        match self {
            Self::Phone => (360, 740),
            Self::Laptop => (1280, 800),
            Self::Projector => (1920, 1080),
        }
    }
}

pub struct Window {
    client: Client,
    /// The address of the session at chromedriver.
    session: String,
    home: String,
    /// Whoever sits here has no mouse.
    keyboard: bool,
    _profile: tempfile::TempDir,
}

impl Window {
    pub async fn open(driver: &Driver, home: &str, screen: Screen, language: Language, flags: &[String]) -> Self {
        let profile = tempfile::Builder::new().prefix("queqiao-browser-").tempdir().unwrap();
        let mut arguments: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            // A page that glides to where a click goes is not there yet when it comes.
            "--force-prefers-reduced-motion",
            // In what order the browser's own fields take a date.
            "--lang=en-US",
            // The browser lives as long as the pipe to its driver.
            "--remote-debugging-pipe",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        arguments.extend_from_slice(flags);
        let wish = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": driver.browser,
                "args": arguments,
                // `--lang` would not reach the Accept-Language of a headless browser.
                "prefs": { "intl.accept_languages": language.choose("zh-CN,zh", "en-GB,en"), "credentials_enable_service": false },
            },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "pageLoad": 30_000, "script": 30_000 },
        } } });
        let client = Client::new();
        let opened = tell(&client, Method::POST, &format!("{}/session", driver.address), Some(wish)).await.unwrap();
        let session = format!("{}/session/{}", driver.address, opened["sessionId"].as_str().unwrap());
        let window = Self { client, session, home: home.to_owned(), keyboard: false, _profile: profile };
        window.resize(screen).await;
        // No window manager gives it the focus: without it what is focused does not look so.
        window.cdp("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await;
        window
    }

    /// The same window in such hands.
    pub fn in_hands(self, hand: Hand) -> Self {
        match hand {
            Hand::Thumb => self,
            Hand::Keyboard => self.by_keyboard(),
        }
    }

    /// The same window, and from here on whatever is clicked, chosen or filled in is reached by the
    /// keyboard alone, with the focus to be seen.
    pub fn by_keyboard(mut self) -> Self {
        self.keyboard = true;
        self
    }

    /// Another screen, the same page.
    pub async fn resize(&self, screen: Screen) {
        let (width, height) = screen.size();
        let phone = screen == Screen::Phone;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Opens one of our pages.
    pub async fn go(&self, path: &str) {
        self.post("/url", json!({ "url": format!("{}{path}", self.home) })).await;
    }

    /// Opens an address as written in a letter or a code.
    pub async fn follow(&self, address: &str) {
        assert!(address.starts_with(&self.home), "{address} is not ours");
        self.post("/url", json!({ "url": address })).await;
    }

    pub async fn reload(&self) {
        self.post("/refresh", json!({})).await;
    }

    /// The path and query being shown.
    pub async fn path(&self) -> String {
        let address = self.get("/url").await;
        address.as_str().unwrap().trim_start_matches(&self.home).to_owned()
    }

    /// Waits until a page of this path is shown.
    pub async fn arrive(&self, path: &str) {
        self.until(&format!("to arrive at {path}"), async || self.path().await == path).await;
    }

    /// Everything there is to read.
    pub async fn text(&self) -> String {
        self.run("document.body?.innerText ?? ''").await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until these words can be read.
    pub async fn see(&self, wanted: &str) {
        self.until(&format!("to read {wanted}"), async || self.text().await.contains(wanted)).await;
    }

    /// Waits until a script says true.
    pub async fn until_true(&self, script: &str) {
        self.until(script, async || self.run(script).await == json!(true)).await;
    }

    /// Waits until a script says true inside a frame of the page, which may be of another process. A frame that is
    /// changed for another meanwhile is looked for anew.
    pub async fn until_within(&self, frame: &str, script: &str) {
        self.until(script, async || {
            let found = "return document.querySelector(arguments[0])";
            let element = self.element(&format!("{frame} to look into"), found, &json!([frame])).await;
            let post = async |path: &str, body: Value| {
                tell(&self.client, Method::POST, &format!("{}{path}", self.session), Some(body)).await
            };
            if post("/frame", json!({ "id": { ELEMENT: element } })).await.is_err() {
                return false;
            }
            let answer = post("/execute/sync", json!({ "script": format!("return {script}"), "args": [] })).await;
            self.post("/frame", json!({ "id": null })).await;
            answer.is_ok_and(|came| came == json!(true))
        })
        .await;
    }

    /// Clicks what a selector names.
    pub async fn click(&self, selector: &str) {
        let script = "return [...document.querySelectorAll(arguments[0])].find(e => e.checkVisibility())";
        let element = self.element(&format!("{selector} to click"), script, &json!([selector])).await;
        self.click_on(&element).await;
    }

    /// Clicks the link, button or label with these words on it.
    pub async fn press(&self, wanted: &str) {
        let script = "return [...document.querySelectorAll('a, button, summary, label')]
            .find(e => e.checkVisibility() && e.innerText.trim() === arguments[0])";
        let element = self.element(&format!("{wanted} to press"), script, &json!([wanted])).await;
        self.click_on(&element).await;
    }

    /// Types into the field of this name, in place of what is there. Dates and the like are set.
    pub async fn fill(&self, name: &str, value: &str) {
        let script = "const [name, value, byKeyboard] = arguments;
            const field = [...document.getElementsByName(name)].find(e => e.checkVisibility());
            if (!field) return null;
            if (byKeyboard) return field;
            if (/^(date|time|datetime-local|month|color|range)$/.test(field.type)) {
                field.value = value;
                field.dispatchEvent(new Event('input', { bubbles: true }));
                field.dispatchEvent(new Event('change', { bubbles: true }));
                return 'set';
            }
            field.focus(); field.select?.();
            return field;";
        let field = self.element(&format!("a field {name}"), script, &json!([name, value, self.keyboard])).await;
        if self.keyboard {
            self.reach(&field).await;
            return self.keys(&typed(value)).await;
        }
        if field != "set" {
            self.post(&format!("/element/{field}/clear"), json!({})).await;
            self.post(&format!("/element/{field}/value"), json!({ "text": value })).await;
        }
    }

    /// Chooses a value of the list, or ticks the box or button, of this name.
    pub async fn choose(&self, name: &str, value: &str) {
        let script = "const [name, value] = arguments;
            for (const field of document.getElementsByName(name)) {
                if (field.tagName === 'SELECT') return [...field.options].find(option => option.value === value);
                if (field.value === value) return field.labels?.[0] ?? field;
            }";
        let option = self.element(&format!("{value} of {name}"), script, &json!([name, value])).await;
        self.click_on(&option).await;
    }

    /// Gives a file to what a selector names.
    pub async fn attach(&self, selector: &str, file: &Path) {
        let script = "return document.querySelector(arguments[0])";
        let field = self.element(&format!("{selector} for a file"), script, &json!([selector])).await;
        self.post(&format!("/element/{field}/value"), json!({ "text": file })).await;
    }

    /// Types on the keyboard, wherever the focus is.
    pub async fn keys(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })))
            .collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.post("/actions", json!({ "actions": [keyboard] })).await;
    }

    /// Tabs on until the focus is on what a selector names, where people can see that it is.
    pub async fn tab_to(&self, selector: &str) {
        let there = format!("document.activeElement.matches({})", json!(selector));
        for _ in 0..120 {
            self.keys(&TAB.to_string()).await;
            if self.run(&there).await == json!(true) {
                let seen = self.run("document.activeElement.matches(':focus-visible')").await;
                assert_eq!(seen, json!(true), "nobody sees the focus on {selector}");
                return;
            }
        }
        panic!("the keyboard does not reach {selector} on {}: {}", self.path().await, self.text().await);
    }

    /// What a script comes to. The page's own rules about scripts do not bind the story's.
    pub async fn run(&self, script: &str) -> Value {
        // Between two pages there is a document without anything in it.
        while self.evaluate("document.body === null").await == json!(true) {
            pause().await;
        }
        self.evaluate(script).await
    }

    async fn evaluate(&self, script: &str) -> Value {
        let wish = json!({ "expression": script, "awaitPromise": true, "returnByValue": true, "userGesture": true });
        let came = self.cdp("Runtime.evaluate", wish).await;
        assert!(came.get("exceptionDetails").is_none(), "{came}");
        came["result"]["value"].clone()
    }

    /// Says something to the browser itself.
    pub async fn cdp(&self, command: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    /// Cuts the browser off, or lets it back.
    pub async fn offline(&self, offline: bool) {
        let link = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.cdp("Network.enable", json!({})).await;
        self.cdp("Network.emulateNetworkConditions", link).await;
    }

    /// What the browser complained about since it was last asked.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.post("/se/log", json!({ "type": "browser" })).await;
        let entries = entries.as_array().unwrap().iter().filter(|entry| entry["level"] == "SEVERE");
        entries.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// How far the page is wider than a screen.
    pub async fn overhang(&self, screen: Screen) -> i64 {
        let wide = self.run("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)").await;
        wide.as_i64().unwrap() - i64::from(screen.size().0)
    }

    /// A picture of the whole page, for whoever looks; where it is.
    async fn picture(&self) -> PathBuf {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let taken = self.cdp("Page.captureScreenshot", whole).await;
        let bytes = data_encoding::BASE64.decode(taken["data"].as_str().unwrap().as_bytes()).unwrap();
        let name = self.session.rsplit('/').next().unwrap();
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        std::fs::write(&file, bytes).unwrap();
        file
    }

    async fn click_on(&self, element: &str) {
        if self.keyboard {
            return self.strike(element).await;
        }
        self.comes_to_rest(element).await;
        self.post(&format!("/element/{element}/click"), json!({})).await;
    }

    /// A page that still scrolls by itself would be clicked where the element was.
    async fn comes_to_rest(&self, element: &str) {
        let place = "const at = arguments[0];
            at.scrollIntoView({ block: 'nearest', behavior: 'instant' });
            const { x, y } = at.getBoundingClientRect();
            return `${x} ${y}`;";
        let wish = json!({ "script": place, "args": [{ ELEMENT: element }] });
        let address = format!("{}/execute/sync", self.session);
        let (since, mut before) = (Instant::now(), None);
        while since.elapsed() < AT_REST {
            let now = tell(&self.client, Method::POST, &address, Some(wish.clone())).await.ok();
            if now == before {
                return;
            }
            before = now;
            pause().await;
        }
    }

    /// What somebody without a mouse does instead of a click.
    async fn strike(&self, element: &str) {
        let kind = self.reach(element).await;
        if let Some(steps) = kind.strip_prefix("option ") {
            let steps: i32 = steps.parse().unwrap();
            let arrow = if steps < 0 { ARROW_UP } else { ARROW_DOWN };
            return self.keys(&arrow.to_string().repeat(steps.unsigned_abs() as usize)).await;
        }
        match kind.as_str() {
            // An arrow has chosen it on the way.
            "chosen" => {}
            "box" => self.keys(&SPACE.to_string()).await,
            _ => self.keys(&ENTER.to_string()).await,
        }
    }

    /// Tabs, and within a group of radio buttons moves by arrows, until the focus is on an element, or
    /// on what it is a label or an option of; text that is there is selected. Says what was reached.
    async fn reach(&self, element: &str) -> String {
        let script = "const [wanted] = arguments;
            const target = wanted.closest('select') ?? wanted.control ?? wanted;
            const here = document.activeElement;
            const group = e => e.type === 'radio' && e.name === target.name && e.form === target.form;
            if (here !== target) return target.type === 'radio' && group(here) ? 'arrow' : 'tab';
            if (!here.matches(':focus-visible')) return 'unseen';
            if (wanted.tagName === 'OPTION') return `option ${wanted.index - target.selectedIndex}`;
            if (target.type === 'radio' && target.checked) return 'chosen';
            if (['radio', 'checkbox'].includes(target.type)) return 'box';
            target.select?.();
            return 'there';";
        let wish = json!({ "script": script, "args": [{ ELEMENT: element }] });
        let mut state = String::new();
        for _ in 0..400 {
            state = self.post("/execute/sync", wish.clone()).await.as_str().unwrap().to_owned();
            match state.as_str() {
                "tab" => self.keys(&TAB.to_string()).await,
                "arrow" => self.keys(&ARROW_DOWN.to_string()).await,
                // A page that focuses a field as it opens may do so before its window has the focus itself.
                "unseen" => pause().await,
                _ => return state,
            }
        }
        self.give_up(&format!("the keyboard to reach what was wanted, with the focus to be seen ({state})")).await
    }

    /// The element a script finds, once it does.
    async fn element(&self, what: &str, script: &str, arguments: &Value) -> String {
        let since = Instant::now();
        loop {
            let wish = json!({ "script": script, "args": arguments });
            let found = tell(&self.client, Method::POST, &format!("{}/execute/sync", self.session), Some(wish)).await;
            match found {
                Ok(Value::Object(found)) => return found[ELEMENT].as_str().unwrap().to_owned(),
                Ok(Value::String(done)) => return done,
                _ if since.elapsed() < PATIENCE => pause().await,
                came => self.give_up(&format!("{what}: {came:?}")).await,
            }
        }
    }

    pub async fn until(&self, what: &str, came: impl AsyncFn() -> bool) {
        let since = Instant::now();
        while !came().await {
            if since.elapsed() > PATIENCE {
                self.give_up(what).await;
            }
            pause().await;
        }
    }

    async fn give_up(&self, what: &str) -> ! {
        let (path, text, picture) = (self.path().await, self.text().await, self.picture().await);
        let complaints = self.complaints().await;
        panic!("waited for {what}, at {path} ({}):\n{text}\n{complaints:?}", picture.display());
    }

    async fn get(&self, path: &str) -> Value {
        tell(&self.client, Method::GET, &format!("{}{path}", self.session), None).await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = tell(&self.client, Method::POST, &format!("{}{path}", self.session), Some(body)).await;
        answer.unwrap_or_else(|refused| panic!("{path}: {refused}"))
    }
}

impl Drop for Window {
    /// Also where a story stopped half way, when nothing can be awaited any more.
    fn drop(&mut self) {
        let (host, path) = self.session.trim_start_matches("http://").split_once('/').unwrap();
        let Ok(mut line) = TcpStream::connect(host) else { return };
        let sent = write!(line, "DELETE /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let _gone = sent.and_then(|()| line.read(&mut [0; 64]));
    }
}

/// What is typed for a value: into the browser's own fields for a day, and for a day and a time, month
/// first.
fn typed(value: &str) -> String {
    if let Ok(day) = chrono::NaiveDate::parse_from_str(value, "%Y-%m-%d") {
        return day.format("%m%d%Y").to_string();
    }
    let Ok(moment) = chrono::NaiveDateTime::parse_from_str(value, "%Y-%m-%dT%H:%M") else {
        return value.to_owned();
    };
    moment.format("%m%d%Y\u{E014}%I%M%p").to_string()
}

/// The browser works beside us and rings no bell: stories ask it again and again.
async fn pause() {
    tokio::time::sleep(Duration::from_millis(40)).await;
}

async fn tell(client: &Client, method: Method, address: &str, body: Option<Value>) -> Result<Value, String> {
    let request = client.request(method, address);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let answer = request.send().await.map_err(|fault| fault.to_string())?;
    let good = answer.status().is_success();
    let value = answer.json::<Value>().await.map_err(|fault| fault.to_string())?["value"].take();
    if good { Ok(value) } else { Err(format!("{}: {}", value["error"], value["message"])) }
}
