//! A disk that is full for a while: nothing is told as kept that is not, and afterwards everything works
//! by itself.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use queqiao::accounts::profile::Gender;
use queqiao::events::phase::Phase;
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, query_scalar};

use crate::fixtures::evening::Engine::Sqlite;
use crate::fixtures::evening::Evening;
use crate::fixtures::person::Person;
use crate::fixtures::process::{self, Process};
use crate::fixtures::until::until;

/// Serves a copy of the evening's database from a small disk that nobody else sees. None where this
/// machine does not let a story have one; under `CI=true` that fails the story.
fn serve_from_a_small_disk(evening: &Evening) -> Option<(Process, PathBuf)> {
    let copy = evening.folder().join("copy.sqlite3");
    assert_eq!(process::told_by(evening, &["backup", &copy.display().to_string()]).0, 0);
    let disk = evening.folder().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let possible = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "tmpfs"]).arg(&disk).status();
    if !possible.is_ok_and(|status| status.success()) {
        let demanded = std::env::var_os("CI").is_some_and(|value| value == "true");
        assert!(!demanded, "no disk of its own for the story (unshare -rm mount), and CI runs every story");
        eprintln!("this story did not run: no disk of its own (unshare -rm mount)");
        return None;
    }
    let served = "mount -t tmpfs -o size=24m tmpfs \"$1\" && cp \"$2\" \"$1/queqiao.sqlite3\" && exec \"$3\" serve --open-to-debuggers";
    let process = process::serve_by(evening, |program| {
        let mut shell = Command::new("unshare");
        shell.args(["-rm", "sh", "-c", served, "sh"]).arg(&disk).arg(&copy).arg(program);
        shell.env("QUEQIAO__DATABASE__URL", format!("sqlite://{}/queqiao.sqlite3", disk.display()));
        shell
    });
    let seen = PathBuf::from(format!("/proc/{}/root{}", process.id(), disk.display()));
    assert!(seen.join("queqiao.sqlite3").exists(), "the disk cannot be looked at from here");
    Some((process, seen))
}

/// Fills the disk to the last byte.
fn fill(disk: &Path) {
    let mut filler = File::create(disk.join("filler")).unwrap();
    for size in [1 << 20, 4096, 1] {
        while filler.write_all(&vec![7; size]).is_ok() {}
    }
}

/// What is on the disk at this moment, as a power cut would leave it: the file and its log.
async fn after_a_power_cut(disk: &Path) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("queqiao.sqlite3");
    std::fs::copy(disk.join("queqiao.sqlite3"), &copy).unwrap();
    std::fs::copy(disk.join("queqiao.sqlite3-wal"), folder.path().join("queqiao.sqlite3-wal")).unwrap();
    let mut looks = SqliteConnectOptions::new().filename(copy).connect().await.unwrap();
    let found = query_scalar("SELECT nickname FROM profile").fetch_all(&mut looks).await.unwrap();
    looks.close().await.unwrap();
    found
}

async fn call(guest: &Person, name: String) -> crate::fixtures::person::Answer {
    guest.patch("/api/v1/me", json!({ "nickname": name })).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_a_full_disk_whatever_is_acknowledged_is_kept() {
    let Some(evening) = process::begin(Sqlite, Phase::Registration).await else { return };
    let names_of: Vec<String> = (0..50).map(|number| format!("disk-{number}")).collect();
    let guests = evening.accounts(&names_of, Gender::Female).await;
    let Some((process, disk)) = serve_from_a_small_disk(&evening) else { return };
    let guests: Vec<Person> = guests.iter().map(|guest| guest.at(&process.address)).collect();
    for failures in 1..=8 {
        fill(&disk);
        // The log may have room of its own, given to it before the disk was full: that is used up first.
        let (mut refusals, mut tries) = (0, 0);
        while refusals < failures {
            tries += 1;
            assert!(tries < 5_000, "the disk is not full");
            let answer = call(&guests[tries % guests.len()], format!("full-{tries}")).await;
            if answer.status == 200 {
                continue;
            }
            assert_eq!((answer.status, answer.code()), (503, "storage_full"), "{}", answer.text());
            assert_eq!(answer.headers["retry-after"], "10");
            refusals += 1;
        }
        until("ready on a full disk", async || (guests[0].get("/readyz").await.status == 503).then_some(())).await;
        assert_eq!(guests[0].get("/api/v1/me").await.status, 200, "what is there can be read");
        std::fs::remove_file(disk.join("filler")).unwrap();
        for (number, guest) in guests.iter().enumerate() {
            let answer = call(guest, format!("kept-{failures}-{number}")).await;
            assert_eq!(answer.status, 200, "after {failures} failures: {}", answer.text());
        }
        let found = after_a_power_cut(&disk).await;
        let kept = found.iter().filter(|name| name.starts_with(&format!("kept-{failures}-"))).count();
        assert_eq!(kept, 50, "after {failures} failures");
        assert!(!found.iter().any(|name| name.starts_with("full-")), "refused, and done");
        until("not ready again", async || (guests[0].get("/readyz").await.status == 200).then_some(())).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn under_load_a_full_disk_loses_nothing_that_was_acknowledged() {
    let Some(evening) = process::begin(Sqlite, Phase::Registration).await else { return };
    let names_of: Vec<String> = (0..400).map(|number| format!("load-{number}")).collect();
    let guests = evening.accounts(&names_of, Gender::Female).await;
    let Some((process, disk)) = serve_from_a_small_disk(&evening) else { return };
    let mut sent = Vec::new();
    for (number, guest) in guests.iter().enumerate() {
        let guest = guest.at(&process.address);
        sent.push(tokio::spawn(async move {
            let mut kept = false;
            for turn in 0..4 {
                kept = call(&guest, format!("load-{number}-{turn}")).await.status == 200;
            }
            kept.then(|| format!("load-{number}-3"))
        }));
        if number % 100 == 50 {
            fill(&disk);
        } else if number % 100 == 90 {
            std::fs::remove_file(disk.join("filler")).unwrap();
        }
        if number % 10 == 0 {
            // Lets some through before the next come.
            let _ = guests[0].at(&process.address).get("/healthz").await;
        }
    }
    let mut acknowledged = Vec::new();
    for sent in sent {
        acknowledged.extend(sent.await.unwrap());
    }
    let found = after_a_power_cut(&disk).await;
    let lost: Vec<_> = acknowledged.iter().filter(|name| !found.contains(name)).collect();
    assert!(lost.is_empty(), "{} of {} acknowledged are lost: {lost:?}", lost.len(), acknowledged.len());
    assert!(acknowledged.len() > 100, "{}", acknowledged.len());
    until("not ready again", async || {
        (guests[0].at(&process.address).get("/readyz").await.status == 200).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_doctor_is_not_content_with_a_database_that_keeps_nothing() {
    let Some(evening) = process::begin(Sqlite, Phase::Registration).await else { return };
    assert_eq!(process::told_by(&evening, &["doctor"]).0, 0);
    let for_ever = evening.app.database.begin_write().await.unwrap();
    assert_eq!(process::told_by(&evening, &["doctor"]).0, 1);
    drop(for_ever);
    assert_eq!(process::told_by(&evening, &["doctor"]).0, 0);
}
