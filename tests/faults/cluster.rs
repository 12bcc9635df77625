//! PostgreSQL itself, as somebody who may stop it sees it: the server behind an address of the stories'.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use sqlx::{Connection, PgConnection};

/// A server that was started again here, gone with the run as the first one is: its shell waits on a
/// pipe that ends with us.
static AGAIN: Mutex<Option<Child>> = Mutex::new(None);

const LIFE_LINE: &str = r#"
trap '' HUP INT TERM
"$@" </dev/null >/dev/null 2>&1 &
read -r _
kill -QUIT $!
wait
"#;

pub struct Cluster {
    folder: PathBuf,
    url: String,
}

impl Cluster {
    pub fn behind(url: &str) -> Self {
        let address = url::Url::parse(url).unwrap();
        let host = address.query_pairs().find(|(name, _)| name == "host").unwrap().1.into_owned();
        Self { folder: host.into(), url: url.to_owned() }
    }

    /// The server and everybody who works for it.
    fn processes(&self) -> Vec<String> {
        let Ok(pid_file) = fs::read_to_string(self.folder.join("data/postmaster.pid")) else { return Vec::new() };
        let first = pid_file.lines().next().unwrap().to_owned();
        let children = fs::read_to_string(format!("/proc/{first}/task/{first}/children")).unwrap_or_default();
        children.split_whitespace().map(str::to_owned).chain([first]).collect()
    }

    fn signal(&self, signal: &str, whom: &[String]) {
        let _ = Command::new("kill").arg(signal).args(whom).stderr(Stdio::null()).status().unwrap();
    }

    /// Stands still, with every connection open.
    pub fn pause(&self) {
        self.signal("-STOP", &self.processes());
    }

    pub fn resume(&self) {
        self.signal("-CONT", &self.processes());
    }

    /// Dies as it stands, all of it, and comes back from its log.
    pub async fn crash(&self) {
        let processes = self.processes();
        let main = processes.last().unwrap();
        // The server first: it would otherwise begin to recover by itself.
        self.signal("-KILL", std::slice::from_ref(main));
        self.signal("-KILL", &processes);
        for process in &processes {
            while fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|stat| !stat.contains(") Z ")) {
                tokio::task::yield_now().await;
            }
        }
        // Its parent has not heard of its death, and to the next one it would seem to live.
        for left in ["data/postmaster.pid", ".s.PGSQL.5432.lock"] {
            let _ = fs::remove_file(self.folder.join(left));
        }
        let options = fs::read_to_string(self.folder.join("data/postmaster.opts")).unwrap();
        let arguments: Vec<&str> = options.split_whitespace().map(|word| word.trim_matches('"')).collect();
        let owner = fs::metadata(self.folder.join("data")).unwrap();
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", LIFE_LINE, "sh"]).args(arguments).current_dir(&self.folder).env_clear();
        shell.env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").stdin(Stdio::piped()).process_group(0);
        if fs::metadata("/proc/self").unwrap().uid() == 0 {
            shell.uid(owner.uid()).gid(owner.gid());
        }
        *AGAIN.lock().unwrap() = Some(shell.spawn().unwrap());
        while self.connect().await.is_none() {
            tokio::task::yield_now().await;
        }
    }

    pub async fn connect(&self) -> Option<PgConnection> {
        PgConnection::connect(&self.url).await.ok()
    }
}
