//! A program that stands beside the house: HAProxy, or a Redis. It can be stopped, cut off and killed, and is gone when
//! this run is gone, however that ends.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Runs the program and waits on a pipe whose other end only the story holds.
const LIFE_LINE: &str = r#"
trap '' HUP INT TERM
"$@" </dev/null >/dev/null 2>&1 &
echo $!
read -r _
kill -KILL $! 2>/dev/null
wait
"#;

pub struct Component {
    shell: Child,
    process: String,
}

/// Where a program lies that this machine has.
pub fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders.flat_map(|folder| names.iter().map(move |name| folder.join(name))).find(|place| place.is_file())
}

impl Component {
    pub fn start(program: &PathBuf, arguments: &[&str], variables: &[(&str, String)]) -> Self {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", LIFE_LINE, "sh"]).arg(program).args(arguments);
        shell.envs(variables.iter().map(|(name, value)| (*name, value.as_str())));
        let mut shell = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0).spawn().unwrap();
        let mut process = String::new();
        BufReader::new(shell.stdout.take().unwrap()).read_line(&mut process).unwrap();
        Self { shell, process: process.trim().to_owned() }
    }

    /// Stands still with every line open, as if it were cut off.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    pub fn resume(&self) {
        self.signal("-CONT");
    }

    pub fn process(&self) -> u32 {
        self.process.parse().unwrap()
    }

    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.process]).status().unwrap().success());
    }
}

impl Drop for Component {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}
