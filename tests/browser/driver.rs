//! One chromedriver for the run: started on a free port by the first story, gone when the run is gone.

use std::io::{BufRead, BufReader, Write as _};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Where to ask for windows, and which browser opens them.
pub struct Driver {
    pub address: String,
    pub browser: PathBuf,
    /// Its standard input is the life line: see [`LIFE_LINE`].
    _watchdog: Child,
}

/// Runs chromedriver and waits on a pipe whose other end only the test process holds: the kernel closes
/// it however that process ends. The browsers hang on a pipe of chromedriver's and go with it.
const LIFE_LINE: &str = r#"
trap '' HUP INT TERM
"$1" --port=0 2>/dev/null &
read -r _
kill -KILL $!
wait
"#;

/// The driver of this run; None where no browser is installed: the story then returns, and the run says
/// at its end which did. Under `CI=true` a missing browser fails the story instead.
pub fn driver() -> Option<&'static Driver> {
    static DRIVER: OnceLock<Option<Driver>> = OnceLock::new();
    let driver = DRIVER.get_or_init(|| {
        let browser = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
        Some(start(on_path("chromedriver")?, browser.into_iter().find_map(on_path)?))
    });
    if driver.is_none() {
        did_not_run("a browser (install chromium and chromium-driver)");
    }
    driver.as_ref()
}

fn start(program: PathBuf, browser: PathBuf) -> Driver {
    let mut watchdog = Command::new("/bin/sh")
        .args(["-c", LIFE_LINE, "sh"])
        .arg(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // A group of its own: Ctrl-C ends the stories, and the watchdog tidies up after them.
        .process_group(0)
        .spawn()
        .unwrap();
    let mut output = BufReader::new(watchdog.stdout.take().unwrap()).lines().map_while(Result::ok);
    let port =
        output.find_map(|line| Some(line.split("successfully on port ").nth(1)?.trim_end_matches('.').to_owned()));
    let port = port.expect("chromedriver is installed, but did not start");
    std::thread::spawn(move || output.for_each(drop));
    Driver { address: format!("http://127.0.0.1:{port}"), browser, _watchdog: watchdog }
}

pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|place| place.join(program)).find(|place| place.is_file())
}

/// libtest has no hook at its end, and swallows what a passing story prints. A shell that reads one line
/// for each story prints them when its pipe closes, which is when the run has ended.
pub fn did_not_run(without: &str) {
    static TELLER: OnceLock<Mutex<ChildStdin>> = OnceLock::new();
    const TELL: &str = r#"
trap '' HUP INT TERM
while read -r line; do all="$all${all:+; }$line"; done
echo "did not run: $all" >&2
"#;
    let story = std::thread::current().name().unwrap_or("a story").to_owned();
    let demanded = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!demanded, "{story} needs {without}, and CI runs every story");
    let teller = TELLER.get_or_init(|| {
        let shell = Command::new("/bin/sh").args(["-c", TELL]).stdin(Stdio::piped()).process_group(0).spawn();
        Mutex::new(shell.unwrap().stdin.unwrap())
    });
    let line = format!("{story}, without {without}\n");
    teller.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes()).unwrap();
}
