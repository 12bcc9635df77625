//! The database as a file: who can read it, and what becomes of it where a copy is made or put back,
//! whatever happens meanwhile.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use queqiao::accounts::account;
use queqiao::database::Database;
use queqiao::events::phase::Phase;
use queqiao::language::Language;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, PaginatorTrait, Statement};
use uuid::Uuid;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::the_hour;
use crate::fixtures::process;

/// A folder of its own with a house's files in it.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn database(&self) -> PathBuf {
        self.file("data/queqiao.sqlite3")
    }

    /// What is to be run in it: `before` is said to the shell first.
    fn program(&self, before: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", &format!("{before}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_queqiao")])
            .args(arguments)
            .current_dir(self.0.path())
            .env("QUEQIAO__SERVER__BIND", "127.0.0.1:0")
            .env("QUEQIAO__SERVER__WORKERS", "1")
            .env("QUEQIAO__LOG__FILTER", "warn")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.program("true", arguments).output().unwrap()
    }

    /// The database with one account in it, and nobody at it.
    async fn holding(&self, name: &str) {
        let database = open(&self.database()).await;
        database.migrate().await.unwrap();
        let txn = database.begin_write().await.unwrap();
        let row = account::ActiveModel {
            id: Set(Uuid::from_u128(name.len() as u128)),
            email: Set(None),
            email_digest: Set(name.as_bytes().to_vec()),
            password: Set(None),
            name: Set(None),
            language: Set(Language::Zh),
            administrator: Set(false),
            created_at: Set(the_hour()),
            verified_at: Set(None),
            erased_at: Set(None),
            bond: Set(None),
        };
        row.insert(&txn).await.unwrap();
        txn.commit().await.unwrap();
        database.close().await;
    }

    /// What the folder of the database holds besides it.
    fn beside(&self) -> Vec<String> {
        let names = fs::read_dir(self.file("data")).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names
            // The lock of whoever serves or restores stays, empty.
            .filter(|name| name != "queqiao.sqlite3" && name != "queqiao.sqlite3.lock")
            .collect();
        names.sort();
        names
    }
}

async fn open(file: &Path) -> Database {
    Database::connect(&format!("sqlite://{}", file.display()).into(), 1).await.unwrap()
}

/// Whose accounts are in a database that is whole.
async fn held(file: &Path) -> Vec<String> {
    let database = open(file).await;
    let backend = database.reader().get_database_backend();
    let sound = database.reader().query_one_raw(Statement::from_string(backend, "PRAGMA integrity_check")).await;
    assert_eq!(sound.unwrap().unwrap().try_get_by_index::<String>(0).unwrap(), "ok", "{}", file.display());
    let accounts = account::Entity::find().all(database.reader()).await.unwrap();
    database.close().await;
    accounts.into_iter().map(|account| String::from_utf8(account.email_digest).unwrap()).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn output_text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A service, killed when the story is over.
struct Served(Child);

impl Served {
    fn begin(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
        assert!(address.starts_with("http://"), "it did not open");
        Self(child)
    }

    /// Kills it, and gives what it said.
    fn end(mut self) -> String {
        self.0.kill().unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(self.0.stderr.as_mut().unwrap(), &mut text).unwrap();
        text
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_else_on_the_machine_reads_what_the_house_keeps() {
    let place = Place::new();
    let everything = || {
        let beside = ["data", "data/queqiao.sqlite3", "data/queqiao.sqlite3-wal", "data/queqiao.sqlite3-shm"];
        beside.into_iter().chain(["data/secret.key"]).map(|name| place.file(name)).collect::<Vec<_>>()
    };
    let served = Served::begin(place.program("umask 000", &["serve"]));
    let closed = |path: &PathBuf| if path.is_dir() { 0o700 } else { 0o600 };
    for path in everything() {
        assert_eq!(mode(&path), closed(&path), "{}", path.display());
    }
    let copied = place.program("umask 000", &["backup", "copy"]).output().unwrap();
    assert!(copied.status.success(), "{}", output_text(&copied));
    assert_eq!(mode(&place.file("copy")), 0o600);
    assert!(!served.end().contains("others on this machine"), "nothing was open");

    // As an earlier version left it.
    fs::write(place.file("data/queqiao.before-restore"), "").unwrap();
    for path in everything().into_iter().chain([place.file("data/queqiao.before-restore")]) {
        let open = if path.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
    }
    let printed = Served::begin(place.program("umask 000", &["serve"])).end();
    assert!(
        printed.contains("others on this machine could read this file") && printed.contains("secret.key"),
        "{printed}"
    );
    for path in everything().into_iter().chain([place.file("data/queqiao.before-restore")]) {
        assert_eq!(mode(&path), closed(&path), "{}", path.display());
    }
    let printed = Served::begin(place.program("umask 000", &["serve"])).end();
    assert!(!printed.contains("others on this machine"), "told once: {printed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_copy_is_whole_or_not_there() {
    let place = Place::new();
    place.holding("live").await;
    let copied = place.run(&["backup", "copy"]);
    assert!(copied.status.success(), "{}", output_text(&copied));
    assert_eq!(held(&place.file("copy")).await, ["live"]);
    let first = fs::read(place.file("copy")).unwrap();

    let again = place.run(&["backup", "copy"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(output_text(&again).contains("already there"), "{}", output_text(&again));
    let meant = place.run(&["backup", "copy", "--replace"]);
    assert!(meant.status.success(), "{}", output_text(&meant));

    // Over a copy, and over nothing else: not the house itself by any name, nor its key.
    fs::hard_link(place.database(), place.file("data/alias")).unwrap();
    std::os::unix::fs::symlink(place.database(), place.file("leads-there")).unwrap();
    fs::write(place.file("data/secret.key"), "a key").unwrap();
    for file in ["data/queqiao.sqlite3", "data/alias", "leads-there", "data/secret.key"] {
        let before = fs::read(place.file(file)).unwrap();
        let refused = place.run(&["backup", file, "--replace"]);
        assert_eq!(refused.status.code(), Some(2), "{file}: {}", output_text(&refused));
        assert!(output_text(&refused).contains("nothing was written"), "{file}: {}", output_text(&refused));
        assert_eq!(fs::read(place.file(file)).unwrap(), before, "{file}");
    }
    fs::remove_file(place.file("data/alias")).unwrap();
    let nowhere = place.run(&["backup", "no-such-folder/copy"]);
    assert!(!nowhere.status.success() && !output_text(&nowhere).contains("already there"), "{}", output_text(&nowhere));

    // Half of the room it needs: the part goes, and what was there stays.
    let room = first.len() / 512 / 2;
    let limit = format!("trap '' XFSZ; ulimit -f {room}");
    for (file, replace) in [("other", false), ("copy", true)] {
        let mut arguments = vec!["backup", file];
        arguments.extend(replace.then_some("--replace"));
        let cut = place.program(&limit, &arguments).output().unwrap();
        assert_eq!(cut.status.code(), Some(1), "{}", output_text(&cut));
        assert!(!place.file(&format!("{file}.part")).exists());
    }
    assert!(!place.file("other").exists());
    assert_eq!(held(&place.file("copy")).await, ["live"]);

    let mut steps = 0;
    loop {
        let killed = place.run(&["backup", "killed", "--crash-after", &steps.to_string()]);
        if killed.status.success() {
            break;
        }
        // Cut off behind the last step it is there, and then all of it.
        if place.file("killed").exists() {
            assert_eq!(held(&place.file("killed")).await, ["live"]);
            fs::remove_file(place.file("killed")).unwrap();
        }
        steps += 1;
        assert!(steps < 50, "{}", output_text(&killed));
    }
    assert!(steps > 3, "{steps} steps");
    assert_eq!(held(&place.file("killed")).await, ["live"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn restoring_keeps_every_state_there_was() {
    let place = Place::new();
    for (number, name) in ["first", "second", "third"].into_iter().enumerate() {
        let _ = fs::remove_file(place.database());
        place.holding(name).await;
        assert!(place.run(&["backup", name]).status.success());
        if number > 0 {
            let restored = place.run(&["restore", "first"]);
            assert!(restored.status.success(), "{}", output_text(&restored));
            assert_eq!(held(&place.database()).await, ["first"]);
            let kept = format!("data/queqiao.sqlite3.before-restore-{number}");
            assert!(output_text(&restored).contains(&kept), "{}", output_text(&restored));
            assert_eq!((held(&place.file(&kept)).await, mode(&place.file(&kept))), (vec![name.to_owned()], 0o600));
        }
    }
    assert_eq!(mode(&place.database()), 0o600);
    assert_eq!(place.beside(), ["queqiao.sqlite3.before-restore-1", "queqiao.sqlite3.before-restore-2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn restoring_that_is_cut_off_leaves_the_one_database_or_the_other() {
    let place = Place::new();
    place.holding("copy").await;
    assert!(place.run(&["backup", "copy"]).status.success());
    let mut steps = 0;
    loop {
        for left in place.beside() {
            fs::remove_file(place.file("data").join(left)).unwrap();
        }
        fs::remove_file(place.database()).unwrap();
        place.holding("live").await;
        let killed = place.run(&["restore", "copy", "--crash-after", &steps.to_string()]);
        let there = held(&place.database()).await;
        if killed.status.success() {
            assert_eq!(there, ["copy"]);
            break;
        }
        let kept = place.beside().into_iter().find(|name| name.contains("before-restore"));
        match there[0].as_str() {
            "live" => {}
            // Only where what was there is safe.
            "copy" => assert_eq!(held(&place.file("data").join(kept.unwrap())).await, ["live"]),
            other => panic!("{other}"),
        }
        steps += 1;
        assert!(steps < 50, "{}", output_text(&killed));
    }
    assert!(steps > 5, "{steps} steps");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_cannot_be_restored_is_said_in_true_words_and_changes_nothing() {
    let place = Place::new();
    place.holding("copy").await;
    assert!(place.run(&["backup", "copy"]).status.success());
    fs::remove_file(place.database()).unwrap();
    place.holding("live").await;
    let untouched = async |output: Output, message: &str| {
        assert_eq!(output.status.code(), Some(1), "{}", output_text(&output));
        assert!(output_text(&output).contains(message), "{message}: {}", output_text(&output));
        assert_eq!(held(&place.database()).await, ["live"]);
        assert_eq!(place.beside(), Vec::<String>::new());
    };
    let room = fs::metadata(place.file("copy")).unwrap().len() / 512 / 2;
    let cut = place.program(&format!("trap '' XFSZ; ulimit -f {room}"), &["restore", "copy"]).output().unwrap();
    assert!(!output_text(&cut).contains("in use"), "{}", output_text(&cut));
    untouched(cut, "too large").await;

    fs::write(place.file("letter"), "Dear all, ").unwrap();
    untouched(place.run(&["restore", "letter"]), "not a sound copy").await;
    untouched(place.run(&["restore", "nowhere"]), "nowhere").await;
    let mut damaged = fs::read(place.file("copy")).unwrap();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 40_000].fill(7);
    fs::write(place.file("damaged"), damaged).unwrap();
    untouched(place.run(&["restore", "damaged"]), "not a sound copy").await;

    let served = Served::begin(place.program("true", &["serve", "--new-key"]));
    let refused = place.run(&["restore", "copy"]);
    assert!(output_text(&refused).contains("stop the service first"), "{}", output_text(&refused));
    assert_eq!(refused.status.code(), Some(1));
    drop(served);
    assert_eq!(held(&place.database()).await, ["live"]);

    // What cannot even be opened is kept all the same, and no reason not to restore.
    let mut broken = fs::read(place.database()).unwrap();
    broken[..16].fill(0);
    fs::write(place.database(), &broken).unwrap();
    let restored = place.run(&["restore", "copy"]);
    assert!(restored.status.success(), "{}", output_text(&restored));
    assert_eq!(held(&place.database()).await, ["copy"]);
    assert_eq!(fs::read(place.file("data/queqiao.sqlite3.before-restore-1")).unwrap(), broken);
}

/// A disk of its own with so much room, as long as this lives; None where this machine lets nobody
/// make one.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn mounted(at: &'a Path, kilobytes: u64) -> Option<Self> {
        fs::create_dir(at).unwrap();
        let size = format!("size={kilobytes}k,mode=700");
        let mut mount = Command::new("mount");
        match mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).stderr(Stdio::null()).status() {
            Ok(status) if status.success() => Some(Self(at)),
            _ => {
                eprintln!("this machine lets the stories make no disk: the full one was not played");
                None
            }
        }
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_disk_is_said_to_be_full_and_loses_nothing() {
    let place = Place::new();
    place.holding("copy").await;
    assert!(place.run(&["backup", "copy"]).status.success());
    fs::remove_file(place.database()).unwrap();
    place.holding("live").await;
    let live = fs::read(place.database()).unwrap();
    fs::remove_dir_all(place.file("data")).unwrap();
    let data = place.file("data");
    let Some(_disk) = Disk::mounted(&data, live.len() as u64 / 1024 * 3 / 2) else { return };
    fs::write(place.database(), live).unwrap();
    for arguments in [["restore", "copy"], ["backup", "data/copy"]] {
        let refused = place.run(&arguments);
        assert_eq!(refused.status.code(), Some(1), "{}", output_text(&refused));
        assert!(output_text(&refused).contains("no room left on the disk"), "{}", output_text(&refused));
        assert!(!output_text(&refused).contains("in use"), "{}", output_text(&refused));
        assert_eq!(place.beside(), Vec::<String>::new());
        assert_eq!(held(&place.database()).await, ["live"]);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn taking_a_migration_back_asks_says_what_is_lost_and_waits_until_nobody_serves(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(evening) = process::begin(engine, Phase::OnSite).await else { return };
    let count = async || account::Entity::find().count(evening.app.database.reader()).await.unwrap();
    let people = count().await;
    let down = |steps: u32, more: &[&str], answer: &str| {
        let mut command = process::program(&evening, &["migrate", "down", "--steps", &steps.to_string()]);
        let child = command.args(more).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        // It may have refused before it read.
        let _ = child.stdin.take().unwrap().write_all(answer.as_bytes());
        child.wait_with_output().unwrap()
    };
    let served = process::serve_on(&evening);
    let refused = down(1, &["--yes"], "");
    assert_eq!(refused.status.code(), Some(1), "{}", output_text(&refused));
    assert!(output_text(&refused).contains("stop the service first"), "{}", output_text(&refused));
    drop(served);
    let url = secrecy::ExposeSecret::expose_secret(&evening.app.settings.database.url).to_owned();
    if engine == Sqlite {
        // The story's own house has the file open as well.
        evening.app.database.clone().close().await;
    }
    let all = u32::try_from(<migration::Migrator as migration::MigratorTrait>::migrations().len()).unwrap();
    let again = async || Database::connect(&url.clone().into(), 2).await.unwrap();
    for answer in ["", "\n", "y\n", "no\n"] {
        let unconfirmed = down(all, &[], answer);
        assert_eq!(unconfirmed.status.code(), Some(1), "{}", output_text(&unconfirmed));
        assert!(
            output_text(&unconfirmed).contains(&format!("lost: account ({people} rows)")),
            "{}",
            output_text(&unconfirmed)
        );
        assert!(output_text(&unconfirmed).contains("nothing was changed"), "{}", output_text(&unconfirmed));
    }
    let database = again().await;
    assert_eq!(account::Entity::find().count(database.reader()).await.unwrap(), people);
    database.close().await;
    let meant = down(all, &[], "yes\n");
    assert!(meant.status.success(), "{}", output_text(&meant));
    let database = again().await;
    assert!(account::Entity::find().count(database.reader()).await.is_err(), "it is gone");
    database.migrate().await.unwrap();
    assert_eq!(account::Entity::find().count(database.reader()).await.unwrap(), 0);
    database.close().await;
    let unasked = down(1, &["--yes"], "");
    assert!(unasked.status.success(), "{}", output_text(&unasked));
}
