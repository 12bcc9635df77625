//! A PostgreSQL of our own: made from whatever server is installed, reached through a socket in its own
//! directory, gone with this program. Unlike that of the stories it writes through to the disk.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

/// Runs the server until its standard input ends, which is when this program does, however that happens. `$1`
/// is the server, `$2` the directory.
const LIFE_LINE: &str = r#"
trap '' HUP INT TERM
"$1" -D "$2/data" -k "$2" </dev/null >"$2/log" 2>&1 &
read -r _
kill -INT $!
wait
"#;

/// What differs from the server's own configuration; `fsync`, `synchronous_commit` and `full_page_writes` stay on.
const CONFIGURATION: &str = "
listen_addresses = ''
max_connections = 200
";

/// A server that runs as long as this value lives.
pub struct Cluster {
    folder: TempDir,
    watchdog: Child,
}

impl Cluster {
    /// Makes and starts one in a folder of its own; None where no server is installed.
    ///
    /// # Errors
    /// Where one is installed that does not start.
    pub async fn start(within: &Path) -> anyhow::Result<Option<Self>> {
        let Some(programs) = programs() else { return Ok(None) };
        let folder = tempfile::Builder::new().prefix("queqiao-load-postgres-").tempdir_in(within)?;
        let owner = server_user(folder.path())?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700))?;
        if let Some((uid, gid)) = owner {
            chown(folder.path(), Some(uid), Some(gid))?;
        }
        let command = |program: &Path| {
            let mut command = Command::new(program);
            command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").current_dir(folder.path());
            if let Some((uid, gid)) = owner {
                command.uid(uid).gid(gid);
            }
            command
        };
        let data = folder.path().join("data");
        let made = command(&programs.join("initdb"))
            .args(["--username=queqiao", "--auth=trust", "--encoding=UTF8", "--no-locale", "-D"])
            .arg(&data)
            .output()?;
        ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let mut configuration = fs::OpenOptions::new().append(true).open(data.join("postgresql.conf"))?;
        configuration.write_all(CONFIGURATION.as_bytes())?;
        let watchdog = command(Path::new("/bin/sh"))
            .args(["-c", LIFE_LINE, "sh"])
            .args([&programs.join("postgres"), folder.path()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let cluster = Self { folder, watchdog };
        cluster.wait_until_it_answers().await?;
        Ok(Some(cluster))
    }

    async fn wait_until_it_answers(&self) -> anyhow::Result<()> {
        for _ in 0..600 {
            match PgConnection::connect(&self.address("postgres")).await {
                Ok(connection) => return Ok(connection.close().await?),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        bail!("PostgreSQL does not answer: {}", fs::read_to_string(self.folder.path().join("log"))?)
    }

    /// Makes an empty database; its address.
    ///
    /// # Errors
    /// Where the server refuses.
    pub async fn create(&self, name: &'static str) -> anyhow::Result<String> {
        let mut connection = PgConnection::connect(&self.address("postgres")).await?;
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
        connection.close().await?;
        Ok(self.address(name))
    }

    fn address(&self, database: &str) -> String {
        let bytes = self.folder.path().as_os_str().as_encoded_bytes();
        let host: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
        format!("postgres://queqiao@localhost/{database}?host={host}&sslmode=disable")
    }

    /// The process all others of the server are children of.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn postmaster(&self) -> anyhow::Result<u32> {
        let file = fs::read_to_string(self.folder.path().join("data/postmaster.pid"))?;
        file.lines().next().context("no process")?.trim().parse().context("no process")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

/// Where `initdb` and `postgres` are: on the `PATH`, where Debian puts them (the newest first), or where
/// `pg_config` says.
fn programs() -> Option<PathBuf> {
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
    places.into_iter().find(|place| ["initdb", "postgres"].iter().all(|program| place.join(program).is_file()))
}

/// The server refuses to run as root; then it runs as `postgres`, or as `nobody`.
fn server_user(folder: &Path) -> anyhow::Result<Option<(u32, u32)>> {
    if fs::metadata(folder)?.uid() != 0 {
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
