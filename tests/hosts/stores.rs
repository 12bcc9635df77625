//! Which stores of keys a house takes.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::redis::{PASSWORD, Redis};
use crate::rig::can_run;

fn house(folder: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_queqiao"));
    command
        .arg("serve")
        .current_dir(folder)
        .env("QUEQIAO__DATABASE__URL", format!("sqlite://{}/queqiao.sqlite3", folder.display()))
        .env("QUEQIAO__SERVER__BIND", "127.0.0.1:0")
        .env("QUEQIAO__SERVER__WORKERS", "1")
        .env("QUEQIAO__LOG__FILTER", "off")
        .envs(settings.iter().copied());
    command
}

/// How a start ends that is refused: its exit status, and its words.
fn refused(folder: &Path, settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let child = house(folder, settings).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let ended = ended(child);
    (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
}

fn ended(mut child: Child) -> std::process::Output {
    let patience = Instant::now() + Duration::from_secs(30);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > patience {
            child.kill().unwrap();
            panic!("it serves");
        }
        std::thread::yield_now();
    }
    child.wait_with_output().unwrap()
}

/// Whether a start comes to serve.
fn serves(folder: &Path, settings: &[(&str, &str)]) -> bool {
    let mut process = crate::fixtures::process::open(house(folder, settings).stderr(Stdio::null()));
    !std::mem::take(&mut process.address).is_empty()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_house_takes_no_store_of_keys_that_writes_to_disk() {
    if !can_run() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut redis = Redis::start(&[]).await.unwrap();
    let url = redis.url();
    let store = [("QUEQIAO__PICKS__KEY_STORE", url.as_str())];
    let known = [store[0], ("QUEQIAO__PICKS__KEY_STORE_IS_VOLATILE", "true")];
    assert!(serves(folder.path(), &store));
    for (setting, word) in [
        (&["--save", "3600 1"][..], "writes its memory to disk (save \"3600 1\")"),
        (&["--appendonly", "yes"], "writes a log of what it is told (appendonly yes)"),
        (&["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"], "throws away what it has no room for"),
    ] {
        redis.dies();
        redis.begin(setting).await;
        // Nor where somebody says to know better.
        for settings in [&store[..], &known] {
            let (status, words) = refused(folder.path(), settings);
            assert!(
                status == Some(1) && words.contains(word) && words.contains("picks.key_store"),
                "{status:?} {words}"
            );
            assert!(!words.contains(PASSWORD) && !words.contains("magpies"), "{words}");
        }
    }
    // One that may not be asked is taken only from somebody who knows.
    redis.dies();
    redis.begin(&["--rename-command", "CONFIG", ""]).await;
    let (status, words) = refused(folder.path(), &store);
    assert!(status == Some(1) && words.contains("picks.key_store_is_volatile"), "{status:?} {words}");
    assert!(serves(folder.path(), &known));
    // A wrong password is told at once; one that is away keeps nobody from serving.
    let stranger = url.replace("magpies", "crows");
    let (status, words) = refused(folder.path(), &[("QUEQIAO__PICKS__KEY_STORE", &stranger)]);
    assert!(status == Some(1) && words.contains("refuses") && !words.contains("crows"), "{status:?} {words}");
    redis.dies();
    assert!(serves(folder.path(), &store));
}
