//! The process that serves a night: always at the same address, told what is to go wrong, killed and
//! started again.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;

use tokio::sync::watch;

use crate::fixtures::process;
use crate::night::Night;

pub struct Served {
    child: Child,
    says: Option<ChildStdin>,
    killed: bool,
    /// How many faults it said it had; none once it is gone.
    pub done: watch::Receiver<Option<u64>>,
}

/// The program, as this night serves.
pub fn command(night: &Night, arguments: &[&str]) -> Command {
    let mut command = process::program(&night.evening, arguments);
    command
        .envs(night.settings.iter().map(|(name, value)| (*name, value.as_str())))
        .env("QUEQIAO__LOG__FILTER", std::env::var_os("QUEQIAO_FAULTS_LOG").unwrap_or_else(|| "off".into()));
    command
}

impl Served {
    /// Starts it and waits until it is open; nothing where it does not open.
    pub fn start(night: &Night) -> Option<Self> {
        Self::by(command(night, &["serve", "--mishaps", "--clock-shift"]).arg(&night.clock_shift))
    }

    pub fn by(command: &mut Command) -> Option<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut address = String::new();
        output.read_line(&mut address).unwrap();
        let says = child.stdin.take();
        let (sender, done) = watch::channel(Some(0));
        let served = Self { child, says, killed: false, done };
        if !address.starts_with("http://") {
            return None;
        }
        thread::spawn(move || {
            for _ in output.lines().map_while(Result::ok) {
                sender.send_modify(|done| *done = done.map(|times| times + 1));
            }
            sender.send_replace(None);
        });
        Some(served)
    }

    /// Has something go wrong: what, after how many points, how often.
    pub fn is_to(&mut self, what: &str, points: u64, times: u64) {
        if let Some(says) = &mut self.says {
            // One that is gone hears nothing.
            let _ = writeln!(says, "{what} {points} {times}");
        }
    }

    pub fn times(&self) -> u64 {
        self.done.borrow().unwrap_or(0)
    }

    pub fn is_gone(&self) -> bool {
        self.killed || self.done.borrow().is_none()
    }

    /// Kill −9, as it stands.
    pub fn kill(&mut self) {
        // It may have died by itself.
        let _ = self.child.kill();
        self.child.wait().unwrap();
        self.killed = true;
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
