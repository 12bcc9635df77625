//! Stories about power cuts: a second process serves the evening's database and dies between two
//! statements, while the evening's own server goes on.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::SubsecRound;
use queqiao::events::phase::Phase;
use queqiao::settings::Settings;
use secrecy::ExposeSecret;

use crate::evening::{Engine, Evening};

/// An evening that another process can take part in: they share a secret, and the clock stands
/// where the machine's is, because the other process knows no other.
pub async fn begin(engine: Engine, phase: Phase) -> Option<Evening> {
    begin_with(engine, phase, |_| ()).await
}

/// As [`begin`], with settings of the story's own.
pub async fn begin_with(engine: Engine, phase: Phase, change: impl FnOnce(&mut Settings)) -> Option<Evening> {
    let change = |settings: &mut Settings| {
        settings.security.secret = "a secret that two processes of one story share".into();
        change(settings);
    };
    let mut evening = Evening::begin_with(engine, phase, change).await?;
    catch_up(&evening);
    evening.organizer = evening.again(&evening.organizer);
    evening.enter(phase).await;
    Some(evening)
}

/// Sets the evening's clock to where the other process's is.
#[expect(clippy::disallowed_methods, reason = "the other process goes by the machine's clock")]
pub fn catch_up(evening: &Evening) {
    evening.clock.set(chrono::Utc::now().trunc_subsecs(6));
}

/// A process of its own, gone when this is dropped if not before.
pub struct Process {
    /// Empty where it died before it opened.
    pub address: String,
    child: Child,
}

/// Serves the evening's database from a process that dies after so many statements of writing
/// transactions, those of what a start finishes included.
pub fn serve(evening: &Evening, crash_after: i64) -> Process {
    let mut command = program(evening, &["serve"]);
    command.args(["--crash-after", &crash_after.to_string()]).stderr(Stdio::null());
    open(&mut command)
}

/// Serves the evening's database from a process of its own, until it is killed.
pub fn serve_on(evening: &Evening) -> Process {
    let mut command = program(evening, &["serve"]);
    command.env("QUEQIAO__LOG__FILTER", "error");
    let process = open(&mut command);
    assert!(!process.address.is_empty(), "the process did not open");
    process
}

/// Serves the evening's database from a process that writes down everything it has to tell.
pub fn serve_talking(evening: &Evening, log: &Path) -> Process {
    let mut command = program(evening, &["serve"]);
    command.env("QUEQIAO__LOG__FILTER", "trace").stderr(File::create(log).unwrap());
    open(&mut command)
}

/// Serves the evening's database from a process that may have so many descriptors and not one more,
/// with settings of the story's own.
pub fn serve_with(evening: &Evening, descriptors: u64, settings: &[(&str, &str)]) -> Process {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -n {descriptors}; exec \"$0\" serve"), env!("CARGO_BIN_EXE_queqiao")]);
    let mut command = told(evening, command);
    command.env("QUEQIAO__LOG__FILTER", "error").envs(settings.iter().copied());
    let process = open(&mut command);
    assert!(!process.address.is_empty(), "the process did not open");
    process
}

/// Serves the evening's database, or a copy of it, from a process whose memory a story may read.
pub fn serve_open(evening: &Evening, database: &str) -> Process {
    let mut command = program(evening, &["serve", "--open-to-debuggers"]);
    command.env("QUEQIAO__LOG__FILTER", "error").env("QUEQIAO__DATABASE__URL", database);
    let process = open(&mut command);
    assert!(!process.address.is_empty(), "the process did not open");
    process
}

/// Serves from a process that is started in a way of the story's own, given the program.
pub fn serve_by(evening: &Evening, start: impl FnOnce(&str) -> Command) -> Process {
    let mut command = start(env!("CARGO_BIN_EXE_queqiao"));
    let ours: Vec<_> = command.get_envs().map(|(name, _)| name.to_owned()).collect();
    for (name, value) in program(evening, &["serve"]).get_envs() {
        if let Some(value) = value
            && !ours.contains(&name.to_owned())
        {
            command.env(name, value);
        }
    }
    let process = open(command.env("QUEQIAO__LOG__FILTER", "off"));
    assert!(!process.address.is_empty(), "the process did not open");
    process
}

/// What a command says that ends by itself: its exit status and its standard error.
pub fn told_by(evening: &Evening, arguments: &[&str]) -> (i32, String) {
    let mut command = program(evening, arguments);
    let ended = command.env("QUEQIAO__LOG__FILTER", "off").output().unwrap();
    (ended.status.code().unwrap(), String::from_utf8(ended.stderr).unwrap())
}

/// The program with the evening's settings.
pub fn program(evening: &Evening, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_queqiao"));
    command.args(arguments);
    told(evening, command)
}

fn told(evening: &Evening, mut command: Command) -> Command {
    let settings = &evening.app.settings;
    command
        .current_dir(evening.folder())
        .env("QUEQIAO__DATABASE__URL", settings.database.url.expose_secret())
        .env("QUEQIAO__SECURITY__SECRET", settings.security.secret.expose_secret())
        .env("QUEQIAO__PICKS__KEY_DIR", &settings.picks.key_dir)
        .env("QUEQIAO__SERVER__BIND", "127.0.0.1:0")
        .env("QUEQIAO__SERVER__PUBLIC_URL", &settings.server.public_url)
        .env("QUEQIAO__SERVER__SHUTDOWN_SECONDS", settings.server.shutdown_seconds.to_string())
        .env("QUEQIAO__SERVER__WORKERS", "1");
    command
}

/// Starts it, and waits until it has opened or died.
pub fn open(command: &mut Command) -> Process {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut address = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
    Process { address: address.trim().to_owned(), child }
}

impl Process {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, as the system does; how long it took.
    pub async fn terminated(mut self) -> Duration {
        let asked = Instant::now();
        let told = Command::new("kill").args(["-TERM", &self.id().to_string()]).status().unwrap();
        assert!(told.success());
        while self.child.try_wait().unwrap().is_none() {
            assert!(asked.elapsed() < Duration::from_secs(60), "it does not stop");
            tokio::task::yield_now().await;
        }
        asked.elapsed()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
