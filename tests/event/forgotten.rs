//! What a tally leaves behind: nothing. The whole memory of the process that served it is read, and every
//! file, for the key and for what the ballots said.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hkdf::Hkdf;
use memchr::memmem::Finder;
use queqiao::picks::ballot;
use queqiao::registrations::registration;
use rstest::rstest;
use sea_orm::{ConnectionTrait, EntityTrait};
use secrecy::ExposeSecret;
use serde_json::json;
use sha2::Sha256;

use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::{Hall, ROUNDS};
use crate::fixtures::process;

/// What may be written to of a process's memory: nothing else can hold what it was told.
fn regions(process: &str) -> Vec<(u64, u64)> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let region = |line: &str| {
        let mut fields = line.split_ascii_whitespace();
        let (from, to) = fields.next()?.split_once('-')?;
        fields.next()?.starts_with("rw").then_some(())?;
        Some((u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?))
    };
    maps.lines().filter_map(region).collect()
}

/// The memory of a process, a region at a time.
fn read(process: &str, mut see: impl FnMut(&[u8])) {
    let mut memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let mut bytes = Vec::new();
    for (from, to) in regions(process) {
        bytes.resize(usize::try_from(to - from).unwrap(), 0);
        memory.seek(SeekFrom::Start(from)).unwrap();
        // A region may be gone since it was listed.
        if memory.read_exact(&mut bytes).is_ok() {
            see(&bytes);
        }
    }
}

/// What must not be found, each with its name.
type Secrets = Vec<(String, Vec<u8>)>;

/// The names of those secrets that lie in the memory of a process.
fn found(process: u32, secrets: &Secrets) -> HashSet<String> {
    let finders: Vec<_> = secrets.iter().map(|(name, bytes)| (name, Finder::new(bytes))).collect();
    let mut found = HashSet::new();
    read(&process.to_string(), |bytes| {
        let here = finders.iter().filter(|(_, finder)| finder.find(bytes).is_some());
        found.extend(here.map(|(name, _)| (*name).clone()));
    });
    found
}

/// A connection may still be closing behind the last answer.
fn is_forgotten(process: u32, secrets: &Secrets, when: &str) {
    let patience = Instant::now() + Duration::from_secs(10);
    loop {
        let left = found(process, secrets);
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < patience, "{when}: in memory: {left:?}");
    }
}

fn derived(secret: &[u8], event: u64, round: u64) -> [Vec<u8>; 2] {
    let salt = [event, round].map(u64::to_be_bytes);
    let (mut key, mut prk) = (vec![0; 32], vec![0; 32]);
    let (extracted, hkdf) = Hkdf::<Sha256>::extract(Some(salt.as_flattened()), secret);
    hkdf.expand(b"queqiao/ballot/v1", &mut key).unwrap();
    prk.copy_from_slice(&extracted);
    [key, prk]
}

/// People are known to ballots by numbers that stand nowhere else in memory by chance.
async fn renumber(evening: &Evening) {
    let txn = evening.app.database.begin_write().await.unwrap();
    txn.execute_unprepared("UPDATE registration SET number = number + 1700000000").await.unwrap();
    txn.commit().await.unwrap();
}

/// Everybody's choice in a round: three of the other side.
fn chosen(pairs: usize, person: usize, round: usize) -> Vec<usize> {
    (0..3).map(|step| (person + round + step * (1 + round % 2)) % pairs).collect()
}

/// What is secret of a round that is open: its key and what is made of it, and of every ballot the list
/// as it was sent and shown, as it is sealed and as it is unsealed, and the bytes that seal it.
async fn secrets(hall: &Hall, key: Option<Vec<u8>>, n: usize) -> Secrets {
    let mut secrets = Vec::new();
    let event = hall.evening.event.id.as_u64_pair().1;
    if let Some(key) = key {
        let [derived, prk] = derived(&key, event, n as u64);
        secrets.extend([("key", key), ("derived key", derived), ("pseudorandom key", prk)]);
    }
    let db = hall.evening.app.database.reader();
    let people = registration::Entity::find().all(db).await.unwrap();
    let number = |id| people.iter().find(|person| person.id == id).unwrap().number.unsigned_abs();
    let rows = ballot::Entity::find().all(db).await.unwrap();
    for (own, others, side) in [(&hall.men, &hall.women, "女"), (&hall.women, &hall.men, "男")] {
        for (place, person) in own.iter().enumerate() {
            let named = chosen(own.len(), place, n);
            let labels: Vec<String> = named.iter().map(|other| format!("{side}{:03}", other + 1)).collect();
            let numbers: Vec<u32> = named.iter().map(|other| number(others[*other].registration_id)).collect();
            let mut plain = vec![2, 0, 0, 0];
            plain.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
            plain.resize(44, 0);
            let sealed = &rows.iter().find(|row| row.registration_id == person.registration_id).unwrap().sealed;
            let stream: Vec<u8> = sealed[24..68].iter().zip(&plain).map(|(one, other)| one ^ other).collect();
            let form: Vec<String> =
                labels.iter().map(|label| label.replace('女', "%E5%A5%B3").replace('男', "%E7%94%B7")).collect();
            secrets.push(("ballot as sent", json!(labels).to_string().into_bytes()));
            secrets.push(("ballot as a form", format!("lamp={}&lamp={}", form[0], form[1]).into_bytes()));
            secrets.push(("ballot as sealed", plain[..16].to_vec()));
            secrets.push(("ballot in hand", numbers.iter().flat_map(|number| number.to_ne_bytes()).collect()));
            let needles = numbers.iter().flat_map(|number| [4_u32.to_be_bytes(), number.to_be_bytes()]);
            secrets.push(("ballot as asked of the database", needles.flatten().collect()));
            // The start of it is known to anybody: flags and nothing.
            secrets.push(("what seals a ballot", stream[4..].to_vec()));
        }
    }
    secrets.into_iter().map(|(name, bytes)| (format!("{name}, round {n}"), bytes)).collect()
}

/// Everybody sends their ballot to the process, one of them by the page, and looks at it.
async fn everybody_picks(hall: &Hall, process: &process::Process, n: usize) {
    for (own, side) in [(&hall.men, "女"), (&hall.women, "男")] {
        for (place, person) in own.iter().enumerate() {
            let labels: Vec<String> =
                chosen(own.len(), place, n).iter().map(|other| format!("{side}{:03}", other + 1)).collect();
            let path = format!("{ROUNDS}/{n}/picks");
            if place == 0 {
                let phone = Browser::of(&hall.evening, person).await.at(&process.address);
                let form = [
                    ("round", n.to_string()),
                    ("lamp", labels[0].clone()),
                    ("lamp", labels[1].clone()),
                    ("tap", labels[2].clone()),
                ];
                let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                assert_eq!(phone.send("/e/qixi/picks", &form).await.status(), 303);
                assert!(phone.get("/e/qixi/picks").await.1.contains(&labels[2]));
            } else {
                let taken = person.at(&process.address).put(&path, json!({ "badges": labels })).await;
                assert_eq!(taken.status, 200, "{}", taken.text());
            }
            let own = person.at(&process.address).get(&path).await;
            assert_eq!(own.json["badges"], json!(labels), "{}", own.text());
        }
    }
}

fn bytes_in(folder: &Path) -> Vec<u8> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.is_file()).flat_map(|path| fs::read(path).unwrap()).collect()
}

#[rstest]
#[case::sqlite(Sqlite, "")]
#[case::postgres(Postgres, "")]
#[case::keys_in_memory(Sqlite, "memory")]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_rounds_leave_no_key_and_no_ballot_in_the_memory_of_the_service(
    #[case] engine: Engine,
    #[case] key_store: &str,
) {
    const PAIRS: u32 = 5;
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let key_store = if key_store.is_empty() { keys.display().to_string() } else { key_store.to_owned() };
    let in_folder = key_store != "memory";
    let begun = process::begin_with(engine, queqiao::events::phase::Phase::OnSite, move |settings| {
        settings.picks.key_store = key_store.into()
    });
    let Some(evening) = begun.await else { return };
    let hall = Hall::fill(evening, PAIRS).await;
    renumber(&hall.evening).await;
    let database = hall.evening.app.settings.database.url.expose_secret();
    let process = process::serve_open(&hall.evening, database);
    // That what is there is found.
    let known = vec![("secret".to_owned(), hall.evening.app.settings.security.secret.expose_secret().into())];
    assert_eq!(found(process.id(), &known).len(), 1);
    let host = hall.host.at(&process.address);
    let mut all = Secrets::new();
    for n in 1..=10 {
        assert_eq!(host.post(ROUNDS, json!({ "limit": 3 })).await.status, 201);
        assert_eq!(host.post(&format!("{ROUNDS}/{n}/open"), json!({})).await.status, 200);
        everybody_picks(&hall, &process, n).await;
        let key = if in_folder { Some(hall.key(n as i64).await.unwrap().as_ref().as_ref().to_vec()) } else { None };
        let secrets = secrets(&hall, key, n).await;
        let closed = host.post(&format!("{ROUNDS}/{n}/close"), json!({})).await;
        assert_eq!((closed.status, &closed.json["state"]), (200, &json!("tallied")), "{}", closed.text());
        is_forgotten(process.id(), &secrets, &format!("after round {n}"));
        all.extend(secrets);
    }
    is_forgotten(process.id(), &all, "after all of them");
    let files = [bytes_in(hall.evening.folder()), if in_folder { bytes_in(&keys) } else { Vec::new() }].concat();
    for (name, secret) in &all {
        assert!(Finder::new(secret).find(&files).is_none(), "in a file: {name}");
    }
}

/// A secret as the story keeps it, so that it does not find itself.
fn masked(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| byte ^ 0xa5).collect()
}

/// Keys that live in the process alone are looked for from inside: no other process knows them.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_that_lives_in_memory_alone_is_gone_from_it_with_the_tally(#[values(Sqlite, Postgres)] engine: Engine) {
    let begun = process::begin_with(engine, queqiao::events::phase::Phase::OnSite, |settings| {
        settings.picks.key_store = "memory".into()
    });
    let Some(evening) = begun.await else { return };
    let hall = Hall::fill(evening, 2).await;
    let event = hall.evening.event.id.as_u64_pair().1;
    let mut secrets = Vec::new();
    for _ in 0..10 {
        let n = hall.open(1).await;
        hall.pick(n).await;
        let key = hall.key(n).await.unwrap();
        queqiao_ballots::stack::leaving_nothing(|| {
            secrets.push(masked(key.as_ref().as_ref()));
            secrets.extend(derived(key.as_ref().as_ref(), event, n.unsigned_abs()).map(|key| masked(&key)));
        });
        drop(key);
        assert_eq!(hall.close(n).await.status, 200);
    }
    let mut left = 0;
    read("self", |bytes| {
        for secret in &secrets {
            let places = memchr::memchr_iter(secret[0] ^ 0xa5, bytes);
            let is_there = |place: &usize| {
                let window = bytes.get(*place..place + secret.len());
                window.is_some_and(|window| window.iter().zip(secret).all(|(one, other)| one ^ other == 0xa5))
            };
            left += places.filter(is_there).count();
        }
    });
    assert_eq!(left, 0, "keys of rounds that were counted lie in memory");
}

/// Another process of the same user.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_looks_into_a_served_process_nor_finds_it_in_a_crash() {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let own = fs::metadata(data.path()).unwrap().uid();
    let user = if own == 0 { 65_534 } else { own };
    for folder in [&data, &keys] {
        chown(folder.path(), Some(user), None).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_queqiao"));
    command
        .arg("serve")
        .current_dir(data.path())
        .env("QUEQIAO__DATABASE__URL", format!("sqlite://{}/queqiao.sqlite3", data.path().display()))
        .env("QUEQIAO__PICKS__KEY_STORE", keys.path().join("keys"))
        .env("QUEQIAO__SERVER__BIND", "127.0.0.1:0")
        .env("QUEQIAO__SERVER__WORKERS", "1")
        .stdout(Stdio::piped())
        .uid(user);
    let mut child = command.spawn().unwrap();
    let mut address = [0; 4];
    child.stdout.as_mut().unwrap().read_exact(&mut address).unwrap();
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let owner = fs::metadata(format!("/proc/{}/mem", child.id())).unwrap().uid();
    child.kill().unwrap();
    child.wait().unwrap();
    let core: Vec<&str> =
        limits.lines().find(|line| line.starts_with("Max core")).unwrap().split_whitespace().collect();
    assert_eq!(core[4..6], ["0", "0"], "{core:?}");
    assert_eq!((&address, owner), (b"http", 0), "whoever may run it may read its memory");
}
