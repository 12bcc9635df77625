//! A PostgreSQL for one run of stories or measurements: made from whatever server is installed, reached only through
//! a socket in its own directory, gone when the run is gone. Nothing here asks anybody for a server, a password or a
//! container.
//!
//! The stories (`tests/event/fixtures/postgres.rs`) and `crates/load` begin theirs here; no part of the service does.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// How long a server has until it answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the server and waits on a pipe whose other end only this process holds. The kernel closes that end however
/// the process ends (return, panic, abort, `kill -9`), and then this stops the server and removes every trace. `$1`
/// is the directory of the programs, `$2` the directory of the server.
const LIFE_LINE: &str = r#"
trap '' HUP INT TERM
"$1/postgres" -D "$2/data" -k "$2" </dev/null >"$2/log" 2>&1 &
read -r _
kill -QUIT $!
wait
cd / && rm -rf "$2"
"#;

/// What a server keeps of what it has committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Everything, whatever happens to the machine, as in production: for measurements.
    Durable,
    /// Nothing is written through, because nothing outlives the run: for stories. What a client can observe (order of
    /// commits, locks, isolation) stays as in production.
    Volatile,
    /// As [`Durability::Volatile`], with a log that a [standby](Server::standby) can follow.
    Followed,
}

impl Durability {
    /// What differs from the server's own configuration.
    fn configuration(self) -> String {
        let volatile = "
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 400
shared_buffers = 64MB
fsync = off
synchronous_commit = on
full_page_writes = off
max_wal_size = 256MB
autovacuum = off
log_min_messages = warning
";
        match self {
            Self::Durable => "
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
"
            .to_owned(),
            Self::Volatile => format!("{volatile}wal_level = minimal\nmax_wal_senders = 0\n"),
            Self::Followed => format!("{volatile}wal_level = replica\nmax_wal_senders = 4\n"),
        }
    }
}

/// A server that runs as long as this value lives, and no longer than this process.
pub struct Server {
    directory: PathBuf,
    /// Its standard input is the life line: see [`LIFE_LINE`].
    watchdog: Child,
}

impl Server {
    /// Makes and starts one in a directory of its own; None where no server is installed.
    ///
    /// # Arguments
    /// `within`: where that directory is made, and so the disk it writes to.
    ///
    /// # Errors
    /// Where one is installed that does not start.
    pub async fn start(within: &Path, durability: Durability) -> anyhow::Result<Option<Self>> {
        let Some(programs) = programs() else { return Ok(None) };
        // Removed here until the watchdog has it in hand.
        let place = Place::within(within)?;
        let data = place.path().join("data");
        let mut initdb = place.command(&programs.join("initdb"));
        initdb.args(["--username=queqiao", "--auth=trust", "--encoding=UTF8", "--no-locale"]);
        if durability != Durability::Durable {
            initdb.arg("--no-sync");
        }
        succeeds(initdb.arg("-D").arg(&data))?;
        let mut configuration = fs::OpenOptions::new().append(true).open(data.join("postgresql.conf"))?;
        configuration.write_all(durability.configuration().as_bytes())?;
        let server = place.launch(&programs)?;
        server.wait_until_it_answers().await?;
        Ok(Some(server))
    }

    /// Makes one that follows this one, which must be [`Durability::Followed`]. Whoever commits here is answered from
    /// now on once the standby has it, too.
    ///
    /// # Errors
    /// Where it does not come to follow.
    pub async fn standby(&self, within: &Path) -> anyhow::Result<Self> {
        let programs = programs().context("no server is installed")?;
        let place = Place::within(within)?;
        let copier = place_of(&["pg_basebackup"]).context("pg_basebackup is not installed")?;
        let mut copy = place.command(&copier.join("pg_basebackup"));
        copy.args(["--no-sync", "--write-recovery-conf", "--checkpoint=fast", "--username=queqiao"]);
        succeeds(copy.arg("--host").arg(&self.directory).arg("--pgdata").arg(place.path().join("data")))?;
        // Once it is promoted nobody follows it: it waits for none.
        let mut own = fs::OpenOptions::new().append(true).open(place.path().join("data/postgresql.auto.conf"))?;
        own.write_all(b"synchronous_standby_names = ''\n")?;
        let standby = place.launch(&programs)?;
        standby.wait_until_it_answers().await?;
        let mut primary = self.connect().await?;
        primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'").await?;
        primary.execute("SELECT pg_reload_conf()").await?;
        let deadline = Instant::now() + PATIENCE;
        let follows = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'";
        while primary.fetch_optional(follows).await?.is_none() {
            if Instant::now() > deadline {
                bail!("the standby does not follow");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        primary.close().await?;
        Ok(standby)
    }

    /// A standby takes over.
    ///
    /// # Errors
    /// Where it refuses.
    pub async fn promote(&self) -> sqlx::Result<()> {
        let mut connection = self.connect().await?;
        connection.execute("SELECT pg_promote()").await?;
        connection.close().await
    }

    /// The server and everybody who works for it die as they stand.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn kill(&self) -> anyhow::Result<()> {
        self.signal("-KILL")
    }

    /// They stand still, with every connection open.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn pause(&self) -> anyhow::Result<()> {
        self.signal("-STOP")
    }

    /// They go on.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn resume(&self) -> anyhow::Result<()> {
        self.signal("-CONT")
    }

    fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let postmaster = self.postmaster()?.to_string();
        let children = fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children"))?;
        // The server first: when its people die it would begin to recover by itself.
        let all = [postmaster.as_str()].into_iter().chain(children.split_whitespace());
        Command::new("kill").arg(signal).args(all).stderr(Stdio::null()).status()?;
        Ok(())
    }

    async fn wait_until_it_answers(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.connect().await {
                Ok(connection) => return Ok(connection.close().await?),
                Err(fault) if Instant::now() > deadline => {
                    let log = fs::read_to_string(self.directory.join("log")).unwrap_or_default();
                    bail!("no answer within {PATIENCE:?}: {fault}\n{log}");
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// The address of one of its databases.
    #[must_use]
    pub fn address(&self, database: &str) -> String {
        let bytes = self.directory.as_os_str().as_encoded_bytes();
        let host: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
        format!("postgres://queqiao@localhost/{database}?host={host}&sslmode=disable")
    }

    /// To the server itself, to make databases and drop them.
    ///
    /// # Errors
    /// Where it does not answer.
    pub async fn connect(&self) -> sqlx::Result<PgConnection> {
        PgConnection::connect(&self.address("postgres")).await
    }

    /// Makes an empty database; its address.
    ///
    /// # Errors
    /// Where the server refuses.
    pub async fn create(&self, name: &str) -> sqlx::Result<String> {
        let mut connection = self.connect().await?;
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
        connection.close().await?;
        Ok(self.address(name))
    }

    /// Where its socket lies.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The process all others of the server are children of.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn postmaster(&self) -> anyhow::Result<u32> {
        let file = fs::read_to_string(self.directory.join("data/postmaster.pid"))?;
        file.lines().next().context("no process")?.trim().parse().context("no process")
    }
}

impl Drop for Server {
    /// Returns when nothing is left of it.
    fn drop(&mut self) {
        // Whoever stands still would not hear that it is over.
        let _ = self.resume();
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
        // The server's user may empty the directory, but remove it only from where everybody may write.
        let _ = fs::remove_dir(&self.directory);
    }
}

/// The directory of a server that does not run yet, and as whom it will.
struct Place {
    directory: tempfile::TempDir,
    owner: Option<(u32, u32)>,
}

impl Place {
    fn within(within: &Path) -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new().prefix("queqiao-postgres-").tempdir_in(within)?;
        let owner = server_user(directory.path())?;
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700))?;
        if let Some((uid, gid)) = owner {
            chown(directory.path(), Some(uid), Some(gid))?;
        }
        Ok(Self { directory, owner })
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        // No PGDATA, PGPORT or locale of the developer may leak in.
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").current_dir(self.path());
        if let Some((uid, gid)) = self.owner {
            command.uid(uid).gid(gid);
        }
        command
    }

    fn launch(self, programs: &Path) -> anyhow::Result<Server> {
        let watchdog = self
            .command(Path::new("/bin/sh"))
            .args(["-c", LIFE_LINE, "sh"])
            .args([programs, self.path()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own: Ctrl-C ends the run, and the watchdog tidies up after it.
            .process_group(0)
            .spawn()?;
        Ok(Server { directory: self.directory.keep(), watchdog })
    }
}

fn succeeds(command: &mut Command) -> anyhow::Result<()> {
    let done = command.output()?;
    if !done.status.success() {
        bail!("{}: {}", command.get_program().to_string_lossy(), String::from_utf8_lossy(&done.stderr));
    }
    Ok(())
}

/// Where `initdb` and `postgres` are: on the `PATH`, where Debian puts them (the newest first, and never on the
/// `PATH`), or where `pg_config` says.
fn programs() -> Option<PathBuf> {
    place_of(&["initdb", "postgres"])
}

/// The first of these places with all of the programs.
fn place_of(programs: &[&str]) -> Option<PathBuf> {
    let mut places: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(|entry| {
        let entry = entry.ok()?;
        Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))
    });
    let mut versions: Vec<_> = versions.collect();
    versions.sort();
    places.extend(versions.into_iter().rev().map(|(_, place)| place));
    if let Ok(printed) = Command::new("pg_config").arg("--bindir").output() {
        places.push(PathBuf::from(String::from_utf8_lossy(&printed.stdout).trim()));
    }
    places.into_iter().find(|place| programs.iter().all(|program| place.join(program).is_file()))
}

/// The server refuses to run as root; then it runs as `postgres`, or as `nobody`. Who runs this is read from who
/// owns the directory that was just made.
fn server_user(directory: &Path) -> anyhow::Result<Option<(u32, u32)>> {
    if fs::metadata(directory)?.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next()? == name).then_some(())?;
            Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
        })
    };
    let user = find("postgres").or_else(|| find("nobody"));
    Ok(Some(user.context("neither a user `postgres` nor `nobody` to run the server as")?))
}
