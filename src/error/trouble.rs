//! What kind of fault it is, as far as it matters to whoever asked: whether to come back, and whether
//! anything was changed.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx};
use tokio::time::error::Elapsed;

use super::refusal::{BUSY, FAULT, OUTCOME_UNKNOWN, Refusal, STORAGE_FULL};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Ours: coming back will not help.
    Ours,
    /// Somebody else is in the way, or the database is away for the moment; nothing was changed.
    Busy,
    /// The disk takes nothing more; nothing was changed.
    Full,
    /// A commit was sent and its answer was lost, or part of the work was done before the fault.
    Unknown,
}

impl Trouble {
    #[must_use]
    pub fn of(fault: &anyhow::Error) -> Self {
        match (fault.downcast_ref::<DbErr>(), fault.downcast_ref::<sqlx::Error>()) {
            (Some(fault), _) => Self::of_query(fault),
            (_, Some(fault)) => Self::of_driver(fault),
            _ if fault.is::<Elapsed>() => Self::Busy,
            _ => Self::Ours,
        }
    }

    fn of_query(fault: &DbErr) -> Self {
        match fault {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Self::Busy,
            DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause) => match cause {
                RuntimeErr::SqlxError(cause) => Self::of_driver(cause),
                RuntimeErr::Internal(_) => Self::Ours,
            },
            _ => Self::Ours,
        }
    }

    #[must_use]
    pub fn of_driver(fault: &sqlx::Error) -> Self {
        match fault {
            sqlx::Error::Database(error) => error.code().map_or(Self::Ours, |code| Self::of_code(&code)),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => Self::Busy,
            _ => Self::Ours,
        }
    }

    /// PostgreSQL says five characters, SQLite a number whose last byte is the kind.
    fn of_code(code: &str) -> Self {
        if code.len() == 5 {
            return match code {
                // disk full
                "53100" => Self::Full,
                // a lock, a statement or a transaction took too long; a deadlock; a server that is
                // starting, stopping or only reads
                "55P03" | "57014" | "25P03" | "25P04" | "40001" | "40P01" | "25006" => Self::Busy,
                // too many connections, out of memory; shut down; connections
                code if code.starts_with("53") || code.starts_with("57P") || code.starts_with("08") => Self::Busy,
                _ => Self::Ours,
            };
        }
        match code.parse::<i32>().map(|code| code & 0xff) {
            // SQLITE_FULL; SQLITE_IOERR, which is what a full disk says of the files beside the database
            Ok(13 | 10) => Self::Full,
            // SQLITE_BUSY, SQLITE_LOCKED; SQLITE_CANTOPEN, SQLITE_PROTOCOL
            Ok(5 | 6 | 14 | 15) => Self::Busy,
            _ => Self::Ours,
        }
    }

    /// What is told of it.
    #[must_use]
    pub fn refusal(self) -> Refusal {
        match self {
            Self::Ours => FAULT,
            Self::Busy => BUSY,
            Self::Full => STORAGE_FULL,
            Self::Unknown => OUTCOME_UNKNOWN,
        }
    }

    /// Seconds until it is worth trying again.
    #[must_use]
    pub fn retry_after(self) -> Option<u64> {
        match self {
            Self::Ours => None,
            Self::Busy | Self::Unknown => Some(2),
            Self::Full => Some(10),
        }
    }
}
