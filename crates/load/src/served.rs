//! The release binary, served as in life: a process of its own with settings from its environment.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use nix::sys::signal::{Signal, kill};

use crate::connection::{Connection, Parts};
use crate::process;

/// What is served, and on which database.
#[derive(Clone)]
pub struct House {
    binary: PathBuf,
    folder: PathBuf,
    database_url: String,
}

impl House {
    /// A house without a database yet.
    #[must_use]
    pub fn new(binary: PathBuf, folder: &Path, database_url: String) -> Self {
        Self { binary, folder: folder.to_owned(), database_url }
    }

    fn command(&self, act: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        // Nobody's own settings leak in.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("QUEQIAO")) {
            command.env_remove(name);
        }
        command.args(act).current_dir(&self.folder).stdin(Stdio::null()).envs([
            ("QUEQIAO__DATABASE__URL", self.database_url.as_str()),
            ("QUEQIAO__SERVER__BIND", "127.0.0.1:0"),
            ("QUEQIAO__SERVER__PUBLIC_URL", "http://127.0.0.1"),
            // Everybody signs in from one address, and without a telephone beside it.
            ("QUEQIAO__SECURITY__AUTH_REQUESTS_PER_MINUTE", "10000000"),
            ("QUEQIAO__SECURITY__SECOND_FACTOR", "nobody"),
            ("QUEQIAO__SECURITY__SECRET", "known to whoever reads this, for an hour"),
            ("QUEQIAO__PICKS__KEY_STORE", "memory"),
            ("QUEQIAO__LOG__FILTER", "error"),
        ]);
        command
    }

    /// Fills an empty database with the events of `queqiao demo`.
    ///
    /// # Errors
    /// Where the binary cannot.
    pub fn set_scene(&self) -> anyhow::Result<()> {
        let scene = self.command(&["demo", "--set-scene"]).output().context("the binary does not run")?;
        ensure!(scene.status.success(), "the scene cannot be set: {}", String::from_utf8_lossy(&scene.stderr));
        Ok(())
    }

    /// Serves, and waits until it is ready.
    ///
    /// # Errors
    /// Where it does not become ready.
    pub async fn serve(&self) -> anyhow::Result<Served> {
        let begun = Instant::now();
        let mut process = self.command(&["serve"]).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("no standard output")?).read_line(&mut line)?;
        let address = line.trim().strip_prefix("http://").context("it did not begin to serve")?.parse()?;
        Connection::to(address).call("GET", "/readyz", Parts::default()).await?;
        let ready_after = begun.elapsed();
        let resident = process::resident(process.id())?;
        Ok(Served { process, address, ready_after, resident })
    }
}

/// A process that serves until it is dropped.
pub struct Served {
    process: Child,
    pub address: SocketAddr,
    pub ready_after: Duration,
    /// Bytes in memory then.
    pub resident: u64,
}

impl Served {
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it as an init system would.
    ///
    /// # Errors
    /// Where it ended otherwise than by itself.
    pub fn stop(mut self) -> anyhow::Result<()> {
        kill(process::pid(self.process.id())?, Signal::SIGTERM)?;
        ensure!(self.process.wait()?.success(), "it did not close well");
        Ok(())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It has ended already where it was stopped.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
