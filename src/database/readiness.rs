//! Whether guests may be let in: the schema fits, and a write is on disk. A write, because a database
//! that still reads may long have stopped keeping anything. Asked of the database once a second at most,
//! however many ask, and answered in time whatever hangs.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io};

use tokio::sync::Mutex;
use tokio::time::timeout;

use super::schema::Standing;
use super::{Database, Engine};
use crate::error::{Error, Fault};
use crate::failpoint;

/// How long an answer holds for others.
const FRESH: Duration = Duration::from_secs(1);
/// How long is asked before it is told that no answer comes.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// A line that kept something so lately moves: whoever is writing now just takes long.
const MOVING: Duration = Duration::from_secs(10);

/// Writes one row of the house's own.
pub(super) const PROBE: &str = "INSERT INTO write_probe (id, writes) VALUES (1, 1) \
    ON CONFLICT (id) DO UPDATE SET writes = write_probe.writes + 1";

/// What the last one who asked heard.
#[derive(Debug, Default)]
pub struct Readiness {
    last: Mutex<Option<(Instant, Verdict)>>,
    /// The embedded database's file, and which file that was when it was opened.
    file: Option<(PathBuf, Inode)>,
}

/// Device and number: what a name on a disk leads to.
type Inode = (u64, u64);

/// Which file a name leads to now.
///
/// # Errors
/// Where it leads nowhere.
pub fn inode(file: &Path) -> io::Result<Inode> {
    let found = fs::metadata(file)?;
    Ok((found.dev(), found.ino()))
}

impl Readiness {
    /// For an embedded database that is open.
    ///
    /// # Errors
    /// Where its file cannot be looked at.
    pub fn of(file: PathBuf) -> io::Result<Self> {
        let opened = inode(&file)?;
        Ok(Self { last: Mutex::default(), file: Some((file, opened)) })
    }

    /// Whether the file that is open still lies where the next start will look for it. Removed or put another in
    /// its place, everything written since is gone with the process.
    fn is_in_its_place(&self) -> bool {
        self.file.as_ref().is_none_or(|(file, opened)| inode(file).is_ok_and(|found| found == *opened))
    }
}

/// None: ready. Else why not, in words for the operator.
pub type Verdict = Option<String>;

impl Database {
    /// Whether guests may be let in.
    pub async fn readiness(&self) -> Verdict {
        let looked = async {
            let mut last = self.readiness.last.lock().await;
            if let Some((at, verdict)) = &*last
                && at.elapsed() < FRESH
            {
                return verdict.clone();
            }
            let verdict = self.look().await;
            *last = Some((Instant::now(), verdict.clone()));
            verdict
        };
        match timeout(PATIENCE, looked).await {
            Ok(verdict) => verdict,
            Err(_) if self.moves() => None,
            Err(_) => Some("the database does not answer in time".to_owned()),
        }
    }

    async fn look(&self) -> Verdict {
        if !self.readiness.is_in_its_place() {
            tracing::error!("the database file was removed or replaced while it is served: stop the service");
            return Some("the database file was removed or replaced".to_owned());
        }
        match Standing::of(self.reader()).await {
            Ok(standing) if standing.is_fit() => {}
            Ok(standing) => {
                let older = "the schema is older than this binary: migrate";
                return Some(standing.older_binary().unwrap_or_else(|| older.to_owned()));
            }
            Err(fault) => {
                tracing::warn!(%fault, "not ready");
                return Some("the database is away".to_owned());
            }
        }
        if failpoint::is_counting() || self.kept_within(FRESH) {
            return None;
        }
        match self.prove_write().await {
            Ok(()) => None,
            Err(fault) => {
                tracing::warn!(%fault, "not ready");
                Some(format!("nothing can be written: {}", fault.code()))
            }
        }
    }

    /// Writes one row of the house's own, durably.
    ///
    /// # Errors
    /// Where that cannot be done.
    pub async fn prove_write(&self) -> Result<(), Error> {
        use sea_orm::ConnectionTrait;
        match &self.engine {
            Engine::Server(server) => Ok(server.prove(PROBE).await.map_err(Fault::of)?),
            Engine::Embedded(_) => {
                let txn = self.begin().await?;
                txn.execute_unprepared(PROBE).await?;
                Ok(txn.commit().await?)
            }
        }
    }

    fn kept_within(&self, lately: Duration) -> bool {
        match &self.engine {
            Engine::Embedded(line) => line.last_kept().is_some_and(|ago| ago < lately),
            Engine::Server(_) => false,
        }
    }

    /// Whether the line of the embedded database moves, although one in it takes long.
    fn moves(&self) -> bool {
        self.kept_within(MOVING)
    }
}
