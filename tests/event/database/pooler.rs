//! Through a pooler, as many who run PostgreSQL have one in front of it.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use queqiao::accounts::profile::Gender;
use queqiao::events::phase::Phase;
use queqiao::settings::Settings;
use sea_orm::ConnectionTrait;
use secrecy::ExposeSecret;
use serde_json::json;
use tempfile::TempDir;

use crate::fixtures::evening::Engine::Postgres;
use crate::fixtures::process;
use crate::fixtures::until::until;

/// A PgBouncer of the story's own, in front of the story's server; gone when it is dropped.
struct Pooler {
    /// The same database, through it.
    url: String,
    process: Child,
    _folder: TempDir,
}

impl Pooler {
    /// None where this machine has no PgBouncer; under `CI=true` the story fails instead.
    fn before(direct: &str, mode: &str) -> Option<Self> {
        let Some(program) = program() else {
            let demanded = std::env::var_os("CI").is_some_and(|value| value == "true");
            assert!(!demanded, "no PgBouncer found, and CI runs every story (install pgbouncer)");
            return None;
        };
        let direct = url::Url::parse(direct).unwrap();
        let server = direct.query_pairs().find(|(name, _)| name == "host").unwrap().1.into_owned();
        let folder = tempfile::Builder::new().prefix("queqiao-pooler-").tempdir().unwrap();
        let place = folder.path();
        let settings = format!(
            "[databases]\n* = host={server} user=queqiao\n[pgbouncer]\npool_mode = {mode}\nauth_type = any\n\
             listen_port = 6432\nunix_socket_dir = {}\nmax_client_conn = 100\ndefault_pool_size = 60\n",
            place.display()
        );
        let written = place.join("pgbouncer.ini");
        fs::write(&written, settings).unwrap();
        let mut command = Command::new(program);
        command.arg(&written);
        // Like the server, it does not run as root: whoever the server runs as owns its folder.
        let owner = fs::metadata(&server).unwrap();
        if fs::metadata(place).unwrap().uid() != owner.uid() {
            chown(place, Some(owner.uid()), Some(owner.gid())).unwrap();
            command.uid(owner.uid()).gid(owner.gid());
        }
        fs::set_permissions(place, Permissions::from_mode(0o700)).unwrap();
        let mut process = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut output_lines = Vec::new();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
        let up = lines.by_ref().inspect(|line| output_lines.push(line.clone())).any(|line| line.contains("process up"));
        assert!(up, "{output_lines:?}");
        std::thread::spawn(move || lines.for_each(drop));
        let host: String = place.display().to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
        let url = format!("postgres://queqiao@localhost:6432{}?host={host}&sslmode=disable", direct.path());
        Some(Self { url, process, _folder: folder })
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Debian keeps it off the path of people.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    places.find_map(|place| Some(place.join("pgbouncer")).filter(|program| Path::is_file(program)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_pooler_that_lends_its_connections_by_the_transaction_is_refused_at_the_start() {
    let Some(evening) = process::begin(Postgres, Phase::Registration).await else { return };
    for mode in ["transaction", "statement"] {
        let direct = evening.app.settings.database.url.expose_secret();
        let Some(pooler) = Pooler::before(direct, mode) else { return };
        let mut command = process::program(&evening, &["serve"]);
        let command = command.env("QUEQIAO__DATABASE__URL", &pooler.url).env("QUEQIAO__LOG__FILTER", "off");
        let ended = command.output().unwrap();
        let message = String::from_utf8(ended.stderr).unwrap();
        assert_eq!((ended.status.code(), message.lines().count()), (Some(1), 1), "{mode}: {message}");
        assert!(message.contains("PgBouncer: pool_mode = session"), "{mode}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_pooler_that_lends_its_connections_by_the_session_serves_two_processes() {
    let mut pooler = None;
    let through = |settings: &mut Settings| {
        pooler = Pooler::before(settings.database.url.expose_secret(), "session");
        if let Some(pooler) = &pooler {
            settings.database.url = pooler.url.clone().into();
        }
    };
    let Some(evening) = process::begin_with(Postgres, Phase::Registration, through).await else { return };
    let Some(_pooler) = pooler else { return };
    let elsewhere = process::serve_on(&evening);
    let her = evening.account("pooled", Gender::Female).await;
    let there = her.at(&elsewhere.address);
    for (turn, person) in [&her, &there, &her, &there].into_iter().enumerate() {
        let name = format!("pooled-{turn}");
        assert_eq!(person.patch("/api/v1/me", json!({ "nickname": name })).await.status, 200);
        assert_eq!(person.get("/readyz").await.status, 200);
        assert_eq!(person.get("/api/v1/me").await.json["nickname"], name);
        // What the other process remembers of her it trusts for a second.
        for person in [&her, &there] {
            until("the other process hears of it", async || {
                (person.get("/api/v1/me").await.json["nickname"] == name).then_some(())
            })
            .await;
        }
    }
    // A reader's session stays a reader's, and a limit stays a limit, whoever had it before.
    let written = evening.app.database.reader().execute_unprepared("DELETE FROM idempotency_key").await;
    assert!(written.unwrap_err().to_string().contains("read-only transaction"));
}
