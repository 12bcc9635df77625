//! A PostgreSQL of our own for one run of the stories: made from whatever server is installed, reached
//! only through a socket in its own directory, gone when the run is gone.
//!
//! The cluster is migrated once, into a template; every story gets a copy of that template. Nothing here
//! asks the developer for a server, a password or a container.

use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use sea_orm_migration::MigratorTrait;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// An empty, migrated database that nobody else uses, as a `postgres://` address.
///
/// `None` where this machine has no PostgreSQL: the story then returns, and the run says at its end how
/// many did. Under `CI=true` a missing server fails the story instead.
pub async fn fresh() -> Option<String> {
    static CLUSTER: tokio::sync::OnceCell<Option<Result<Cluster, String>>> = tokio::sync::OnceCell::const_new();
    let cluster = CLUSTER
        .get_or_init(|| async {
            // A failure is kept, not tried again: hundreds of stories would each wait for it.
            Some(Cluster::start(&programs()?).await.map_err(|fault| format!("{fault:#}")))
        })
        .await;
    match cluster {
        Some(Ok(cluster)) => Some(cluster.copy().await),
        Some(Err(fault)) => {
            panic!("PostgreSQL is installed, but the stories could not start one: {fault}")
        }
        None => {
            let demanded = std::env::var_os("CI").is_some_and(|value| value == "true");
            assert!(!demanded, "no PostgreSQL server binaries found, and CI runs every story (install postgresql)");
            count_a_story_that_did_not_run();
            None
        }
    }
}

const TEMPLATE: &str = "queqiao_template";

/// Databases of stories this far back are dropped, or a long run would fill the disk: 8 MB each. Far more
/// stories than ever run at once, and a database that is still in use refuses to be dropped anyway.
const KEPT: u32 = 60;

struct Cluster {
    directory: PathBuf,
    made: AtomicU32,
    /// One copy at a time: copies at once compete for the same disk and each becomes slower.
    copying: tokio::sync::Mutex<()>,
    /// Its standard input is the life line: see [`LIFE_LINE`].
    _watchdog: Child,
}

/// Runs the server and waits on a pipe whose other end only the test process holds. The kernel closes that
/// end however the process ends (return, panic, abort, `kill -9`), and then this stops the server and
/// removes every trace. `$1` is the directory of the programs, `$2` the directory of the cluster.
const LIFE_LINE: &str = r#"
trap '' HUP INT TERM
"$1/postgres" -D "$2/data" -k "$2" </dev/null >"$2/log" 2>&1 &
read -r _
kill -QUIT $!
wait
cd / && rm -rf "$2"
"#;

/// Nothing here outlives the run, so nothing is written through to the disk. What a story can observe
/// (order of commits, locks, isolation) stays as in production.
const CONFIGURATION: &str = "
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 400
shared_buffers = 64MB
fsync = off
synchronous_commit = on
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 256MB
autovacuum = off
log_min_messages = warning
";

impl Cluster {
    async fn start(programs: &Path) -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new().prefix("queqiao-postgres-").tempdir()?.keep();
        let owner = server_user(&directory)?;
        std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o700))?;
        if let Some((uid, gid)) = owner {
            std::os::unix::fs::chown(&directory, Some(uid), Some(gid))?;
        }
        let command = |program: &Path| {
            let mut command = Command::new(program);
            // No PGDATA, PGPORT or locale of the developer may leak in.
            command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").current_dir(&directory);
            if let Some((uid, gid)) = owner {
                command.uid(uid).gid(gid);
            }
            command
        };

        let made = command(&programs.join("initdb"))
            .args(["--username=queqiao", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "-D"])
            .arg(directory.join("data"))
            .output()?;
        if !made.status.success() {
            let said = String::from_utf8_lossy(&made.stderr).into_owned();
            std::fs::remove_dir_all(&directory)?;
            anyhow::bail!("initdb: {said}");
        }
        std::fs::OpenOptions::new()
            .append(true)
            .open(directory.join("data/postgresql.conf"))?
            .write_all(CONFIGURATION.as_bytes())?;

        let watchdog = command(Path::new("/bin/sh"))
            .args(["-c", LIFE_LINE, "sh"])
            .args([programs, &directory])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own: Ctrl-C ends the stories, and the watchdog tidies up after them.
            .process_group(0)
            .spawn()?;

        let cluster =
            Self { directory, made: AtomicU32::new(0), copying: tokio::sync::Mutex::new(()), _watchdog: watchdog };
        cluster.answering().await?;
        cluster.migrate_the_template().await?;
        Ok(cluster)
    }

    fn address(&self, database: &str) -> String {
        let mut host = String::new();
        for byte in self.directory.as_os_str().as_encoded_bytes() {
            let _ = write!(host, "%{byte:02X}");
        }
        format!("postgres://queqiao@localhost/{database}?host={host}&sslmode=disable")
    }

    async fn connect(&self) -> sqlx::Result<PgConnection> {
        PgConnection::connect(&self.address("postgres")).await
    }

    async fn answering(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            match self.connect().await {
                Ok(connection) => return Ok(connection.close().await?),
                Err(fault) if Instant::now() > deadline => {
                    let log = std::fs::read_to_string(self.directory.join("log")).unwrap_or_default();
                    anyhow::bail!("no answer within 30 s: {fault}\n{log}");
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    async fn migrate_the_template(&self) -> anyhow::Result<()> {
        let mut connection = self.connect().await?;
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {TEMPLATE}"))).await?;
        let template = sea_orm::Database::connect(self.address(TEMPLATE)).await?;
        migration::Migrator::up(&template, None).await?;
        template.close().await?;
        Ok(connection.close().await?)
    }

    async fn copy(&self) -> String {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let name = format!("story_{number}");
        let _one_at_a_time = self.copying.lock().await;
        let mut connection = self.connect().await.unwrap();
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))).await.unwrap();
        if let Some(old) = number.checked_sub(KEPT) {
            let _still_in_use = connection.execute(AssertSqlSafe(format!("DROP DATABASE story_{old}"))).await;
        }
        connection.close().await.unwrap();
        self.address(&name)
    }
}

/// Where `initdb` and `postgres` are: on the `PATH`, where Debian puts them (the newest first, and never
/// on the `PATH`), or where `pg_config` says.
fn programs() -> Option<PathBuf> {
    let mut places: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    places.extend(versions.into_iter().rev().map(|(_, place)| place));
    if let Ok(said) = Command::new("pg_config").arg("--bindir").output() {
        places.push(PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()));
    }
    places.into_iter().find(|place| ["initdb", "postgres"].iter().all(|program| place.join(program).is_file()))
}

/// The server refuses to run as root; then it runs as `postgres`, or as `nobody`. Who runs the stories is
/// read from who owns the directory they just made.
fn server_user(directory: &Path) -> anyhow::Result<Option<(u32, u32)>> {
    if std::fs::metadata(directory)?.uid() != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd")?;
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next()? == name).then_some(())?;
            Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
        })
    };
    let user = find("postgres").or_else(|| find("nobody"));
    Ok(Some(user.ok_or_else(|| anyhow::anyhow!("neither a user `postgres` nor `nobody` to run the server as"))?))
}

/// libtest has no hook at its end, and swallows what a passing story prints. A shell that reads one line
/// for each missing story prints the count when its pipe closes, which is when the run has ended.
fn count_a_story_that_did_not_run() {
    static COUNTER: OnceLock<Mutex<ChildStdin>> = OnceLock::new();
    const COUNT: &str = r#"
trap '' HUP INT TERM
count=0
while read -r _; do count=$((count + 1)); done
echo "$count stories did not run on PostgreSQL: no server binaries found (install postgresql)" >&2
"#;
    let counter = COUNTER.get_or_init(|| {
        let shell = Command::new("/bin/sh").args(["-c", COUNT]).stdin(Stdio::piped()).process_group(0).spawn();
        Mutex::new(shell.unwrap().stdin.unwrap())
    });
    counter.lock().unwrap_or_else(PoisonError::into_inner).write_all(b"missing\n").unwrap();
}
