//! What a run says of stories that did not run, because this machine lacks something: each once, and what is missing
//! once for all of them.

use std::os::unix::fs::symlink;
use std::process::Command;

use crate::driver::{did_not_run, on_path};

/// Asks for what is not there as a walk over many pages does. Run by the story below, in a process of its own.
#[test]
#[ignore = "is run by a story"]
fn asks_again_and_again() {
    for _ in 0..7 {
        did_not_run("axe");
    }
    did_not_run("a browser of brass");
}

#[test]
#[ignore = "is run by a story"]
fn asks_again_too() {
    did_not_run("axe");
    did_not_run("axe");
}

#[test]
fn a_story_that_did_not_run_is_named_once() {
    // Nothing but what the teller needs: the stories of the browser itself find none.
    let folder = tempfile::tempdir().unwrap();
    for program in ["sort", "awk"] {
        symlink(on_path(program).unwrap(), folder.path().join(program)).unwrap();
    }
    let mut run = Command::new(std::env::current_exe().unwrap());
    run.args(["missing::asks_again", "a_row_that_goes_on_says_so", "--include-ignored"]);
    let ended = run.env("PATH", folder.path()).env_remove("CI").output().unwrap();
    let printed = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success(), "{printed}");
    let lines: Vec<&str> = printed.lines().filter(|line| line.starts_with("did not run without")).collect();
    let row = "large_letters::a_row_that_goes_on_says_so";
    assert_eq!(lines.len(), 3, "{printed}");
    assert!(lines[0].starts_with("did not run without a browser (install") && lines[0].contains(row), "{printed}");
    assert_eq!(lines[1], "did not run without a browser of brass: missing::asks_again_and_again");
    assert_eq!(lines[2], "did not run without axe: missing::asks_again_and_again; missing::asks_again_too");
    assert_eq!(printed.matches("missing::asks_again_and_again").count(), 2, "once for each thing: {printed}");
}
